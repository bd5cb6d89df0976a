//! `Locker`, and the lock that [`RWMutexMethods::RLocker`] lends.
//!
//! [`RWMutexMethods::RLocker`]: crate::methods::RWMutexMethods::RLocker

use std::{fmt, rc::Rc, sync::Arc};

use crate::{Mutex, RWMutex};

/// Whatever can be locked and unlocked: Go's `sync.Locker`.
///
/// There is no guard: the lock stays locked until somebody, on whichever thread, calls
/// [`Unlock`](Locker::Unlock). [`Mutex<()>`](Mutex) and [`RWMutex<()>`](RWMutex) get their `Lock`
/// and `Unlock` from here; a lock that holds data has guards instead. Types of your own may
/// implement it, and it can be a trait object, as in Go.
///
/// ```
/// use std::sync::Arc;
///
/// use gosync as sync;
/// use gosync::prelude::*;
///
/// fn critical(l: &dyn Locker, section: impl FnOnce()) {
///     l.Lock();
///     section();
///     l.Unlock();
/// }
///
/// static MU: sync::Mutex = sync::Mutex::new(());
/// let rw = Arc::new(sync::RWMutex::new(()));
///
/// critical(&MU, || assert!(!MU.TryLock()));
/// critical(&rw, || assert!(!rw.TryRLock()));
/// critical(&rw.RLocker(), || assert!(!rw.TryLock()));
/// # assert!(MU.TryLock() && rw.TryLock());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `Locker`",
    note = "`Mutex<()>`, `RWMutex<()>` and `RLocker` are, and what points to one; a lock that holds \
            data is locked by its guards instead"
)]
#[expect(non_snake_case, reason = "Go's names")]
pub trait Locker {
    /// Locks; waits for as long as somebody else has the lock.
    ///
    /// A [`Mutex`] and the write lock of an [`RWMutex`] let one in. An [`RLocker`] lets in any
    /// number of readers, but no reader while a writer is in or waits. Locks know no owner: a
    /// thread that locks again what it has already locked waits for ever, as in Go.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let mu = sync::Mutex::new(());
    /// mu.Lock();
    /// assert!(!mu.TryLock());
    /// mu.Unlock();
    /// ```
    fn Lock(&self);

    /// Unlocks, on whichever thread.
    ///
    /// What was written before it is seen by whoever locks next.
    ///
    /// # Panics
    ///
    /// If the lock is not locked. It stays as it was and can be used on (Go ends the program):
    ///
    /// - [`Mutex`]: `sync: unlock of unlocked mutex`
    /// - [`RWMutex`]: `sync: Unlock of unlocked RWMutex`
    /// - [`RLocker`]: `sync: RUnlock of unlocked RWMutex`
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// static MU: sync::Mutex = sync::Mutex::new(());
    ///
    /// MU.Lock();
    /// std::thread::spawn(|| MU.Unlock()).join().unwrap();
    /// assert!(MU.TryLock());
    /// ```
    fn Unlock(&self);
}

impl Locker for Mutex<()> {
    #[inline]
    fn Lock(&self) {
        // SAFETY: as in `Unlock`.
        unsafe { self.raw() }.lock();
    }

    #[inline]
    #[track_caller]
    fn Unlock(&self) {
        // SAFETY: the raw lock's own operations are safe in any order and on any thread. All that
        // an unlock under a guard could break is the guard's claim to be alone with its data, and
        // `()` has no byte that two could touch at once.
        unsafe { self.raw() }.unlock();
    }
}

impl Locker for RWMutex<()> {
    #[inline]
    fn Lock(&self) {
        // SAFETY: as in `Unlock`.
        unsafe { self.raw() }.lock_exclusive();
    }

    #[inline]
    #[track_caller]
    fn Unlock(&self) {
        // SAFETY: as for the Mutex: the raw operations are safe in any order, and `()` has no
        // byte that two could touch at once.
        unsafe { self.raw() }.unlock_exclusive();
    }
}

/// The read lock of an [`RWMutex`] as a [`Locker`]: `Lock` is `RLock`, `Unlock` is `RUnlock`.
///
/// [`RWMutexMethods::RLocker`] makes it. It is a reference, and costs as little.
///
/// ```
/// use gosync as sync;
/// use gosync::prelude::*;
///
/// let rw = sync::RWMutex::new(());
/// let l: sync::RLocker<'_> = rw.RLocker();
/// l.Lock();
/// assert!(rw.TryRLock(), "readers do not exclude each other");
/// assert!(!rw.TryLock(), "they exclude writers");
/// rw.RUnlock();
/// l.Unlock();
/// assert!(rw.TryLock());
/// ```
///
/// [`RWMutexMethods::RLocker`]: crate::methods::RWMutexMethods::RLocker
#[derive(Clone, Copy)]
pub struct RLocker<'a>(pub(crate) &'a RWMutex<()>);

impl Locker for RLocker<'_> {
    #[inline]
    fn Lock(&self) {
        // SAFETY: as in `Unlock`.
        unsafe { self.0.raw() }.lock_shared();
    }

    #[inline]
    #[track_caller]
    fn Unlock(&self) {
        // SAFETY: as for the write lock: the raw operations are safe in any order, and `()` has
        // no byte that two could touch at once.
        unsafe { self.0.raw() }.unlock_shared();
    }
}

impl fmt::Debug for RLocker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RLocker").field(self.0).finish()
    }
}

/// Whatever points to a `Locker` is one.
macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<L: Locker + ?Sized> Locker for $pointer {
            #[inline]
            fn Lock(&self) {
                (**self).Lock();
            }

            #[inline]
            #[track_caller]
            fn Unlock(&self) {
                (**self).Unlock();
            }
        }
    )*};
}

pointers!(&L, &mut L, Box<L>, Rc<L>, Arc<L>);
