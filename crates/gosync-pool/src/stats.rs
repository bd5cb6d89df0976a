use gosync_park::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::magazine::Tally;

/// What a [`Pool`](crate::Pool) has met with so far: see [`Pool::stats`](crate::Pool::stats).
///
/// The counts go around where `usize` ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Gets that found an item.
    pub hits: usize,
    /// Gets that found none: `init` was called, or `None` returned.
    pub misses: usize,
    /// Items that the pool did not keep, or not longer: [`keep`](crate::Builder::keep) refused
    /// them, there was no room, or they were not used for two collections.
    pub dropped: usize,
    /// Items that are in the pool now.
    pub idle: usize,
}

impl Stats {
    pub(crate) fn add(&mut self, tally: &Tally) {
        let add = |sum: &mut usize, count: &AtomicUsize| {
            *sum = sum.wrapping_add(count.load(Relaxed));
        };
        add(&mut self.hits, &tally.hits);
        add(&mut self.misses, &tally.misses);
        add(&mut self.dropped, &tally.dropped);
    }
}
