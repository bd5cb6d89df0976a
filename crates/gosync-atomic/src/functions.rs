//! Go's 39 functions, on std's atomics: seven for each of the five integer types, four for
//! pointers. The types of this crate lend themselves to them by deref.

use std::sync::atomic::{AtomicPtr, Ordering::SeqCst};

macro_rules! functions {
    ($(
        $Atomic:ident($int:ident), $Name:ident:
            $swap:ident = $go_swap:tt,
            $compare_and_swap:ident = $go_compare_and_swap:tt,
            $add:ident = $go_add:tt,
            $and:ident = $go_and:tt,
            $or:ident = $go_or:tt,
            $load:ident = $go_load:tt,
            $store:ident = $go_store:tt;
    )*) => {$(
        #[doc = concat!("Go's `", $go_swap, "`: puts `new` in and returns the old value.")]
        ///
        #[doc = concat!("Sequentially consistent, as all functions here. `addr` may be a `&", stringify!($Name), "`.")]
        ///
        /// ```
        #[doc = concat!("use gosync_atomic::{", stringify!($Name), ", ", stringify!($swap), "};")]
        ///
        #[doc = concat!("let n = ", stringify!($Name), "::new(5);")]
        #[doc = concat!("assert_eq!(", stringify!($swap), "(&n, 6), 5);")]
        /// assert_eq!(n.load(), 6);
        /// ```
        #[doc(alias = $go_swap)]
        #[inline]
        pub fn $swap(addr: &std::sync::atomic::$Atomic, new: $int) -> $int {
            addr.swap(new, SeqCst)
        }

        #[doc = concat!("Go's `", $go_compare_and_swap, "`: puts `new` in if the value is `old`, and says whether it was.")]
        ///
        #[doc = concat!("Never fails spuriously. `addr` may be a `&", stringify!($Name), "`.")]
        ///
        /// ```
        #[doc = concat!("use gosync_atomic::{", stringify!($Name), ", ", stringify!($compare_and_swap), "};")]
        ///
        #[doc = concat!("let n = ", stringify!($Name), "::new(5);")]
        #[doc = concat!("assert!(", stringify!($compare_and_swap), "(&n, 5, 6));")]
        #[doc = concat!("assert!(!", stringify!($compare_and_swap), "(&n, 5, 7));")]
        /// assert_eq!(n.load(), 6);
        /// ```
        #[doc(alias = $go_compare_and_swap)]
        #[inline]
        pub fn $compare_and_swap(addr: &std::sync::atomic::$Atomic, old: $int, new: $int) -> bool {
            addr.compare_exchange(old, new, SeqCst, SeqCst).is_ok()
        }

        #[doc = concat!("Go's `", $go_add, "`: adds `delta`, wrapping, and returns the **new** value.")]
        ///
        #[doc = concat!("`addr` may be a `&", stringify!($Name), "`.")]
        ///
        /// ```
        #[doc = concat!("use gosync_atomic::{", stringify!($Name), ", ", stringify!($add), "};")]
        ///
        #[doc = concat!("let n = ", stringify!($Name), "::new(5);")]
        #[doc = concat!("assert_eq!(", stringify!($add), "(&n, 2), 7);")]
        /// ```
        #[doc(alias = $go_add)]
        #[inline]
        pub fn $add(addr: &std::sync::atomic::$Atomic, delta: $int) -> $int {
            addr.fetch_add(delta, SeqCst).wrapping_add(delta)
        }

        #[doc = concat!("Go's `", $go_and, "`: keeps only the bits that are set in `mask`, and returns the old value.")]
        ///
        #[doc = concat!("`addr` may be a `&", stringify!($Name), "`.")]
        ///
        /// ```
        #[doc = concat!("use gosync_atomic::{", stringify!($Name), ", ", stringify!($and), "};")]
        ///
        #[doc = concat!("let n = ", stringify!($Name), "::new(0b110);")]
        #[doc = concat!("assert_eq!(", stringify!($and), "(&n, 0b011), 0b110);")]
        /// assert_eq!(n.load(), 0b010);
        /// ```
        #[doc(alias = $go_and)]
        #[inline]
        pub fn $and(addr: &std::sync::atomic::$Atomic, mask: $int) -> $int {
            addr.fetch_and(mask, SeqCst)
        }

        #[doc = concat!("Go's `", $go_or, "`: sets the bits that are set in `mask`, and returns the old value.")]
        ///
        #[doc = concat!("`addr` may be a `&", stringify!($Name), "`.")]
        ///
        /// ```
        #[doc = concat!("use gosync_atomic::{", stringify!($Name), ", ", stringify!($or), "};")]
        ///
        #[doc = concat!("let n = ", stringify!($Name), "::new(0b110);")]
        #[doc = concat!("assert_eq!(", stringify!($or), "(&n, 0b011), 0b110);")]
        /// assert_eq!(n.load(), 0b111);
        /// ```
        #[doc(alias = $go_or)]
        #[inline]
        pub fn $or(addr: &std::sync::atomic::$Atomic, mask: $int) -> $int {
            addr.fetch_or(mask, SeqCst)
        }

        #[doc = concat!("Go's `", $go_load, "`: the value.")]
        ///
        #[doc = concat!("`addr` may be a `&", stringify!($Name), "`.")]
        ///
        /// ```
        #[doc = concat!("use gosync_atomic::{", stringify!($Name), ", ", stringify!($load), "};")]
        ///
        #[doc = concat!("assert_eq!(", stringify!($load), "(&", stringify!($Name), "::new(5)), 5);")]
        /// ```
        #[doc(alias = $go_load)]
        #[inline]
        pub fn $load(addr: &std::sync::atomic::$Atomic) -> $int {
            addr.load(SeqCst)
        }

        #[doc = concat!("Go's `", $go_store, "`: puts `value` in.")]
        ///
        #[doc = concat!("`addr` may be a `&", stringify!($Name), "`.")]
        ///
        /// ```
        #[doc = concat!("use gosync_atomic::{", stringify!($Name), ", ", stringify!($store), "};")]
        ///
        #[doc = concat!("let n = ", stringify!($Name), "::new(5);")]
        #[doc = concat!(stringify!($store), "(&n, 6);")]
        /// assert_eq!(n.load(), 6);
        /// ```
        #[doc(alias = $go_store)]
        #[inline]
        pub fn $store(addr: &std::sync::atomic::$Atomic, value: $int) {
            addr.store(value, SeqCst);
        }
    )*};
}

