//! Go's methods of `Bool` and the integers of `atomic`.

use super::sealed::Sealed;
use crate::atomic::{Bool, Int32, Uint32, Uintptr};
#[cfg(target_has_atomic = "64")]
use crate::atomic::{Int64, Uint64};

/// Go's methods of `Bool` and the integers of [`atomic`](crate::atomic). All are sequentially
/// consistent.
///
/// ```
/// use gosync::{atomic, prelude::*};
///
/// static READY: atomic::Bool = atomic::Bool::new(false);
///
/// assert!(!READY.Swap(true));
/// assert!(READY.Load());
/// ```
pub trait AtomicMethods: Sealed {
    /// The plain type: `i64` for `Int64`.
    type Item;

    /// Stores `new` if the value is `old`, and says whether it was. Never fails without cause.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let n = atomic::Int32::new(1);
    /// assert!(n.CompareAndSwap(1, 2));
    /// assert!(!n.CompareAndSwap(1, 3));
    /// assert_eq!(n.Load(), 2);
    /// ```
    fn CompareAndSwap(&self, old: Self::Item, new: Self::Item) -> bool;

    /// The value.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// assert_eq!(atomic::Uint64::new(7).Load(), 7);
    /// ```
    fn Load(&self) -> Self::Item;

    /// Sets the value.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let flag = atomic::Bool::default();
    /// flag.Store(true);
    /// assert!(flag.Load());
    /// ```
    fn Store(&self, val: Self::Item);

    /// Sets the value and returns the one before.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let n = atomic::Uintptr::new(1);
    /// assert_eq!(n.Swap(2), 1);
    /// assert_eq!(n.Load(), 2);
    /// ```
    fn Swap(&self, new: Self::Item) -> Self::Item;
}

/// Go's methods of the integers of [`atomic`](crate::atomic), beside those of [`AtomicMethods`].
pub trait AtomicIntMethods: AtomicMethods {
    /// Adds `delta` and returns the *new* value. It wraps around on overflow.
    ///
    /// To subtract from an unsigned integer, add the two's complement, as in Go.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let n = atomic::Int32::new(i32::MAX);
    /// assert_eq!(n.Add(1), i32::MIN);
    ///
    /// let n = atomic::Uint32::new(10);
    /// assert_eq!(n.Add(3_u32.wrapping_neg()), 7);
    /// ```
    fn Add(&self, delta: Self::Item) -> Self::Item;

    /// Keeps the bits of `mask` and returns the *old* value.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let n = atomic::Uint32::new(0b110);
    /// assert_eq!(n.And(0b011), 0b110);
    /// assert_eq!(n.Load(), 0b010);
    /// ```
    fn And(&self, mask: Self::Item) -> Self::Item;

    /// Sets the bits of `mask` and returns the *old* value.
    ///
    /// ```
    /// use gosync::{atomic, prelude::*};
    ///
    /// let n = atomic::Uint32::new(0b100);
    /// assert_eq!(n.Or(0b001), 0b100);
    /// assert_eq!(n.Load(), 0b101);
    /// ```
    fn Or(&self, mask: Self::Item) -> Self::Item;
}

macro_rules! scalars {
    ($($ty:ident: $item:ty),* $(,)?) => {$(
        impl Sealed for $ty {}

        impl AtomicMethods for $ty {
            type Item = $item;

            #[inline]
            fn CompareAndSwap(&self, old: $item, new: $item) -> bool {
                self.compare_and_swap(old, new)
            }

            #[inline]
            fn Load(&self) -> $item {
                self.load()
            }

            #[inline]
            fn Store(&self, val: $item) {
                self.store(val);
            }

            #[inline]
            fn Swap(&self, new: $item) -> $item {
                self.swap(new)
            }
        }
    )*};
}

macro_rules! integers {
    ($($ty:ident: $item:ty),* $(,)?) => {
        scalars!($($ty: $item),*);

        $(impl AtomicIntMethods for $ty {
            #[inline]
            fn Add(&self, delta: $item) -> $item {
                self.add(delta)
            }

            #[inline]
            fn And(&self, mask: $item) -> $item {
                self.and(mask)
            }

            #[inline]
            fn Or(&self, mask: $item) -> $item {
                self.or(mask)
            }
        })*
    };
}

scalars!(Bool: bool);
integers!(Int32: i32, Uint32: u32, Uintptr: usize);
#[cfg(target_has_atomic = "64")]
integers!(Int64: i64, Uint64: u64);
