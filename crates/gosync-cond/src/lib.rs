//! Go's `sync.Cond` for Rust.
//!
//! ```
//! use gosync_cond::Cond;
//! use gosync_mutex::Mutex;
//!
//! static QUEUE: Mutex<Vec<u32>> = Mutex::new(Vec::new());
//! static FILLED: Cond = Cond::new();
//!
//! std::thread::scope(|s| {
//!     s.spawn(|| {
//!         QUEUE.lock().push(7);
//!         FILLED.notify_one();
//!     });
//!     let mut queue = QUEUE.lock();
//!     FILLED.wait_while(&mut queue, |queue| queue.is_empty());
//!     assert_eq!(*queue, [7]);
//! });
//! ```
//!
//! It works with every mutex of [`lock_api`] 0.5, `gosync-mutex`'s and `parking_lot` 0.13's among them, and
//! by [`wait_with`](Cond::wait_with) with any other lock.
//!
//! # Guarantees
//!
//! - A wait begins before the mutex is released: a notification sent by anybody who has locked the
//!   mutex since is not missed.
//! - [`notify_one`](Cond::notify_one) wakes the thread that has waited longest. A thread that
//!   begins to wait later cannot take the wake-up from it.
//! - There are no spurious wake-ups: a wait ends because of a notification, or of its timeout.
//!   (Somebody else may lock the mutex first, so look at the condition again all the same.)
//! - A wait that gives up swallows no notification: one that was chosen already returns as
//!   notified, however late it is.
//! - [`notify_all`](Cond::notify_all) wakes all in the order in which they came, each for itself,
//!   and they lock the mutex as any other thread would. They are not moved to the mutex's own
//!   queue, since the mutex may be anybody's.
//! - A notification *synchronizes with* the return of the wait that it ends.
//! - It does not allocate, and is 4 bytes.

use std::{fmt, ptr, time::Duration};

use gosync_park::{
    atomic::{AtomicU32, Ordering::Relaxed},
    clock::Deadline,
    const_fn, queue,
};

/// Nobody waits.
const EMPTY: u32 = 0;
/// Somebody waits in the queue.
const QUEUED: u32 = 1;

/// A condition variable: threads wait for a change of what a mutex guards, others announce it.
///
/// | `waiters` | meaning | changes |
/// |---|---|---|
/// | `EMPTY` | the queue is empty | to `QUEUED`, by a thread that begins to wait |
/// | `QUEUED` | somebody waits | to `EMPTY`, by whoever takes the last one out |
///
/// Both changes are made with the queue locked, so the word is exact.
///
/// ```
/// use gosync_cond::Cond;
/// use gosync_mutex::Mutex;
///
/// static READY: Mutex<bool> = Mutex::new(false);
/// static COND: Cond = Cond::new();
///
/// std::thread::spawn(|| {
///     *READY.lock() = true;
///     COND.notify_all();
/// });
/// COND.wait_while(&mut READY.lock(), |ready| !*ready);
/// assert!(*READY.lock());
/// ```
#[doc(alias = "sync.Cond")]
#[doc(alias = "Condvar")]
pub struct Cond {
    waiters: AtomicU32,
}

