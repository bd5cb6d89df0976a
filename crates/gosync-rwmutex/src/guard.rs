//! The typed lock and its guards: `lock_api`'s, over [`RawRwMutex`].

use std::time::{Duration, Instant};

use gosync_park::clock::Deadline;
use lock_api::GuardSend;

use crate::{RawRwMutex, ReadHold};

/// A reader-writer lock that guards a `T`: Go's `sync.RWMutex` with the data that it protects
/// inside.
///
/// All of [`lock_api::RwLock`]: `read`, `write`, `try_read`, `try_write`, `try_read_for`,
/// `try_write_for`, `get_mut`, `into_inner`, and the rest. What they cost, and when they wait, is said at [`RawRwMutex`].
///
/// ```
/// use gosync_rwmutex::RwMutex;
///
/// let lock = RwMutex::new(vec![1, 2]);
/// lock.write().push(3);
/// {
///     let (one, other) = (lock.read(), lock.read());
///     assert_eq!(one.len(), other.len());
///     assert!(lock.try_write().is_none());
/// }
/// assert_eq!(lock.into_inner(), [1, 2, 3]);
/// ```
#[doc(alias = "sync.RWMutex")]
pub type RwMutex<T> = lock_api::RwLock<RawRwMutex, T>;

/// Keeps an [`RwMutex`] locked for reading until it is dropped. It may be sent to another thread
/// and dropped there.
///
/// ```
/// use gosync_rwmutex::RwMutex;
///
/// static LOCK: RwMutex<i32> = RwMutex::new(1);
///
/// let guard = LOCK.read();
/// std::thread::spawn(move || assert_eq!(*guard, 1)).join().unwrap();
/// assert!(LOCK.try_write().is_some());
/// ```
pub type RwMutexReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwMutex, T>;

/// Keeps an [`RwMutex`] locked for writing until it is dropped, or downgraded. It may be sent to
/// another thread and dropped there.
///
/// ```
/// use gosync_rwmutex::{RwMutex, RwMutexWriteGuard};
///
/// let lock = RwMutex::new(1);
/// let mut guard = lock.write();
/// *guard += 1;
/// let guard = RwMutexWriteGuard::downgrade(guard); // no other writer comes in between
/// assert_eq!((*guard, *lock.read()), (2, 2));
/// ```
pub type RwMutexWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwMutex, T>;

/// Keeps an [`RwMutex`] locked for reading and lends a part of its data.
///
/// ```
/// use gosync_rwmutex::{RwMutex, RwMutexReadGuard};
///
/// let pair = RwMutex::new((1, 2));
/// let second = RwMutexReadGuard::map(pair.read(), |pair| &pair.1);
/// assert_eq!(*second, 2);
/// ```
pub type MappedRwMutexReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwMutex, T>;

/// Keeps an [`RwMutex`] locked for writing and lends a part of its data.
///
/// ```
/// use gosync_rwmutex::{RwMutex, RwMutexWriteGuard};
///
/// let pair = RwMutex::new((1, 2));
/// *RwMutexWriteGuard::map(pair.write(), |pair| &mut pair.1) = 3;
/// assert_eq!(*pair.read(), (1, 3));
/// ```
pub type MappedRwMutexWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwMutex, T>;

/// Keeps an [`RwMutex`] locked for reading and owns an [`Arc`](std::sync::Arc) of it, so that it
/// borrows nothing.
///
/// ```
/// use std::sync::Arc;
/// use gosync_rwmutex::RwMutex;
///
/// let guard = Arc::new(RwMutex::new(1)).read_arc();
/// assert_eq!(*guard, 1);
/// ```
#[cfg(feature = "arc_lock")]
pub type ArcRwMutexReadGuard<T> = lock_api::ArcRwLockReadGuard<RawRwMutex, T>;

/// Keeps an [`RwMutex`] locked for writing and owns an [`Arc`](std::sync::Arc) of it, so that it
/// borrows nothing.
///
/// ```
/// use std::sync::Arc;
/// use gosync_rwmutex::RwMutex;
///
/// let lock = Arc::new(RwMutex::new(1));
/// let mut guard = lock.write_arc();
/// *guard += 1;
/// drop(guard);
/// assert_eq!(*lock.read(), 2);
/// ```
#[cfg(feature = "arc_lock")]
pub type ArcRwMutexWriteGuard<T> = lock_api::ArcRwLockWriteGuard<RawRwMutex, T>;

// SAFETY: the state machine of `raw.rs` lets readers in, or one writer, with Acquire, until their
// unlock, with Release; the loom models check both. A read guard keeps where its hold is, which is
// of use for nothing but to find it quickly: forgetting it only leaves the lock locked. No thread
// and no slot refers to the lock without borrowing it, but by an id that no other lock gets, so
// that it may be moved or dropped while locked. `lock_shared` and `try_lock_shared` unwind with
// nothing taken; the unlocks unwind only when there is no acquisition that they could release.
unsafe impl lock_api::RawRwLock for RawRwMutex {
    const INIT: Self = Self::new();

    /// Locks have no owner here, so a guard may travel.
    type SharedGuard = ReadHold;
    /// Locks have no owner here, so a guard may travel.
    type ExclusiveGuard = GuardSend;

    #[inline]
    fn lock_shared(&self) -> ReadHold {
        self.hold_shared()
    }

    #[inline]
    fn try_lock_shared(&self) -> Option<ReadHold> {
        self.try_hold_shared()
    }

    #[inline]
    unsafe fn unlock_shared(&self, hold: ReadHold) {
        self.release_shared(&hold);
    }

    #[inline]
    fn lock_exclusive(&self) -> GuardSend {
        Self::lock_exclusive(self);
        GuardSend::new()
    }

    #[inline]
    fn try_lock_exclusive(&self) -> Option<GuardSend> {
        Self::try_lock_exclusive(self).then(GuardSend::new)
    }

    #[inline]
    unsafe fn unlock_exclusive(&self, _: GuardSend) {
        Self::unlock_exclusive(self);
    }

    #[inline]
    fn is_locked(&self) -> bool {
        Self::is_locked(self)
    }

    #[inline]
    fn is_locked_exclusive(&self) -> bool {
        Self::is_locked_exclusive(self)
    }
}

// SAFETY: as above. The state goes from a writer to a reader in one step, with Release.
unsafe impl lock_api::RawRwLockDowngrade for RawRwMutex {
    #[inline]
    unsafe fn downgrade(&self, _: GuardSend) -> ReadHold {
        Self::downgrade(self);
        ReadHold::COUNTED
    }
}

// SAFETY: as above. A form that gives up takes back all that it has changed.
unsafe impl lock_api::RawRwLockTimed for RawRwMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[inline]
    fn try_lock_shared_for(&self, timeout: Duration) -> Option<ReadHold> {
        self.try_hold_shared_until(|| Deadline::after(timeout))
    }

    #[inline]
    fn try_lock_shared_until(&self, deadline: Instant) -> Option<ReadHold> {
        self.try_hold_shared_until(|| deadline.into())
    }

    #[inline]
    fn try_lock_exclusive_for(&self, timeout: Duration) -> Option<GuardSend> {
        Self::try_lock_exclusive_for(self, timeout).then(GuardSend::new)
    }

    #[inline]
    fn try_lock_exclusive_until(&self, deadline: Instant) -> Option<GuardSend> {
        Self::try_lock_exclusive_until(self, deadline).then(GuardSend::new)
    }
}

const _: () = assert!(size_of::<RwMutex<()>>() <= 24, "no larger than Go's");
