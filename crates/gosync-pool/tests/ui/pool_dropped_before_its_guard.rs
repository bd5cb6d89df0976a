//! A pool cannot go while an item is out that is to come back.

use gosync_pool::Pool;

fn main() {
    let pool = Pool::new(String::new);
    let item = pool.pull();
    drop(pool);
    drop(item);
}
