//! The slow ways through `lock` and `unlock`: everything that waits. The tables are in `raw.rs`.

use std::{ptr, time::Duration};

use gosync_park::{
    Spin,
    atomic::Ordering::{AcqRel, Acquire, Relaxed, Release},
    clock::{self, Deadline, Instant},
    hint,
    queue::{self, Outcome, Place},
    thread,
};

use super::{
    CLAIMED, CROWDED, FREE, HEIR, NUMBER, QUEUED, RESERVED, RawMutex, SPINNING, is_free, taken,
};

/// A waiter is awake that looks after all others.
const KEEPER: u32 = 1 << 0;
/// The sections are so short that polling costs more than it finds.
const BRISK: u32 = 1 << 1;
/// Unlocks are counted.
const COUNTING: u32 = 1 << 2;
/// Nobody has measured for a while.
const UNMEASURED: u32 = 1 << 3;
/// Since the turn began somebody has unlocked the slow way, or there was a keeper.
const RELEASED: u32 = 1 << 4;
/// The section under way has outlasted a spinner.
const OUTLASTED: u32 = 1 << 5;
/// How many turns in a row have ended without a sign of a crowd, up to three.
const QUIET: u32 = 3 << 6;
/// How many unlocks were counted.
const COUNT: u32 = 0xFF << 8;
/// At how many ends of turns, up to three, the sleepers were passed since one was woken.
const PASSED: u32 = 3 << 16;
/// When the turn began.
const BEGAN: u32 = 0x3FFF << 18;

/// How long the same threads have the lock among themselves while others wait, in microseconds.
pub(super) const TURN: u32 = 64;
/// The unit of [`BEGAN`], as a shift of microseconds.
const UNIT: u32 = 2;

/// A section of so many microseconds is long: the lock may idle for as long as a wake-up takes.
pub(super) const LONG: u32 = 256;

/// How long a spinner counts the unlocks, once a millisecond, and how many in that time make the
/// lock brisk in any case.
const SAMPLE: Duration = Duration::from_micros(2);
const BRISK_UNLOCKS: u32 = 16;

/// A lock that nobody unlocks for so long does not move.
const MOMENT: Duration = Duration::from_micros(2);

/// A yield that took longer than this has let another thread run.
const YIELD: Duration = Duration::from_nanos(1500);

/// How a newcomer fared.
enum Arrival {
    /// It has the lock.
    Taken,
    /// It polls: it has set `SPINNING`.
    Spinner,
    /// Others look after the lock and the queue: it has nothing to do but to sleep.
    Surplus,
}

/// What a waiter is, by the bits that it has set, or that were set in its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// No bit.
    Newcomer,
    /// `SPINNING`
    Spinner,
    /// Was the keeper: no bit.
    Keeper,
    /// `HEIR`, and `CLAIMED`
    Heir,
}

impl Role {
    /// Whether to take the lock rather than to go to sleep, or to poll further.
    fn may_take(self, state: u32) -> bool {
        match self {
            // It has been decided already that others go first, as long as there are any.
            Self::Newcomer => is_free(state) && state & (SPINNING | HEIR) == 0,
            Self::Spinner | Self::Keeper => is_free(state),
            Self::Heir => state & FREE != 0,
        }
    }

    /// The state after this waiter took the lock.
    fn take(self, state: u32) -> u32 {
        match self {
            Self::Newcomer => taken(state),
            Self::Spinner => state & !(FREE | SPINNING),
            Self::Keeper => state & !FREE | QUEUED,
            Self::Heir => state & !(FREE | HEIR | CLAIMED),
        }
    }

    /// The state after this waiter entered the queue.
    fn retire(self, state: u32) -> u32 {
        match self {
            Self::Newcomer | Self::Keeper => state | QUEUED,
            Self::Spinner => state & !SPINNING | QUEUED,
            Self::Heir => state & !HEIR | QUEUED,
        }
    }
}

impl RawMutex {
    fn address(&self) -> *const () {
        ptr::from_ref(&self.state).cast()
    }

    /// Whether somebody waits, as far as the words tell.
    pub(super) fn has_waiters(&self) -> bool {
        self.state.load(Relaxed) & (QUEUED | SPINNING | HEIR) != 0
            || self.pace.load(Relaxed) & KEEPER != 0
    }

    /// Locks if a newcomer may, and returns whether it did. Who passes sleepers at the end of a turn
    /// wakes the oldest, as nobody else may come who looks at that.
    #[cold]
    pub(super) fn try_lock_slow(&self) -> bool {
        let pass = |state| is_free(state).then(|| taken(state));
        // Acquire as in `arrive`.
        let Ok(before) = self.state.try_update(Acquire, Relaxed, pass) else {
            return false;
        };
        if before & QUEUED != 0 && self.turn_is_over() {
            self.wake_oldest(0, |_| true);
        }
        true
    }

