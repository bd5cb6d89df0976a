//! Else a reference to a local could be left in the pool.

use gosync_pool::Pool;

fn shorten<'a>(pool: &'a Pool<&'static str>) -> &'a Pool<&'a str> {
    pool
}

fn main() {
    let pool: Pool<&str> = Pool::new(|| "a");
    shorten(&pool).put("b");
}
