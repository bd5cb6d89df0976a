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

use std::{
    mem,
    sync::atomic::{AtomicU8, Ordering::SeqCst},
};

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

    /// A slot that may be put there, and is not counted yet.
    #[inline]
    pub(crate) fn candidate(&self, place: Place) -> Candidate<'_> {
        Candidate {
            census: self,
            place,
            counted: false,
        }
    }

    /// A slot there is dead.
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

/// A slot that is not in the table yet. If it is counted and does not get there it is struck off, also if
/// the user's code panics before.
pub(crate) struct Candidate<'a> {
    census: &'a Census,
    place: Place,
    counted: bool,
}

impl Candidate<'_> {
    /// It is about to be put into the table.
    #[inline]
    pub(crate) fn count(&mut self) {
        if !mem::replace(&mut self.counted, true) {
            self.census.change(self.place, |count| count + 1);
        }
    }

    /// What another one was counted as, which is dead, is this one's. If this one was counted before, it
    /// has been so once too often.
    #[inline]
    pub(crate) fn inherit(&mut self) {
        if mem::replace(&mut self.counted, true) {
            self.census.strike(self.place);
        }
    }

    /// It is in the table.
    #[inline]
    pub(crate) fn arrive(mut self) {
        self.counted = false;
    }
}

impl Drop for Candidate<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.counted {
            self.census.strike(self.place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row may go on behind it when all are gone that were counted there.
    #[test]
    fn who_goes_takes_nothing_from_many() {
        let census = Census::default();
        let place = Place::of(0);
        census.give_up(place);
        for _ in 0..MANY {
            census.strike(place);
        }
        assert!(!census.has_none(place));
    }
}