    /// Locks, unless `deadline` passes first. Returns whether it has the lock.
    #[cold]
    pub(super) fn lock_slow(&self, deadline: Option<Deadline>) -> bool {
        // A crowded lock that is free, and nobody waits that a bit tells of. Acquire as in `arrive`.
        let quick = |state| (state & !NUMBER == FREE | CROWDED).then(|| taken(state));
        if self.state.try_update(Acquire, Relaxed, quick).is_ok() {
            return true;
        }
        let goes_last = self.turn_is_over() && self.let_others_go_first(deadline.is_some());
        let arrival = if goes_last {
            Arrival::Surplus
        } else {
            self.arrive()
        };
        let mut role = match arrival {
            Arrival::Taken => return true,
            Arrival::Surplus => Role::Newcomer,
            Arrival::Spinner => {
                let (got, role) = if self.is_brisk() {
                    (self.keep(deadline), Role::Keeper)
                } else {
                    (self.poll(Role::Spinner), Role::Spinner)
                };
                if got {
                    return true;
                }
                role
            }
        };
        loop {
            match self.sleep(role, deadline) {
                Outcome::Woken => {}
                Outcome::Refused => {
                    if goes_last && role == Role::Newcomer {
                        self.look_after_the_passed();
                    }
                    return true;
                }
                Outcome::TimedOut => return false,
            }
            // The waker has set HEIR in our name.
            role = Role::Heir;
            self.state.fetch_or(CLAIMED, Relaxed);
            if self.poll(role) {
                return true;
            }
        }
    }

    /// Whether those who have the lock among themselves have had it for long enough. Also begins
    /// the next turn.
    fn turn_is_over(&self) -> bool {
        let pace = self.pace.load(Relaxed);
        // A keeper has a clock of its own.
        if pace & KEEPER != 0 {
            return false;
        }
        let now = now();
        let over = has_lasted(pace, now, TURN);
        // If it fails somebody else was quicker, or began to count.
        over && self
            .pace
            .compare_exchange(pace, begin_turn(pace, now), Relaxed, Relaxed)
            .is_ok()
    }

    /// At the end of a turn: lets whoever waits for this processor run, and if nobody does, wakes
    /// the oldest sleeper; in any case if this thread `may_give_up`, and so not stay behind those that ran.
    /// Returns whether there was anybody.
    fn let_others_go_first(&self, may_give_up: bool) -> bool {
        let has_sleepers = self.state.load(Relaxed) & (QUEUED | HEIR) != 0;
        // Perhaps its holder is what waits for this processor. It does not know that we wait, and would
        // have the processor until the scheduler's next tick.
        if !has_sleepers && !self.moves() {
            return false;
        }
        let others_ran = self.yield_turn(true);
        if others_ran && !may_give_up {
            return true;
        }
        let queued = self.state.load(Relaxed) & (QUEUED | HEIR | CLAIMED) == QUEUED;
        queued && self.wake_oldest(0, |_| true) || others_ran
    }

    /// After somebody took the lock at the end of a turn though it had let others go first: these had
    /// released it by then. Who did so sees it taken, and wakes nobody. Two that yield to each other may
    /// go on like that, and so every fourth time the oldest sleeper is woken.
    fn look_after_the_passed(&self) {
        if self.state.load(Relaxed) & QUEUED == 0 {
            return;
        }
        let before = self
            .pace
            .update(Relaxed, Relaxed, |pace| match pace & PASSED {
                PASSED => pace,
                _ => pace + (1 << PASSED.trailing_zeros()),
            });
        if before & PASSED == PASSED {
            self.wake_oldest(0, |_| true);
        }
    }

    /// Yields at the end of a turn, and returns whether that has let another thread run. Until a few
    /// turns have ended without a sign of others the lock is crowded. If others want it, and one of
    /// them ends a turn meanwhile, that is a sign. (Two that use it now and then, beside threads that
    /// have nothing to do with it, would end turns, too, and had better not yield to those.)
    fn yield_turn(&self, is_wanted: bool) -> bool {
        let pace = self.pace.load(Relaxed);
        // A brisk lock has a keeper, which sees the end of a turn.
        if pace & (BRISK | KEEPER) == 0 && Spin::can_help() {
            self.state.fetch_or(CROWDED, Relaxed);
        }
        let begin = Instant::now();
        thread::yield_now();
        // Under the model checker time tells nothing.
        let others_ran = !cfg!(gosync_loom) && begin.elapsed() > YIELD;
        if self.state.load(Relaxed) & CROWDED != 0 {
            let turn_has_ended = (self.pace.load(Relaxed) ^ pace) & BEGAN != 0;
            self.note_crowd(is_wanted && turn_has_ended);
        }
        others_ran
    }

    /// Takes down that there was a sign of a crowd, or that there was none.
    fn note_crowd(&self, is_there: bool) {
        let before = self
            .pace
            .update(Relaxed, Relaxed, |pace| match pace & QUIET {
                _ if is_there => pace & !QUIET,
                QUIET => pace,
                _ => pace + (1 << QUIET.trailing_zeros()),
            });
        if !is_there && before & QUIET == QUIET {
            self.state.fetch_and(!(CROWDED | NUMBER), Relaxed);
        }
    }

    /// Whether somebody unlocks within a moment.
    fn moves(&self) -> bool {
        let begin = Instant::now();
        loop {
            if cfg!(gosync_loom) || self.state.load(Relaxed) & FREE != 0 {
                return true;
            }
            if !Spin::can_help() || begin.elapsed() > MOMENT {
                return false;
            }
            hint::pause(1);
        }
    }

