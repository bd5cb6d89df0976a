//! The state machine of the mutex.
//!
//! Two words. `state` is the lock and who waits for it; nothing but [`FREE`] may be set for the
//! quick ways through `lock` and `unlock`, which are one atomic operation each. (With [`CROWDED`] beside
//! it a lock is two, and each eighth unlock looks at the clock.) `pace` is how the
//! waiters share the work of waiting, and nothing that mutual exclusion depends on.
//!
//! | bit of `state` | means | set by | cleared by |
//! |---|---|---|---|
//! | `FREE` | nobody has the lock | unlock | whoever takes it |
//! | `QUEUED` | somebody may sleep in the queue | a waiter as it enters; a keeper as it leaves | the waker of the last one; the last one, as it gives up; a keeper, which hides it; an unlock that finds nobody |
//! | `SPINNING` | a waiter polls | that waiter | that waiter, as it takes the lock, goes to sleep, or becomes the keeper |
//! | `HEIR` | a waiter was woken and is on its way | its waker | that waiter, as it takes the lock or goes back to sleep |
//! | `CLAIMED` | the next release is the heir's; without `HEIR`: of the sleeper at the front | the heir, once it runs; after a long section its waker | the heir, as it takes the lock or gives up |
//! | `RESERVED` | else it is the keeper's | the keeper, after a turn | the keeper, as it takes the lock or gives up |
//! | `CROWDED` | threads that want the lock may wait for a processor, and no bit tells: unlocks look whether the turn is over | whoever yields at the end of a turn, before it does, unless a keeper looks after that, or there is one processor | whoever comes back from such a yield, if four turns in a row have ended without a sign of others; a keeper as it begins |
//! | `NUMBER` | counts the locks of a crowded mutex, modulo 8: each eighth unlock looks | a newcomer as it takes the lock | whoever clears `CROWDED` |
//!
//! | field of `pace` | means | changed by |
//! |---|---|---|
//! | `KEEPER` | a waiter is awake that looks after all others | the keeper |
//! | `BRISK`, `UNMEASURED` | the sections are too short for polling to pay; that is to be measured again | a spinner, by counting; whoever begins a turn |
//! | `RELEASED` | somebody has unlocked the slow way since the turn began, or there was a keeper | unlock, the keeper; whoever begins a turn |
//! | `QUIET` | how many turns in a row, up to three, have ended without a sign of a crowd, which is that others have the lock as it ends, and end one during the yield that follows | whoever comes back from that yield, if the lock is crowded |
//! | `OUTLASTED` | the section under way has outlasted a spinner | that spinner; the next unlock, which clears it |
//! | `COUNTING`, `COUNT` | unlocks are counted: while a spinner measures, and while the heir does not run | the spinner; unlock; whoever wakes an heir |
//! | `PASSED` | at how many ends of turns, up to three, the sleepers were passed since one was woken | whoever passes them; whoever wakes one |
//! | `BEGAN` | when the turn began, in units of 4 us, modulo 2^14 | whoever begins a turn |
//!
//! # Who looks after the sleepers
//!
//! All waiters sleep in order of arrival in the wait queue of `gosync-park`, but for two at most:
//! one that polls (`SPINNING`, or `KEEPER`) and one that was woken (`HEIR`). While somebody sleeps,
//! at least one of these holds, and each hands over to another one before it ends:
//!
//! 1. The lock is held and `QUEUED` is set: the holder's unlock goes the slow way, and either sees
//!    2 or 3, or wakes the oldest sleeper.
//! 2. `SPINNING` or `HEIR` is set. That waiter's last step is one on `state`: it takes the free
//!    lock and becomes the holder of 1, for `QUEUED` is set beside its bit; or it finds the lock
//!    held, and sets `QUEUED` as it goes to sleep: 1 again.
//! 3. `KEEPER` is set. The keeper may have hidden `QUEUED`, so that the holder locks and unlocks
//!    the quick way. It takes the free lock and sets `QUEUED` in the same step; or clears
//!    `KEEPER`, and then does as in 2. An unlock that sees `KEEPER` for the last time comes before
//!    that step, which finds the lock free. If it took the lock it clears `KEEPER` afterwards, and
//!    looks once more: whoever unlocked in between has woken nobody.
//!
//! An heir that sleeps is on nobody's account: an unlock that sees `CLAIMED` and not `HEIR` wakes
//! it, whoever else is awake.
//!
//! `HEIR` is set, and the queue's nodes come and go, with the queue locked.
//!
//! # Fairness
//!
//! - An unlock wakes the oldest sleeper, unless a waiter is awake, or somebody takes the lock
//!   within the time that a look at it takes. Whoever comes in the meantime may take the free
//!   lock: a running thread is quicker than a woken one.
//! - The woken heir, as soon as it runs, claims the next release, and no newcomer passes it any
//!   more. The lock is never idle for the time of a wake-up, only for that of a cache line's way;
//!   unless the section before it was a long one (a spinner has polled in vain, or there was no
//!   release in a turn of [`LONG`](slow::LONG) microseconds): then its waker has claimed it in the heir's
//!   name, and nobody passes at all.
//!   An heir that has to wait longer than spinning makes sense goes back to sleep at the *front*
//!   of the queue; its claim stays.
//! - The same threads have the lock among themselves for a turn, of [`TURN`](slow::TURN) microseconds. Whoever
//!   finds on arrival that the turn is over lets the oldest sleeper go before it, or a thread that waits
//!   for the processor. Two that never meet do not come to that; so whoever unlocks a crowded lock looks,
//!   too, and yields.
//!
//! docs/fairness.md in the repository has the reasons, and the measurements.

