//! The WaitGroup and what it offers. How it works is in [`machine`].

#[cfg(gosync_loom)]
mod life;
mod machine;

use std::{
    fmt,
    time::{Duration, Instant},
};

use gosync_park::{
    atomic::{AtomicU32, AtomicUsize, Ordering::Acquire},
    clock::Deadline,
    const_fn,
};

use crate::misuse;
use machine::{ONE, WAITERS};

/// A WaitGroup waits for a number of tasks to finish.
///
/// [`add`](Self::add) says how many, each one calls [`done`](Self::done) when it has finished,
/// and [`wait`](Self::wait) blocks until all have. [`go`](Self::go) starts a thread and does the
/// counting by itself; a [`token`](Self::token) counts for a task that runs on a thread you have
/// already.
///
/// The rules are Go's. An `add` that raises the count from zero comes before the `wait`, not at
/// the same time; while the count is above zero, any thread may add. A new round of `add` may
/// begin when every `wait` of the last one has returned. Breaches are found where that costs
/// nothing, and panic.
///
/// ```
/// use gosync_waitgroup::WaitGroup;
///
/// static GROUP: WaitGroup = WaitGroup::new();
/// GROUP.add(2);
/// for _ in 0..2 {
///     std::thread::spawn(|| GROUP.done());
/// }
/// GROUP.wait();
/// assert_eq!(GROUP.count(), 0);
/// ```
#[doc(alias = "sync.WaitGroup")]
pub struct WaitGroup {
    /// The count and the flags: the table in `machine`.
    state: AtomicUsize,
    /// Rounds that ended.
    generation: AtomicU32,
    /// Tasks that panicked.
    panics: AtomicU32,
    /// Lets the model checker see each access, and the end of the WaitGroup.
    #[cfg(gosync_loom)]
    life: life::Life,
}

#[cfg(not(gosync_loom))]
const _: () = assert!(size_of::<WaitGroup>() <= 16);

impl WaitGroup {
    /// The largest count: `i32::MAX` as in Go, or `(1 << 30) - 1` on a 32-bit machine, where two bits of
    /// the word are taken.
    pub const MAX: usize = if usize::BITS >= 64 {
        i32::MAX as usize
    } else {
        usize::MAX >> 2
    };

