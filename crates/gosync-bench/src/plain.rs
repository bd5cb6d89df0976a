//! Go's reader-writer lock as it stands in Go: a count of readers that a writer makes negative, a
//! count of those that it waits for, two semaphores, a mutex for the writers. No bias, no look
//! before a wait, no check for misuse: what `gosync-rwmutex` must not be slower than where a lock is
//! written often.

use std::sync::atomic::{
    AtomicI32,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};

use gosync_mutex::RawMutex;
use gosync_park::{Spin, atomic::AtomicU32, futex};

const MAX_READERS: i32 = 1 << 30;

/// A plain lock in Go's manner, without data.
#[derive(Debug, Default)]
pub struct Plain {
    writers: RawMutex,
    readers: AtomicI32,
    departing: AtomicI32,
    reader_permits: Semaphore,
    writer_permit: Semaphore,
}

impl Plain {
    /// Locks for reading.
    #[inline]
    pub fn lock_shared(&self) {
        if self.readers.fetch_add(1, Acquire) < 0 {
            self.reader_permits.acquire();
        }
    }

    /// Unlocks what was locked for reading.
    #[inline]
    pub fn unlock_shared(&self) {
        if self.readers.fetch_sub(1, Release) <= 0 && self.departing.fetch_sub(1, AcqRel) == 1 {
            self.writer_permit.release(1);
        }
    }

    /// Locks for writing.
    #[inline]
    pub fn lock_exclusive(&self) {
        self.writers.lock();
        let inside = self.readers.fetch_sub(MAX_READERS, AcqRel);
        if inside != 0 && self.departing.fetch_add(inside, AcqRel) != -inside {
            self.writer_permit.acquire();
        }
    }

    /// Unlocks what was locked for writing.
    #[inline]
    pub fn unlock_exclusive(&self) {
        let waiting = self.readers.fetch_add(MAX_READERS, Release) + MAX_READERS;
        if waiting != 0 {
            self.reader_permits.release(waiting.unsigned_abs());
        }
        self.writers.unlock();
    }
}

#[derive(Debug, Default)]
struct Semaphore(AtomicU32);

impl Semaphore {
    #[cold]
    fn acquire(&self) {
        let mut spin = Spin::new();
        while self
            .0
            .try_update(Acquire, Relaxed, |permits| permits.checked_sub(1))
            .is_err()
        {
            if !spin.again() {
                futex::wait(&self.0, 0);
            }
        }
    }

    #[cold]
    fn release(&self, permits: u32) {
        self.0.fetch_add(permits, Release);
        futex::wake_all(&self.0);
    }
}