mod slow;

use std::{fmt, time::Duration};

use gosync_park::{
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    clock::Deadline,
    const_fn,
};

/// Nobody has the lock. The highest bit, so that a surplus unlock, which adds it once more, only
/// carries out of the word: it takes the free lock, by mistake, and has to give it back.
const FREE: u32 = 1 << 31;
/// Somebody may sleep in the queue.
const QUEUED: u32 = 1 << 0;
/// A waiter that was not woken from the queue polls.
const SPINNING: u32 = 1 << 1;
/// A waiter was woken from the queue and has neither got the lock nor gone back to sleep.
const HEIR: u32 = 1 << 2;
/// The lock goes to the heir next, which is awake or at the front of the queue.
const CLAIMED: u32 = 1 << 3;
/// The lock goes to the keeper next, if to nobody who has claimed it.
const RESERVED: u32 = 1 << 4;
/// Threads that want the lock may wait for a processor: an unlock looks whether the turn is over.
const CROWDED: u32 = 1 << 5;
/// Which of the locks of a crowded mutex this is, modulo 8: each eighth unlock looks.
const NUMBER: u32 = 7 << 6;

/// Go's `sync.Mutex`, without data: a lock that any thread may release.
///
/// It has no owner, so it is up to the caller to pair `lock` and `unlock`;
/// [`Mutex<T>`](crate::Mutex) does that with guards.
///
/// ```
/// use gosync_mutex::RawMutex;
///
/// static LOCK: RawMutex = RawMutex::new();
///
/// LOCK.lock();
/// assert!(!LOCK.try_lock());
/// std::thread::spawn(|| LOCK.unlock()).join().unwrap(); // on whichever thread
/// assert!(LOCK.try_lock());
/// ```
#[doc(alias = "sync.Mutex")]
pub struct RawMutex {
    state: AtomicU32,
    pace: AtomicU32,
}

/// Whether a newcomer may take the lock.
#[inline]
fn is_free(state: u32) -> bool {
    state & (FREE | CLAIMED | RESERVED) == FREE
}

/// The state after a newcomer took the free lock.
#[inline]
fn taken(state: u32) -> u32 {
    const ONE: u32 = 1 << NUMBER.trailing_zeros();
    let number = match state & CROWDED {
        0 => 0,
        _ => state.wrapping_add(ONE) & NUMBER,
    };
    state & !(FREE | NUMBER) | number
}

