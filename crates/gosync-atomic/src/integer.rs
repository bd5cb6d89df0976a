//! The five integer types. One macro writes them all: they differ in nothing but their width.

use std::{fmt, ops::Deref, sync::atomic::Ordering::SeqCst};

macro_rules! integers {
    ($(
        $(#[$meta:meta])*
        $Name:ident($int:ident) is $Atomic:ident;
    )*) => {$(
        $(#[$meta])*
        ///
        /// Every method is sequentially consistent, wraps on overflow, and costs what
        #[doc = concat!("[`", stringify!($Atomic), "`](std::sync::atomic::", stringify!($Atomic), ")")]
        /// costs with that ordering. An operation synchronizes with each later one that reads what
        /// it wrote.
        ///
        /// It dereferences to std's atomic, for all that std has beyond Go, such as weaker
        /// orderings, and for functions that take a reference to one:
        ///
        /// ```
        /// use std::sync::atomic::Ordering;
        ///
        #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::new(6);")]
        /// assert_eq!(n.add(1), 7);
        /// assert_eq!(n.fetch_sub(3, Ordering::Relaxed), 7); // std's
        /// assert_eq!((*n).load(Ordering::Relaxed), 4); // std's: both have a `load`
        /// assert_eq!(n.load(), 4); // this type's
        /// ```
        #[derive(Default)]
        #[repr(transparent)]
        pub struct $Name(std::sync::atomic::$Atomic);

        impl $Name {
            /// An atomic that holds `value`.
            ///
            /// ```
            #[doc = concat!("use gosync_atomic::", stringify!($Name), ";")]
            ///
            #[doc = concat!("static N: ", stringify!($Name), " = ", stringify!($Name), "::new(5);")]
            /// assert_eq!(N.load(), 5);
            /// ```
            #[inline]
            #[must_use]
            pub const fn new(value: $int) -> Self {
                Self(std::sync::atomic::$Atomic::new(value))
            }

            /// The value.
            ///
            /// ```
            #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::new(5);")]
            /// assert_eq!(n.load(), 5);
            /// ```
            #[doc(alias = "Load")]
            #[inline]
            pub fn load(&self) -> $int {
                self.0.load(SeqCst)
            }

            /// Puts `value` in.
            ///
            /// ```
            #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::default();")]
            /// n.store(5);
            /// assert_eq!(n.load(), 5);
            /// ```
            #[doc(alias = "Store")]
            #[inline]
            pub fn store(&self, value: $int) {
                self.0.store(value, SeqCst);
            }

            /// Puts `new` in and returns the old value.
            ///
            /// ```
            #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::new(5);")]
            /// assert_eq!(n.swap(6), 5);
            /// assert_eq!(n.load(), 6);
            /// ```
            #[doc(alias = "Swap")]
            #[inline]
            pub fn swap(&self, new: $int) -> $int {
                self.0.swap(new, SeqCst)
            }

            /// Puts `new` in if the value is `old`, and says whether it was. Never fails
            /// spuriously. One that fails is a sequentially consistent load.
            ///
            /// ```
            #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::new(5);")]
            /// assert!(n.compare_and_swap(5, 6));
            /// assert!(!n.compare_and_swap(5, 7));
            /// assert_eq!(n.load(), 6);
            /// ```
            #[doc(alias = "CompareAndSwap")]
            #[inline]
            pub fn compare_and_swap(&self, old: $int, new: $int) -> bool {
                self.0.compare_exchange(old, new, SeqCst, SeqCst).is_ok()
            }

            /// Adds `delta`, wrapping, and returns the **new** value. (std's `fetch_add` returns
            /// the old one.)
            ///
            /// ```
            #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::new(5);")]
            /// assert_eq!(n.add(2), 7);
            #[doc = concat!("n.store(", stringify!($int), "::MAX);")]
            #[doc = concat!("assert_eq!(n.add(1), ", stringify!($int), "::MIN);")]
            /// ```
            #[doc(alias = "Add")]
            #[inline]
            pub fn add(&self, delta: $int) -> $int {
                self.0.fetch_add(delta, SeqCst).wrapping_add(delta)
            }

            /// Keeps only the bits that are set in `mask`, and returns the old value.
            ///
            /// ```
            #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::new(0b110);")]
            /// assert_eq!(n.and(0b011), 0b110);
            /// assert_eq!(n.load(), 0b010);
            /// ```
            #[doc(alias = "And")]
            #[inline]
            pub fn and(&self, mask: $int) -> $int {
                self.0.fetch_and(mask, SeqCst)
            }

            /// Sets the bits that are set in `mask`, and returns the old value.
            ///
            /// ```
            #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::new(0b110);")]
            /// assert_eq!(n.or(0b011), 0b110);
            /// assert_eq!(n.load(), 0b111);
            /// ```
            #[doc(alias = "Or")]
            #[inline]
            pub fn or(&self, mask: $int) -> $int {
                self.0.fetch_or(mask, SeqCst)
            }

            /// Puts `value` in if it is larger, and returns the old value. Go has no such method.
            ///
            /// ```
            #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::new(5);")]
            /// assert_eq!(n.max(7), 5);
            /// assert_eq!(n.max(6), 7);
            /// assert_eq!(n.load(), 7);
            /// ```
            #[inline]
            pub fn max(&self, value: $int) -> $int {
                self.0.fetch_max(value, SeqCst)
            }

            /// Puts `value` in if it is smaller, and returns the old value. Go has no such method.
            ///
            /// ```
            #[doc = concat!("let n = gosync_atomic::", stringify!($Name), "::new(5);")]
            /// assert_eq!(n.min(3), 5);
            /// assert_eq!(n.min(4), 3);
            /// assert_eq!(n.load(), 3);
            /// ```
            #[inline]
            pub fn min(&self, value: $int) -> $int {
                self.0.fetch_min(value, SeqCst)
            }

            /// The value in place. No atomic operation: the `&mut` shows that nobody else is there.
            ///
            /// ```
            #[doc = concat!("let mut n = gosync_atomic::", stringify!($Name), "::new(5);")]
            /// *n.get_mut() *= 2;
            /// assert_eq!(n.load(), 10);
            /// ```
            #[inline]
            pub fn get_mut(&mut self) -> &mut $int {
                self.0.get_mut()
            }

            /// The value, without its atomic. No atomic operation.
            ///
            /// ```
            #[doc = concat!("assert_eq!(gosync_atomic::", stringify!($Name), "::new(5).into_inner(), 5);")]
            /// ```
            #[inline]
            #[must_use]
            pub const fn into_inner(self) -> $int {
                self.0.into_inner()
            }
        }

        impl Deref for $Name {
            type Target = std::sync::atomic::$Atomic;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl From<$int> for $Name {
            #[inline]
            fn from(value: $int) -> Self {
                Self::new(value)
            }
        }

        /// Shows the value, as std's atomics do.
        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.load(), f)
            }
        }
    )*};
}

integers! {
    /// Go's `atomic.Int32`: an `i32` that threads read and write without a lock.
    Int32(i32) is AtomicI32;
    /// Go's `atomic.Uint32`: a `u32` that threads read and write without a lock.
    Uint32(u32) is AtomicU32;
    /// Go's `atomic.Uintptr`: a `usize` that threads read and write without a lock.
    Uintptr(usize) is AtomicUsize;
}

#[cfg(target_has_atomic = "64")]
integers! {
    /// Go's `atomic.Int64`: an `i64` that threads read and write without a lock.
    Int64(i64) is AtomicI64;
    /// Go's `atomic.Uint64`: a `u64` that threads read and write without a lock.
    Uint64(u64) is AtomicU64;
}
