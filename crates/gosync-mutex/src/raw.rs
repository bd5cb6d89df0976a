//! The state machine of the mutex.
//!
//! One word, four bits beside the one of the lock itself; all zero means locked, and nobody waits. At most one waiter is awake on its own account
//! (`SPINNING`) and at most one was woken from the queue (`HEIR`); all others sleep, in order of
//! arrival, in the wait queue of `gosync-park`.
//!
//! | bit | means | set by | cleared by |
//! |---|---|---|---|
//! | `FREE` | nobody has the lock | unlock | whoever takes it |
//! | `QUEUED` | somebody sleeps in the queue | a waiter as it enters | the waker of the last one |
//! | `SPINNING` | a waiter polls | that waiter | that waiter, as it takes the lock or goes to sleep |
//! | `HEIR` | a waiter was woken and is on its way | its waker | that waiter, as it takes the lock or goes back to sleep |
//! | `CLAIMED` | the next release is the heir's: nobody else takes the lock | the heir, once it runs | the heir, as it takes the lock |
//!
//! `QUEUED` changes only with the queue locked, and so do `HEIR` when it is set and all changes
//! on the way to sleep: whoever sleeps has made sure, in one step with entering the queue, that
//! somebody will come to wake it. That is the holder (not `FREE`), whose unlock looks at the other
//! bits, or a waiter who is awake (`SPINNING`, `HEIR`), who becomes the holder.
//!
//! # Fairness
//!
//! - An unlock wakes the oldest sleeper, unless a waiter is awake already. Whoever comes in the
//!   meantime may take the free lock: a running thread is quicker than a woken one.
//! - The woken heir, as soon as it runs, claims the next release, and nobody passes it any more.
//!   The lock is never idle for the time of a wake-up, only for that of a cache line's way.
//! - While a spinning waiter relieves the unlocks from waking anybody, the holder looks at the
//!   clock once in a while, and wakes the oldest sleeper if that has waited for [`PATIENCE`].
//! - As long as the heir was woken and does not run, spinners go to sleep, newcomers look once
//!   more and follow them, and unlocks yield the processor now and then: on a busy machine the
//!   heir waits longer for a processor than for the lock.
//! - An heir that has to wait longer than spinning makes sense goes back to sleep at the *front*
//!   of the queue; its claim stays.

use std::{fmt, ptr, time::Duration};

use gosync_park::{
    Spin,
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    clock::{Deadline, Instant},
    const_fn,
    queue::{self, Outcome, Place},
    thread,
};

/// Nobody has the lock. The highest bit, so that a surplus unlock, which adds it once more, only
/// carries out of the word: it takes the free lock, by mistake, and has to give it back.
const FREE: u32 = 1 << 31;
/// Somebody sleeps in the queue.
const QUEUED: u32 = 1 << 0;
/// A waiter that was not woken from the queue polls.
const SPINNING: u32 = 1 << 1;
/// A waiter was woken from the queue and has neither got the lock nor gone back to sleep.
const HEIR: u32 = 1 << 2;
/// The lock goes to the heir next, and to nobody else.
const CLAIMED: u32 = 1 << 3;

/// How long the oldest sleeper waits before it is woken even though another waiter is awake.
const PATIENCE: Duration = Duration::from_micros(200);

/// The unlocks between two looks at the clock, or two yields.
#[cfg(not(gosync_loom))]
const GLANCE: u32 = 64;
#[cfg(gosync_loom)]
const GLANCE: u32 = 1;

/// Go's `sync.Mutex`, without data: a lock that any thread may release.
pub struct RawMutex {
    state: AtomicU32,
    /// Counts unlocks while somebody waits, to look at the clock only now and then.
    unlocks: AtomicU32,
}

/// Whether a newcomer may take the lock.
#[inline]
fn is_free(state: u32) -> bool {
    state & (FREE | CLAIMED) == FREE
}