impl Cond {
    const_fn! {
        /// A condition variable that nobody waits for.
        ///
        /// ```
        /// static COND: gosync_cond::Cond = gosync_cond::Cond::new();
        /// COND.notify_all();
        /// ```
        #[doc(alias = "NewCond")]
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self { waiters: AtomicU32::new(EMPTY) }
        }
    }

    /// Wakes the thread that has waited longest, if any thread waits. It need not hold the mutex.
    ///
    /// Costs a load if nobody waits. Returns whether a thread was woken.
    ///
    /// ```
    /// assert!(!gosync_cond::Cond::new().notify_one(), "nobody waits, and nothing is remembered");
    /// ```
    #[doc(alias = "Signal")]
    #[inline]
    pub fn notify_one(&self) -> bool {
        // Relaxed: who must not be missed began to wait before it released the mutex, and that
        // is ordered before this load by the mutex, or by whatever else tells the caller of it.
        self.waiters.load(Relaxed) != EMPTY && self.notify_one_slow()
    }

    #[cold]
    fn notify_one_slow(&self) -> bool {
        queue::wake_one(self.address(), |oldest| {
            if let Some(oldest) = oldest {
                self.left(oldest.alone);
            }
            true
        })
    }

    /// Wakes all threads that wait, the one that has waited longest first. It need not hold the
    /// mutex.
    ///
    /// Costs a load if nobody waits. A thread that begins to wait after it, even one that it has
    /// just woken, is not woken.
    ///
    /// ```
    /// gosync_cond::Cond::new().notify_all(); // nobody waits, and nothing is remembered
    /// ```
    #[doc(alias = "Broadcast")]
    #[inline]
    pub fn notify_all(&self) {
        // Relaxed: as in `notify_one`.
        if self.waiters.load(Relaxed) != EMPTY {
            self.notify_all_slow();
        }
    }

    #[cold]
    fn notify_all_slow(&self) {
        queue::wake_all(self.address(), || self.left(true));
    }

    /// Begins to wait, and calls `unlocked` to do the rest: to release the lock, whatever that is,
    /// to sleep by calling the function that it is given, and to take the lock again. That
    /// function returns whether a notification ended the sleep, which it does if there is no
    /// timeout.
    ///
    /// This is what all other forms of waiting are made of. If `unlocked` ends or panics before it has
    /// slept, this thread does not wait any more, and a [`notify_one`](Self::notify_one) that had chosen
    /// it already goes to the next one.
    ///
    /// ```
    /// use gosync_cond::Cond;
    /// use gosync_mutex::RawMutex;
    ///
    /// static LOCK: RawMutex = RawMutex::new();
    /// static COND: Cond = Cond::new();
    ///
    /// LOCK.lock();
    /// std::thread::spawn(|| {
    ///     LOCK.lock();
    ///     COND.notify_one();
    ///     LOCK.unlock();
    /// });
    /// COND.wait_with(None, |sleep| {
    ///     LOCK.unlock();
    ///     sleep();
    ///     LOCK.lock();
    /// });
    /// LOCK.unlock();
    /// ```
    pub fn wait_with<R>(
        &self,
        timeout: Option<Duration>,
        unlocked: impl FnOnce(&dyn Fn() -> bool) -> R,
    ) -> R {
        self.wait_by(timeout.map(Deadline::after), unlocked)
    }

    fn wait_by<R>(
        &self,
        deadline: Option<Deadline>,
        unlocked: impl FnOnce(&dyn Fn() -> bool) -> R,
    ) -> R {
        queue::wait_around(
            self.address(),
            deadline,
            // Relaxed, as in `left`: see `notify_one`.
            || self.waiters.store(QUEUED, Relaxed),
            |empty| self.left(empty),
            || {
                self.notify_one();
            },
            unlocked,
        )
    }

    /// To be called with the queue locked, by whoever takes waiters out.
    fn left(&self, empty: bool) {
        if empty {
            self.waiters.store(EMPTY, Relaxed);
        }
    }

    fn address(&self) -> *const () {
        ptr::from_ref(&self.waiters).cast()
    }
}

mod guard {
    use std::time::{Duration, Instant};

    use gosync_park::clock::Deadline;
    use lock_api::{MutexGuard, RawMutex};

    use crate::Cond;

    impl Cond {
        /// Releases the mutex, waits for a notification, and locks the mutex again.
        ///
        /// # Panics
        ///
        /// As the mutex's own lock and unlock do; ours never do here.
        ///
        /// ```
        /// use gosync_cond::Cond;
        /// use gosync_mutex::Mutex;
        ///
        /// static READY: Mutex<bool> = Mutex::new(false);
        /// static COND: Cond = Cond::new();
        ///
        /// std::thread::spawn(|| {
        ///     *READY.lock() = true;
        ///     COND.notify_all();
        /// });
        /// let mut ready = READY.lock();
        /// while !*ready {
        ///     COND.wait(&mut ready);
        /// }
        /// ```
        #[doc(alias = "Wait")]
        pub fn wait<R: RawMutex, T: ?Sized>(&self, guard: &mut MutexGuard<'_, R, T>) {
            self.wait_with(None, |sleep| MutexGuard::unlocked(guard, sleep));
        }

