//! The readers' ways in and out. The invariants are those of [`raw`](super).

use gosync_park::{
    Spin,
    atomic::Ordering::{AcqRel, Acquire, Relaxed, Release},
    clock::Deadline,
    hint,
    queue::{self, Outcome, Place},
    thread,
};

use super::{LOOK_FIRST, RawRwMutex, ReadHold, panics::too_many_readers};
use crate::{
    slots::{self, Slot},
    state::{
        ACTIVE, AWAITED, BIASED, FIELD, GATHERING, LINED, ONE_READ, ONE_READER, QUEUED, STREAK,
        WRITER, after_lone_read, has_room, is_free, is_open, its_turn_is_awaited, lane, readers,
        reads, with_readers,
    },
};

/// How often a reader that finds a writer looks again before it queues.
const LOOKS: usize = 1;
/// For so many pauses a reader waits before it asks whether a writer's section is a short one, of
/// which the look was unlucky. If a writer is in after that, too, it is not, and the reader queues.
const SHORT: u32 = 256;
/// How often it yields before that, if the writer is not in but waits for other readers: perhaps it
/// is a processor that those wait for. Where threads outnumber the processors, a few dozen times
/// lets most of those have their turn. Where there is one processor it is that one, always. Not where
/// writers line up: to those it would yield, one after the other, and none of them would see it in the
/// queue. (Under loom they only make a larger model.)
const YIELDS: usize = if cfg!(gosync_loom) { 0 } else { 32 };

/// Leaves the lock to those who are at it, for some microseconds: less than it would take to go to
/// sleep and to be woken. A short section is over by then, and they have had the cache lines for
/// themselves: two threads that take turns at length get more done than two that take the line from
/// each other all the time.
pub(super) fn look_away() {
    if Spin::can_help() {
        hint::pause(1024);
    }
}

impl RawRwMutex {
    /// Goes in by a slot, if the bias is on for this thread and its slot is empty.
    #[inline]
    pub(super) fn show(&self, state: usize) -> Option<ReadHold> {
        let line = slots::own_line()?;
        let mine = BIASED | lane(slots::lane_of(line));
        let is_on = |state| state & (WRITER | GATHERING | mine) == mine;
        if !is_on(state) {
            return None;
        }
        // The state that was seen tells that there is an id.
        let id = self.known_id();
        let slot = slots::slot(line, id);
        if !slots::occupy(slot, id) {
            return None;
        }
        // Acquire pairs with the Release of `leave`, and of `enter` for the lane. That this look
        // sees the bias off if somebody has gathered before we occupied the slot: see `slots::take`.
        if is_on(self.state.load(Acquire)) {
            return Some(ReadHold(Some(slot)));
        }
        self.withdraw(slot, id);
        None
    }

    /// What a reader does that has seen the bias on, and shows itself when somebody has gathered.
    #[cfg(gosync_loom)]
    #[doc(hidden)]
    pub fn show_too_late(&self) {
        let id = self.known_id();
        let slot = slots::slot(slots::own_line().expect("it is not ending"), id);
        if slots::occupy(slot, id) {
            self.withdraw(slot, id);
        }
    }

    /// Takes back what this reader has shown in the slot, too late.
    #[cold]
    fn withdraw(&self, slot: &Slot, id: usize) {
        if !slots::retract(slot, id) {
            // It was moved to the count, or an unlock took it for its own, whose hold was. Should
            // that have been a mistake, then there may be nothing left to release.
            self.release_slow();
        }
    }

    /// This reader has counted itself in, where the state was this one. It is in if the lock was free;
    /// else a guest, and out again.
    #[cold]
    pub(super) fn counted_in(&self, before: usize) -> Option<ReadHold> {
        if is_free(before) {
            let state = with_readers(before, 1);
            // Relaxed: a count of reads. If another thread is quicker, this one is not in it.
            let _ = self
                .state
                .compare_exchange(state, after_lone_read(state), Relaxed, Relaxed);
            return Some(ReadHold::COUNTED);
        }
        if before & BIASED != 0 {
            self.hint(LOOK_FIRST);
        }
        // An unlock may have taken it for its own hold. Should that have been a mistake, then there may
        // be nothing left to release.
        self.release_slow();
        None
    }

    /// Goes in by a slot or by the count, if there is no writer. Calls `back_off` where another
    /// thread was quicker.
    pub(super) fn try_hold(&self, back_off: impl Fn()) -> Option<ReadHold> {
        let mut state = self.state.load(Acquire);
        while is_open(state) {
            if state & BIASED != 0
                && let Some(hold) = self.show(state)
            {
                return Some(hold);
            }
            if self.enter(state) {
                return Some(ReadHold::COUNTED);
            }
            back_off();
            state = self.state.load(Acquire);
        }
        None
    }

    /// Counts one reader in, and sees to the bias.
    fn enter(&self, state: usize) -> bool {
        if !has_room(state) {
            too_many_readers();
        }
        let next = with_readers(self.with_bias(state), 1);
        // Acquire pairs with the Release of `leave`; and of this, for `id`. Release, for `id`:
        // pairs with the Acquire of whoever finds the bias on.
        self.state
            .compare_exchange_weak(state, next, AcqRel, Relaxed)
            .is_ok()
    }

