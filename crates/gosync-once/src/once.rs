//! [`Once`]: the state machine under all of this crate.
//!
//! Two words. `state` is also the address of the wait queue's waiters; `owner` is the runner's
//! thread index, and only serves to catch a call from inside the run.
//!
//! | `state` | what it means to call | next | by whom |
//! |---|---|---|---|
//! | [`INCOMPLETE`] | run | `RUNNING` | the caller that wins |
//! | [`RUNNING`] | wait | `RUNNING \| WAITERS` | a waiter, before it sleeps |
//! | | | `DONE` | the runner: its function returned, or panicked |
//! | | | `INCOMPLETE` | the runner: its function returned `Err` |
//! | [`RUNNING`]` \| `[`WAITERS`] | wait | `DONE` or `INCOMPLETE` | the runner, which wakes all |
//! | [`DONE`] | return | `INCOMPLETE` | [`Once::reset`], which has the `Once` to itself |
//!
//! # Invariants
//!
//! 1. There is a [`Running`] for as long as `state` has the `RUNNING` bit, and only one.
//! 2. `owner` is written only by the thread that has the `Running`, and is [`NOBODY`] whenever
//!    there is none.
//! 3. `WAITERS` is set, and a run with waiters ended, with the wait queue locked: in one step with
//!    entering the queue, and with taking all out of it. So a thread is in the queue only while
//!    `state` is `RUNNING | WAITERS`. And whoever is woken waited for this very `Once`: it is
//!    alive, where one that nobody waits for may be gone as soon as it is done.
//!
//! # Orderings
//!
//! One edge carries everything: the `Release` write that ends a run (in `Running::drop`), paired
//! with the `Acquire` load or compare-exchange by which any other call learns of that end. `owner`
//! can be `Relaxed`: a thread only compares it with its own index, so only its own stores matter
//! (its last one was `NOBODY`, unless it is the runner). Stores by others it may see late, but they
//! never equal its index. An index that went from a thread that ended to a new one is no
//! exception, since `thread_index` orders the two. That the stores of two runners cannot change
//! places follows from the edge above.

use std::{fmt, num::NonZeroU32, ptr};

use gosync_park::{
    Spin,
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    const_fn,
    queue::{self, Place},
    thread_index,
};

/// The run is over. Zero, so that the question asked most often is a comparison with zero.
const DONE: u32 = 0;
/// Nobody runs, nobody has.
const INCOMPLETE: u32 = 1;
/// A bit: some thread runs its function.
const RUNNING: u32 = 2;
/// A bit, only beside `RUNNING`: threads may be asleep and have to be woken.
const WAITERS: u32 = 4;

/// An `owner` that is no thread's index.
const NOBODY: u32 = 0;

/// Runs the first function it is given, and no other.
///
/// Eight bytes, and nothing to free. Go's `sync.Once`.
///
/// ```
/// use gosync_once::Once;
///
/// static START: Once = Once::new();
///
/// let mut started = 0;
/// for _ in 0..3 {
///     START.call_once(|| started += 1);
/// }
/// assert_eq!(started, 1);
/// ```
#[doc(alias = "sync.Once")]
pub struct Once {
    /// `DONE`, `INCOMPLETE`, or `RUNNING` with or without `WAITERS`.
    state: AtomicU32,
    /// The thread index of the runner, or `NOBODY`.
    owner: AtomicU32,
}

#[cfg(not(gosync_loom))]
const _: () = assert!(size_of::<Once>() == 8);

