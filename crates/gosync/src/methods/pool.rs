//! Go's methods of `Pool`.

use super::sealed::Sealed;
use crate::Pool;

impl<T, F> Sealed for Pool<T, F> {}

/// Go's methods of [`Pool`].
///
/// The items have a type, so nothing is asserted on the way out. Go's field `New` is the argument
/// of [`Pool::new`].
pub trait PoolMethods: Sealed {
    /// What the pool holds.
    type Item;

    /// Takes some item out of the pool, or makes a new one if there is none at hand.
    ///
    /// Which item is not said, nor that it is one that was put: whoever gets one must bring it
    /// into the state it needs. What was written before the item's `Put` is seen after its `Get`.
    ///
    /// # Panics
    ///
    /// As `New` does, and if there is no item and the pool was made without `New`
    /// ([`Pool::without_new`]: use [`Pool::try_get`] there, where Go returns nil).
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// static BUFFERS: sync::Pool<Vec<u8>> = sync::Pool::new(Vec::new);
    ///
    /// let mut b = BUFFERS.Get();
    /// b.clear();
    /// b.extend_from_slice(b"hello");
    /// BUFFERS.Put(b);
    /// ```
    fn Get(&self) -> Self::Item;

    /// Gives an item to the pool, for some later `Get`.
    ///
    /// The pool may drop it instead, now or later.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let pool = sync::Pool::new(|| String::from("new"));
    /// assert_eq!(pool.Get(), "new");
    /// pool.Put(String::from("used"));
    /// assert!(matches!(pool.Get().as_str(), "used" | "new"));
    /// ```
    fn Put(&self, x: Self::Item);
}

impl<T, F: Fn() -> T> PoolMethods for Pool<T, F> {
    type Item = T;

    #[inline]
    #[track_caller]
    fn Get(&self) -> T {
        self.get()
    }

    #[inline]
    fn Put(&self, x: T) {
        self.put(x);
    }
}
