//! Package `sync`, in the order of Go's documentation.

mod cond;
mod locks;
mod map;
mod once;
mod pool;
mod waitgroup;

use std::thread;

use super::Symbol;

pub(super) const SYMBOLS: &[&[Symbol]] = &[
    once::ONCE_FUNCTIONS,
    cond::COND,
    locks::LOCKER,
    map::MAP,
    locks::MUTEX,
    once::ONCE,
    pool::POOL,
    locks::RWMUTEX,
    waitgroup::WAITGROUP,
];

/// It can be used on several threads at once, as everything in package sync.
fn is_shared<T: Send + Sync>(_: &T) {}

/// It has a value to start with, as Go's zero values.
fn is_zero_value<T: Default>() {
    drop(T::default());
}

fn elsewhere(f: impl FnOnce() + Send) {
    thread::scope(|s| {
        s.spawn(f);
    });
}
