//! A small lock for a few instructions: a bucket of the wait queue has one, and the list of all pools.
//!
//! | word | meaning |
//! |---|---|
//! | `FREE` | nobody has it |
//! | `HELD` | somebody has it, nobody sleeps for it |
//! | `AWAITED` | somebody has it, somebody may sleep for it |
//!
//! It is held for some ten instructions at a time, so a thread that finds it taken polls a while,
//! and sleeps only in case the holder has lost its processor.

use crate::{
    Spin,
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    const_fn, futex,
};

const FREE: u32 = 0;
const HELD: u32 = 1;
const AWAITED: u32 = 2;

/// The lock. It guards nothing by itself.
#[derive(Debug)]
pub struct Lock(AtomicU32);

/// Unlocks when dropped.
#[derive(Debug)]
#[must_use = "if unused, it unlocks at once"]
pub struct Held<'a>(&'a AtomicU32);

impl Lock {
    const_fn! {
        /// A lock that is free.
        #[expect(clippy::new_without_default, reason = "nobody asked for one")]
        pub const fn new() -> Self {
            Self(AtomicU32::new(FREE))
        }
    }

    /// Waits until nobody has it. What is done with the lock held must be short, must not wait and
    /// must not come here again.
    #[inline]
    pub fn lock(&self) -> Held<'_> {
        if !self.try_lock() {
            self.lock_slow();
        }
        Held(&self.0)
    }

    /// One step for who comes and for who polls: the models never poll.
    #[inline]
    fn try_lock(&self) -> bool {
        // Acquire pairs with the Release of `Held::drop`.
        self.0
            .compare_exchange(FREE, HELD, Acquire, Relaxed)
            .is_ok()
    }

    #[cold]
    fn lock_slow(&self) {
        let mut spin = Spin::new();
        while spin.again() {
            if self.0.load(Relaxed) == FREE && self.try_lock() {
                return;
            }
        }
        // From here on we cannot know whether others sleep: at worst one wake-up too many. Acquire as in
        // `try_lock`.
        while self.0.swap(AWAITED, Acquire) != FREE {
            futex::wait(&self.0, AWAITED);
        }
    }
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.0.swap(FREE, Release) == AWAITED {
            futex::wake_one(self.0);
        }
    }
}
