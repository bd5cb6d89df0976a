//! Go's `Cond`, over [`gosync_cond`].

use std::fmt;

use crate::Locker;

/// A condition variable with the lock that guards its condition: Go's `sync.Cond`.
///
/// [`NewCond`] makes one. `L` may be any [`Locker`]: a `Mutex`, an `RWMutex`, an `RLocker`, or a
/// reference or an `Arc` of one. For a condition that stands in a `Mutex<T>`, with guards, and for
/// waits with a timeout, there is [`cond::Cond`](crate::cond::Cond).
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
///
/// use gosync as sync;
/// use gosync::prelude::*;
///
/// static COND: sync::Cond<sync::Mutex> = sync::NewCond(sync::Mutex::new(()));
/// static READY: AtomicBool = AtomicBool::new(false);
///
/// std::thread::spawn(|| {
///     COND.L.Lock();
///     READY.store(true, Relaxed);
///     COND.L.Unlock();
///     COND.Signal();
/// });
/// COND.L.Lock();
/// while !READY.load(Relaxed) {
///     COND.Wait();
/// }
/// COND.L.Unlock();
/// ```
#[derive(Default)]
#[expect(non_snake_case, reason = "Go's names")]
pub struct Cond<L> {
    /// Held while the condition is looked at or changed, and when `Wait` is called.
    pub L: L,
    cond: gosync_cond::Cond,
}

/// A [`Cond`] with the lock `l`: Go's `sync.NewCond`.
///
/// ```
/// use gosync as sync;
///
/// let mu = sync::Mutex::new(());
/// let cond = sync::NewCond(&mu);
/// cond.Broadcast(); // nobody waits
/// ```
#[expect(non_snake_case, reason = "Go's names")]
pub const fn NewCond<L: Locker>(l: L) -> Cond<L> {
    Cond {
        L: l,
        cond: gosync_cond::Cond::new(),
    }
}

#[expect(non_snake_case, reason = "Go's names")]
impl<L: Locker> Cond<L> {
    /// Unlocks `L`, waits until woken by `Signal` or `Broadcast`, and locks `L` again.
    ///
    /// There are no other reasons to return. It begins to wait before it unlocks `L`, so that no
    /// `Signal` of a thread that has locked `L` since is missed. Others may lock `L` before it
    /// does: look at the condition again.
    ///
    /// # Panics
    ///
    /// If `L` is not locked, with the message of its `Unlock`. The thread does not wait any more
    /// then, and no `Signal` is lost to it.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// static COND: sync::Cond<sync::Mutex> = sync::NewCond(sync::Mutex::new(()));
    ///
    /// COND.L.Lock();
    /// std::thread::spawn(|| {
    ///     COND.L.Lock(); // gets in when the other waits
    ///     COND.Signal();
    ///     COND.L.Unlock();
    /// });
    /// COND.Wait();
    /// COND.L.Unlock();
    /// ```
    pub fn Wait(&self) {
        self.cond.wait_with(None, |sleep| {
            self.L.Unlock();
            sleep();
            self.L.Lock();
        });
    }

    /// Wakes the thread that has waited longest, if any waits. The caller need not hold `L`.
    ///
    /// Costs a load if nobody waits; nothing is remembered then.
    ///
    /// ```
    /// gosync::NewCond(gosync::Mutex::new(())).Signal();
    /// ```
    pub fn Signal(&self) {
        self.cond.notify_one();
    }

    /// Wakes all threads that wait, in the order in which they came. The caller need not hold `L`.
    ///
    /// ```
    /// gosync::NewCond(gosync::Mutex::new(())).Broadcast();
    /// ```
    pub fn Broadcast(&self) {
        self.cond.notify_all();
    }
}

impl<L: fmt::Debug> fmt::Debug for Cond<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cond")
            .field("L", &self.L)
            .field("cond", &self.cond)
            .finish()
    }
}