    /// Takes the lock if it is free; else becomes the one that polls, if nobody is awake.
    fn arrive(&self) -> Arrival {
        let mut yielded = false;
        loop {
            let state = self.state.load(Relaxed);
            let (new, arrival) = if is_free(state) {
                (taken(state), Arrival::Taken)
            } else if state & (SPINNING | HEIR | CLAIMED) == 0
                && self.pace.load(Relaxed) & KEEPER == 0
            {
                (state | SPINNING, Arrival::Spinner)
            } else if state & (HEIR | CLAIMED) == HEIR && !yielded {
                // Perhaps the heir waits for this processor.
                thread::yield_now();
                yielded = true;
                continue;
            } else {
                return Arrival::Surplus;
            };
            // Acquire pairs with the Release of `unlock`, here as wherever the lock is taken.
            if self
                .state
                .compare_exchange_weak(state, new, Acquire, Relaxed)
                .is_ok()
            {
                return arrival;
            }
        }
    }

    /// Whether the lock is brisk: as measured last, which happens once a millisecond, by counting.
    /// For the spinner, whose bit sends each unlock the slow way.
    fn is_brisk(&self) -> bool {
        let pace = self.pace.load(Relaxed);
        if pace & UNMEASURED == 0 {
            return pace & BRISK != 0;
        }
        self.pace.update(Relaxed, Relaxed, |pace| {
            pace & !(COUNT | UNMEASURED) | COUNTING
        });
        let begin = Instant::now();
        while begin.elapsed() < SAMPLE {
            hint::pause(8);
        }
        let counted = begin.elapsed();
        let clock = begin.elapsed().saturating_sub(counted);
        // The line comes from the processor of the holder, which has just counted.
        let pace = self.pace.fetch_and(!COUNTING, Relaxed);
        let end = begin.elapsed();
        let way = end.saturating_sub(counted + clock * 2);
        let was_brisk = pace & BRISK != 0;
        // One that has lost the processor meanwhile has not measured anything.
        let brisk = if end < SAMPLE * 4 {
            are_brisk(count(pace), counted, way)
        } else {
            was_brisk
        };
        if brisk != was_brisk {
            self.pace.fetch_xor(BRISK, Relaxed);
        }
        brisk
    }

    /// Polls for the lock as long as that makes sense. Returns whether it was got.
    fn poll(&self, role: Role) -> bool {
        let mut spin = Spin::close_then_apart();
        loop {
            let take = |state| role.may_take(state).then(|| role.take(state));
            if self.state.try_update(Acquire, Relaxed, take).is_ok() {
                return true;
            }
            // With an heir on its way a spinner only takes a processor that the heir could use.
            let make_way = role == Role::Spinner && self.state.load(Relaxed) & HEIR != 0;
            if make_way {
                return false;
            }
            if !spin.again() {
                // Where polling takes no time it tells nothing.
                if role == Role::Spinner && Spin::can_help() {
                    self.pace.fetch_or(OUTLASTED, Relaxed);
                }
                return false;
            }
        }
    }

    /// Looks after the queue for a turn while others lock and unlock the quick way, and takes the
    /// lock at the end, or if nobody seems to want it. Returns whether it was got. For the
    /// spinner, which is none any more afterwards.
    fn keep(&self, deadline: Option<Deadline>) -> bool {
        if self.pace.fetch_or(KEEPER | RELEASED, Relaxed) & KEEPER != 0 {
            // There was no spinner, as it is the keeper now. One keeper is enough.
            self.state.fetch_and(!SPINNING, Relaxed);
            return false;
        }
        let mut hidden = self.hide(SPINNING | QUEUED | CROWDED | NUMBER);
        let begin = Instant::now();
        let mut reserved = false;
        let mut free_looks = 0;
        let mut spin = Spin::close_then_apart();
        let got = loop {
            let state = self.state.load(Relaxed);
            let may_take = state & (FREE | CLAIMED) == FREE;
            free_looks = if may_take { free_looks + 1 } else { 0 };
            // A lock that is free time after time is not wanted; one that is free once is about
            // to be taken by one who is quicker.
            if may_take && (reserved || free_looks >= FREE_LOOKS) {
                let taken = state & !(FREE | RESERVED) | hidden;
                // Acquire as in `arrive`.
                if self
                    .state
                    .compare_exchange(state, taken, Acquire, Relaxed)
                    .is_ok()
                {
                    break true;
                }
            } else if reserved {
                if !spin.again() {
                    break false;
                }
            } else if Self::is_patient(begin, deadline) {
                if state & QUEUED != 0 {
                    hidden |= self.hide(QUEUED);
                }
                hint::pause(128);
            } else {
                self.state.fetch_or(RESERVED, Relaxed);
                reserved = true;
            }
        };
        // Before the steps on `state` that follow.
        self.pace.fetch_and(!KEEPER, Relaxed);
        if !got {
            self.state.fetch_and(!RESERVED, Relaxed);
        }
        if got && self.state.fetch_or(0, Release) & FREE != 0 {
            // Somebody has seen that we got it, and unlocked, perhaps when the keeper was still there.
            // Release pairs with the Acquire of `unlock_slow`, as in `sleep`.
            self.wake_oldest(0, |state| state & (FREE | SPINNING) == FREE);
        }
        got
    }

