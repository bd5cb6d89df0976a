//! Two threads count, and race, because `unsafe` says that they do not.

use std::{cell::UnsafeCell, thread};

struct Counter(UnsafeCell<i64>);

// SAFETY: none. This is the mistake.
unsafe impl Sync for Counter {}

static N: Counter = Counter(UnsafeCell::new(0));

fn main() {
    let count = || {
        // SAFETY: none, as above.
        unsafe { *N.0.get() += 1 }
    };
    let threads = [thread::spawn(count), thread::spawn(count)];
    for thread in threads {
        thread.join().expect("no panic");
    }
}
