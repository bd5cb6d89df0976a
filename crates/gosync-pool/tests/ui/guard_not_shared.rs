//! Threads that share a guard share its item, which must allow that.

use std::cell::Cell;

use gosync_pool::Pool;

fn main() {
    let pool = Pool::new(|| Cell::new(1));
    let item = pool.pull();
    std::thread::scope(|s| {
        s.spawn(|| item.set(2));
    });
}
