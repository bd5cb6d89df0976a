//! The state machine of the reader-writer lock: Go's, with a second way in for readers.
//!
//! # The words
//!
//! | word | what it is |
//! |---|---|
//! | `state` | everything that decides who is in: see `state.rs` |
//! | `writers` | the mutex on which writers line up that find another one |
//! | `id` | by which the lock is known in the table of slots: see `slots.rs`; and a hint |
//!
//! # The two ways of reading
//!
//! A reader that is in has a *hold*. Holds are all alike: an unlock releases one, whosever it was.
//! A hold is in the count of `state`, or in a slot.
//!
//! *Counted* is Go's way: one addition to a word that all readers share, and one subtraction, both
//! blind, without a look at what is there. Who finds afterwards that the lock was not free is a
//! *guest*: it has no hold, and counts itself out again before it goes the slow way. *By a slot* is
//! the way while the bias is on: the reader shows the lock's id in a slot of its own line, looks
//! whether the bias is still on, and takes the id out again. It writes to no word that any other
//! thread writes to, so the cores do not wait for each other. (That is BRAVO, of Dice and Kogan,
//! 2019.)
//!
//! A writer that announces itself closes both ways by the same step. Then it *gathers*: it moves
//! the holds that it finds in the slots into the count, and turns the bias off. From there on it
//! is Go's lock: the last reader that leaves the count lets the writer in. A reader that finds its
//! slot empty at its unlock was moved, and leaves the count.
//!
//! The bias comes on when [`STREAK`](crate::state::STREAK) more reads have met other readers than have
//! not, times the slots that the next writer may have to look at for it. A lock that is written often
//! never gets there, nor one whose readers seldom meet: it is Go's lock and no more.
//!
//! # Invariants
//!
//! 1. Without `BIASED` all holds are counted. (An id may stand in a slot for a moment: a reader's
//!    that has yet to see that the bias is off, and takes it out again.) With `GATHERING`, one hold
//!    at most is on its way, in no slot any more and not in the count yet.
//! 2. With `WRITER` set nobody goes in as a reader, and once the writer has gathered, nothing is added
//!    to the count but guests, who leave at once. The writer goes in when it is 0.
//! 3. Without `WRITER` nobody is queued. A writer that leaves counts in all readers that are queued,
//!    in the step in which it clears `WRITER`: they go before the next writer.
//! 4. A reader that is woken in the queue is counted in.
//! 5. The count and the slots, and the hold on its way, are together as many as the holds and the guests.
//!    An unlock may find the count at 0, since its hold was exchanged for one that is in a slot, or on
//!    its way: then the count is below 0 for a moment, and counts as 0. That is so with `BIASED` or
//!    `GATHERING` only; or after an unlock too many, which puts it right before it panics.
//! 6. At most two writers have anything in `state`: the one that has announced itself, and, with
//!    `NEXT`, the holder of `writers`, which went in past neither. All others wait for `writers`.
//!
//! # Who sees what
//!
//! Every change of `state` and of a slot is a read-modify-write, so an Acquire there sees the work
//! of every Release before it.
//!
//! | edge | Release | Acquire |
//! |---|---|---|
//! | Unlock to a later RLock | `leave`, on `state` | `hold_at_once`, `enter`; by a slot, the second look in `show` |
//! | Unlock to the RLock of a queued reader | `leave`, and the queue | the queue |
//! | Unlock to a later Lock | `leave`, on `state` | `lock_exclusive`, `announce` |
//! | RUnlock to a later Lock, counted | `release_count`, `leave_count`, on `state` | `lock_exclusive`, `announce`, `wait_for_turn` |
//! | RUnlock to a later Lock, by a slot | `vacate`, on the slot | `take` |
//! | the same, gathered by an unlock | `take`, then the end of `gather`, on `state` | as counted |
//! | the same, by an id that was shown too late | `vacate`, then `leave_count` | `retract`, then as counted |
//! | the announcement to an RLock by a slot | `take`, on the slot | `occupy`, before the second look in `show` |

mod gather;
mod panics;
mod readers;
mod writers;

use std::{
    fmt,
    time::{Duration, Instant},
};

use gosync_mutex::RawMutex;
use gosync_park::{
    atomic::{
        AtomicUsize,
        Ordering::{Acquire, Relaxed, Release},
    },
    clock::Deadline,
    const_fn, queue,
};

use self::panics::{runlock_of_unlocked, unlock_of_unlocked};
use crate::{
    slots::{self, Slot},
    state::{
        ACTIVE, BIASED, GATHERING, ONE_READER, WRITER, is_free, is_left_in_order, is_open, lanes,
        readers,
    },
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
    state: AtomicUsize,
    /// 0 as long as the bias has never been on. Beside it, [`LOOK_FIRST`].
    id: AtomicUsize,
    writers: RawMutex,
}