    /// Whether the keeper goes on as it is.
    fn is_patient(begin: Instant, deadline: Option<Deadline>) -> bool {
        Spin::can_help()
            && begin.elapsed() < Duration::from_micros(TURN.into())
            && !deadline.is_some_and(Deadline::has_passed)
    }

    /// Takes bits out of `state` for which the keeper stands in. Returns `QUEUED` if that is one.
    fn hide(&self, bits: u32) -> u32 {
        self.state.fetch_and(!bits, Relaxed) & QUEUED
    }

    /// Sleeps until woken as the heir; or takes the lock at the last moment, and refuses to sleep; or
    /// gives up, and is nothing any more.
    fn sleep(&self, role: Role, deadline: Option<Deadline>) -> Outcome {
        let place = if role == Role::Heir {
            Place::Front
        } else {
            Place::Back
        };
        let enter = || {
            // Release pairs with the Acquire of `unlock_slow`: an unlock that sees QUEUED from us
            // does not see us as the keeper.
            let before = self.state.update(AcqRel, Relaxed, |state| {
                if role.may_take(state) {
                    role.take(state)
                } else {
                    role.retire(state)
                }
            });
            !role.may_take(before)
        };
        // What a waiter that gives up has left in the state: the heir its claim, the last one that
        // there is a queue. If the lock is free then its unlock found us in the queue, and is
        // about to lock that and to look whom it can wake now.
        let leave = |empty: bool| {
            let gone = if role == Role::Heir { CLAIMED } else { 0 };
            let gone = if empty { gone | QUEUED } else { gone };
            self.state.fetch_and(!gone, Relaxed);
        };
        queue::wait_until(self.address(), place, deadline, Spin::none(), enter, leave)
    }

    #[cold]
    #[track_caller]
    pub(super) fn unlock_slow(&self, before: u32) {
        if before & FREE != 0 {
            // The addition has taken the free lock: give it back properly.
            self.unlock();
            unlock_of_unlocked();
        }
        if before & !NUMBER == CROWDED {
            if before & NUMBER == 0 && self.turn_is_over() {
                // We have just released it.
                let is_wanted = self.state.load(Relaxed) & FREE == 0;
                self.yield_turn(is_wanted);
            }
            return;
        }
        // Acquire pairs with the Release of `sleep`.
        let _ = self.state.load(Acquire);
        let pace = self.pace.load(Relaxed);
        let first_release = pace & RELEASED == 0;
        let outlasted = pace & OUTLASTED != 0;
        if first_release {
            self.pace.fetch_or(RELEASED, Relaxed);
        }
        if outlasted {
            self.pace.fetch_and(!OUTLASTED, Relaxed);
        }
        let heir_does_not_run = before & (HEIR | CLAIMED) == HEIR;
        if pace & COUNTING != 0 || heir_does_not_run {
            let more = pace & !COUNT | pace.wrapping_add(1 << COUNT.trailing_zeros()) & COUNT;
            // One more or less does not matter.
            let _ = self.pace.compare_exchange(pace, more, Relaxed, Relaxed);
        }
        // An heir that has gone back to sleep, with its claim.
        let heir_sleeps = before & (HEIR | CLAIMED) == CLAIMED;
        if heir_sleeps {
            self.wake_oldest(0, |_| true);
            return;
        }
        if pace & KEEPER != 0 {
            return;
        }
        if heir_does_not_run && count(pace) & count(pace).wrapping_sub(1) == 0 {
            // Perhaps it waits for this processor. With many threads on few processors that can
            // take longer than all else.
            thread::yield_now();
        }
        if before & (QUEUED | SPINNING | HEIR) == QUEUED {
            let free = |state| state & (FREE | SPINNING) == FREE;
            if outlasted || first_release && has_lasted(pace, now(), LONG) {
                self.wake_oldest(CLAIMED, free);
            } else if !self.somebody_comes() {
                self.wake_oldest(0, free);
            }
        }
    }

    /// Whether somebody takes the lock, or begins to poll for it, within a moment: then it is
    /// theirs to look after the sleepers. Costs less than a wake-up does.
    fn somebody_comes(&self) -> bool {
        const LOOKS: u32 = 16;
        if !Spin::can_help() {
            return false;
        }
        (0..LOOKS).any(|look| {
            if look == LOOKS / 4 {
                thread::yield_now();
            } else {
                hint::pause(1);
            }
            let state = self.state.load(Relaxed);
            state & FREE == 0 || state & (SPINNING | HEIR) != 0
        })
    }

    /// Wakes the oldest sleeper, as the heir, unless there is one, or `wanted` says that the state
    /// asks for none. Sets `claim`, [`CLAIMED`] or nothing, in its name. Returns whether it woke one.
    fn wake_oldest(&self, claim: u32, wanted: impl Fn(u32) -> bool) -> bool {
        queue::wake_one(self.address(), |oldest| {
            let Some(oldest) = oldest else {
                // A keeper had seen it set, and did not see it cleared.
                self.state.fetch_and(!QUEUED, Relaxed);
                return false;
            };
            let wake = |state| {
                let left = if oldest.alone { state & !QUEUED } else { state };
                (state & HEIR == 0 && wanted(state)).then_some(left | HEIR | claim)
            };
            let woken = self.state.try_update(Relaxed, Relaxed, wake).is_ok();
            if woken {
                // A turn begins with the heir, and the count of the unlocks until it runs.
                let now = now();
                self.pace.update(Relaxed, Relaxed, |pace| {
                    begin_turn(pace, now) & !(COUNT | PASSED)
                });
            }
            woken
        })
    }
}

