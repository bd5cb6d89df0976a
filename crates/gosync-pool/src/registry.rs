//! The pools that are in use, for [`collect`].
//!
//! A list whose links are in the pools' tables: so nobody allocates with its lock held. The allocator may
//! use a pool.

use std::{
    cell::UnsafeCell,
    mem,
    panic::RefUnwindSafe,
    ptr::{self, NonNull},
    sync::Arc,
};

#[cfg(not(gosync_loom))]
use gosync_park::lock::Lock;

use crate::for_all::for_all;

/// What a pool does for the registry.
pub(crate) trait Collect {
    /// Drops what was not used for two collections.
    fn collect(&self);
}

/// Where a pool is in the list. Only used with the lock held.
pub(crate) struct Link(UnsafeCell<Neighbours>);

struct Neighbours {
    next: *const Link,
    previous: *const Link,
    /// The pool that this is the link of, while it is in the list. It is of an `Arc`.
    pool: Option<NonNull<dyn Collect>>,
}

// No step in the list panics.
impl RefUnwindSafe for Link {}

impl Link {
    /// One that is not in the list.
    pub(crate) fn new() -> Self {
        Self(UnsafeCell::new(Neighbours {
            next: ptr::null(),
            previous: ptr::null(),
            pool: None,
        }))
    }
}

/// Each link in it is alive, and so is an `Arc` of its pool, which may be used and dropped on any thread.
struct List {
    first: *const Link,
    len: usize,
}

// SAFETY: it leads to what may be used on any thread, and links are used with the lock held.
unsafe impl Send for List {}

/// The neighbours of a link; none of the null pointer.
///
/// # Safety
///
/// The link is in the list, or about to be.
unsafe fn neighbours(_: &mut List, link: *const Link) -> Option<&mut Neighbours> {
    // SAFETY: it is alive, and nobody else uses it: the list is the caller's, who gets one at a time.
    unsafe { link.as_ref().map(|link| &mut *link.0.get()) }
}

impl List {
    const fn new() -> Self {
        Self {
            first: ptr::null(),
            len: 0,
        }
    }

    /// # Safety
    ///
    /// The link is alive and in no list, and will be taken out before it is gone; so with the `Arc` that
    /// `pool` is of.
    unsafe fn insert(&mut self, link: *const Link, pool: NonNull<dyn Collect>) {
        let next = mem::replace(&mut self.first, link);
        self.len += 1;
        // SAFETY: the caller's promise, and that of those before.
        unsafe {
            if let Some(place) = neighbours(self, link) {
                *place = Neighbours {
                    next,
                    previous: ptr::null(),
                    pool: Some(pool),
                };
            }
            if let Some(next) = neighbours(self, next) {
                next.previous = link;
            }
        }
    }

    /// # Safety
    ///
    /// The link is in this list.
    unsafe fn remove(&mut self, link: *const Link) {
        self.len -= 1;
        // SAFETY: the caller's promise: its neighbours are in the list, too.
        unsafe {
            let Some(&mut Neighbours { next, previous, .. }) = neighbours(self, link) else {
                return;
            };
            match neighbours(self, previous) {
                Some(previous) => previous.next = next,
                None => self.first = next,
            }
            if let Some(next) = neighbours(self, next) {
                next.previous = previous;
            }
        }
    }

    /// All pools, if there is room for them.
    fn share(&mut self, pools: &mut Vec<Arc<dyn Collect>>) -> Result<(), usize> {
        if pools.capacity() < self.len {
            return Err(self.len);
        }
        let mut link = self.first;
        // SAFETY: the link is in the list. So its pool is of an Arc that is alive, of which there is one
        // more now.
        while let Some(place) = unsafe { neighbours(self, link) } {
            link = place.next;
            if let Some(pool) = place.pool {
                // SAFETY: as above.
                pools.push(unsafe {
                    Arc::increment_strong_count(pool.as_ptr());
                    Arc::from_raw(pool.as_ptr())
                });
            }
        }
        Ok(())
    }
}

#[cfg(not(gosync_loom))]
fn with<R>(f: impl FnOnce(&mut List) -> R) -> R {
    struct Registry(Lock, UnsafeCell<List>);

    // SAFETY: the cell is used with the lock held, as below.
    unsafe impl Sync for Registry {}

    static REGISTRY: Registry = Registry(Lock::new(), UnsafeCell::new(List::new()));

    let _held = REGISTRY.0.lock();
    // SAFETY: the lock is held, and `f` does not come here again: it neither allocates nor frees.
    f(unsafe { &mut *REGISTRY.1.get() })
}

/// loom's atomics do not fit in a static. What is in the registry is no choice for it to make.
#[cfg(gosync_loom)]
fn with<R>(f: impl FnOnce(&mut List) -> R) -> R {
    static REGISTRY: std::sync::Mutex<List> = std::sync::Mutex::new(List::new());

    f(&mut REGISTRY.lock().expect("no panic in here"))
}

/// Lets [`collect`] reach a pool, whose link this is.
///
/// # Safety
///
/// `pool` is of an `Arc`. It may be used and dropped on any thread, and borrows nothing that ends. The
/// link is in no list. Both stay until [`unlist`] was called.
pub(crate) unsafe fn list<C: Collect>(pool: NonNull<C>, link: &Link) {
    let pool: NonNull<dyn Collect + '_> = pool;
    // SAFETY: what does not borrow is `'static`, whether the compiler knows or not.
    let pool = unsafe { mem::transmute::<NonNull<dyn Collect + '_>, NonNull<dyn Collect>>(pool) };
    // SAFETY: the caller's promise.
    with(|list| unsafe { list.insert(link, pool) });
}

/// Takes a pool from the list.
///
/// # Safety
///
/// The link was given to [`list`], once.
pub(crate) unsafe fn unlist(link: &Link) {
    // SAFETY: the caller's promise.
    with(|list| unsafe { list.remove(link) });
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
/// If the destructor of an item does. All other pools are collected all the same; for its own see
/// [`Pool::collect`](crate::Pool::collect).
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
    let mut pools = Vec::new();
    // Room is made without the lock, and may be too little by then.
    while let Err(room) = with(|list| list.share(&mut pools)) {
        pools.reserve(room);
    }
    for_all(&mut pools.into_iter(), |pool| pool.collect());
}
