//! The writers' ways in and out. The invariants are those of [`raw`](super).

use gosync_park::{
    Patience, Spin,
    atomic::Ordering::{Acquire, Relaxed, Release},
    clock::Deadline,
    queue::{self, Outcome, Place},
};

use super::{RawRwMutex, readers::look_away};
use crate::{
    slots,
    state::{
        ACTIVE, AWAITED, BIASED, FIELD, GATHERING, LINED, NEXT, QUEUED, WRITER, after_writer,
        is_free, is_open, its_turn_is_awaited, lanes, readers,
    },
};

/// How often a writer looks for a free moment before it announces itself.
const LOOKS: usize = 1;
/// How a writer fared that asked to be the next one.
enum Announced {
    /// It is in.
    In,
    /// No new readers come in, but there are some.
    Waiting,
    /// Another writer has announced itself before.
    Behind,
}

impl RawRwMutex {
    /// Goes in, or gives up at the deadline. Returns whether it is in.
    #[cold]
    pub(super) fn write_slow(&self, deadline: Option<Deadline>) -> bool {
        for look in 0..=LOOKS {
            if look != 0 {
                look_away();
            }
            let state = self.state.load(Acquire);
            if state & (BIASED | GATHERING | WRITER) == BIASED {
                if self.gather_quietly(state, true) {
                    return true;
                }
            } else if look != 0 && self.write_at_once() {
                return true;
            }
        }
        match self.announce(0) {
            Announced::In => true,
            Announced::Waiting => self.wait_announced(GATHERING, deadline),
            Announced::Behind => self.line_up(deadline),
        }
    }

    /// Keeps new readers out, if no other writer does so already, and goes in if nobody is in.
    fn announce(&self, lined: usize) -> Announced {
        let mut state = self.state.load(Acquire);
        loop {
            if !is_open(state) {
                return Announced::Behind;
            }
            let announced = state | WRITER | lined;
            let next = match state & (BIASED | GATHERING) {
                0 if readers(state) == 0 => announced & !FIELD | ACTIVE,
                0 => announced & !FIELD,
                BIASED => announced | GATHERING,
                // An unlock gathers already.
                _ => announced,
            };
            // Acquire pairs with the Release of `release_count`, `leave_count`, `leave`, and, for `id`, of
            // `enter`.
            match self
                .state
                .compare_exchange_weak(state, next, Acquire, Acquire)
            {
                Ok(_) if next & ACTIVE != 0 => return Announced::In,
                Ok(_) if state & (BIASED | GATHERING) == BIASED && self.gather_announced(next) => {
                    return Announced::In;
                }
                Ok(_) => return Announced::Waiting,
                Err(now) => state = now,
            }
        }
    }

    /// Waits among the writers.
    fn line_up(&self, deadline: Option<Deadline>) -> bool {
        match deadline {
            None => self.writers.lock(),
            Some(deadline) if !self.writers.try_lock_for(deadline.remaining()) => return false,
            Some(_) => {}
        }
        // There may be one writer that has gone in past `writers`, and then another one. No yields: those who
        // go past could do so for all of a time slice at each, and nobody would know that we wait.
        let mut spin = Spin::close();
        loop {
            match self.announce(LINED) {
                Announced::In => return true,
                Announced::Waiting => return self.wait_announced(GATHERING, deadline),
                Announced::Behind => {}
            }
            if spin.again() {
                continue;
            }
            // No more of that: the one who is in announces us when it leaves.
            let ask = |state| (!is_open(state)).then_some(state | NEXT);
            if self.state.try_update(Relaxed, Relaxed, ask).is_ok() {
                return self.wait_announced(NEXT | GATHERING, deadline);
            }
        }
    }