/// In how many of the keeper's looks in a row the lock must be free for it to take it.
const FREE_LOOKS: u32 = if cfg!(gosync_loom) { 1 } else { 3 };

/// This moment, as [`BEGAN`] has it.
fn now() -> u32 {
    clock::micros() >> UNIT << BEGAN.trailing_zeros()
}

/// Whether one thread alone, which had so many sections in this time, gets more done than two in turn,
/// to each of which the lock and what it protects make their `way` between processors. (If two take
/// turns, a section is as much of a thread's time as what is between two of its sections.)
fn are_brisk(sections: u32, time: Duration, way: Duration) -> bool {
    sections >= BRISK_UNLOCKS || 2 * way * sections > time / 2
}

/// The pace as a turn begins.
fn begin_turn(pace: u32, now: u32) -> u32 {
    // In another millisecond, or so, than the last one.
    const MILLISECOND: u32 = 1 << (BEGAN.trailing_zeros() + 8);
    let unmeasured = if (pace ^ now) & BEGAN >= MILLISECOND {
        UNMEASURED
    } else {
        0
    };
    pace & !(BEGAN | RELEASED) | now | unmeasured
}

/// Whether so many microseconds have passed since the turn began.
fn has_lasted(pace: u32, now: u32, micros: u32) -> bool {
    now.wrapping_sub(pace & BEGAN) >= micros >> UNIT << BEGAN.trailing_zeros()
}

fn count(pace: u32) -> u32 {
    (pace & COUNT) >> COUNT.trailing_zeros()
}

#[cold]
#[inline(never)]
#[track_caller]
fn unlock_of_unlocked() -> ! {
    panic!("sync: unlock of unlocked mutex");
}

#[cfg(gosync_loom)]
impl RawMutex {
    /// An unlocked mutex whose first spinner becomes the keeper.
    #[doc(hidden)]
    #[must_use]
    pub fn brisk() -> Self {
        let mutex = Self::new();
        mutex.pace.store(BRISK, Relaxed);
        mutex
    }

    /// The same mutex, but crowded until the next turn ends. Its next unlock looks.
    #[doc(hidden)]
    #[must_use]
    pub fn crowded(self) -> Self {
        self.state.fetch_or(CROWDED | NUMBER, Relaxed);
        self.pace.fetch_or(QUIET, Relaxed);
        self
    }
}

#[cfg(all(test, not(gosync_loom)))]
mod tests {
    use gosync_park::atomic::AtomicBool;

    use super::*;

    fn locked(bits: u32, pace: u32) -> RawMutex {
        let mutex = RawMutex::new();
        mutex.state.store(bits, Relaxed);
        mutex.pace.store(pace, Relaxed);
        mutex
    }

    fn bits(mutex: &RawMutex) -> (u32, u32) {
        (
            mutex.state.load(Relaxed) & !(CROWDED | NUMBER),
            mutex.pace.load(Relaxed) & (KEEPER | BRISK | COUNTING),
        )
    }

    /// Very short sections are brisk, and longer ones where the way is long; long ones never are.
    #[test]
    fn sections_are_brisk_where_the_way_is_long() {
        let brisk = |sections, way| are_brisk(sections, SAMPLE, Duration::from_nanos(way));
        assert!(brisk(BRISK_UNLOCKS, 0));
        assert!(!brisk(6, 25));
        assert!(brisk(6, 125));
        assert!(!brisk(0, 10_000));
    }

    /// A lock moves if somebody unlocks it, and nobody lets others go first for one that does not.
    #[test]
    fn a_lock_that_is_held_on_does_not_move() {
        let held = locked(0, 0);
        assert!(!held.moves());
        assert!(!held.let_others_go_first(false));
        assert!(locked(FREE, 0).moves());
        std::thread::scope(|s| {
            s.spawn(|| held.unlock());
            while !held.moves() {}
        });
    }

    /// As if the turn had begun long ago: the next unlock of a crowded lock that looks ends it.
    fn end_of_a_turn(mutex: &RawMutex) {
        let pace = mutex.pace.load(Relaxed);
        mutex.pace.store(begin_turn(pace, long_ago()), Relaxed);
    }

    fn is_crowded(mutex: &RawMutex) -> bool {
        mutex.state.load(Relaxed) & CROWDED != 0
    }

    /// Whoever is alone with a crowded lock finds out, after four turns, however it locks.
    #[test]
    fn a_crowd_that_is_gone_is_forgotten() {
        if !Spin::can_help() {
            return;
        }
        let locks: [fn(&RawMutex); 2] = [
            |mutex| mutex.lock(),
            |mutex| assert!(mutex.try_lock_for(Duration::ZERO)),
        ];
        for lock in locks {
            let mutex = locked(FREE | CROWDED | NUMBER, 0);
            for turn in 1..=4 {
                end_of_a_turn(&mutex);
                for _ in 0..8 {
                    lock(&mutex);
                    mutex.unlock();
                }
                assert_eq!(is_crowded(&mutex), turn < 4);
            }
            assert_eq!(mutex.state.load(Relaxed), FREE);
        }
    }