    /// The state with this read counted among those that met, or with the bias on for this thread's lane.
    fn with_bias(&self, state: usize) -> usize {
        let own_lane = || Some(lane(slots::lane_of(slots::own_line()?)));
        match state & (BIASED | GATHERING) {
            0 if reads(state) < STREAK * slots::slots_in_a_lane() && state & FIELD != FIELD => {
                state + ONE_READ
            }
            0 => match own_lane() {
                Some(lane) if self.has_id() => state & !FIELD | BIASED | lane,
                _ => state,
            },
            BIASED => state | own_lane().unwrap_or(0),
            _ => state,
        }
    }

    /// Sees to it that the lock has an id; `false` if there is none to be had.
    fn has_id(&self) -> bool {
        if self.known_id() != 0 {
            return true;
        }
        let Some(new) = slots::new_id() else {
            return false;
        };
        // Relaxed: the step that turns the bias on publishes it. If another thread is quicker, its id
        // stays.
        let _ = self.id.compare_exchange(0, new, Relaxed, Relaxed);
        true
    }

    /// Goes in; or queues, and is in when the writer leaves; or gives up at the deadline.
    #[cold]
    pub(super) fn hold_slow(&self, deadline: Option<Deadline>) -> Option<ReadHold> {
        let (mut looks, mut yields) = (0, 0);
        while looks <= LOOKS {
            let state = self.state.load(Relaxed);
            if !has_room(state) {
                // Also with a writer there: whoever queues now is counted in by the writer.
                too_many_readers();
            }
            if is_open(state) {
                if let Some(hold) = self.try_hold(look_away) {
                    return Some(hold);
                }
                looks += 1;
            } else if state & ACTIVE != 0 && looks < LOOKS && Spin::can_help() {
                looks += 1;
                hint::pause(SHORT);
                if self.state.load(Relaxed) & ACTIVE != 0 {
                    break;
                }
                look_away();
            } else if state & (ACTIVE | LINED) == 0
                && yields < YIELDS
                && !deadline.is_some_and(Deadline::has_passed)
            {
                yields += 1;
                thread::yield_now();
            } else {
                break;
            }
        }
        // With the queue locked: either there is a writer, who will find us in the queue, or we
        // are in.
        let enter = || {
            let queue_or_count = |state| {
                if is_open(state) {
                    with_readers(state, 1)
                } else {
                    state | QUEUED
                }
            };
            // Acquire pairs with the Release of `leave`.
            !is_open(self.state.update(Acquire, Relaxed, queue_or_count))
        };
        let leave = |empty: bool| {
            if empty {
                self.state.fetch_and(!QUEUED, Relaxed);
            }
        };
        let (queue, spin) = (self.readers_queue(), Spin::new());
        let outcome = queue::wait_until(queue, Place::Back, deadline, spin, enter, leave);
        (outcome != Outcome::TimedOut).then_some(ReadHold::COUNTED)
    }

    /// Releases the hold in this thread's own slot, if there is one.
    #[inline(never)]
    pub(super) fn release_own_slot(&self) -> bool {
        // Acquire, for `id`: pairs with the Release of `enter`.
        if self.state.load(Acquire) & BIASED == 0 {
            return false;
        }
        let id = self.known_id();
        slots::own_line().is_some_and(|line| slots::vacate(slots::slot(line, id), id))
    }

    /// A reader has counted itself out of this state. Wakes the writer that waited for it; and if there
    /// was nobody in the count, releases another hold instead. Returns whether there was one.
    #[cold]
    pub(super) fn counted_out(&self, before: usize) -> bool {
        if readers(before) == 0 {
            // Relaxed: it was released before.
            self.state.fetch_add(ONE_READER, Relaxed);
            return self.release_slow();
        }
        if its_turn_is_awaited(before - ONE_READER) {
            self.wake_writer();
        }
        true
    }

    /// Counts one reader out, if the state is still this one.
    fn leave_count(&self, state: usize) -> bool {
        // Release pairs with the Acquire of the next writer.
        self.state
            .compare_exchange_weak(state, state - ONE_READER, Release, Relaxed)
            .is_ok()
    }

    /// Releases one hold, wherever it is. Returns whether there was one.
    #[cold]
    pub(super) fn release_slow(&self) -> bool {
        let mut spin = Spin::new();
        loop {
            let state = self.state.load(Acquire);
            if readers(state) != 0 {
                if self.leave_count(state) {
                    return self.counted_out(state);
                }
            } else if state & GATHERING != 0 {
                // By invariant 1 it may be on its way into the count.
                if !spin.again() {
                    self.wait_for_gatherer();
                }
            } else if state & BIASED != 0 {
                self.gather_quietly(state, false);
            } else {
                return false;
            }
        }
    }

    /// Sleeps while somebody gathers and nobody is in the count. To yield would not do: it gives way to
    /// no thread of a lower priority, and the gatherer may be one.
    fn wait_for_gatherer(&self) {
        let enter = || {
            // Relaxed: whoever comes back looks again, with Acquire.
            let sleep =
                |state| (state & GATHERING != 0 && readers(state) == 0).then_some(state | AWAITED);
            self.state.try_update(Relaxed, Relaxed, sleep).is_ok()
        };
        queue::wait(self.writers_queue(), Place::Back, enter);
    }
}
