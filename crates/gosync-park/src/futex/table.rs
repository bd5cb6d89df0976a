//! The futex on std alone: a fixed table of condition variables, found by address.
//!
//! Many words may share a bucket, so a wake-up is for everybody in it; those whose word has not
//! changed find that out and go back to sleep. Slow with many sleepers, right with any number.

use std::{
    mem, process,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::{
    atomic::{AtomicU32, Ordering::Relaxed},
    hash::hash,
};

struct Bucket {
    /// Held over the comparison and the way into sleep, and over every wake-up.
    lock: Mutex<()>,
    sleepers: Condvar,
}

const BUCKETS: usize = 64;

static TABLE: [Bucket; BUCKETS] = [const {
    Bucket {
        lock: Mutex::new(()),
        sleepers: Condvar::new(),
    }
}; BUCKETS];

impl Bucket {
    fn of(word: *const AtomicU32) -> &'static Self {
        &TABLE[hash(word.addr(), BUCKETS.ilog2())]
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the process when dropped. Where there are no threads std panics instead of waiting, and whoever
/// waits here is in a queue that must not outlive its frame.
struct NoWayOut;

impl Drop for NoWayOut {
    fn drop(&mut self) {
        process::abort();
    }
}

pub(super) fn wait(word: &AtomicU32, expected: u32) {
    let no_way_out = NoWayOut;
    let bucket = Bucket::of(word);
    let guard = bucket.lock();
    // Relaxed: the waker changed the word before it took this lock, so the lock shows the change.
    if word.load(Relaxed) == expected {
        drop(bucket.sleepers.wait(guard));
    }
    mem::forget(no_way_out);
}

pub(super) fn wake_one(word: *const AtomicU32) {
    // Not `notify_one`: it could pick a sleeper of another word.
    wake_all(word);
}

pub(super) fn wake_all(word: *const AtomicU32) {
    let bucket = Bucket::of(word);
    drop(bucket.lock());
    bucket.sleepers.notify_all();
}