    /// An unlock within a turn tells nothing. If this thread loses the processor the turn ends, and all is
    /// well, too.
    #[test]
    fn within_a_turn_an_unlock_changes_nothing() {
        const LEAST: u32 = TURN - (1 << UNIT);

        let begin = Instant::now();
        let pace = now();
        let mutex = locked(FREE | CROWDED | NUMBER, pace);
        mutex.lock();
        mutex.unlock();
        let ended = mutex.pace.load(Relaxed) != pace;
        assert!(!ended || begin.elapsed() >= Duration::from_micros(LEAST.into()));
    }

    /// A sign of others, and the count of turns without one begins anew.
    #[test]
    fn a_sign_keeps_the_crowd() {
        let mutex = locked(FREE | CROWDED, QUIET);
        mutex.note_crowd(true);
        for _ in 0..3 {
            mutex.note_crowd(false);
            assert!(is_crowded(&mutex));
        }
        mutex.note_crowd(false);
        assert!(!is_crowded(&mutex));
    }

    /// That somebody else ends a turn during the yield is a sign, if others want the lock.
    #[test]
    fn a_turn_that_ends_meanwhile_is_a_sign() {
        let mutex = locked(FREE | CROWDED, QUIET);
        let noticed = || mutex.pace.load(Relaxed) & QUIET == 0;
        std::thread::scope(|s| {
            s.spawn(|| {
                while !noticed() {
                    // The next turn.
                    let one = 1 << BEGAN.trailing_zeros();
                    mutex.pace.fetch_add(one, Relaxed);
                }
            });
            for yields in 0.. {
                if noticed() {
                    break;
                }
                let is_wanted = yields >= 20;
                mutex.state.fetch_or(CROWDED, Relaxed);
                mutex.yield_turn(is_wanted);
                assert!(is_wanted || !noticed());
            }
        });
    }

    /// A thread that yields at the end of a turn tells those that run; unless a keeper does.
    #[test]
    fn who_yields_at_the_end_of_a_turn_marks_the_lock() {
        let crowded = |pace| {
            let mutex = locked(FREE, pace);
            mutex.yield_turn(true);
            is_crowded(&mutex)
        };
        assert_eq!(crowded(0), Spin::can_help());
        assert!(!crowded(BRISK) && !crowded(KEEPER));
        assert!(!crowded(QUIET), "nobody is there");
    }

    /// A keeper sees the end of a turn, so that nobody else need look.
    #[test]
    fn a_keeper_hides_the_crowd() {
        let mutex = locked(FREE | SPINNING | CROWDED | NUMBER, BRISK);
        assert!(mutex.keep(None));
        assert_eq!(mutex.state.load(Relaxed), 0);
    }

    /// The window between a release and the claim's heir taking it: nobody passes the heir.
    #[test]
    fn nobody_passes_the_heir() {
        let mutex = locked(FREE | CLAIMED | HEIR, 0);
        assert!(!mutex.try_lock(), "free, but claimed");
        assert!(!mutex.try_lock_for(Duration::ZERO));
        assert!(!mutex.poll(Role::Newcomer) && !mutex.poll(Role::Spinner));
        assert!(mutex.poll(Role::Heir));
        assert_eq!(bits(&mutex), (0, 0), "the claim is gone with the heir");
        mutex.unlock();
        assert!(mutex.try_lock());
    }

    /// A waiter that gives up clears away what it had set.
    #[test]
    fn giving_up_leaves_nothing() {
        let give_up =
            |mutex: &RawMutex, role| mutex.sleep(role, Some(Deadline::after(Duration::ZERO)));
        for (role, before) in [
            (Role::Newcomer, 0),
            (Role::Spinner, SPINNING),
            (Role::Keeper, 0),
            (Role::Heir, HEIR | CLAIMED),
        ] {
            let mutex = locked(before, 0);
            assert!(matches!(give_up(&mutex, role), Outcome::TimedOut));
            assert_eq!(bits(&mutex), (0, 0));
            mutex.unlock();
            assert!(mutex.try_lock());
        }
    }

    /// The keeper hides itself and the queue, claims the lock when its time is up, and leaves only
    /// that somebody may sleep, if it does not get it.
    #[test]
    fn the_keeper_comes_and_goes() {
        let mutex = locked(SPINNING | QUEUED, BRISK);
        assert!(!mutex.keep(None), "it is held");
        assert_eq!(bits(&mutex), (0, BRISK));
        assert!(matches!(
            mutex.sleep(Role::Keeper, Some(Deadline::after(Duration::ZERO))),
            Outcome::TimedOut
        ));
        mutex.unlock();
        assert_eq!(bits(&mutex), (FREE, BRISK));
    }

    /// A keeper takes a lock that nobody wants, and then looks after the queue as its holder.
    #[test]
    fn the_keeper_takes_a_lock_that_is_left() {
        let mutex = locked(FREE | SPINNING, BRISK);
        assert!(mutex.keep(None));
        assert_eq!(bits(&mutex), (0, BRISK));
        mutex.unlock();
        assert_eq!(bits(&mutex), (FREE, BRISK));
    }

