//! The pools that are in use, for [`collect`].

#[cfg(not(gosync_loom))]
use std::cell::UnsafeCell;
use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Weak},
};

#[cfg(not(gosync_loom))]
use gosync_park::lock::Lock;

use crate::for_all::for_all;

/// What a pool does for the registry.
pub(crate) trait Collect {
    /// Drops what was not used for two collections.
    fn collect(&self);
}

struct Listed(Weak<dyn Collect>);

// SAFETY: `list` takes only what may be used, and dropped, on any thread.
unsafe impl Send for Listed {}

/// By address.
type Pools = BTreeMap<usize, Listed>;

#[cfg(not(gosync_loom))]
fn with<R>(f: impl FnOnce(&mut Pools) -> R) -> R {
    struct Registry(Lock, UnsafeCell<Pools>);

    // SAFETY: the cell is used with the lock held, as below.
    unsafe impl Sync for Registry {}

    static REGISTRY: Registry = Registry(Lock::new(), UnsafeCell::new(Pools::new()));

    let _held = REGISTRY.0.lock();
    // SAFETY: the lock is held, and `f` does not come here again.
    f(unsafe { &mut *REGISTRY.1.get() })
}

/// loom's atomics do not fit in a static. What is in the registry is no choice for it to make.
#[cfg(gosync_loom)]
fn with<R>(f: impl FnOnce(&mut Pools) -> R) -> R {
    static REGISTRY: std::sync::Mutex<Pools> = std::sync::Mutex::new(Pools::new());

    f(&mut REGISTRY.lock().expect("no panic in here"))
}

/// Lets [`collect`] reach a pool.
///
/// # Safety
///
/// `pool` is of an `Arc` that is alive. It may be used and dropped on any thread, and borrows
/// nothing that ends.
pub(crate) unsafe fn list<C: Collect>(pool: *const C) {
    // SAFETY: of an Arc that is alive.
    let pool = unsafe {
        Arc::increment_strong_count(pool);
        Arc::from_raw(pool)
    };
    let weak: Weak<dyn Collect + '_> = Arc::downgrade(&pool) as _;
    // SAFETY: what does not borrow is `'static`, whether the compiler knows or not.
    let weak = unsafe { mem::transmute::<Weak<dyn Collect + '_>, Weak<dyn Collect>>(weak) };
    with(|pools| pools.insert(address(Arc::as_ptr(&pool)), Listed(weak)));
}

/// Takes a pool from the list. Its `Arc` must still be alive, or another may have its address.
pub(crate) fn unlist<C: Collect>(pool: *const C) {
    let listed = with(|pools| pools.remove(&address(pool)));
    // The memory may be freed here: after the lock.
    drop(listed);
}

fn address<C>(pool: *const C) -> usize {
    pool.addr()
}

/// Collects in all pools: see [`Pool::collect`](crate::Pool::collect). Call it twice to let go of
/// all that is idle.
///
/// Reaches each pool that is in use anywhere in the program, also in a `static` and on another
/// thread, but not those made for items that borrow: [`Pool::scoped`](crate::Pool::scoped).
///
/// Costs a short lock, and what the collections cost. No lock is held while items are dropped.
///
/// # Panics
///
/// If the destructor of an item does. The other items are dropped all the same, in all pools.
///
/// ```
/// use gosync_pool::Pool;
///
/// static POOL: Pool<Vec<u8>> = Pool::new(Vec::new);
///
/// POOL.put(vec![0; 1 << 20]);
/// gosync_pool::collect();
/// assert_eq!(POOL.stats().idle, 1);
/// gosync_pool::collect();
/// assert_eq!(POOL.stats().idle, 0);
/// ```
#[doc(alias = "GC")]
pub fn collect() {
    let pools: Vec<_> = with(|pools| {
        let alive = pools.values().filter_map(|pool| pool.0.upgrade());
        alive.collect()
    });
    for_all(&mut pools.into_iter(), |pool| pool.collect());
}
