//! The state machine of the reader-writer lock.
//!
//! # The words
//!
//! | word | what it is |
//! |---|---|
//! | `writers` | the mutex that a writer holds from before it announces itself until it has left |
//! | `state` | everything that decides who is in: three flags and two counts |
//! | `gate` | `PHASE` as a word of its own, on which queued readers sleep |
//! | `turn` | 1 from when the last reader has left until the writer that waited for it has gone in; that writer sleeps on it |
//!
//! The states of `state`, and who leads from one to the next, are shown in `state.rs`.
//!
//! # Invariants
//!
//! 1. Only the holder of `writers` sets or clears a flag.
//! 2. With `WRITER` set nobody goes in as a reader, so the number of those in only falls, and there
//!    is exactly one who takes it from 1 to 0. That one gives the turn. The writer takes it back
//!    before it goes in, so `turn` is 0 whenever a writer announces itself.
//! 3. Without `WRITER` nobody is queued. A writer that leaves turns all that are queued into readers
//!    that are in, in the step in which it clears `WRITER`: they go before the next writer.
//! 4. That step flips `PHASE`, if there were any, and then `gate` follows. A reader that queued in
//!    phase `p` is in as soon as `gate` is no longer `p`. One bit is enough: it could become `p`
//!    again only after another writer was in, and that one had to wait for our reader, who was
//!    counted among those in, to leave. (The phase-fair locks of Brandenburg and Anderson, 2010,
//!    rest on the same argument.) It holds as long as nobody unlocks what that reader holds.
//!
//! # Who sees what
//!
//! Every change of `state` is a read-modify-write, so an Acquire there sees the work of every
//! Release before it.
//!
//! | edge | Release | Acquire |
//! |---|---|---|
//! | Unlock to a later RLock | `leave_exclusive`, on `state` | `enter` |
//! | Unlock to the RLock of a queued reader | `open_gate`, on `gate` | `wait_at_gate` |
//! | Unlock to a later Lock | `leave_exclusive`, on `state` | `enter_free`, `announce` |
//! | RUnlock to the next Lock | `unlock_shared`, on `state` | `enter_free`, `announce` |
//! | RUnlock to a Lock that waits | `unlock_shared`, on `state`, then `give_turn`, on `turn` | the last `unlock_shared`, then `wait_for_turn` |

mod panics;
mod slow;

use std::fmt;

use gosync_mutex::RawMutex;
use gosync_park::{
    atomic::{
        AtomicU32, AtomicUsize,
        Ordering::{AcqRel, Acquire, Relaxed, Release},
    },
    const_fn,
};

use self::panics::{runlock_of_unlocked, too_many_readers, unlock_of_unlocked};
use crate::state::{
    ACTIVE, ONE_READER, WRITER, after_writer, has_room, is_free, is_open, phase, queued, readers,
};

/// Go's `sync.RWMutex`, without data: any number of readers, or one writer.
///
/// It has no owner. Whatever thread calls it, an unlock releases one hold of its kind. So it is
/// up to the caller to pair them; [`RwMutex<T>`](crate::RwMutex) does that with guards.
///
/// ```
/// use gosync_rwmutex::RawRwMutex;
///
/// static LOCK: RawRwMutex = RawRwMutex::new();
///
/// LOCK.lock_shared();
/// assert!(LOCK.try_lock_shared()); // readers share
/// assert!(!LOCK.try_lock_exclusive());
/// LOCK.unlock_shared();
/// std::thread::spawn(|| LOCK.unlock_shared()).join().unwrap(); // on whichever thread
///
/// LOCK.lock_exclusive();
/// assert!(!LOCK.try_lock_shared());
/// LOCK.unlock_exclusive();
/// ```
#[doc(alias = "RWMutex")]
pub struct RawRwMutex {
    writers: RawMutex,
    state: AtomicUsize,
    gate: AtomicU32,
    turn: AtomicU32,
}

#[cfg(not(gosync_loom))]
const _: () = assert!(size_of::<RawRwMutex>() <= 24, "larger than Go's");