    /// A keeper does not take a lock that another waiter has claimed.
    #[test]
    fn the_keeper_does_not_pass_the_heir() {
        let mutex = locked(FREE | SPINNING | HEIR | CLAIMED, BRISK);
        assert!(!mutex.keep(None));
        assert_eq!(bits(&mutex), (FREE | HEIR | CLAIMED, BRISK));
    }

    fn until_so_many_sleep(mutex: &RawMutex, threads: usize) {
        while queue::len(mutex.address()) < threads {
            std::thread::yield_now();
        }
    }

    /// An heir that sleeps is woken by the next unlock, whoever else is awake, and has the lock.
    #[test]
    fn a_sleeping_heir_is_woken_beside_a_keeper() {
        for (state, pace) in [(0, KEEPER), (SPINNING, 0), (RESERVED, KEEPER)] {
            let mutex = locked(state | HEIR | CLAIMED, pace);
            std::thread::scope(|s| {
                let heir = s.spawn(|| {
                    let long = Deadline::after(Duration::from_secs(60));
                    let sleep = mutex.sleep(Role::Heir, Some(long));
                    matches!(sleep, Outcome::Woken) && mutex.poll(Role::Heir)
                });
                until_so_many_sleep(&mutex, 1);
                // The keeper hides it.
                mutex.state.fetch_and(!QUEUED, Relaxed);
                mutex.unlock();
                assert!(!mutex.try_lock(), "it is the heir's");
                assert!(heir.join().unwrap());
            });
            assert_eq!(bits(&mutex), (state, pace));
        }
    }

    /// Sleepers are served in the order in which they came, however often somebody barges in.
    #[test]
    fn sleepers_are_served_in_order() {
        const WAITERS: usize = 8;
        let mutex = RawMutex::new();
        let served = crate::Mutex::new(Vec::new());
        mutex.lock();
        std::thread::scope(|s| {
            let (mutex, served) = (&mutex, &served);
            for waiter in 0..WAITERS {
                s.spawn(move || {
                    mutex.lock();
                    served.lock().push(waiter);
                    mutex.unlock();
                });
                until_so_many_sleep(mutex, waiter + 1);
            }
            mutex.unlock();
            while served.lock().len() < WAITERS {
                mutex.lock();
                mutex.unlock();
            }
        });
        let served = served.into_inner();
        assert!(served.is_sorted(), "{served:?}");
        assert!(!mutex.has_waiters());
    }

    /// After a long section the oldest sleeper is next, although it sleeps: from the unlock until it
    /// has the lock nobody else gets it.
    #[test]
    fn after_a_long_section_the_oldest_is_next() {
        // As if the turn had begun half of all time ago, and nobody had unlocked since.
        the_oldest_is_next(long_ago);
    }

    /// As above, if a spinner has polled in vain.
    #[test]
    fn after_an_outlasted_spinner_the_oldest_is_next() {
        let mutex = locked(SPINNING, RELEASED);
        assert!(!mutex.poll(Role::Spinner));
        if Spin::can_help() {
            let pace = mutex.pace.load(Relaxed);
            the_oldest_is_next(|| begin_turn(pace, now()) | RELEASED);
        }
    }

    fn the_oldest_is_next(pace: impl Fn() -> u32) {
        let mutex = RawMutex::new();
        let stages = [const { AtomicBool::new(false) }; 2];
        let [served, enough] = &stages;
        mutex.lock();
        std::thread::scope(|s| {
            s.spawn(|| {
                mutex.lock();
                served.store(true, Relaxed);
                while !enough.load(Relaxed) {
                    std::thread::yield_now();
                }
                mutex.unlock();
            });
            until_so_many_sleep(&mutex, 1);
            mutex.pace.store(pace(), Relaxed);
            mutex.unlock();
            let mut passed = 0;
            while !served.load(Relaxed) {
                if mutex.try_lock() {
                    passed += 1;
                    mutex.unlock();
                }
            }
            enough.store(true, Relaxed);
            assert_eq!(passed, 0);
        });
        assert!(!mutex.has_waiters());
        assert_eq!(mutex.pace.load(Relaxed) & OUTLASTED, 0);
    }

    /// Threads that only try pass the oldest sleeper for no longer than others do.
    #[test]
    fn at_the_end_of_a_turn_a_try_wakes_the_oldest() {
        let mutex = RawMutex::new();
        mutex.lock();
        std::thread::scope(|s| {
            s.spawn(|| {
                mutex.lock();
                mutex.unlock();
            });
            until_so_many_sleep(&mutex, 1);
            // Whoever unlocked has seen that we come, and left the sleeper to us.
            mutex.pace.store(long_ago(), Relaxed);
            mutex.state.fetch_or(FREE, Relaxed);
            let locked = mutex.try_lock();
            let state = mutex.state.load(Relaxed);
            // Before what may fail: the sleeper has to come to its end.
            mutex.unlock();
            assert!(locked);
            assert_ne!(state & (HEIR | CLAIMED), 0);
        });
        assert!(!mutex.has_waiters());
    }