impl RawMutex {
    const_fn! {
        /// An unlocked mutex.
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self { state: AtomicU32::new(FREE), unlocks: AtomicU32::new(0) }
        }
    }

    /// Locks, and waits for as long as somebody else has the lock.
    #[doc(alias = "Lock")]
    #[inline]
    pub fn lock(&self) {
        // Acquire pairs with the Release of `unlock`.
        if self
            .state
            .compare_exchange(FREE, 0, Acquire, Relaxed)
            .is_err()
        {
            self.lock_slow(None);
        }
    }

    /// Locks if nobody has the lock. Never waits.
    #[doc(alias = "TryLock")]
    #[inline]
    #[must_use]
    pub fn try_lock(&self) -> bool {
        self.state
            .compare_exchange(FREE, 0, Acquire, Relaxed)
            .is_ok()
            || self
                .state
                .try_update(Acquire, Relaxed, |s| is_free(s).then_some(s & !FREE))
                .is_ok()
    }

    /// Locks, unless it had to wait for longer than `timeout`. Returns whether it has the lock.
    ///
    /// It may return a little late, and it takes a lock that is free even if it is late already.
    #[inline]
    #[must_use]
    pub fn try_lock_for(&self, timeout: Duration) -> bool {
        self.try_lock() || self.lock_slow(Some(Deadline::after(timeout)))
    }

    /// Locks, unless it had to wait beyond `deadline`. Returns whether it has the lock.
    ///
    /// It may return a little late, and it takes a lock that is free even if it is late already.
    #[cfg(not(gosync_loom))]
    #[inline]
    #[must_use]
    pub fn try_lock_until(&self, deadline: std::time::Instant) -> bool {
        self.try_lock() || self.lock_slow(Some(deadline.into()))
    }

    /// Unlocks, on whichever thread.
    ///
    /// # Panics
    ///
    /// If the mutex is not locked: `sync: unlock of unlocked mutex`. It stays as it was.
    #[doc(alias = "Unlock")]
    #[inline]
    pub fn unlock(&self) {
        // Release pairs with the Acquire of the next lock.
        let before = self.state.fetch_add(FREE, Release);
        if before != 0 {
            self.unlock_slow(before);
        }
    }

    /// Whether somebody has the lock at this moment.
    #[inline]
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.state.load(Relaxed) & FREE == 0
    }

    fn address(&self) -> *const () {
        ptr::from_ref(&self.state).cast()
    }

    /// Locks, unless `deadline` passes first. Returns whether it has the lock.
    #[cold]
    fn lock_slow(&self, deadline: Option<Deadline>) -> bool {
        let mut role = match self.arrive() {
            Arrival::Taken => return true,
            Arrival::Surplus => {
                // One look more: a short section is over sooner than the way into the queue.
                if Spin::new().again() && self.try_lock() {
                    return true;
                }
                Role::Newcomer
            }
            Arrival::Spinner => {
                if self.poll(Role::Spinner) {
                    return true;
                }
                Role::Spinner
            }
        };
        let since = Instant::now();
        loop {
            match self.sleep(role, since, deadline) {
                Sleep::Woken => {}
                Sleep::Taken => return true,
                Sleep::TimedOut => return false,
            }
            // The waker has set HEIR in our name.
            role = Role::Heir;
            self.state.fetch_or(CLAIMED, Relaxed);
            if self.poll(role) {
                return true;
            }
        }
    }

    /// Takes the lock if it is free; else becomes the one that polls, if nobody is awake.
    fn arrive(&self) -> Arrival {
        let mut state = self.state.load(Relaxed);
        loop {
            let (new, arrival) = if is_free(state) {
                (state & !FREE, Arrival::Taken)
            } else if state & (SPINNING | HEIR) == 0 {
                (state | SPINNING, Arrival::Spinner)
            } else {
                return Arrival::Surplus;
            };
            // Acquire pairs with the Release of `unlock`, here as wherever the lock is taken.
            match self
                .state
                .compare_exchange_weak(state, new, Acquire, Relaxed)
            {
                Ok(_) => return arrival,
                Err(now) => state = now,
            }
        }
    }

    /// Polls for the lock as long as that makes sense. Returns whether it was got.
    fn poll(&self, role: Role) -> bool {
        let mut spin = Spin::new();
        loop {
            let take = |state| role.may_take(state).then(|| role.take(state));
            if self.state.try_update(Acquire, Relaxed, take).is_ok() {
                return true;
            }
            // With an heir on its way a spinner only takes a processor that the heir could use.
            let make_way = role == Role::Spinner && self.state.load(Relaxed) & HEIR != 0;
            if make_way || !spin.again() {
                return false;
            }
        }
    }

    /// Sleeps until woken as the heir; or takes the lock at the last moment.
    fn sleep(&self, role: Role, since: Instant, deadline: Option<Deadline>) -> Sleep {
        let place = if role == Role::Heir {
            Place::Front
        } else {
            Place::Back
        };
        let enter = || {
            let before = self.state.update(Acquire, Relaxed, |state| {
                if role.may_take(state) {
                    role.take(state)
                } else {
                    role.retire(state)
                }
            });
            !role.may_take(before)
        };
        let Some(deadline) = deadline else {
            let slept = queue::wait(self.address(), place, since, enter);
            return if slept { Sleep::Woken } else { Sleep::Taken };
        };
        // What a waiter that gives up has left in the state: the heir its claim, the last one that
        // there is a queue. If the lock is free then its unlock found us in the queue, and is
        // about to lock that and to look whom it can wake now.
        let leave = |empty: bool| {
            let gone = if role == Role::Heir { CLAIMED } else { 0 };
            let gone = if empty { gone | QUEUED } else { gone };
            self.state.fetch_and(!gone, Relaxed);
        };
        match queue::wait_until(self.address(), place, since, deadline, enter, leave) {
            Outcome::Refused => Sleep::Taken,
            Outcome::Woken => Sleep::Woken,
            Outcome::TimedOut => Sleep::TimedOut,
        }
    }

    #[cold]
    fn unlock_slow(&self, before: u32) {
        if before & FREE != 0 {
            // The addition has taken the free lock: give it back properly.
            self.unlock();
            unlock_of_unlocked();
        }
        if before & (HEIR | CLAIMED) == HEIR {
            // The heir was woken and does not run yet: perhaps it waits for this processor. With
            // many threads on few processors that can take longer than all else.
            let unlocks = self.count_unlock();
            if unlocks.is_power_of_two() || unlocks.is_multiple_of(GLANCE) {
                thread::yield_now();
            }
        }
        if before & QUEUED == 0 || before & HEIR != 0 {
            return;
        }
        if before & (SPINNING | CLAIMED) == SPINNING && !self.count_unlock().is_multiple_of(GLANCE)
        {
            // The spinner looks after the queue; we only see to it that nobody waits too long.
            return;
        }
        queue::wake_one(self.address(), |oldest| {
            let Some(oldest) = oldest else { return false };
            let wake = |state| {
                let attended = state & HEIR != 0
                    || state & CLAIMED == 0
                        && state & (FREE | SPINNING) != FREE
                        && oldest.since.elapsed() < PATIENCE;
                let left = if oldest.alone { state & !QUEUED } else { state };
                (!attended).then_some(left | HEIR)
            };
            self.unlocks.store(0, Relaxed);
            self.state.try_update(Relaxed, Relaxed, wake).is_ok()
        });
    }

    /// Counts the unlocks while somebody waits. They may be miscounted: it does not matter.
    fn count_unlock(&self) -> u32 {
        let unlocks = self.unlocks.load(Relaxed).wrapping_add(1);
        self.unlocks.store(unlocks, Relaxed);
        unlocks
    }
}

