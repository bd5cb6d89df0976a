//! Go's methods of `atomic::Value`.

use std::{any::Any, sync::Arc};

use super::sealed::{Old, Sealed};
use crate::atomic::Value;

/// Go's methods of [`Value`]. All are sequentially consistent.
///
/// A `Value` is empty at first; the first value decides on the type of all later ones. Go's
/// panics on a nil value cannot happen: there is no nil to store.
///
/// ```
/// use gosync::{atomic, prelude::*};
///
/// static CONFIG: atomic::Value = atomic::Value::new();
///
/// assert!(CONFIG.Load::<String>().is_none());
/// CONFIG.Store(String::from("v1"));
/// assert_eq!(*CONFIG.Load::<String>().unwrap(), "v1");
/// ```
pub trait ValueMethods: Sealed {
    /// Stores `new` if the value equals `old`, and says whether it did.
    ///
    /// `old` is a `&T`, or an `Option<&T>`, where `None` is Go's nil, which an empty `Value` alone is
    /// equal to. Where its type is known at run time only it may be a `&dyn Any`. An `Arc` equals what
    /// points to an equal value, where Go's pointers equal themselves alone.
    ///
    /// # Panics
    ///
    /// - `sync/atomic: compare and swap of inconsistently typed value into Value` if a value of
    ///   another type is stored.
    /// - `sync/atomic: compare and swap of inconsistently typed values` if `old` and `new` are of
    ///   different types. That takes a `&dyn Any`: with a `&T` it does not compile.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let v = atomic::Value::new();
    /// assert!(v.CompareAndSwap(None, 1));
    /// assert!(v.CompareAndSwap(&1, 2));
    /// assert!(!v.CompareAndSwap(&1, 3));
    ///
    /// loop {
    ///     let old = v.Load::<i32>();
    ///     let new = old.as_deref().map_or(1, |old| 10 * old);
    ///     if v.CompareAndSwap(old.as_deref(), new) {
    ///         break;
    ///     }
    /// }
    /// assert_eq!(*v.Load::<i32>().unwrap(), 20);
    /// ```
    fn CompareAndSwap<T>(&self, old: impl OldValue<T>, new: T) -> bool
    where
        T: PartialEq + Send + Sync + 'static;

    /// The value, or nothing if none is stored, or one of another type. (What the type of a value is may
    /// surprise: see [`Value`].)
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let v = atomic::Value::new();
    /// assert!(v.Load::<i32>().is_none());
    /// v.Store(1);
    /// assert_eq!(*v.Load::<i32>().unwrap(), 1);
    /// ```
    fn Load<T: Send + Sync + 'static>(&self) -> Option<Arc<T>>;

    /// Sets the value.
    ///
    /// # Panics
    ///
    /// If a value of another type is stored:
    /// `sync/atomic: store of inconsistently typed value into Value`.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let v = atomic::Value::new();
    /// v.Store("a");
    /// v.Store("b");
    /// assert_eq!(*v.Load::<&str>().unwrap(), "b");
    /// ```
    fn Store<T: Send + Sync + 'static>(&self, val: T);

    /// Sets the value and returns the one before.
    ///
    /// # Panics
    ///
    /// If a value of another type is stored:
    /// `sync/atomic: swap of inconsistently typed value into Value`.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let v = atomic::Value::new();
    /// assert!(v.Swap(1).is_none());
    /// assert_eq!(*v.Swap(2).unwrap(), 1);
    /// ```
    fn Swap<T: Send + Sync + 'static>(&self, new: T) -> Option<Arc<T>>;
}

impl Sealed for Value {}

impl ValueMethods for Value {
    #[inline]
    #[track_caller]
    fn CompareAndSwap<T>(&self, old: impl OldValue<T>, new: T) -> bool
    where
        T: PartialEq + Send + Sync + 'static,
    {
        old.compare_and_swap(self, new)
    }

    #[inline]
    fn Load<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.load()
    }

    #[inline]
    #[track_caller]
    fn Store<T: Send + Sync + 'static>(&self, val: T) {
        self.store(val);
    }

    #[inline]
    #[track_caller]
    fn Swap<T: Send + Sync + 'static>(&self, new: T) -> Option<Arc<T>> {
        self.swap(new)
    }
}

/// What [`ValueMethods::CompareAndSwap`] takes for `old`: a `&T`, an `Option<&T>`, or a `&dyn Any`.
pub trait OldValue<T>: Old {
    #[doc(hidden)]
    fn compare_and_swap(self, value: &Value, new: T) -> bool;
}

impl<T> Old for &T {}
impl Old for &dyn Any {}
impl<T> Old for Option<&T> {}

impl<T: PartialEq + Send + Sync + 'static> OldValue<T> for &T {
    #[inline]
    #[track_caller]
    fn compare_and_swap(self, value: &Value, new: T) -> bool {
        value.compare_and_swap(self, new)
    }
}

impl<T: PartialEq + Send + Sync + 'static> OldValue<T> for &dyn Any {
    #[inline]
    #[track_caller]
    fn compare_and_swap(self, value: &Value, new: T) -> bool {
        value.compare_and_swap_any(Some(self), new)
    }
}

impl<T: PartialEq + Send + Sync + 'static> OldValue<T> for Option<&T> {
    #[inline]
    #[track_caller]
    fn compare_and_swap(self, value: &Value, new: T) -> bool {
        value.compare_and_swap_any(self.map(|old| old as &dyn Any), new)
    }
}
