//! Threads that share a guard share what it guards, which must allow that.

use std::cell::Cell;

use gosync_mutex::Mutex;

fn main() {
    let mutex = Mutex::new(Cell::new(1));
    let guard = mutex.lock();
    std::thread::scope(|s| {
        s.spawn(|| guard.set(2));
    });
}