/// How a newcomer fared.
enum Arrival {
    /// It has the lock.
    Taken,
    /// It polls.
    Spinner,
    /// Another waiter is awake already.
    Surplus,
}

/// How a sleep ended.
enum Sleep {
    /// As the heir: the waker has set `HEIR`.
    Woken,
    /// It did not begin: the lock was free, and is taken now.
    Taken,
    /// The deadline passed, and the waiter is nothing any more.
    TimedOut,
}

/// What a waiter is, by the bits that it has set, or that were set in its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// No bit.
    Newcomer,
    /// `SPINNING`
    Spinner,
    /// `HEIR`, and `CLAIMED`
    Heir,
}

impl Role {
    fn may_take(self, state: u32) -> bool {
        match self {
            Self::Newcomer | Self::Spinner => is_free(state),
            Self::Heir => state & FREE != 0,
        }
    }

    /// The state after this waiter took the lock.
    fn take(self, state: u32) -> u32 {
        match self {
            Self::Newcomer => state & !FREE,
            Self::Spinner => state & !(FREE | SPINNING),
            Self::Heir => state & !(FREE | HEIR | CLAIMED),
        }
    }

    /// The state after this waiter entered the queue.
    fn retire(self, state: u32) -> u32 {
        match self {
            Self::Newcomer => state | QUEUED,
            Self::Spinner => state & !SPINNING | QUEUED,
            Self::Heir => state & !HEIR | QUEUED,
        }
    }
}

impl Default for RawMutex {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RawMutex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.load(Relaxed);
        f.debug_struct("RawMutex")
            .field("locked", &(state & FREE == 0))
            .field("waiters", &(state & (QUEUED | SPINNING | HEIR) != 0))
            .finish_non_exhaustive()
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn unlock_of_unlocked() -> ! {
    panic!("sync: unlock of unlocked mutex");
}

#[cfg(all(test, not(gosync_loom)))]
mod tests {
    use super::*;

    /// The window between a release and the claim's heir taking it: nobody passes the heir.
    #[test]
    fn nobody_passes_the_heir() {
        let mutex = RawMutex::new();
        mutex.state.store(FREE | CLAIMED | HEIR, Relaxed);
        assert!(!mutex.try_lock(), "free, but claimed");
        assert!(!mutex.try_lock_for(Duration::ZERO));
        assert!(!mutex.poll(Role::Newcomer) && !mutex.poll(Role::Spinner));
        assert!(mutex.poll(Role::Heir));
        assert_eq!(
            mutex.state.load(Relaxed),
            0,
            "the claim is gone with the heir"
        );
        mutex.unlock();
        assert!(mutex.try_lock());
    }

    /// A waiter that gives up in that window clears away what it had set.
    #[test]
    fn giving_up_leaves_nothing() {
        let mutex = RawMutex::new();
        mutex.lock();
        let give_up =
            |role| mutex.sleep(role, Instant::now(), Some(Deadline::after(Duration::ZERO)));
        for (role, bits) in [
            (Role::Newcomer, 0),
            (Role::Spinner, SPINNING),
            (Role::Heir, HEIR | CLAIMED),
        ] {
            mutex.state.store(bits, Relaxed);
            assert!(matches!(give_up(role), Sleep::TimedOut));
            assert_eq!(mutex.state.load(Relaxed), 0);
        }
        mutex.unlock();
    }
}