    const_fn! {
        /// A WaitGroup with a count of zero.
        ///
        /// ```
        /// let group = gosync_waitgroup::WaitGroup::new();
        /// group.wait(); // nothing to wait for
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self {
                state: AtomicUsize::new(0),
                generation: AtomicU32::new(0),
                panics: AtomicU32::new(0),
                #[cfg(gosync_loom)]
                life: life::Life::new(),
            }
        }
    }

    /// Adds `delta`, which may be negative, to the count. At zero, all waiting threads go on.
    ///
    /// Costs a load and a compare-and-swap, again if another thread changes the count at the same time, and
    /// a system call if it releases threads.
    /// A negative delta synchronizes with the `wait` that it releases, as `done` does.
    ///
    /// # Panics
    ///
    /// With the count as it was before,
    /// - `sync: negative WaitGroup counter` if the count would fall below zero, or above
    ///   [`MAX`](Self::MAX) to where Go's, of 32 bits, is below zero;
    /// - `sync: WaitGroup misuse: Add called concurrently with Wait` if the count is zero, `delta`
    ///   positive, and the threads that waited for the zero have not been released yet;
    /// - `gosync: WaitGroup counter overflow` if it would exceed `MAX` otherwise.
    ///
    /// ```
    /// let group = gosync_waitgroup::WaitGroup::new();
    /// group.add(3);
    /// group.add(-1);
    /// assert_eq!(group.count(), 2);
    /// ```
    #[doc(alias = "Add")]
    #[inline]
    #[track_caller]
    pub fn add(&self, delta: isize) {
        if delta > 0 {
            self.enter(delta.unsigned_abs());
        } else if delta < 0 && !self.leave(delta.unsigned_abs()) {
            misuse::negative_counter();
        }
    }

    /// Takes one off the count: a task has finished. At zero, all waiting threads go on.
    ///
    /// Costs what [`add`](Self::add) costs. What was done
    /// before it is visible after the `wait` that it releases.
    ///
    /// # Panics
    ///
    /// With `sync: negative WaitGroup counter` if the count is zero. It stays zero.
    ///
    /// ```
    /// let group = gosync_waitgroup::WaitGroup::new();
    /// group.add(1);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| group.done());
    ///     group.wait();
    /// });
    /// ```
    #[doc(alias = "Done")]
    #[inline]
    #[track_caller]
    pub fn done(&self) {
        if !self.leave(1) {
            misuse::negative_counter();
        }
    }

    /// Blocks until the count is zero.
    ///
    /// Costs a load if it is zero already; otherwise it polls for about as long as a sleep would
    /// cost, some 50 us, leaving the processor to whoever wants it, and then sleeps; at once if another
    /// thread sleeps already. Any number of threads may wait at once. It sees everything that was done before the
    /// [`done`](Self::done) calls that brought the count to zero, and may be followed at once by
    /// the end of the WaitGroup, if no other thread waits.
    ///
    /// # Panics
    ///
    /// - `sync: WaitGroup is reused before previous Wait has returned` if it slept, was released,
    ///   and finds that another round has begun. The new round goes on undisturbed.
    /// - `gosync: a task started by WaitGroup::Go panicked` in every thread that had to wait for the
    ///   end of a round in which a task of [`go`](Self::go), [`go_static`](Self::go_static) or
    ///   [`go_scoped`](Self::go_scoped) panicked. If none had to, it is the next wait that
    ///   panics, once; or, if another round has begun by then, every wait that has to wait for the end of
    ///   that one. The WaitGroup can be used again. A wait on a thread that is unwinding, as in a
    ///   destructor, returns instead: a second panic would end the process. If it did not have to wait it
    ///   leaves the panic to the next one.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// let group = Arc::new(gosync_waitgroup::WaitGroup::new());
    /// group.go(|| println!("hello"));
    /// group.wait();
    /// ```
    #[doc(alias = "Wait")]
    #[inline]
    #[track_caller]
    pub fn wait(&self) {
        // Acquire: pairs with the Release of every `leave` so far. They and all that came between
        // are read-modify-writes, hence one release sequence. A round that is over but not yet
        // released is at zero, too; its panics are for those who waited.
        let state = self.state().load(Acquire);
        if state & !WAITERS != 0 {
            self.wait_slow(None);
        }
    }

    /// Waits as [`wait`](Self::wait) does, but gives up after `timeout`. Returns whether the count
    /// was zero; if not, the tasks go on, and are waited for by whoever waits next.
    ///
    /// A wait that gave up has left nothing behind: no rule counts it as a wait any more. While it lasts
    /// they do, also with a timeout of zero; [`count`](Self::count) only looks. Go has no such wait.
    ///
    /// # Panics
    ///
    /// As `wait` does.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let group = gosync_waitgroup::WaitGroup::new();
    /// group.add(1);
    /// assert!(!group.wait_timeout(Duration::from_millis(1)));
    /// group.done();
    /// assert!(group.wait_timeout(Duration::ZERO));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.wait_or_give_up(|| Deadline::after(timeout))
    }

    /// Waits as [`wait_timeout`](Self::wait_timeout) does, until a moment.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait) does.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// let (first, second) = (gosync_waitgroup::WaitGroup::new(), gosync_waitgroup::WaitGroup::new());
    /// second.add(1);
    /// let end = Instant::now() + Duration::from_millis(1);
    /// // One moment for both.
    /// assert!(first.wait_until(end) && !second.wait_until(end));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn wait_until(&self, deadline: Instant) -> bool {
        self.wait_or_give_up(|| Deadline::from(deadline))
    }

    #[inline]
    #[track_caller]
    fn wait_or_give_up(&self, deadline: impl FnOnce() -> Deadline) -> bool {
        // Acquire: as in `wait`.
        let state = self.state().load(Acquire);
        state & !WAITERS == 0 || self.wait_slow(Some(deadline()))
    }

    /// The count at some moment of this call, for assertions and logs. Costs a load.
    ///
    /// If it is zero, everything before the `done` calls that led there is visible.
    ///
    /// ```
    /// let group = gosync_waitgroup::WaitGroup::new();
    /// let token = group.token();
    /// assert_eq!(group.count(), 1);
    /// # drop(token);
    /// ```
    #[must_use]
    pub fn count(&self) -> usize {
        // Acquire: as in `wait`.
        self.state().load(Acquire) / ONE
    }
}

impl Default for WaitGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitGroup")
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}
