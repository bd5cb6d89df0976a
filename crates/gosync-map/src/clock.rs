//! What a table counts, for the stamps on its slots: eras and walks.
//!
//! | bits of a stamp | |
//! |---|---|
//! | from [`ERA`] on | the era: another one each time that the table is cleared. [`NEW_ERA`] is none |
//! | [`MOVED`] | the slot's value is not at home, or will not be in a moment. Set once, for ever |
//! | the others | the age: how many walks had begun |
//!
//! So one subtraction and one comparison tell whether a slot is of the present era, or of a walk's, and
//! has its value at home, and was there before the walk.

use std::sync::atomic::Ordering::SeqCst;

#[cfg(target_has_atomic = "64")]
mod stamp {
    pub(crate) type Stamp = u64;
    pub(crate) type AtomicStamp = std::sync::atomic::AtomicU64;
    /// How far the era stands from the right.
    pub(super) const ERA: u32 = 40;
}
#[cfg(not(target_has_atomic = "64"))]
mod stamp {
    pub(crate) type Stamp = usize;
    pub(crate) type AtomicStamp = std::sync::atomic::AtomicUsize;
    pub(super) const ERA: u32 = usize::BITS - 10;
}

use stamp::ERA;
pub(crate) use stamp::{AtomicStamp, Stamp};

/// The era of a slot that has none yet.
const NEW_ERA: Stamp = Stamp::MAX >> ERA;
/// The value is not at home.
pub(crate) const MOVED: Stamp = 1 << (ERA - 1);
/// The bits of the age, and the greatest age. (After half a trillion walks, or two million where there
/// are no 64-bit atomics, ages stay there, and a walk may see a key again that was removed and stored
/// meanwhile.)
const AGE: Stamp = MOVED - 1;
/// A slot that is not in the table yet.
pub(crate) const NEW: Stamp = Stamp::MAX;

/// A walk, or what a search goes by, which is of any age. What is looked at for each entry is here, in
/// registers.
#[derive(Clone, Copy)]
pub(crate) struct Walk {
    /// The era in which it began, where it stands in a stamp.
    era: Stamp,
    /// How many walks had begun before.
    age: Stamp,
}

impl Walk {
    /// Whether a slot with this stamp is of the walk's era, and was in the table before it began.
    #[inline]
    pub(crate) fn shows(self, stamp: Stamp) -> bool {
        self.shows_at_home(stamp & !MOVED)
    }

    /// The same, and the value at home.
    #[inline]
    pub(crate) fn shows_at_home(self, stamp: Stamp) -> bool {
        stamp.wrapping_sub(self.era) <= self.age
    }
}

/// After so many eras, one comes again that was there before.
pub(crate) const ERAS: Stamp = if cfg!(test) { 40 } else { NEW_ERA };

/// Whether the slot with this stamp has none yet.
#[inline]
pub(crate) fn is_new(stamp: Stamp) -> bool {
    stamp == NEW
}

/// The counts. All accesses are `SeqCst` (see `table`).
#[derive(Default)]
pub(crate) struct Clock {
    /// The present era, where it stands in a stamp. Read by all operations, written by `clear` alone.
    era: AtomicStamp,
    /// Of all eras before this one no slot is left. Written under the lock of `sweep`.
    swept: AtomicStamp,
    walks: Padded<AtomicStamp>,
}

/// On cache lines of its own: walks write it, and everybody reads what is beside it.
#[derive(Default)]
#[repr(align(128))]
struct Padded<T>(T);

impl Clock {
    /// Whether the era of this stamp is the present one.
    #[inline]
    pub(crate) fn is_of_now(&self, stamp: Stamp) -> bool {
        self.begin_search().shows(stamp)
    }

    /// Begins a search. Of what it shows none was cleared before, since what is left of an era is swept
    /// out before that comes again. (To look first at a stamp and then at the clock would not do: in
    /// between, all eras may come and go, and who looks at the stamp alone does not see that the slot
    /// is dead.)
    #[inline]
    pub(crate) fn begin_search(&self) -> Walk {
        let era = self.era.load(SeqCst);
        Walk { era, age: AGE }
    }

    /// The stamp for a slot that is in the table already.
    pub(crate) fn stamp(&self) -> Stamp {
        // The age first. It may be from the era before: then it is less than it might be, and a walk
        // that began since, in this era, sees the slot, which was there before it was known.
        let age = self.walks.0.load(SeqCst).min(AGE);
        self.era.load(SeqCst) | age
    }

    /// Begins a walk. The count does not go far beyond the greatest age, let alone around: then slots
    /// of before would be younger than the walk.
    pub(crate) fn begin_walk(&self) -> Walk {
        let age = if self.walks.0.load(SeqCst) >= AGE {
            AGE
        } else {
            self.walks.0.fetch_add(1, SeqCst).min(AGE)
        };
        // Then the era: slots of a later one are younger than the walk (see `table`).
        let era = self.era.load(SeqCst);
        Walk { era, age }
    }

    /// Begins an era, of which nothing is there yet; `false` if the table must be swept before.
    #[inline]
    pub(crate) fn try_begin_era(&self) -> bool {
        let mut era = self.era.load(SeqCst);
        while !must_sweep(next(era)) {
            match self.era.compare_exchange(era, next(era), SeqCst, SeqCst) {
                Ok(_) => return true,
                Err(other) => era = other,
            }
        }
        false
    }

    /// The same after the table has been swept, and still under the lock of `sweep`.
    pub(crate) fn begin_era(&self) {
        if !self.try_begin_era() {
            // Nobody else gets past here without the lock.
            self.era.store(next(self.era.load(SeqCst)), SeqCst);
        }
    }

    /// Whether nothing is left of eras that are over.
    pub(crate) fn is_swept(&self) -> bool {
        self.swept.load(SeqCst) == self.era.load(SeqCst)
    }

    /// Does `sweep`, which takes out what was left when it began. Under the lock.
    pub(crate) fn sweep(&self, sweep: impl FnOnce()) {
        let era = self.era.load(SeqCst);
        sweep();
        self.swept.store(era, SeqCst);
    }
}

/// The era after this one.
fn next(era: Stamp) -> Stamp {
    (((era >> ERA) + 1) % ERAS) << ERA
}

/// Whether no slot may be left of the eras before the last one when this one begins: so none is when
/// it comes again.
fn must_sweep(era: Stamp) -> bool {
    (era >> ERA).is_multiple_of(ERAS / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At the greatest age a walk still sees what was there before it, however many there have been.
    #[test]
    fn walks_do_not_start_anew() {
        let clock = Clock::default();
        for before in [AGE - 1, Stamp::MAX - 1] {
            clock.walks.0.store(before, SeqCst);
            let old = clock.stamp();
            for _ in 0..4 {
                let walk = clock.begin_walk();
                assert!(walk.shows(old));
            }
        }
    }
}