    /// In one of three, about, a yield lets nobody run.
    const ROUNDS: u32 = 8;

    /// Runs `f`, beside threads that want the processors, so that a yield takes its time.
    fn beside_others(f: impl FnOnce()) {
        let stop = AtomicBool::new(false);
        let processors = std::thread::available_parallelism().map_or(1, |n| n.get());
        std::thread::scope(|s| {
            for _ in 0..2 * processors {
                s.spawn(|| {
                    while !stop.load(Relaxed) {
                        std::hint::spin_loop();
                    }
                });
            }
            f();
            stop.store(true, Relaxed);
        });
    }

    /// Has a thread sleep for the lock, which this one has, and calls `end_a_turn` until the sleeper is
    /// woken, `most` times at most. Returns whether it was.
    fn is_woken_in(most: u32, end_a_turn: impl Fn(&RawMutex)) -> bool {
        let mutex = RawMutex::new();
        let mut woken = false;
        mutex.lock();
        std::thread::scope(|s| {
            s.spawn(|| {
                mutex.lock();
                mutex.unlock();
            });
            until_so_many_sleep(&mutex, 1);
            beside_others(|| {
                woken = (0..most).any(|_| {
                    mutex
                        .pace
                        .update(Relaxed, Relaxed, |pace| pace & !BEGAN | long_ago());
                    end_a_turn(&mutex);
                    mutex.state.load(Relaxed) & (QUEUED | HEIR | CLAIMED) != QUEUED
                });
            });
            // Before what may fail: the sleeper has to come to its end.
            mutex.unlock();
            if !woken {
                mutex.lock();
                mutex.wake_oldest(0, |_| true);
                mutex.unlock();
            }
        });
        assert!(!mutex.has_waiters());
        woken
    }

    /// A wait that gives up at the end of a turn does not queue up, and so wakes the oldest, also if its
    /// yield has let others run.
    #[test]
    fn at_the_end_of_a_turn_a_wait_that_gives_up_wakes_the_oldest() {
        let give_up = |mutex: &RawMutex| assert!(!mutex.try_lock_for(Duration::ZERO));
        assert!((0..ROUNDS).all(|_| is_woken_in(1, give_up)));
    }

    /// Who has let others go first at the end of a turn, and then finds the lock free, may pass the
    /// sleepers. But after three times the oldest is woken.
    #[test]
    fn who_passes_the_sleepers_turn_after_turn_wakes_the_oldest() {
        let pass = |mutex: &RawMutex| {
            // Whoever unlocked has seen that we come, and left the sleeper to us.
            mutex.state.fetch_or(FREE, Relaxed);
            mutex.lock();
        };
        assert!((0..ROUNDS).all(|_| is_woken_in(4, pass)));
    }

    /// Three times the sleepers are passed, and not woken, which would cost more; and again after a wake-up.
    #[test]
    fn each_fourth_pass_wakes_the_oldest() {
        let mutex = RawMutex::new();
        for _ in 0..2 {
            let mut woken = Vec::new();
            mutex.lock();
            std::thread::scope(|s| {
                s.spawn(|| {
                    mutex.lock();
                    mutex.unlock();
                });
                until_so_many_sleep(&mutex, 1);
                for _ in 0..4 {
                    mutex.look_after_the_passed();
                    let state = mutex.state.load(Relaxed);
                    woken.push(state & (QUEUED | HEIR | CLAIMED) != QUEUED);
                }
                mutex.unlock();
            });
            assert_eq!(woken, [false, false, false, true]);
        }
    }

    fn long_ago() -> u32 {
        now().wrapping_add(1 << 31) & BEGAN
    }

    /// A newcomer at the end of a turn lets the oldest sleeper go first, and queues up behind it.
    #[test]
    fn at_the_end_of_a_turn_the_oldest_goes_first() {
        let mutex = RawMutex::new();
        let order = crate::Mutex::new(Vec::new());
        let get = |who| {
            mutex.lock();
            order.lock().push(who);
            mutex.unlock();
        };
        mutex.lock();
        std::thread::scope(|s| {
            s.spawn(|| get("the sleeper"));
            until_so_many_sleep(&mutex, 1);
            // As if the turn had begun half of all time ago.
            mutex.pace.store(long_ago(), Relaxed);
            s.spawn(|| get("the newcomer"));
            // The newcomer goes to sleep, and so does the sleeper, if it was woken.
            let mut both = false;
            while !both {
                std::thread::yield_now();
                queue::wake_one(mutex.address(), |oldest| {
                    both = oldest.is_some_and(|oldest| !oldest.alone);
                    false
                });
            }
            mutex.unlock();
        });
        assert!(!mutex.has_waiters());
        assert_eq!(*order.lock(), ["the sleeper", "the newcomer"]);
    }

    /// While a keeper is there the lock works the quick way, and a newcomer leaves it to the
    /// keeper to look after it.
    #[test]
    fn beside_a_keeper_nobody_polls() {
        let mutex = locked(FREE, KEEPER);
        assert!(mutex.try_lock());
        assert!(matches!(mutex.arrive(), Arrival::Surplus));
        mutex.unlock();
        assert_eq!(bits(&mutex), (FREE, KEEPER));
    }
}
