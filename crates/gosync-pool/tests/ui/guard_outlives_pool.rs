use gosync_pool::Pool;

fn main() {
    let guard = {
        let pool = Pool::new(String::new);
        pool.pull()
    };
    drop(guard);
}
