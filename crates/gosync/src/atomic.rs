//! Go's package `sync/atomic`: the types, the 39 functions, and all of [`gosync_atomic`].
//!
//! Every operation is sequentially consistent and wraps on overflow, as in Go. The functions take
//! std's atomics, and by deref the types of this module; the four on pointers take an
//! [`AtomicPtr`](std::sync::atomic::AtomicPtr). `AddInt64` is [`add_int64`] under Go's name, and
//! so on.
//!
//! ```
//! use std::sync::atomic::AtomicI64;
//!
//! use gosync::atomic::{self, AddInt64, LoadInt64};
//!
//! let plain = AtomicI64::new(1);
//! let typed = atomic::Int64::new(2);
//! assert_eq!(AddInt64(&plain, 1), 2);
//! assert_eq!(AddInt64(&typed, -1), 1);
//! assert_eq!(LoadInt64(&plain) + LoadInt64(&typed), 3);
//! ```

pub use gosync_atomic::*;

#[doc(no_inline)]
pub use gosync_atomic::{
    add_int32 as AddInt32, add_uint32 as AddUint32, add_uintptr as AddUintptr,
    and_int32 as AndInt32, and_uint32 as AndUint32, and_uintptr as AndUintptr,
    compare_and_swap_int32 as CompareAndSwapInt32,
    compare_and_swap_pointer as CompareAndSwapPointer,
    compare_and_swap_uint32 as CompareAndSwapUint32,
    compare_and_swap_uintptr as CompareAndSwapUintptr, load_int32 as LoadInt32,
    load_pointer as LoadPointer, load_uint32 as LoadUint32, load_uintptr as LoadUintptr,
    or_int32 as OrInt32, or_uint32 as OrUint32, or_uintptr as OrUintptr, store_int32 as StoreInt32,
    store_pointer as StorePointer, store_uint32 as StoreUint32, store_uintptr as StoreUintptr,
    swap_int32 as SwapInt32, swap_pointer as SwapPointer, swap_uint32 as SwapUint32,
    swap_uintptr as SwapUintptr,
};
#[cfg(target_has_atomic = "64")]
#[doc(no_inline)]
pub use gosync_atomic::{
    add_int64 as AddInt64, add_uint64 as AddUint64, and_int64 as AndInt64, and_uint64 as AndUint64,
    compare_and_swap_int64 as CompareAndSwapInt64, compare_and_swap_uint64 as CompareAndSwapUint64,
    load_int64 as LoadInt64, load_uint64 as LoadUint64, or_int64 as OrInt64, or_uint64 as OrUint64,
    store_int64 as StoreInt64, store_uint64 as StoreUint64, swap_int64 as SwapInt64,
    swap_uint64 as SwapUint64,
};
