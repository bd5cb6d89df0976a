use gosync_pool::Pool;

fn main() {
    let _pool: Pool<String, _> = Pool::new(|| 5);
}
