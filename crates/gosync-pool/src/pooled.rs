use std::{
    fmt,
    mem::ManuallyDrop,
    ops::{Deref, DerefMut},
    ptr,
    sync::Arc,
};

use crate::Pool;

/// An item on loan from a [`Pool`], which puts it back when dropped. Made by [`Pool::pull`].
///
/// It puts back while unwinding too: a `reset` rule is what makes sure that the next one finds the
/// item in order. (If `reset` or `keep` panics then, the program aborts, as with any panic in a
/// destructor while unwinding.) A guard that is forgotten leaks its item and does no harm to the
/// pool.
///
/// ```
/// use gosync_pool::Pool;
///
/// let pool = Pool::builder().reset(String::clear).build(String::new);
/// let mut line = pool.pull();
/// line.push_str("hello");
/// assert_eq!(line.len(), 5);
/// ```
#[must_use = "if unused, the item goes back at once"]
pub struct Pooled<'a, T, F = fn() -> T> {
    pool: &'a Pool<T, F>,
    /// There until `drop` or `detach` takes it.
    item: ManuallyDrop<T>,
}

impl<'a, T, F> Pooled<'a, T, F> {
    #[inline]
    pub(crate) fn new(pool: &'a Pool<T, F>, item: T) -> Self {
        Self {
            pool,
            item: ManuallyDrop::new(item),
        }
    }

    /// Keeps the item: it does not go back.
    ///
    /// ```
    /// use gosync_pool::{Pool, Pooled};
    ///
    /// let pool = Pool::new(String::new);
    /// let mine: String = Pooled::detach(pool.pull());
    /// # drop(mine);
    /// assert_eq!(pool.try_get(), None);
    /// ```
    #[inline]
    #[must_use = "to drop the item, rather than put it back, drop what this returns"]
    pub fn detach(this: Self) -> T {
        let mut this = ManuallyDrop::new(this);
        // SAFETY: `this` is never dropped nor used again, so the item is taken once.
        unsafe { ManuallyDrop::take(&mut this.item) }
    }
}

/// An item on loan from a [`Pool`] that is shared by an [`Arc`]. Made by [`Pool::pull_arc`].
///
/// Otherwise as [`Pooled`]. It borrows nothing, so it may go wherever the item may: to a thread that is
/// spawned, into a struct, down a channel. It keeps the pool alive.
///
/// ```
/// use std::{sync::Arc, thread};
///
/// use gosync_pool::Pool;
///
/// let pool = Arc::new(Pool::new(Vec::new));
/// let mut buffer = Pool::pull_arc(&pool);
/// thread::spawn(move || buffer.push(1)).join().unwrap();
/// assert_eq!(pool.try_get(), Some(vec![1]));
/// ```
#[must_use = "if unused, the item goes back at once"]
pub struct PooledArc<T, F = fn() -> T> {
    pool: Arc<Pool<T, F>>,
    /// There until `drop` or `detach` takes it.
    item: ManuallyDrop<T>,
}

impl<T, F> PooledArc<T, F> {
    #[inline]
    pub(crate) fn new(pool: Arc<Pool<T, F>>, item: T) -> Self {
        Self {
            pool,
            item: ManuallyDrop::new(item),
        }
    }

    /// Keeps the item: it does not go back. Lets go of the pool.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync_pool::{Pool, PooledArc};
    ///
    /// let pool = Arc::new(Pool::new(String::new));
    /// let mine: String = PooledArc::detach(Pool::pull_arc(&pool));
    /// # drop(mine);
    /// assert_eq!(pool.try_get(), None);
    /// assert_eq!(Arc::strong_count(&pool), 1);
    /// ```
    #[must_use = "to drop the item, rather than put it back, drop what this returns"]
    pub fn detach(this: Self) -> T {
        let mut this = ManuallyDrop::new(this);
        // SAFETY: `this` is never dropped nor used again, so the item is taken once. So is the pool.
        let item = unsafe { ManuallyDrop::take(&mut this.item) };
        // SAFETY: see above.
        drop(unsafe { ptr::read(&raw const this.pool) });
        item
    }
}

/// What both guards do alike.
macro_rules! is_a_guard {
    ($name:literal: $($guard:tt)*) => {
        impl<T, F> Drop for $($guard)* {
            #[inline]
            fn drop(&mut self) {
                // SAFETY: the guard is not used after its drop, so the item is taken once.
                let item = unsafe { ManuallyDrop::take(&mut self.item) };
                self.pool.put(item);
            }
        }

        impl<T, F> Deref for $($guard)* {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                &self.item
            }
        }

        impl<T, F> DerefMut for $($guard)* {
            #[inline]
            fn deref_mut(&mut self) -> &mut T {
                &mut self.item
            }
        }

        impl<T: fmt::Debug, F> fmt::Debug for $($guard)* {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple($name).field(&**self).finish()
            }
        }

        impl<T: fmt::Display, F> fmt::Display for $($guard)* {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

is_a_guard!("Pooled": Pooled<'_, T, F>);
is_a_guard!("PooledArc": PooledArc<T, F>);