impl Once {
    const_fn! {
        /// A `Once` that has run nothing yet.
        ///
        /// ```
        /// static ONCE: gosync_once::Once = gosync_once::Once::new();
        /// assert!(!ONCE.is_done());
        /// ```
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self {
                state: AtomicU32::new(INCOMPLETE),
                owner: AtomicU32::new(NOBODY),
            }
        }
    }

    /// Runs `f` if this is the first call, else waits until the first call's function has ended.
    ///
    /// Costs one load once that is over. Before, the runner pays two atomic read-modify-writes and,
    /// if anybody sleeps, a lock and a system call for each who does; whoever waits spins for a
    /// moment and then sleeps. Drops an `f` that it does not run.
    ///
    /// What happens in the run synchronizes with the return of every `call_once` and
    /// [`try_call_once`](Self::try_call_once), and with an [`is_done`](Self::is_done) that says so.
    ///
    /// # Panics
    ///
    /// - If `f` panics: the panic goes on to this caller alone, and the `Once` is done.
    /// - If called from inside its own function, on the same thread. The panic may be caught there,
    ///   and the run goes on; if it is not, it is a panic of the function, as above. Not noticed
    ///   are a circle through a second thread, and a call in the last moments of a thread, when
    ///   its thread-locals are being destroyed: these hang, as in Go.
    ///
    /// ```
    /// use gosync_once::Once;
    /// use std::panic::catch_unwind;
    ///
    /// let once = Once::new();
    /// assert!(catch_unwind(|| once.call_once(|| panic!("cannot"))).is_err());
    /// once.call_once(|| unreachable!("it has had its run"));
    /// ```
    #[doc(alias = "Do")]
    #[inline]
    #[track_caller]
    pub fn call_once(&self, f: impl FnOnce()) {
        if !self.is_done() {
            self.call_undone(f);
        }
    }

    /// Like [`call_once`](Self::call_once), but an `Err` of `f` leaves the `Once` undone.
    ///
    /// Returns `Ok(())` once some function returned `Ok` (or panicked), and this caller's error if
    /// it ran `f` and that failed. The next caller then runs a function of its own, and so does one
    /// that waits already. It sees everything that the failed run did.
    ///
    /// # Errors
    ///
    /// The error of `f`, if `f` was run and failed.
    ///
    /// # Panics
    ///
    /// As `call_once` does. A panic is no `Err`: the `Once` is done.
    ///
    /// ```
    /// use gosync_once::Once;
    ///
    /// let once = Once::new();
    /// assert_eq!(once.try_call_once(|| Err("not yet")), Err("not yet"));
    /// assert!(!once.is_done());
    /// assert_eq!(once.try_call_once(|| Ok::<(), &str>(())), Ok(()));
    /// assert_eq!(once.try_call_once(|| Err("too late, not run")), Ok(()));
    /// ```
    #[doc(alias = "Do")]
    #[inline]
    #[track_caller]
    pub fn try_call_once<E>(&self, f: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        if self.is_done() {
            return Ok(());
        }
        self.try_undone(f)
    }

    /// Whether the run is over: from then on every call returns at once.
    ///
    /// One load. If it says `true`, everything that the run did can be seen. `false` may be out of
    /// date by the time it is looked at. May be called inside the run, where it says `false`.
    ///
    /// ```
    /// let once = gosync_once::Once::new();
    /// once.call_once(|| assert!(!once.is_done()));
    /// assert!(once.is_done());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_done(&self) -> bool {
        // Acquire: pairs with the end of a run, in `Running::drop`.
        self.state.load(Acquire) == DONE
    }

    /// Makes it as new: the next call runs its function.
    ///
    /// `&mut` says that no other thread is calling, so there is nothing to wait for.
    ///
    /// ```
    /// let mut once = gosync_once::Once::new();
    /// let mut runs = 0;
    /// once.call_once(|| runs += 1);
    /// once.reset();
    /// once.call_once(|| runs += 1);
    /// assert_eq!(runs, 2);
    /// ```
    #[inline]
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    // The slow halves are functions of their own, so that the fast ones need no stack.

    #[cold]
    #[track_caller]
    fn call_undone(&self, f: impl FnOnce()) {
        if let Some(_running) = self.begin("Once") {
            f();
        }
    }

    #[cold]
    #[track_caller]
    fn try_undone<E>(&self, f: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let Some(running) = self.begin("Once") else {
            return Ok(());
        };
        let result = f();
        if result.is_err() {
            running.undo();
        }
        result
    }

    /// The right to run, or `None` if there is nothing left to run. Waits for another's run.
    ///
    /// `name` is what the caller is called in the message for a call from inside the run.
    #[cold]
    #[track_caller]
    pub(crate) fn begin(&self, name: &str) -> Option<Running<'_>> {
        let me = thread_index().map_or(NOBODY, NonZeroU32::get);
        let mut spin = Spin::new();
        // Acquire, here and below: pairs with the end of a run, in `Running::drop`.
        let mut state = self.state.load(Acquire);
        loop {
            if state == DONE {
                return None;
            }
            if state == INCOMPLETE {
                // Acquire, on success too: a run that failed may have come before.
                let won = self
                    .state
                    .compare_exchange_weak(INCOMPLETE, RUNNING, Acquire, Acquire);
                if let Err(now) = won {
                    state = now;
                    continue;
                }
                // Relaxed: see "Orderings". This starts invariants 1 and 2.
                self.owner.store(me, Relaxed);
                return Some(Running {
                    once: self,
                    ends_in: DONE,
                });
            }
            // Relaxed: see "Orderings".
            if me != NOBODY && self.owner.load(Relaxed) == me {
                inside_itself(name);
            }
            if !spin.again() {
                // `false` if the run ended before this thread was in the queue.
                queue::wait(self.address(), Place::Back, || {
                    // Relaxed: the end of the run is ordered with this by the state alone, or by the
                    // queue's lock.
                    let mark = |state| (state & RUNNING != 0).then_some(state | WAITERS);
                    self.state.try_update(Relaxed, Relaxed, mark).is_ok()
                });
            }
            // One load for both: the models never poll.
            state = self.state.load(Acquire);
        }
    }

    /// By which the waiters are found.
    fn address(&self) -> *const () {
        ptr::from_ref(&self.state).cast()
    }

    /// The state in words. Out of date as soon as it is read.
    pub(crate) fn state(&self) -> &'static str {
        // Relaxed: for people to read, nothing follows from it.
        match self.state.load(Relaxed) {
            DONE => "done",
            INCOMPLETE => "incomplete",
            RUNNING => "running",
            _ => "running, waited for",
        }
    }
}

