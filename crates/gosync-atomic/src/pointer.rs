use std::{fmt, ptr, sync::Arc};

use arc_swap::ArcSwapOption;

use crate::unwind::or_abort;

/// Go's `atomic.Pointer[T]`: an [`Arc<T>`] or nothing, which threads read and replace without a
/// lock.
///
/// A program that reads a shared object often and replaces it as a whole now and then keeps it
/// here: readers get an `Arc` of what was current, and go on with it undisturbed.
///
/// ```
/// use std::sync::Arc;
///
/// use gosync_atomic::Pointer;
///
/// struct Config {
///     workers: u32,
/// }
///
/// static CONFIG: Pointer<Config> = Pointer::null();
///
/// CONFIG.store(Arc::new(Config { workers: 2 }));
/// let before = CONFIG.load().unwrap();
/// CONFIG.store(Arc::new(Config { workers: 4 }));
/// assert_eq!(before.workers, 2);
/// assert_eq!(CONFIG.load().unwrap().workers, 4);
/// ```
///
/// # Ordering
///
/// All operations are sequentially consistent, together with every other such operation of the
/// program. Each takes effect at one `SeqCst` access of the pointer between its call and its
/// return. A load that a store overtakes may be done by the storing thread on the loading one's
/// behalf; that too is a `SeqCst` access, made while the load lasts.
///
/// # Cost
///
/// A pointer's worth of memory. A load never waits; it counts the reference that it returns, so
/// that readers of one object share the cache line of its count. A store, a swap and a successful
/// `compare_and_swap` look through a list with an entry for each thread that has used this type or
/// [`Value`](crate::Value), and pay for the loads that they overtake. Entries are used again, not
/// freed, when their thread ends.
///
/// What is replaced is dropped by whoever lets go of it last. A `Pointer` inside an object that
/// reaches the object itself makes a cycle, which is never freed.
pub struct Pointer<T> {
    target: ArcSwapOption<T>,
}

impl<T> Pointer<T> {
    /// A pointer to nothing: Go's zero value.
    ///
    /// ```
    /// use gosync_atomic::Pointer;
    ///
    /// static P: Pointer<String> = Pointer::null();
    /// assert!(P.load().is_none());
    /// ```
    #[inline]
    #[must_use]
    pub const fn null() -> Self {
        Self {
            target: ArcSwapOption::const_empty(),
        }
    }

    /// A pointer to `target`: an `Arc<T>`, `Some` of one, or `None`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync_atomic::Pointer;
    ///
    /// let p = Pointer::new(Arc::new(5));
    /// assert_eq!(*p.load().unwrap(), 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn new(target: impl Into<Option<Arc<T>>>) -> Self {
        Self {
            target: ArcSwapOption::new(target.into()),
        }
    }

    /// What it points at.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync_atomic::Pointer;
    ///
    /// let five = Arc::new(5);
    /// let p = Pointer::new(five.clone());
    /// assert!(Arc::ptr_eq(&p.load().unwrap(), &five));
    /// ```
    #[doc(alias = "Load")]
    #[inline]
    pub fn load(&self) -> Option<Arc<T>> {
        or_abort(|| self.target.load_full())
    }

    /// Makes it point at `new`: an `Arc<T>`, `Some` of one, or `None`.
    ///
    /// Drops what it pointed at, unless somebody else still has it.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync_atomic::Pointer;
    ///
    /// let p = Pointer::null();
    /// p.store(Arc::new(5));
    /// assert_eq!(*p.load().unwrap(), 5);
    /// p.store(None);
    /// assert!(p.load().is_none());
    /// ```
    #[doc(alias = "Store")]
    #[inline]
    pub fn store(&self, new: impl Into<Option<Arc<T>>>) {
        drop(self.swap(new));
    }

    /// Makes it point at `new` and returns what it pointed at.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync_atomic::Pointer;
    ///
    /// let p = Pointer::new(Arc::new(5));
    /// assert_eq!(*p.swap(Arc::new(6)).unwrap(), 5);
    /// assert_eq!(*p.swap(None).unwrap(), 6);
    /// assert!(p.swap(None).is_none());
    /// ```
    #[doc(alias = "Swap")]
    #[inline]
    pub fn swap(&self, new: impl Into<Option<Arc<T>>>) -> Option<Arc<T>> {
        let new = new.into();
        or_abort(|| self.target.swap(new))
    }

    /// Makes it point at `new` if it points at `old`, and says whether it did.
    ///
    /// Objects are compared by identity, as by [`Arc::ptr_eq`], not by value. The caller holds
    /// `old`, so that no other object can have its address meanwhile. Never fails spuriously. One
    /// that fails is a sequentially consistent load, and drops `new`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync_atomic::Pointer;
    ///
    /// let p = Pointer::null();
    /// let five = Arc::new(5);
    /// assert!(p.compare_and_swap(None, five.clone()));
    /// assert!(!p.compare_and_swap(Some(&Arc::new(5)), Arc::new(6))); // another 5
    /// assert!(p.compare_and_swap(Some(&five), Arc::new(6)));
    /// assert_eq!(*p.load().unwrap(), 6);
    /// ```
    #[doc(alias = "CompareAndSwap")]
    #[inline]
    pub fn compare_and_swap(&self, old: Option<&Arc<T>>, new: impl Into<Option<Arc<T>>>) -> bool {
        let old = old.map_or(ptr::null(), Arc::as_ptr);
        let new = new.into();
        // Another one, or it would be dropped in there where it is not stored.
        let another = new.clone();
        let found = or_abort(|| self.target.compare_and_swap(old, another));
        found.as_ref().map_or(ptr::null(), Arc::as_ptr) == old
    }

    /// What it points at, without the pointer.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync_atomic::Pointer;
    ///
    /// let p = Pointer::new(Arc::new(5));
    /// assert_eq!(Arc::into_inner(p.into_inner().unwrap()), Some(5));
    /// ```
    #[inline]
    #[must_use]
    pub fn into_inner(self) -> Option<Arc<T>> {
        self.target.into_inner()
    }
}

/// Points at nothing.
impl<T> Default for Pointer<T> {
    #[inline]
    fn default() -> Self {
        Self::null()
    }
}

impl<T> From<Arc<T>> for Pointer<T> {
    #[inline]
    fn from(target: Arc<T>) -> Self {
        Self::new(target)
    }
}

impl<T> From<Option<Arc<T>>> for Pointer<T> {
    #[inline]
    fn from(target: Option<Arc<T>>) -> Self {
        Self::new(target)
    }
}

/// Shows what it points at.
impl<T: fmt::Debug> fmt::Debug for Pointer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pointer").field(&self.load()).finish()
    }
}
