//! Go's methods of `atomic::Pointer`.

use std::sync::Arc;

use super::sealed::Sealed;
use crate::atomic::Pointer;

/// Go's methods of [`Pointer`]. All are sequentially consistent.
///
/// A pointer is an `Arc` or nothing, which is Go's nil. Pointers are compared by identity, not by
/// what they point to.
///
/// ```
/// use std::sync::Arc;
///
/// use gosync::{atomic, prelude::*};
///
/// static CONFIG: atomic::Pointer<String> = atomic::Pointer::null();
///
/// assert!(CONFIG.Load().is_none());
/// CONFIG.Store(Arc::new(String::from("v1")));
/// assert_eq!(*CONFIG.Load().unwrap(), "v1");
/// ```
pub trait PointerMethods<T>: Sealed {
    /// Stores `new` if the pointer is the very `old`, and says whether it was.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync::{atomic, prelude::*};
    ///
    /// let p = atomic::Pointer::default();
    /// assert!(p.CompareAndSwap(None, Arc::new(1)));
    /// let one = p.Load();
    /// assert!(!p.CompareAndSwap(Some(&Arc::new(1)), None), "equal, but another");
    /// assert!(p.CompareAndSwap(one.as_ref(), None));
    /// ```
    fn CompareAndSwap(&self, old: Option<&Arc<T>>, new: impl Into<Option<Arc<T>>>) -> bool;

    /// The pointer.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// assert!(atomic::Pointer::<i32>::default().Load().is_none());
    /// ```
    fn Load(&self) -> Option<Arc<T>>;

    /// Sets the pointer.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync::{atomic, prelude::*};
    ///
    /// let p = atomic::Pointer::default();
    /// p.Store(Arc::new(1));
    /// p.Store(None);
    /// assert!(p.Load().is_none());
    /// ```
    fn Store(&self, val: impl Into<Option<Arc<T>>>);

    /// Sets the pointer and returns the one before.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync::{atomic, prelude::*};
    ///
    /// let p = atomic::Pointer::default();
    /// assert_eq!(p.Swap(Arc::new(1)), None);
    /// assert_eq!(p.Swap(None).as_deref(), Some(&1));
    /// ```
    fn Swap(&self, new: impl Into<Option<Arc<T>>>) -> Option<Arc<T>>;
}

impl<T> Sealed for Pointer<T> {}

impl<T> PointerMethods<T> for Pointer<T> {
    #[inline]
    fn CompareAndSwap(&self, old: Option<&Arc<T>>, new: impl Into<Option<Arc<T>>>) -> bool {
        self.compare_and_swap(old, new)
    }

    #[inline]
    fn Load(&self) -> Option<Arc<T>> {
        self.load()
    }

    #[inline]
    fn Store(&self, val: impl Into<Option<Arc<T>>>) {
        self.store(val);
    }

    #[inline]
    fn Swap(&self, new: impl Into<Option<Arc<T>>>) -> Option<Arc<T>> {
        self.swap(new)
    }
}