    /// Waits for the turn of a writer that has something in the state; takes all of that back at
    /// the deadline.
    fn wait_announced(&self, not_with: usize, deadline: Option<Deadline>) -> bool {
        if self.wait_for_turn(not_with, deadline) {
            return true;
        }
        let forgo = |state| (state & NEXT != 0).then_some(state & !NEXT);
        if not_with & NEXT != 0 && self.state.try_update(Relaxed, Relaxed, forgo).is_ok() {
            self.writers.unlock();
        } else {
            self.leave(WRITER, 0);
        }
        false
    }

    /// Waits until nobody else is in and the state has none of these bits, and goes in.
    fn wait_for_turn(&self, not_with: usize, deadline: Option<Deadline>) -> bool {
        let is_it = |state: usize| readers(state) == 0 && state & not_with == 0;
        let take = |state| is_it(state).then_some(state | ACTIVE);
        // All others wait for this writer. Those for whom it waits are soon out, if their sections
        // are short; and to be woken would take long.
        let (mut close, mut patience) = (Spin::close(), Patience::new());
        loop {
            // Acquire pairs with the Release of `release_count`, `leave_count`, `leave`, and of the end of
            // a gathering.
            if self.state.try_update(Acquire, Relaxed, take).is_ok() {
                return true;
            }
            if deadline.is_some_and(Deadline::has_passed) || !close.again() && !patience.again() {
                break;
            }
        }
        loop {
            let enter = || {
                let take_or_sleep = |state| take(state).unwrap_or(state | AWAITED);
                !is_it(self.state.update(Acquire, Relaxed, take_or_sleep))
            };
            let leave = |empty: bool| {
                if empty {
                    self.state.fetch_and(!AWAITED, Relaxed);
                }
            };
            let (queue, spin) = (self.writers_queue(), Spin::none());
            match queue::wait_until(queue, Place::Back, deadline, spin, enter, leave) {
                Outcome::Refused => return true,
                Outcome::TimedOut => return false,
                Outcome::Woken => {}
            }
        }
    }

    /// Goes in if nobody is in, without a wait.
    #[cold]
    pub(super) fn try_write(&self) -> bool {
        loop {
            // Acquire as in `is_locked`.
            let state = self.state.load(Acquire);
            if state & (WRITER | GATHERING) != 0 || readers(state) != 0 {
                return false;
            }
            if state & BIASED == 0 {
                if self.write_at_once() {
                    return true;
                }
                if is_free(state) {
                    continue;
                }
                // The count is below 0: somebody is at an unlock too many.
                return false;
            }
            // A look that disturbs nobody, before it is done in earnest.
            if slots::count(lanes(state), self.known_id()) != 0 {
                return false;
            }
            if self.gather_quietly(state, true) {
                return true;
            }
        }
    }

    /// Ends a writer's phase, or what it had announced, and adds so many readers to what comes after
    /// it. Returns `false`, and does nothing, if the state has not this bit.
    #[cold]
    pub(super) fn leave(&self, bit: usize, kept: usize) -> bool {
        let mut admitted = 0;
        let mut end = |waiting: usize| {
            admitted = waiting + kept;
            let next = |state| {
                let known = state & QUEUED == 0 || waiting != 0;
                (state & bit != 0 && known).then(|| after_writer(state, admitted))
            };
            // Release pairs with the Acquire of whoever goes in next.
            self.state.try_update(Release, Relaxed, next)
        };
        let before = match end(0) {
            Err(state) if state & bit != 0 => {
                // Readers are queued. With the queue locked they are as many as they are.
                let mut left = Err(state);
                queue::wake_all_counted(self.readers_queue(), |waiting| {
                    left = end(waiting);
                    left.is_ok()
                });
                left
            }
            done => done,
        };
        let Ok(before) = before else { return false };
        if its_turn_is_awaited(after_writer(before, admitted)) {
            self.wake_writer();
        }
        // Last, as in Go: the readers are on their way before the next writer keeps others out.
        if before & LINED != 0 {
            self.writers.unlock();
        }
        true
    }
}
