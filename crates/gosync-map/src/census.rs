//! How many keys there are, by a few bits of their places: where there are none, nobody has to look.
//!
//! A read of a key that is not there costs a guard and a search, past the marks that papaya keeps for
//! what was removed. Mostly a count says the same in the time of one load: it is a Bloom filter that
//! counts. It serves maps of up to some thousands of keys; with more than that the counts become
//! [`MANY`], which they stay, so that a large map's writers do not even write here.
//!
//! | a count | |
//! |---|---|
//! | 0 | no slot that is alive is at any of these places, whatever its era |
//! | less than `MANY` | at most so many are |
//! | `MANY` | nothing is known, for ever |
//!
//! Each slot is counted before it is put into the table, by whoever does it, and struck off when it is
//! dead, by the one who killed it. A key that is not at home, but in the row that begins there, is
//! counted at its place, and its home is `MANY`, or its count would not be found.
//!
//! # Orderings
//!
//! All accesses are `SeqCst`. What matters is that a slot is counted before it is in the table: who
//! has seen it there, or was told of it, finds it counted.

use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

use crate::place::Place;

/// How many bits of a place tell its count, and how many counts there are.
const BITS: u32 = 11;
const COUNTS: usize = 1 << BITS;
/// A count that stays.
const MANY: u8 = 16;

/// The counts, on cache lines of their own: those who put keys in and take them out write here.
#[repr(align(128))]
pub(crate) struct Census([AtomicU8; COUNTS]);

impl Default for Census {
    fn default() -> Self {
        Self([const { AtomicU8::new(0) }; COUNTS])
    }
}

impl Census {
    #[inline]
    fn count(&self, place: Place) -> &AtomicU8 {
        &self.0[place.highest(BITS)]
    }

    #[cfg(test)]
    pub(crate) fn sum(&self) -> usize {
        self.0
            .iter()
            .map(|count| usize::from(count.load(SeqCst)))
            .sum()
    }

    /// Whether no slot that is alive is at this place.
    #[inline]
    pub(crate) fn has_none(&self, place: Place) -> bool {
        self.count(place).load(SeqCst) == 0
    }

    /// A slot is about to be put there.
    #[inline]
    pub(crate) fn add(&self, place: Place) {
        self.change(place, |count| count + 1);
    }

    /// A slot there is dead, or was not put there after all.
    #[inline]
    pub(crate) fn strike(&self, place: Place) {
        self.change(place, |count| count - 1);
    }

    /// A row is about to begin there.
    #[cold]
    pub(crate) fn give_up(&self, place: Place) {
        self.count(place).store(MANY, SeqCst);
    }

    #[inline]
    fn change(&self, place: Place, to: impl Fn(u8) -> u8) {
        // Not an addition: it could take a count away from `MANY`, and some slots are not in it.
        let _ = self
            .count(place)
            .fetch_update(SeqCst, SeqCst, |count| (count < MANY).then(|| to(count)));
    }
}
