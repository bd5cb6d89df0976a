//! The state machine: a count, and a number for each round of waiting.
//!
//! `state`, one word:
//!
//! | bits | name | meaning |
//! |---|---|---|
//! | 0 | [`WAITERS`] | a thread sleeps in the wait queue until the count is zero |
//! | 1 | [`PANICKED`] | a task of this round panicked, or of one that nobody waited for, and no wait has been told yet |
//! | all above | the count | 0 to [`WaitGroup::MAX`] |
//!
//! What would leave this range is refused before it is made, so that nobody else ever sees it: a `done`
//! of another thread's must not be taken for surplus because of one that is.
//!
//! `generation`: the number of rounds that ended with somebody asleep.
//!
//! `panics`: the number of tasks that panicked, ever. Both go around.
//!
//! Transitions (count, flags):
//!
//! ```text
//! (c, f)      -> (c + n, f)      add
//! (c, f)      -> (c - n, f)      done; whoever makes the round over calls `release`
//! (c, f)      -> (c, f|PANICKED) a task panicked; its own done follows, so c > 0
//! (c, f)      -> (c, f|WAITERS)  wait, c != 0, as it enters the queue
//! (c, WAITERS[|PANICKED]) -> (c, f - WAITERS)   the only wait in the queue gives up, c != 0
//! (0, WAITERS[|PANICKED]) -> (0, 0)   release; then generation + 1, then wake all
//! (0, PANICKED)           -> (0, 0)   a wait that panics: of this round, or in place of one that was missing
//! ```
//!
//! A round is *over* when the count is zero and `WAITERS` is set. Invariants:
//!
//! 1. `WAITERS` is set only while the count is not zero. So a round becomes over only by a `leave`, which
//!    calls `release`.
//! 2. As long as a round is over nothing changes the state but `release`, which the `leave` calls that made
//!    it over: an `add` is refused, and a wait that gives up leaves it (6).
//! 3. The flags are cleared before the generation changes, and a wait that slept returns after
//!    it changed. So an `add` of the next round, made after all waits returned, does not find
//!    `WAITERS` of the last one. One that does find it, at count zero, is Go's misuse.
//! 4. `WAITERS` is set, and taken back by a wait that gives up, with the queue locked, in one step
//!    with entering and leaving the queue; and the generation changes with the queue locked. So
//!    whoever sleeps is there when the generation changes after the end of its round, and is
//!    woken. A wait that comes too late for that finds a generation other than the one that it
//!    read before it looked at the state, does not sleep, and looks again.
//! 5. Without misuse, the change of the generation is the releaser's last access.
//! 6. A wait that gives up and finds its round over, or ended and the generation not changed yet, waits for
//!    the change after all. Otherwise the next round could begin before it, and it would wake those
//!    who wait for that one; or the WaitGroup be gone.
//! 7. A wait that has found the count above zero is told of each panic of that round, whoever else has
//!    been: it has either seen `PANICKED` beside the count, which stays until the count is zero, or
//!    `panics` has grown since before it looked. (A task sets the one, and then adds to the other.)

#[cfg(all(test, not(gosync_loom)))]
mod tests;

use std::{ptr, thread};

use gosync_park::{
    Patience, Spin,
    atomic::{
        AtomicU32, AtomicUsize,
        Ordering::{self, Acquire, Relaxed, Release},
    },
    clock::Deadline,
    hint,
    queue::{self, Outcome, Place},
};

use super::WaitGroup;
use crate::misuse;

/// Bit of the state: a thread sleeps in the wait queue until the count is zero.
pub(super) const WAITERS: usize = 1 << 0;
/// Bit of the state: a task of this round panicked, and no wait has been told yet.
const PANICKED: usize = 1 << 1;
/// One in the state's count.
pub(super) const ONE: usize = 1 << 2;
/// The largest state whose count is allowed.
const LARGEST: usize = (WaitGroup::MAX * ONE) | PANICKED | WAITERS;

/// How many pauses to make when another thread has changed the state at the same time. (None under loom, to
/// which a pause is a yield: it would hide some orders.)
const LOOK_AWAY: u32 = if cfg!(gosync_loom) { 0 } else { 32 };

