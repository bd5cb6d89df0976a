//! What all threads share: items in batches, and the permits that bound their number.
//!
//! Every idle item has a permit, and there are `max_idle` of them. Those that nobody has are here;
//! a magazine holds some, also for items that it may get. Items that go from place to place take
//! their permits along. So no step needs to look at the whole pool to keep the bound, and at no
//! moment is it passed.
//!
//! A magazine that is full sends half of its items here, or all, if it was robbed before; one that
//! is empty takes a batch. So items that are put on one thread and got on another flow back, a batch
//! to one operation on a shared queue.

use crossbeam_queue::ArrayQueue;
use gosync_park::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::magazine::{Batch, Stamp, batch};

/// On cache lines of its own.
#[repr(align(128))]
pub(crate) struct Depot<T> {
    permits: AtomicUsize,
    batches: Queue<Batch<T>>,
    /// Memory of batches that were taken, for others. It is freed at each collection.
    blanks: ArrayQueue<Vec<T>>,
}

/// A batch that goes from thread to thread is allocated on one and freed on another, which costs
/// an allocator dear. So the memory goes back too.
const BLANKS: usize = 8;

impl<T> Depot<T> {
    pub(crate) fn new(permits: usize) -> Self {
        Self {
            permits: AtomicUsize::new(permits),
            batches: Queue::new(),
            blanks: ArrayQueue::new(BLANKS),
        }
    }

    /// A batch to be filled.
    pub(crate) fn blank(&self) -> Vec<T> {
        self.blanks
            .pop()
            .unwrap_or_else(|| Vec::with_capacity(batch::<T>() as usize))
    }

    /// Keeps the memory of a batch that is empty.
    pub(crate) fn recycle(&self, blank: Vec<T>) {
        debug_assert!(blank.is_empty());
        // If there are enough, it is freed.
        let _ = self.blanks.push(blank);
    }

    /// Frees the memory of batches that are empty.
    pub(crate) fn free_blanks(&self) {
        while self.blanks.pop().is_some() {}
    }

    /// Takes so many permits, or as many as there are.
    // Relaxed, here and below: a permit is a number. What it stands for is handed over elsewhere.
    pub(crate) fn reserve(&self, wanted: usize) -> usize {
        let mut got = 0;
        let taken = self.permits.fetch_update(Relaxed, Relaxed, |permits| {
            got = wanted.min(permits);
            (got > 0).then(|| permits - got)
        });
        taken.map_or(0, |_| got)
    }

    /// Gives permits back.
    pub(crate) fn release(&self, permits: usize) {
        if permits > 0 {
            self.permits.fetch_add(permits, Relaxed);
        }
    }

    /// The permits that are here.
    pub(crate) fn permits(&self) -> usize {
        self.permits.load(Relaxed)
    }

    /// Keeps items with their permits.
    pub(crate) fn push(&self, batch: Batch<T>) {
        if batch.items.is_empty() {
            self.recycle(batch.items);
        } else {
            self.batches.push(batch);
        }
    }

    /// Whether there is no batch.
    pub(crate) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// A batch of one item or more.
    pub(crate) fn pop(&self) -> Option<Batch<T>> {
        // `is_empty` is two loads, where `pop` on an empty queue has a fence.
        if self.is_empty() {
            return None;
        }
        self.batches.pop()
    }

    /// Takes the batches whose stamp is wanted.
    pub(crate) fn take(&self, wanted: impl Fn(Stamp) -> bool) -> impl Iterator<Item = Batch<T>> {
        // Once around: what is not wanted goes to the end of the queue, in the old order.
        (0..self.batches.len())
            .map_while(|_| self.batches.pop())
            .filter_map(move |batch| {
                if wanted(batch.stamp) {
                    return Some(batch);
                }
                self.batches.push(batch);
                None
            })
    }
}

#[cfg(not(gosync_loom))]
use crossbeam_queue::SegQueue as Queue;
#[cfg(gosync_loom)]
use stand_in::Queue;

/// crossbeam's queue uses std's atomics, which loom does not see. This keeps the batches without a
/// choice for loom to make; the counter is there so that loom knows that a push happens before the
/// pop of its batch.
#[cfg(gosync_loom)]
mod stand_in {
    use std::{
        collections::VecDeque,
        sync::{Mutex, MutexGuard},
    };

    use gosync_park::atomic::{AtomicU32, Ordering::AcqRel};

    pub(super) struct Queue<B> {
        batches: Mutex<VecDeque<B>>,
        steps: AtomicU32,
    }

    impl<B> Queue<B> {
        pub(super) fn new() -> Self {
            Self {
                batches: Mutex::new(VecDeque::new()),
                steps: AtomicU32::new(0),
            }
        }

        fn batches(&self) -> MutexGuard<'_, VecDeque<B>> {
            self.batches.lock().expect("no panic in here")
        }

        pub(super) fn push(&self, batch: B) {
            self.steps.fetch_add(1, AcqRel);
            self.batches().push_back(batch);
        }

        pub(super) fn pop(&self) -> Option<B> {
            let batch = self.batches().pop_front()?;
            self.steps.fetch_add(1, AcqRel);
            Some(batch)
        }

        pub(super) fn len(&self) -> usize {
            self.batches().len()
        }

        pub(super) fn is_empty(&self) -> bool {
            self.len() == 0
        }
    }
}