impl RawRwMutex {
    const_fn! {
        /// An unlocked lock. It allocates nothing, now or later.
        ///
        /// ```
        /// static LOCK: gosync_rwmutex::RawRwMutex = gosync_rwmutex::RawRwMutex::new();
        /// assert!(!LOCK.is_locked());
        /// ```
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self {
                writers: RawMutex::new(),
                state: AtomicUsize::new(0),
                gate: AtomicU32::new(0),
                turn: AtomicU32::new(0),
            }
        }
    }

    /// Locks for reading, and waits while a writer is in or waiting.
    ///
    /// One compare-and-swap if there is no writer. A reader waits for one writer at most: when it
    /// leaves, all readers that have queued by then are in.
    ///
    /// Synchronizes with every earlier [`unlock_exclusive`](Self::unlock_exclusive) and
    /// [`downgrade`](Self::downgrade).
    ///
    /// Not recursive: a thread that reads already, and locks again while a writer waits, waits for
    /// that writer, which waits for it.
    ///
    /// # Panics
    ///
    /// If there are too many readers at once, in or waiting: about 10^9, or about 16 thousand where
    /// pointers have 32 bits. (Guards that are forgotten count.) The lock stays as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// lock.lock_shared();
    /// // ... read ...
    /// lock.unlock_shared();
    /// ```
    #[doc(alias = "RLock")]
    #[inline]
    pub fn lock_shared(&self) {
        let state = self.state.load(Relaxed);
        if !(is_open(state) && has_room(state) && self.enter(state).is_ok()) {
            self.lock_shared_slow();
        }
    }

    /// Counts one reader in.
    #[inline]
    fn enter(&self, state: usize) -> Result<usize, usize> {
        // Acquire pairs with the Release of `leave_exclusive`.
        self.state
            .compare_exchange_weak(state, state + ONE_READER, Acquire, Relaxed)
    }

    /// Locks for reading if no writer is in or waiting, and returns whether it did. Never waits.
    ///
    /// Fails if and only if there is a writer. If it succeeds, it synchronizes as
    /// [`lock_shared`](Self::lock_shared) does; a failure orders nothing.
    ///
    /// # Panics
    ///
    /// As [`lock_shared`](Self::lock_shared).
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// assert!(lock.try_lock_shared());
    /// assert!(lock.try_lock_shared());
    /// ```
    #[doc(alias = "TryRLock")]
    #[inline]
    #[must_use = "if it returns true, the lock is held"]
    pub fn try_lock_shared(&self) -> bool {
        let mut state = self.state.load(Relaxed);
        while is_open(state) {
            if !has_room(state) {
                too_many_readers();
            }
            match self.enter(state) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// Releases one read lock, on whichever thread.
    ///
    /// One compare-and-swap. The last reader that a writer waits for also wakes that writer.
    ///
    /// Synchronizes with the next writer's lock.
    ///
    /// # Panics
    ///
    /// If no reader is in: `sync: RUnlock of unlocked RWMutex`, also while a writer is in and
    /// readers queue behind it. The lock stays as it was. (Go stops the program, and misses the
    /// latter. As in Go, one unlock too many while other readers are in takes the hold of one of
    /// them, whose own unlock then panics.)
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// lock.lock_shared();
    /// lock.unlock_shared();
    /// assert!(!lock.is_locked());
    /// ```
    #[doc(alias = "RUnlock")]
    #[inline]
    #[track_caller]
    pub fn unlock_shared(&self) {
        let mut state = self.state.load(Relaxed);
        loop {
            if readers(state) == 0 {
                runlock_of_unlocked();
            }
            // Release pairs with the Acquire of the next writer. Acquire, for the reader that
            // gives the turn: it passes on what the readers before it have released, and its turn
            // comes after the one that was taken back before.
            match self
                .state
                .compare_exchange_weak(state, state - ONE_READER, AcqRel, Relaxed)
            {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        if readers(state) == 1 && !is_open(state) {
            self.give_turn();
        }
    }

    /// Locks for writing, and waits until nobody else is in.
    ///
    /// Two compare-and-swaps if the lock is free. Otherwise the writer waits for its turn among the
    /// writers, then announces itself, in one step that readers cannot hold up; from then on new
    /// readers queue, and it waits only for those that are in.
    ///
    /// Synchronizes with every earlier unlock, of readers and writers.
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// lock.lock_exclusive();
    /// // ... write ...
    /// lock.unlock_exclusive();
    /// ```
    #[doc(alias = "Lock")]
    #[inline]
    pub fn lock_exclusive(&self) {
        self.writers.lock();
        if !self.enter_free() {
            self.announce();
        }
    }

    /// Goes in as a writer if the lock is free. The caller holds `writers`.
    #[inline]
    fn enter_free(&self) -> bool {
        let state = self.state.load(Relaxed);
        // Acquire pairs with the Release of `unlock_shared` and of `leave_exclusive`. Should it
        // fail, then because a reader is in: nobody else changes the state, by invariant 1.
        is_free(state)
            && self
                .state
                .compare_exchange(state, state | WRITER | ACTIVE, Acquire, Relaxed)
                .is_ok()
    }

    /// Locks for writing if nobody is in, and returns whether it did. Never waits.
    ///
    /// Fails if a reader is in, or if another writer is in, waiting, or about to come or go. If it
    /// succeeds, it synchronizes as [`lock_exclusive`](Self::lock_exclusive) does; a failure
    /// orders nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// assert!(lock.try_lock_exclusive());
    /// assert!(!lock.try_lock_exclusive());
    /// ```
    #[doc(alias = "TryLock")]
    #[inline]
    #[must_use = "if it returns true, the lock is held"]
    pub fn try_lock_exclusive(&self) -> bool {
        // The look comes first, so that a try that is bound to fail disturbs no writer.
        if !is_free(self.state.load(Relaxed)) || !self.writers.try_lock() {
            return false;
        }
        let entered = self.enter_free();
        if !entered {
            self.writers.unlock();
        }
        entered
    }

    /// Releases the write lock, on whichever thread.
    ///
    /// The readers that have queued are in at once, and are woken with one system call, however
    /// many they are; only then comes the next writer. Two atomic operations if nobody waits.
    ///
    /// Synchronizes with every later lock, of readers and writers.
    ///
    /// # Panics
    ///
    /// If no writer is in: `sync: Unlock of unlocked RWMutex`, also while it is locked for reading
    /// and while a writer still waits. The lock stays as it was. (Go stops the program.)
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// lock.lock_exclusive();
    /// lock.unlock_exclusive();
    /// assert!(!lock.is_locked());
    /// ```
    #[doc(alias = "Unlock")]
    #[inline]
    #[track_caller]
    pub fn unlock_exclusive(&self) {
        self.leave_exclusive(0);
    }

    /// Turns the write lock into a read lock. No writer can come in between.
    ///
    /// The readers that have queued are in at once, too. Costs what
    /// [`unlock_exclusive`](Self::unlock_exclusive) costs, and synchronizes as it does. Go has no
    /// such operation.
    ///
    /// # Panics
    ///
    /// If no writer is in, as [`unlock_exclusive`](Self::unlock_exclusive).
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// lock.lock_exclusive();
    /// lock.downgrade();
    /// assert!(lock.try_lock_shared());
    /// assert!(!lock.try_lock_exclusive());
    /// ```
    #[inline]
    #[track_caller]
    pub fn downgrade(&self) {
        self.leave_exclusive(ONE_READER);
    }

    /// Ends the write phase, and adds `kept` to what comes after it.
    #[inline]
    #[track_caller]
    fn leave_exclusive(&self, kept: usize) {
        let mut state = self.state.load(Relaxed);
        loop {
            if state & ACTIVE == 0 {
                unlock_of_unlocked();
            }
            let next = after_writer(state) + kept;
            // Release pairs with the Acquire of `enter`, `enter_free` and `announce`.
            match self
                .state
                .compare_exchange_weak(state, next, Release, Relaxed)
            {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        if queued(state) != 0 {
            self.open_gate(phase(state) ^ 1);
        }
        // Last, as in Go: the readers are on their way before the next writer keeps others out.
        self.writers.unlock();
    }

    /// Whether anybody is in, or a writer waits, at this moment. Orders nothing.
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// assert!(!lock.is_locked());
    /// lock.lock_shared();
    /// assert!(lock.is_locked());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_locked(&self) -> bool {
        !is_free(self.state.load(Relaxed))
    }

    /// Whether a writer is in at this moment. Orders nothing.
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// lock.lock_shared();
    /// assert!(!lock.is_locked_exclusive());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_locked_exclusive(&self) -> bool {
        self.state.load(Relaxed) & ACTIVE != 0
    }
}

impl Default for RawRwMutex {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

/// Where the writer is that has announced itself.
#[derive(Debug)]
enum Writer {
    None,
    Waiting,
    In,
}

/// Shows who is in and who waits. Writers that queue behind another writer are not shown.
impl fmt::Debug for RawRwMutex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.load(Relaxed);
        let writer = match (state & WRITER != 0, state & ACTIVE != 0) {
            (_, true) => Writer::In,
            (true, false) => Writer::Waiting,
            (false, false) => Writer::None,
        };
        f.debug_struct("RawRwMutex")
            .field("writer", &writer)
            .field("readers", &readers(state))
            .field("queued_readers", &queued(state))
            .finish()
    }
}

#[cfg(all(test, not(gosync_loom)))]
mod tests;