/// The count is zero and somebody waits for that.
#[inline]
fn is_over(state: usize) -> bool {
    state & !PANICKED == WAITERS
}

#[inline]
fn is_zero(state: usize) -> bool {
    state & !(PANICKED | WAITERS) == 0
}

impl WaitGroup {
    /// Adds `n` to the count.
    #[inline]
    #[track_caller]
    pub(crate) fn enter(&self, n: usize) {
        if n > Self::MAX {
            misuse::too_many(self.count().wrapping_add(n));
        }
        let step = n * ONE;
        let add = |state: usize| {
            let new = state.checked_add(step).filter(|new| *new <= LARGEST);
            new.filter(|_| !is_over(state))
        };
        // Relaxed: it publishes nothing; the one who adds tells the one who waits, or does it
        // itself. As a read-modify-write it does not break the release sequence of `leave`.
        match self.change(Relaxed, add) {
            Ok(_) => (),
            Err(state) if is_over(state) => misuse::add_concurrent_with_wait(),
            Err(state) => misuse::too_many(state / ONE + n),
        }
    }

    /// Takes `n` off the count, and releases the waiting threads at zero. If the count is less
    /// than `n`, it has no effect and returns `false`.
    #[inline]
    pub(crate) fn leave(&self, n: usize) -> bool {
        if n > Self::MAX {
            return false;
        }
        let step = n * ONE;
        // Release: pairs with the Acquire of `wait`, or of `release` if this is not the last one. (The flags
        // are below the count and change nothing.)
        let taken = |state: usize| state.checked_sub(step);
        let Ok(old) = self.change(Release, taken) else {
            return false;
        };
        let new = old - step;
        if is_over(new) {
            self.release();
        }
        true
    }

    /// Changes the state as `to` says, unless that says no. What it was, in either case.
    #[inline]
    fn change(&self, order: Ordering, to: impl Fn(usize) -> Option<usize>) -> Result<usize, usize> {
        let mut state = self.state().load(Relaxed);
        while let Some(new) = to(state) {
            match (self.state()).compare_exchange_weak(state, new, order, Relaxed) {
                Ok(_) => return Ok(state),
                Err(_) => {
                    // Others want the line, too. Who looks away lets them make some changes in a row.
                    hint::pause(LOOK_AWAY);
                    state = self.state().load(Relaxed);
                }
            }
        }
        Err(state)
    }

    /// A task panicked, whose `leave` is to follow: tells whoever waits for the end of the round.
    #[cold]
    pub(crate) fn mark_panicked(&self) {
        // Relaxed: a wait reads it from the very word that `leave` publishes.
        self.state().fetch_or(PANICKED, Relaxed);
        // Release: pairs with the Acquire in `wait_slow`. Who counts from this panic on sees the flag.
        self.panics().fetch_add(1, Release);
    }

    /// Ends the round, which is over, and wakes those who waited for it.
    #[cold]
    fn release(&self) {
        // Acquire: takes over what the other `leave`s of the round published, to hand it on
        // through the generation (in `publish`).
        let was = self.state().swap(0, Acquire);
        debug_assert!(is_over(was), "invariant 2");
        self.publish();
    }

    /// Counts the round and wakes its sleepers. After the change of the generation, `self` may be
    /// gone (invariant 5).
    fn publish(&self) {
        let address = self.address();
        let generation = self.generation();
        // With the queue locked: a waiter enters it before, and is woken, or after, and sees the
        // change. So nobody is woken who waits for something else at the address, after the end
        // of this WaitGroup.
        queue::wake_all(address, || {
            // Release: pairs with the Acquire in `wait_slow`.
            generation.fetch_add(1, Release);
        });
    }