impl RawMutex {
    const_fn! {
        /// An unlocked mutex.
        ///
        /// ```
        /// static LOCK: gosync_mutex::RawMutex = gosync_mutex::RawMutex::new();
        /// assert!(!LOCK.is_locked());
        /// ```
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self { state: AtomicU32::new(FREE), pace: AtomicU32::new(0) }
        }
    }

    /// Locks, and waits for as long as somebody else has the lock.
    ///
    /// Costs one compare-and-swap if nobody has it. Who finds it taken polls a few times before it
    /// sleeps, and is served as the [crate](crate#guarantees) says. Synchronizes with every earlier
    /// [`unlock`](Self::unlock).
    ///
    /// ```
    /// let lock = gosync_mutex::RawMutex::new();
    /// lock.lock();
    /// // ... alone ...
    /// lock.unlock();
    /// ```
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

    /// Locks if nobody has the lock, and no waiter is about to get it. Returns whether it did. Never
    /// waits.
    ///
    /// Costs what [`lock`](Self::lock) costs if nobody waits. Who takes it beside sleepers at the end of a
    /// turn also wakes the oldest, by a system call. If it succeeds it synchronizes as `lock` does; a
    /// failure orders nothing.
    ///
    /// ```
    /// let lock = gosync_mutex::RawMutex::new();
    /// assert!(lock.try_lock());
    /// assert!(!lock.try_lock());
    /// ```
    #[doc(alias = "TryLock")]
    #[inline]
    #[must_use]
    pub fn try_lock(&self) -> bool {
        self.state
            .compare_exchange(FREE, 0, Acquire, Relaxed)
            .is_ok()
            || self.try_lock_slow()
    }

    /// Locks, unless it had to wait for longer than `timeout`. Returns whether it has the lock.
    ///
    /// It may return a little late, and it takes a lock that is free even if it is late already. One
    /// that gives up leaves nothing behind, and orders nothing. Otherwise as [`lock`](Self::lock). Go
    /// has no such operation.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = gosync_mutex::RawMutex::new();
    /// assert!(lock.try_lock_for(Duration::ZERO));
    /// assert!(!lock.try_lock_for(Duration::from_millis(1)));
    /// ```
    #[inline]
    #[must_use]
    pub fn try_lock_for(&self, timeout: Duration) -> bool {
        self.try_lock() || self.lock_slow(Some(Deadline::after(timeout)))
    }

    /// Locks, unless it had to wait beyond `deadline`. Returns whether it has the lock.
    ///
    /// Otherwise as [`try_lock_for`](Self::try_lock_for).
    ///
    /// ```
    /// let lock = gosync_mutex::RawMutex::new();
    /// assert!(lock.try_lock_until(std::time::Instant::now()));
    /// ```
    #[inline]
    #[must_use]
    pub fn try_lock_until(&self, deadline: std::time::Instant) -> bool {
        self.try_lock() || self.lock_slow(Some(deadline.into()))
    }

    /// Unlocks, on whichever thread.
    ///
    /// Costs one atomic addition if nobody waits; else it may wake a thread, by a system call. While more
    /// threads want the lock than there are processors it may also yield the processor, now and then.
    /// Synchronizes with every later lock.
    ///
    /// # Panics
    ///
    /// If the mutex is not locked: `sync: unlock of unlocked mutex`. It stays as it was. (As in Go, an
    /// unlock too many while somebody else has the lock releases that one's. Of two too many at once
    /// one may pass for the unlock of the other, and not panic, and the other one release the lock of
    /// whoever has come in between.)
    ///
    /// ```
    /// let lock = gosync_mutex::RawMutex::new();
    /// lock.lock();
    /// lock.unlock();
    /// assert!(!lock.is_locked());
    /// ```
    #[doc(alias = "Unlock")]
    #[inline]
    #[track_caller]
    pub fn unlock(&self) {
        // Release pairs with the Acquire of the next lock.
        let before = self.state.fetch_add(FREE, Release);
        if before != 0 {
            self.unlock_slow(before);
        }
    }

    /// Whether somebody has the lock at this moment. Orders nothing.
    ///
    /// ```
    /// let lock = gosync_mutex::RawMutex::new();
    /// lock.lock();
    /// assert!(lock.is_locked());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.state.load(Relaxed) & FREE == 0
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
            .field("waiters", &self.has_waiters())
            .finish_non_exhaustive()
    }
}
