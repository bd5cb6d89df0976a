//! Go's methods of `Mutex` and `RWMutex`, beside `Locker`'s.

use super::sealed::Sealed;
use crate::{Mutex, RLocker, RWMutex};

impl Sealed for Mutex<()> {}
impl Sealed for RWMutex<()> {}

/// Go's methods of [`Mutex<()>`](Mutex) that [`Locker`](crate::Locker) has not.
pub trait MutexMethods: Sealed {
    /// Locks if nobody has the lock, nor a waiter is about to get it, and says whether it did. Never
    /// waits.
    ///
    /// A success orders memory as `Lock` does, a failure orders nothing. Go warns that a need for
    /// it often points to a problem with the way the lock is used.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let mu = sync::Mutex::new(());
    /// assert!(mu.TryLock());
    /// assert!(!mu.TryLock());
    /// mu.Unlock();
    /// ```
    #[must_use = "on true the lock is held"]
    fn TryLock(&self) -> bool;
}

impl MutexMethods for Mutex<()> {
    #[inline]
    fn TryLock(&self) -> bool {
        // SAFETY: as for `Locker::Unlock`: the raw operations are safe in any order, and `()` has
        // no byte that two could touch at once.
        unsafe { self.raw() }.try_lock()
    }
}

/// Go's methods of [`RWMutex<()>`](RWMutex) that [`Locker`](crate::Locker) has not.
///
/// ```
/// use gosync as sync;
/// use gosync::prelude::*;
///
/// static RW: sync::RWMutex = sync::RWMutex::new(());
///
/// RW.RLock(); // readers share it
/// RW.RLock(); // (do not lock twice on one thread while writers are about: see RLock)
/// assert!(!RW.TryLock());
/// RW.RUnlock();
/// RW.RUnlock();
///
/// RW.Lock(); // a writer is alone
/// assert!(!RW.TryRLock());
/// RW.Unlock();
/// ```
pub trait RWMutexMethods: Sealed {
    /// Locks for reading: any number of readers may be in at once.
    ///
    /// It waits while a writer is in, and while one waits, so that writers get their turn. That
    /// is why a thread must not read-lock what it has read-locked already: with a writer waiting
    /// in between, both would wait for ever.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let rw = sync::RWMutex::new(());
    /// rw.RLock();
    /// assert!(!rw.TryLock());
    /// rw.RUnlock();
    /// ```
    fn RLock(&self);

    /// The read lock as a [`Locker`](crate::Locker), whose `Lock` is `RLock` and whose `Unlock`
    /// is `RUnlock`.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let rw = sync::RWMutex::new(());
    /// let l: Box<dyn Locker + '_> = Box::new(rw.RLocker());
    /// l.Lock();
    /// assert!(!rw.TryLock());
    /// l.Unlock();
    /// ```
    fn RLocker(&self) -> RLocker<'_>;

    /// Undoes one `RLock`, on whichever thread. The other readers stay in.
    ///
    /// # Panics
    ///
    /// If the lock is not read-locked: `sync: RUnlock of unlocked RWMutex`. It stays as it was and
    /// can be used on. (Go ends the program.)
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let rw = sync::RWMutex::new(());
    /// rw.RLock();
    /// rw.RUnlock();
    /// assert!(rw.TryLock());
    /// ```
    fn RUnlock(&self);

    /// Locks for writing if that can be done at once, and says whether it did. Never waits.
    ///
    /// A success orders memory as `Lock` does, a failure orders nothing.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let rw = sync::RWMutex::new(());
    /// assert!(rw.TryLock());
    /// assert!(!rw.TryLock() && !rw.TryRLock());
    /// rw.Unlock();
    /// ```
    #[must_use = "on true the lock is held"]
    fn TryLock(&self) -> bool;

    /// Locks for reading if that can be done at once, and says whether it did. Never waits.
    ///
    /// It fails while a writer is in or waits. A success orders memory as `RLock` does, a failure
    /// orders nothing.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let rw = sync::RWMutex::new(());
    /// assert!(rw.TryRLock() && rw.TryRLock());
    /// rw.RUnlock();
    /// rw.RUnlock();
    /// ```
    #[must_use = "on true the lock is held"]
    fn TryRLock(&self) -> bool;
}

impl RWMutexMethods for RWMutex<()> {
    #[inline]
    fn RLock(&self) {
        // SAFETY: as for `Locker::Unlock`: the raw operations are safe in any order, and `()` has
        // no byte that two could touch at once.
        unsafe { self.raw() }.lock_shared();
    }

    #[inline]
    fn RLocker(&self) -> RLocker<'_> {
        RLocker(self)
    }

    #[inline]
    #[track_caller]
    fn RUnlock(&self) {
        // SAFETY: as in `RLock`.
        unsafe { self.raw() }.unlock_shared();
    }

    #[inline]
    fn TryLock(&self) -> bool {
        // SAFETY: as in `RLock`.
        unsafe { self.raw() }.try_lock_exclusive()
    }

    #[inline]
    fn TryRLock(&self) -> bool {
        // SAFETY: as in `RLock`.
        unsafe { self.raw() }.try_lock_shared()
    }
}
