//! The typed mutex and its guards: `lock_api`'s, over [`RawMutex`].

use std::time::{Duration, Instant};

use lock_api::GuardSend;

use crate::RawMutex;

/// A mutex that guards a `T`: Go's `sync.Mutex` with the data that it protects inside.
///
/// All of [`lock_api::Mutex`]: `lock`, `try_lock`, `try_lock_for`, `try_lock_until`, `get_mut`,
/// `into_inner`, and the rest. What they cost, and when they wait, is said at [`RawMutex`].
///
/// ```
/// use gosync_mutex::Mutex;
///
/// let mutex = Mutex::new(vec![1, 2]);
/// mutex.lock().push(3);
/// assert!(mutex.try_lock().is_some_and(|v| v.len() == 3));
/// assert_eq!(mutex.into_inner(), [1, 2, 3]);
/// ```
#[doc(alias = "sync.Mutex")]
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;

/// Keeps a [`Mutex`] locked until it is dropped. It may be sent to another thread and dropped
/// there.
///
/// ```
/// use gosync_mutex::Mutex;
///
/// static MUTEX: Mutex<i32> = Mutex::new(1);
///
/// let mut guard = MUTEX.lock();
/// std::thread::spawn(move || *guard += 1).join().unwrap();
/// assert_eq!(*MUTEX.lock(), 2);
/// ```
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;

/// Keeps a [`Mutex`] locked and lends a part of its data.
///
/// ```
/// use gosync_mutex::{Mutex, MutexGuard};
///
/// let pair = Mutex::new((1, 2));
/// let mut second = MutexGuard::map(pair.lock(), |pair| &mut pair.1);
/// *second = 3;
/// drop(second);
/// assert_eq!(*pair.lock(), (1, 3));
/// ```
pub type MappedMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawMutex, T>;

/// Keeps a [`Mutex`] locked and owns an [`Arc`](std::sync::Arc) of it, so that it borrows nothing.
///
/// ```
/// use std::sync::Arc;
/// use gosync_mutex::Mutex;
///
/// let mutex = Arc::new(Mutex::new(1));
/// let mut guard = mutex.lock_arc();
/// *guard += 1;
/// drop(guard);
/// assert_eq!(*mutex.lock(), 2);
/// ```
#[cfg(feature = "arc_lock")]
pub type ArcMutexGuard<T> = lock_api::ArcMutexGuard<RawMutex, T>;

// SAFETY: the state machine of `raw.rs` lets one thread at a time past `lock`, with Acquire, until
// its `unlock`, with Release; the loom models check both. It keeps nothing in the guard, so that
// forgetting one only leaves the mutex locked, and no thread refers to the mutex without borrowing
// it, so that it may be moved or dropped while locked. `lock` does not unwind; `unlock` unwinds
// only when there is no acquisition that it could release.
unsafe impl lock_api::RawMutex for RawMutex {
    const INIT: Self = Self::new();

    /// Locks have no owner here, so a guard may travel.
    type Guard = GuardSend;

    #[inline]
    fn lock(&self) -> GuardSend {
        Self::lock(self);
        GuardSend::new()
    }

    #[inline]
    fn try_lock(&self) -> Option<GuardSend> {
        Self::try_lock(self).then(GuardSend::new)
    }

    #[inline]
    unsafe fn unlock(&self, _: GuardSend) {
        Self::unlock(self);
    }

    #[inline]
    fn is_locked(&self) -> bool {
        Self::is_locked(self)
    }
}

// SAFETY: as above; a waiter that gives up has left the queue, and what it left in the state is
// taken back.
unsafe impl lock_api::RawMutexTimed for RawMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[inline]
    fn try_lock_for(&self, timeout: Duration) -> Option<GuardSend> {
        Self::try_lock_for(self, timeout).then(GuardSend::new)
    }

    #[inline]
    fn try_lock_until(&self, deadline: Instant) -> Option<GuardSend> {
        Self::try_lock_until(self, deadline).then(GuardSend::new)
    }
}

const _: () = assert!(size_of::<Mutex<()>>() <= 8, "no larger than Go's");