impl Default for Once {
    /// As [`new`](Self::new).
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Once {
    /// Shows the state, and never waits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once")
            .field("state", &format_args!("{}", self.state()))
            .finish()
    }
}

/// The right to run, and the duty to say that the run has ended: its drop does that, so that a
/// panic cannot forget it.
pub(crate) struct Running<'a> {
    once: &'a Once,
    /// `DONE`, unless the run has failed.
    ends_in: u32,
}

impl Running<'_> {
    /// Ends the run as if it had never begun.
    fn undo(mut self) {
        self.ends_in = INCOMPLETE;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let Once { state, owner } = self.once;
        // By invariant 2. Relaxed: before the end in any case, see "Orderings".
        owner.store(NOBODY, Relaxed);
        // Release: pairs with the Acquire in `is_done` and `begin`.
        let ended = state.compare_exchange(RUNNING, self.ends_in, Release, Relaxed);
        if ended.is_err() {
            self.end_with_waiters();
        }
    }
}

impl Running<'_> {
    /// Ends a run that others wait for. All are woken, also after a failed run: the bit is gone
    /// then, so nobody would wake the next one.
    #[cold]
    fn end_with_waiters(&self) {
        let Once { state, .. } = self.once;
        queue::wake_all(self.once.address(), || {
            // Release: as in `drop`.
            let was = state.swap(self.ends_in, Release);
            debug_assert_eq!(was, RUNNING | WAITERS, "invariants 1 and 3");
        });
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn inside_itself(name: &str) -> ! {
    panic!("gosync: {name} called from inside its own f, where it could only wait for itself");
}
