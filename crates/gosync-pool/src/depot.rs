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
    batch::Batch,
    batches::{Batches, Shelf},
    fetch::{To, fetch},
    magazine::Stamp,
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

    /// A batch to be filled with so many items of this stamp.
    pub(crate) fn blank(&self, stamp: Stamp, room: u32) -> Batch<T> {
        fetch(To::Write, &raw const self.blanks, 1);
        let blank = self.blanks.pop();
        // What comes next: the batch is pushed, and there are permits to be had for the room in its place.
        fetch(To::Write, self.batches.hot(), 1);
        fetch(To::Write, &raw const self.permits, 1);
        if let Some(mut blank) = blank {
            blank.fetch(To::Write, room as usize);
            if blank.room() >= room {
                blank.set_stamp(stamp);
                return blank;
            }
        }
        Batch::with_room(room, stamp)
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
    pub(crate) fn push(&self, batch: Batch<T>) {
        if batch.is_empty() {
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

    /// A batch of one item or more, one of which leaves the pool. Its permit stays here, with those that the
    /// caller has to spare.
    pub(crate) fn pop(&self, spare: usize) -> Option<Batch<T>> {
        if spare > 0 {
            // To be written in any case. Who comes with empty hands may find nothing either, and leaves the
            // lines to all others who do.
            fetch(To::Write, self.batches.hot(), 1);
            fetch(To::Write, &raw const self.permits, 1);
        }
        let Some(batch) = self.batches.pop() else {
            self.release(spare);
            return None;
        };
        // As many as the last time, which is where the spare permits are from.
        batch.fetch(To::Read, spare + 1);
        self.release(spare + 1);
        // What comes next: the batch comes back empty.
        fetch(To::Write, &raw const self.blanks, 1);
        Some(batch)
    }

    /// Takes the batches whose stamp is wanted.
    pub(crate) fn take(&self, wanted: impl Fn(Stamp) -> bool) -> impl Iterator<Item = Batch<T>> {
        self.batches.take(move |batch| wanted(batch.stamp()))
    }
}
