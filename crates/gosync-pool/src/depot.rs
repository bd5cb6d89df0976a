//! What all threads share: items in batches, and the permits that bound their number.
//!
//! Every idle item has a permit, and there are `max_idle` of them. Those that nobody has are here;
//! a magazine holds some, also for items that it may get. Items that go from place to place take
//! their permits along. So no step needs to look at the whole pool to keep the bound, and at no
//! moment is it passed.
//!
//! A magazine that is full sends half of its items here, or all, if it was robbed before; one that
//! is empty takes a batch. So items that are put on one thread and got on another flow back, a batch
//! to one operation on what is shared.

use gosync_park::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::{
    batches::{Batches, Shelf},
    magazine::{Batch, Stamp, batch},
};

/// On cache lines of its own.
#[repr(align(128))]
pub(crate) struct Depot<T> {
    permits: AtomicUsize,
    batches: Batches<Batch<T>>,
    /// Batches that were taken, and are empty. To allocate a batch on one thread and free it on another
    /// costs an allocator dear, so the memory goes back too. It is freed at each collection.
    blanks: Shelf<Batch<T>>,
}

impl<T> Depot<T> {
    pub(crate) fn new(permits: usize) -> Self {
        Self {
            permits: AtomicUsize::new(permits),
            batches: Batches::new(),
            blanks: Shelf::new(),
        }
    }

    /// A batch to be filled with items of this stamp.
    pub(crate) fn blank(&self, stamp: Stamp) -> Box<Batch<T>> {
        match self.blanks.pop() {
            Some(mut blank) => {
                blank.stamp = stamp;
                blank
            }
            None => Box::new(Batch {
                stamp,
                items: Vec::with_capacity(batch::<T>() as usize),
            }),
        }
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

    /// Keeps items with their permits, or the memory of a batch that has none.
    pub(crate) fn push(&self, batch: Box<Batch<T>>) {
        if batch.items.is_empty() {
            // If there are enough, it is freed.
            let _ = self.blanks.push(batch);
        } else {
            self.batches.push(batch);
        }
    }

    /// Whether there is no batch.
    pub(crate) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// A batch of one item or more.
    pub(crate) fn pop(&self) -> Option<Box<Batch<T>>> {
        self.batches.pop()
    }

    /// Takes the batches whose stamp is wanted.
    pub(crate) fn take(
        &self,
        wanted: impl Fn(Stamp) -> bool,
    ) -> impl Iterator<Item = Box<Batch<T>>> {
        self.batches.take(move |batch| wanted(batch.stamp))
    }
}