functions! {
    AtomicI32(i32), Int32:
        swap_int32 = "SwapInt32",
        compare_and_swap_int32 = "CompareAndSwapInt32",
        add_int32 = "AddInt32",
        and_int32 = "AndInt32",
        or_int32 = "OrInt32",
        load_int32 = "LoadInt32",
        store_int32 = "StoreInt32";
    AtomicU32(u32), Uint32:
        swap_uint32 = "SwapUint32",
        compare_and_swap_uint32 = "CompareAndSwapUint32",
        add_uint32 = "AddUint32",
        and_uint32 = "AndUint32",
        or_uint32 = "OrUint32",
        load_uint32 = "LoadUint32",
        store_uint32 = "StoreUint32";
    AtomicUsize(usize), Uintptr:
        swap_uintptr = "SwapUintptr",
        compare_and_swap_uintptr = "CompareAndSwapUintptr",
        add_uintptr = "AddUintptr",
        and_uintptr = "AndUintptr",
        or_uintptr = "OrUintptr",
        load_uintptr = "LoadUintptr",
        store_uintptr = "StoreUintptr";
}

#[cfg(target_has_atomic = "64")]
functions! {
    AtomicI64(i64), Int64:
        swap_int64 = "SwapInt64",
        compare_and_swap_int64 = "CompareAndSwapInt64",
        add_int64 = "AddInt64",
        and_int64 = "AndInt64",
        or_int64 = "OrInt64",
        load_int64 = "LoadInt64",
        store_int64 = "StoreInt64";
    AtomicU64(u64), Uint64:
        swap_uint64 = "SwapUint64",
        compare_and_swap_uint64 = "CompareAndSwapUint64",
        add_uint64 = "AddUint64",
        and_uint64 = "AndUint64",
        or_uint64 = "OrUint64",
        load_uint64 = "LoadUint64",
        store_uint64 = "StoreUint64";
}

/// Go's `SwapPointer`: puts `new` in and returns the old pointer.
///
/// It follows no pointer and frees nothing. [`Pointer`](crate::Pointer) is the type that owns what
/// it points at.
///
/// ```
/// use std::{ptr, sync::atomic::AtomicPtr};
///
/// use gosync_atomic::swap_pointer;
///
/// let mut five = 5;
/// let p = AtomicPtr::new(ptr::null_mut());
/// assert!(swap_pointer(&p, &mut five).is_null());
/// assert_eq!(swap_pointer(&p, ptr::null_mut()), &raw mut five);
/// ```
#[doc(alias = "SwapPointer")]
#[inline]
pub fn swap_pointer<T>(addr: &AtomicPtr<T>, new: *mut T) -> *mut T {
    addr.swap(new, SeqCst)
}

/// Go's `CompareAndSwapPointer`: puts `new` in if the pointer is `old`, and says whether it was.
///
/// Never fails spuriously.
///
/// ```
/// use std::{ptr, sync::atomic::AtomicPtr};
///
/// use gosync_atomic::compare_and_swap_pointer;
///
/// let mut five = 5;
/// let p = AtomicPtr::new(ptr::null_mut());
/// assert!(compare_and_swap_pointer(&p, ptr::null_mut(), &mut five));
/// assert!(!compare_and_swap_pointer(&p, ptr::null_mut(), &mut five));
/// ```
#[doc(alias = "CompareAndSwapPointer")]
#[inline]
pub fn compare_and_swap_pointer<T>(addr: &AtomicPtr<T>, old: *mut T, new: *mut T) -> bool {
    addr.compare_exchange(old, new, SeqCst, SeqCst).is_ok()
}

/// Go's `LoadPointer`: the pointer.
///
/// ```
/// use std::sync::atomic::AtomicPtr;
///
/// use gosync_atomic::load_pointer;
///
/// let mut five = 5;
/// let p = AtomicPtr::new(&mut five);
/// assert_eq!(load_pointer(&p), &raw mut five);
/// ```
#[doc(alias = "LoadPointer")]
#[inline]
pub fn load_pointer<T>(addr: &AtomicPtr<T>) -> *mut T {
    addr.load(SeqCst)
}

/// Go's `StorePointer`: puts `value` in.
///
/// ```
/// use std::{ptr, sync::atomic::AtomicPtr};
///
/// use gosync_atomic::{load_pointer, store_pointer};
///
/// let mut five = 5;
/// let p = AtomicPtr::new(ptr::null_mut());
/// store_pointer(&p, &mut five);
/// assert_eq!(load_pointer(&p), &raw mut five);
/// ```
#[doc(alias = "StorePointer")]
#[inline]
pub fn store_pointer<T>(addr: &AtomicPtr<T>, value: *mut T) {
    addr.store(value, SeqCst);
}
