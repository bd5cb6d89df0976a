//! Whoever holds the lock borrows it.

use gosync_park::lock::{Held, Lock};

fn local<'a>() -> Held<'a> {
    let lock = Lock::new();
    lock.lock()
}

fn main() {
    drop(local());
}