    /// Waits until the count is zero, and returns `true`; or until `deadline`, and returns `false`.
    #[cold]
    #[track_caller]
    pub(super) fn wait_slow(&self, deadline: Option<Deadline>) -> bool {
        let mut patience = Patience::new();
        // Not beyond the deadline. A wait that has none, or time left, may poll once more.
        let mut poll_again = || !deadline.is_some_and(Deadline::has_passed) && patience.again();
        // Acquire, and before the state: invariant 7.
        let panics = self.panics().load(Acquire);
        // Relaxed: to be asked when the end of the round has been seen, and with it all that its tasks did.
        let panics_since = || self.panics().load(Relaxed) != panics;
        // Whether this thread has found the count above zero, and `PANICKED` beside it.
        let (mut waited, mut panicked) = (false, false);
        loop {
            // Acquire, and before the state: invariant 4.
            let generation = self.generation().load(Acquire);
            // Acquire: as in `wait`.
            let state = self.state().load(Acquire);
            if is_zero(state) {
                // One that unwinds cannot be told in place of the wait that was missing: the next one is.
                let may_clear = waited || !thread::panicking();
                // Relaxed: the load above did it.
                let cleared = state == PANICKED
                    && may_clear
                    && (self.state().compare_exchange(state, 0, Relaxed, Relaxed)).is_ok();
                if cleared || waited && (panicked || panics_since()) {
                    misuse::task_panicked();
                    return true;
                }
                if state != PANICKED || !may_clear {
                    return true;
                }
                // Another wait has been told in place of the one that was missing.
                continue;
            }
            #[cfg(gosync_loom)]
            if !waited {
                self.life.is_waited_for();
            }
            waited = true;
            panicked |= state & PANICKED != 0;
            if state & WAITERS != 0 || !poll_again() {
                match self.sleep(generation, deadline) {
                    // The round ended, or another began, before this thread was in the queue.
                    Outcome::Refused => {}
                    Outcome::TimedOut => return false,
                    Outcome::Woken => {
                        self.look_back(generation);
                        if panicked || panics_since() {
                            misuse::task_panicked();
                        }
                        return true;
                    }
                }
            }
        }
    }

    /// Sleeps until the round that follows `before` has ended, or until `deadline`.
    fn sleep(&self, before: u32, deadline: Option<Deadline>) -> Outcome {
        let enter = || {
            // Relaxed, all: the queue's lock, which `publish` and `leave` hold too, orders them.
            let flag = |state| (!is_zero(state)).then_some(state | WAITERS);
            self.generation().load(Relaxed) == before
                && self.state().try_update(Relaxed, Relaxed, flag).is_ok()
        };
        // While this thread is in the queue, only the end of the round takes the flag; and once the round is
        // over it stays for that.
        let mut ended = false;
        let leave = |empty: bool| {
            let kept = if empty { !WAITERS } else { !0 };
            let forgo = |state| (state & WAITERS != 0 && !is_over(state)).then_some(state & kept);
            ended = self.state().try_update(Relaxed, Relaxed, forgo).is_err();
        };
        let address = self.address();
        let (place, spin) = (Place::Back, Spin::none());
        let outcome = queue::wait_until(address, place, deadline, spin, enter, leave);
        if !ended {
            return outcome;
        }
        // Invariant 6. The releaser is on its way.
        let before_it = || self.generation().load(Relaxed) == before;
        queue::wait(address, place, before_it);
        Outcome::Woken
    }

    /// Looks whether another round has begun, for a thread that began to wait in generation `before` and
    /// slept through to the end of the round.
    #[track_caller]
    fn look_back(&self, before: u32) {
        // Relaxed, both: the wake-up came after the end of the round and the change of the
        // generation, and orders them, as it orders all that the tasks did.
        let after = self.generation().load(Relaxed);
        let state = self.state().load(Relaxed);
        if state >= ONE || after.wrapping_sub(before) != 1 {
            misuse::reused_too_early();
        }
    }

    /// By which the waiters are found.
    fn address(&self) -> *const () {
        ptr::from_ref(&self.generation).cast()
    }

    #[inline]
    pub(super) fn state(&self) -> &AtomicUsize {
        #[cfg(gosync_loom)]
        self.life.access();
        &self.state
    }

    #[inline]
    fn generation(&self) -> &AtomicU32 {
        #[cfg(gosync_loom)]
        self.life.access();
        &self.generation
    }

    #[inline]
    fn panics(&self) -> &AtomicU32 {
        #[cfg(gosync_loom)]
        self.life.access();
        &self.panics
    }
}