#[cfg(not(gosync_loom))]
const _: () = assert!(size_of::<RawRwMutex>() <= 24, "larger than Go's");

/// A hint beside the id: the bias is on. So a reader looks at the state before it changes it. It may be
/// wrong, which costs time and nothing else; the first reader that notices puts it right.
const LOOK_FIRST: usize = 1;

/// One read lock, for whoever keeps it in a guard: where the reader has shown itself, if not in
/// the count. Any hold may stand for any other.
#[derive(Debug)]
pub struct ReadHold(Option<&'static Slot>);

impl ReadHold {
    /// In the count.
    pub(crate) const COUNTED: Self = Self(None);
}

impl RawRwMutex {
    const_fn! {
        /// An unlocked lock.
        ///
        /// ```
        /// static LOCK: gosync_rwmutex::RawRwMutex = gosync_rwmutex::RawRwMutex::new();
        /// assert!(!LOCK.is_locked());
        /// ```
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self {
                state: AtomicUsize::new(0),
                id: AtomicUsize::new(0),
                writers: RawMutex::new(),
            }
        }
    }

    /// An unlocked lock with the bias on for all, as after many reads.
    #[cfg(gosync_loom)]
    #[doc(hidden)]
    pub fn new_biased() -> Self {
        let lock = Self::new();
        lock.bias_all();
        lock
    }

    /// Turns the bias on for all, where no writer is: a model would be too large if it had to read so
    /// often.
    #[cfg(gosync_loom)]
    #[doc(hidden)]
    pub fn bias_all(&self) {
        if self.known_id() == 0 {
            let id = slots::new_id().expect("there are enough");
            self.id.store(id, Relaxed);
        }
        self.hint(LOOK_FIRST);
        // As in `enter`.
        self.state.fetch_or(
            BIASED | crate::state::FIELD,
            gosync_park::atomic::Ordering::AcqRel,
        );
    }

    /// What a guard does when it is made: guards themselves cannot be had in a model.
    #[cfg(gosync_loom)]
    #[doc(hidden)]
    pub fn guard(&self) -> ReadHold {
        self.hold_shared()
    }

    /// What a guard does when it is dropped.
    #[cfg(gosync_loom)]
    #[doc(hidden)]
    pub fn drop_guard(&self, hold: &ReadHold) {
        self.release_shared(hold);
    }

    /// Locks for reading, and waits while a writer is in or waiting.
    ///
    /// One addition if nobody is there, to a word of the lock; or, where readers meet, one
    /// compare-and-swap on a cache line of this thread's own. A reader waits for one writer at most:
    /// when it leaves, all readers that have queued by then are in. (A reader that finds a writer
    /// polls a few times before it queues.)
    ///
    /// Synchronizes with every earlier [`unlock_exclusive`](Self::unlock_exclusive) and
    /// [`downgrade`](Self::downgrade).
    ///
    /// Not recursive: a thread that reads already, and locks again while a writer waits, waits for
    /// that writer, which waits for it.
    ///
    /// # Panics
    ///
    /// If there are too many readers in at once: about 10^9, or about 260 thousand where pointers
    /// have 32 bits. (Guards that are forgotten count.) The lock stays as it was.
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
        self.hold_shared();
    }

    /// Locks for reading, and says where the hold is.
    #[inline]
    pub(crate) fn hold_shared(&self) -> ReadHold {
        self.hold_at_once().unwrap_or_else(|| {
            self.hold_slow(None)
                .expect("it waits for as long as it takes")
        })
    }

    /// The quick ways in, tried once.
    #[inline]
    fn hold_at_once(&self) -> Option<ReadHold> {
        // Blindly, without a look at the state: a load would have to wait for the last way out to be
        // finished. Not where the bias is on: there it would write to a word that others only look at.
        if self.id.load(Relaxed) & LOOK_FIRST == 0 {
            // Acquire pairs with the Release of `leave`; and, for `id`, of `enter`.
            return match self.state.fetch_add(ONE_READER, Acquire) {
                0 => Some(ReadHold::COUNTED),
                before => self.counted_in(before),
            };
        }
        self.hold_at_a_look()
    }

    /// The quick ways in where the hint says that the bias is on, tried once.
    #[inline(never)]
    fn hold_at_a_look(&self) -> Option<ReadHold> {
        // Acquire, for `id`: pairs with the Release of `enter`.
        let state = self.state.load(Acquire);
        if state & BIASED != 0 {
            return self.show(state);
        }
        self.hint(0);
        None
    }

    /// Says whether readers should look first: `LOOK_FIRST` or 0. There is an id.
    fn hint(&self, look: usize) {
        // Relaxed, both: a hint.
        self.id.store(self.known_id() | look, Relaxed);
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
        self.try_hold_shared().is_some()
    }

    #[inline]
    pub(crate) fn try_hold_shared(&self) -> Option<ReadHold> {
        if self.finds_a_writer() {
            return None;
        }
        self.hold_at_once().or_else(|| self.try_hold(|| {}))
    }

    /// Whether there is a writer: a look for those who may come again and again. As guests they would
    /// hold it up each time.
    #[inline]
    fn finds_a_writer(&self) -> bool {
        // Relaxed: what they do if there is none acquires.
        !is_open(self.state.load(Relaxed))
    }

    /// Locks for reading, unless it had to wait for longer than `timeout`. Returns whether it did.
    ///
    /// It may return a little late, and it takes a lock that it can have even if it is late
    /// already. If it gives up, it leaves nothing behind. Otherwise as
    /// [`lock_shared`](Self::lock_shared). Go has no such operation.
    ///
    /// # Panics
    ///
    /// As [`lock_shared`](Self::lock_shared).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// lock.lock_exclusive();
    /// assert!(!lock.try_lock_shared_for(Duration::from_millis(1)));
    /// lock.unlock_exclusive();
    /// assert!(lock.try_lock_shared_for(Duration::ZERO));
    /// ```
    #[inline]
    #[must_use = "if it returns true, the lock is held"]
    pub fn try_lock_shared_for(&self, timeout: Duration) -> bool {
        self.try_hold_shared_until(|| Deadline::after(timeout))
            .is_some()
    }

    /// Locks for reading, unless it had to wait beyond `deadline`. Returns whether it did.
    ///
    /// Otherwise as [`try_lock_shared_for`](Self::try_lock_shared_for).
    ///
    /// # Panics
    ///
    /// As [`lock_shared`](Self::lock_shared).
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// assert!(lock.try_lock_shared_until(std::time::Instant::now()));
    /// ```
    #[inline]
    #[must_use = "if it returns true, the lock is held"]
    pub fn try_lock_shared_until(&self, deadline: Instant) -> bool {
        self.try_hold_shared_until(|| deadline.into()).is_some()
    }

    #[inline]
    pub(crate) fn try_hold_shared_until(
        &self,
        deadline: impl FnOnce() -> Deadline,
    ) -> Option<ReadHold> {
        let quick = if self.finds_a_writer() {
            None
        } else {
            self.hold_at_once()
        };
        quick.or_else(|| self.hold_slow(Some(deadline())))
    }

    /// Releases one read lock, on whichever thread.
    ///
    /// One subtraction, or a compare-and-swap. The last reader that a writer waits for also wakes that
    /// writer. On another thread than the one that locked, it may have to do what an announced writer
    /// does: gather what the slots hold.
    ///
    /// Synchronizes with the next writer's lock.
    ///
    /// # Panics
    ///
    /// If no reader is in: `sync: RUnlock of unlocked RWMutex`, also while a writer is in and
    /// readers queue behind it. The lock stays as it was. (Go stops the program, and misses the
    /// latter. As in Go, one unlock too many while other readers are in takes the hold of one of
    /// them, whose own unlock then panics; and it may take that of a reader that is about to find
    /// that it must wait.)
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
        if self.id.load(Relaxed) & LOOK_FIRST != 0 && self.release_own_slot() {
            return;
        }
        self.release_count();
    }

    /// Releases this read lock.
    #[inline]
    #[track_caller]
    pub(crate) fn release_shared(&self, hold: &ReadHold) {
        if let Some(slot) = hold.0
            // Whoever has the hold has seen the id.
            && slots::vacate(slot, self.known_id())
        {
            return;
        }
        self.release_count();
    }

    /// Counts one reader out, without a look at whether there is one.
    #[inline]
    #[track_caller]
    fn release_count(&self) {
        // Release pairs with the Acquire of the next writer.
        let before = self.state.fetch_sub(ONE_READER, Release);
        if !is_left_in_order(before) && !self.counted_out(before) {
            runlock_of_unlocked();
        }
    }

    /// Locks for writing, and waits until nobody else is in.
    ///
    /// One compare-and-swap if the lock is free and its bias off. Otherwise the writer announces
    /// itself, whoever is in, by a compare-and-swap that is tried again as long as others change the state
    /// meanwhile; from then on new readers queue, and it waits only for those that are in (and for one that
    /// is just finding that it has to queue, until it has). If the bias is on it looks for them in the slots of the
    /// threads that have read since the last write, of 256 at most. Behind another writer it
    /// waits for its turn among the writers, as at a [`Mutex`](gosync_mutex::RawMutex).
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
        if !self.write_at_once() {
            self.write_slow(None);
        }
    }

    /// Goes in as a writer if the lock is free, its bias off, and nobody else changes it.
    #[inline]
    fn write_at_once(&self) -> bool {
        // Acquire pairs with the Release of `release_count`, of `leave_count` and of `leave`.
        let go_in = |from| {
            self.state
                .compare_exchange(from, WRITER | ACTIVE, Acquire, Relaxed)
        };
        // A guess that is right where no two readers meet: then no reads are counted.
        go_in(0)
            .or_else(|state| match is_free(state) {
                true => go_in(state),
                false => Err(state),
            })
            .is_ok()
    }

    /// Locks for writing if nobody is in, and returns whether it did. Never waits.
    ///
    /// Fails if a reader is in, or about to find that it has to wait; if another writer is in, waiting,
    /// or about to come or go; or if another thread releases a read lock that was not its own. If it
    /// succeeds, it synchronizes as [`lock_exclusive`](Self::lock_exclusive) does; a failure orders
    /// nothing.
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
        self.write_at_once() || self.try_write()
    }

    /// Locks for writing, unless it had to wait for longer than `timeout`. Returns whether it did.
    ///
    /// It may return a little late, and it takes a lock that it can have even if it is late
    /// already. If it gives up, the readers that have queued because of it go in. Otherwise as
    /// [`lock_exclusive`](Self::lock_exclusive). Go has no such operation.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// lock.lock_shared();
    /// assert!(!lock.try_lock_exclusive_for(Duration::from_millis(1)));
    /// lock.unlock_shared();
    /// assert!(lock.try_lock_exclusive_for(Duration::ZERO));
    /// ```
    #[inline]
    #[must_use = "if it returns true, the lock is held"]
    pub fn try_lock_exclusive_for(&self, timeout: Duration) -> bool {
        self.write_at_once() || self.write_slow(Some(Deadline::after(timeout)))
    }

    /// Locks for writing, unless it had to wait beyond `deadline`. Returns whether it did.
    ///
    /// Otherwise as [`try_lock_exclusive_for`](Self::try_lock_exclusive_for).
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = gosync_rwmutex::RawRwMutex::new();
    /// assert!(lock.try_lock_exclusive_until(std::time::Instant::now()));
    /// ```
    #[inline]
    #[must_use = "if it returns true, the lock is held"]
    pub fn try_lock_exclusive_until(&self, deadline: Instant) -> bool {
        self.write_at_once() || self.write_slow(Some(deadline.into()))
    }

    /// Releases the write lock, on whichever thread.
    ///
    /// The readers that have queued are in at once; only then comes the next writer. One
    /// compare-and-swap if nobody waits.
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
        // Release pairs with the Acquire of whoever goes in next.
        if self
            .state
            .compare_exchange(WRITER | ACTIVE, 0, Release, Relaxed)
            .is_err()
            && !self.leave(ACTIVE, 0)
        {
            unlock_of_unlocked();
        }
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
        if !self.leave(ACTIVE, 1) {
            unlock_of_unlocked();
        }
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
        // Acquire, for `id`: pairs with the Release of `enter`. And of `release_count`: what has been
        // exchanged for a hold in the count is seen in its slot.
        let state = self.state.load(Acquire);
        state & (WRITER | GATHERING) != 0 || self.readers_in(state) != 0
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

    /// The lock's id; 0 if the caller has not seen that there is one.
    #[inline]
    fn known_id(&self) -> usize {
        // Relaxed: what the caller has seen was published with it.
        self.id.load(Relaxed) & !LOOK_FIRST
    }

    /// How many readers are in, more or less at the moment of `state`.
    fn readers_in(&self, state: usize) -> usize {
        let shown = if state & BIASED == 0 {
            0
        } else {
            slots::count(lanes(state), self.known_id())
        };
        readers(state) + shown
    }

    /// Where readers queue.
    fn readers_queue(&self) -> *const () {
        (&raw const self.state).cast()
    }

    /// Where writers that have something in `state` wait for their turn: two at most; and unlocks for the
    /// end of a gathering.
    fn writers_queue(&self) -> *const () {
        (&raw const self.id).cast()
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
        // Acquire as in `is_locked`.
        let state = self.state.load(Acquire);
        let writer = match (state & WRITER != 0, state & ACTIVE != 0) {
            (_, true) => Writer::In,
            (true, false) => Writer::Waiting,
            (false, false) => Writer::None,
        };
        f.debug_struct("RawRwMutex")
            .field("writer", &writer)
            .field("readers", &self.readers_in(state))
            .field("queued_readers", &queue::len(self.readers_queue()))
            .finish()
    }
}

#[cfg(all(test, not(gosync_loom)))]
mod tests;