        /// Waits for as long as `condition` holds.
        ///
        /// ```
        /// # use gosync_mutex::Mutex;
        /// let count = Mutex::new(0);
        /// let mut count = count.lock();
        /// gosync_cond::Cond::new().wait_while(&mut count, |count| *count > 0);
        /// ```
        pub fn wait_while<R: RawMutex, T: ?Sized>(
            &self,
            guard: &mut MutexGuard<'_, R, T>,
            mut condition: impl FnMut(&mut T) -> bool,
        ) {
            while condition(guard) {
                self.wait(guard);
            }
        }

        /// Waits as [`wait`](Self::wait) does, but gives up after `timeout`. Returns whether a
        /// notification ended the wait. The mutex is locked again in any case, however long that
        /// takes. Go has no such wait.
        ///
        /// ```
        /// use std::time::Duration;
        /// # use gosync_mutex::Mutex;
        /// let mutex = Mutex::new(());
        /// let notified =
        ///     gosync_cond::Cond::new().wait_timeout(&mut mutex.lock(), Duration::from_millis(1));
        /// assert!(!notified);
        /// ```
        #[doc(alias = "wait_for")]
        #[must_use]
        pub fn wait_timeout<R: RawMutex, T: ?Sized>(
            &self,
            guard: &mut MutexGuard<'_, R, T>,
            timeout: Duration,
        ) -> bool {
            self.wait_with(Some(timeout), |sleep| MutexGuard::unlocked(guard, sleep))
        }

        /// Waits for as long as `condition` holds, but gives up after `timeout`, however many
        /// notifications come in that time. Returns whether the condition has ended.
        ///
        /// It is looked at once more when the time is over. Otherwise as
        /// [`wait_timeout`](Self::wait_timeout).
        ///
        /// ```
        /// use std::time::Duration;
        /// # use gosync_mutex::Mutex;
        /// let (queue, filled) = (Mutex::new(vec![7]), gosync_cond::Cond::new());
        /// let mut queue = queue.lock();
        /// let some = Duration::from_millis(1);
        /// assert!(filled.wait_timeout_while(&mut queue, some, |queue| queue.is_empty()));
        /// queue.clear();
        /// assert!(!filled.wait_timeout_while(&mut queue, some, |queue| queue.is_empty()));
        /// ```
        #[doc(alias = "wait_while_for")]
        #[must_use]
        pub fn wait_timeout_while<R: RawMutex, T: ?Sized>(
            &self,
            guard: &mut MutexGuard<'_, R, T>,
            timeout: Duration,
            mut condition: impl FnMut(&mut T) -> bool,
        ) -> bool {
            let deadline = Deadline::after(timeout);
            while condition(guard) {
                if !self.wait_by(Some(deadline), |sleep| MutexGuard::unlocked(guard, sleep)) {
                    return !condition(guard);
                }
            }
            true
        }

        /// Waits as [`wait_timeout`](Self::wait_timeout) does, until a moment: for a condition that
        /// has to come true within one time, however many notifications that takes.
        ///
        /// ```
        /// use std::time::{Duration, Instant};
        /// # use gosync_mutex::Mutex;
        /// let (ready, cond) = (Mutex::new(false), gosync_cond::Cond::new());
        /// let end = Instant::now() + Duration::from_millis(1);
        /// let mut ready = ready.lock();
        /// while !*ready && cond.wait_until(&mut ready, end) {}
        /// assert!(!*ready);
        /// ```
        #[must_use]
        pub fn wait_until<R: RawMutex, T: ?Sized>(
            &self,
            guard: &mut MutexGuard<'_, R, T>,
            deadline: Instant,
        ) -> bool {
            self.wait_by(Some(deadline.into()), |sleep| {
                MutexGuard::unlocked(guard, sleep)
            })
        }
    }
}

impl Default for Cond {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Cond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiters = self.waiters.load(Relaxed) != EMPTY;
        f.debug_struct("Cond").field("waiters", &waiters).finish()
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
