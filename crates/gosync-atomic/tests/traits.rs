//! Auto traits and sizes of every public type.
#![cfg(not(gosync_loom))]

use std::{
    cell::Cell,
    fmt::Debug,
    ops::Deref,
    panic::{RefUnwindSafe, UnwindSafe},
    rc::Rc,
    sync::{MutexGuard, atomic},
};

use gosync_atomic::{Bool, Int32, Int64, Pointer, Uint32, Uint64, Uintptr, Value};
use static_assertions::{
    assert_eq_align, assert_eq_size, assert_impl_all, assert_not_impl_any, const_assert,
};

macro_rules! scalar {
    ($($Name:ident($value:ty) is $Atomic:ident of $size:literal),* $(,)?) => {$(
        assert_impl_all!(
            $Name: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug, From<$value>,
            Deref<Target = atomic::$Atomic>
        );
        assert_not_impl_any!($Name: Clone, Copy, PartialEq, PartialOrd);
        assert_eq_size!($Name, atomic::$Atomic);
        assert_eq_align!($Name, atomic::$Atomic);
        const_assert!(size_of::<$Name>() <= $size);
    )*};
}

scalar! {
    Bool(bool) is AtomicBool of 4,
    Int32(i32) is AtomicI32 of 4,
    Int64(i64) is AtomicI64 of 8,
    Uint32(u32) is AtomicU32 of 4,
    Uint64(u64) is AtomicU64 of 8,
    Uintptr(usize) is AtomicUsize of 8,
}
const_assert!(align_of::<Int64>() == 8 && align_of::<Uint64>() == 8);

// A `Pointer<T>` hands out an `Arc<T>` on every thread: it is what an `Arc<T>` is.
assert_impl_all!(Pointer<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug);
assert_impl_all!(Pointer<Vec<String>>: Send, Sync);
assert_not_impl_any!(Pointer<u8>: Clone, Copy, PartialEq);
assert_not_impl_any!(Pointer<Rc<u8>>: Send, Sync);
// Send, not Sync.
assert_not_impl_any!(Pointer<Cell<u8>>: Send, Sync);
// Sync, not Send.
assert_not_impl_any!(Pointer<MutexGuard<'static, u8>>: Send, Sync);
// What cannot be seen after a panic cannot be seen through a `Pointer` either.
assert_not_impl_any!(Pointer<Cell<u8>>: UnwindSafe, RefUnwindSafe);
assert_eq_size!(Pointer<[u64; 100]>, usize);

assert_impl_all!(Value: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug);
assert_not_impl_any!(Value: Clone, Copy, PartialEq);
const_assert!(size_of::<Value>() <= 16);

// Each can be made in a static.
static _STATICS: (
    Int32,
    Int64,
    Uint32,
    Uint64,
    Uintptr,
    Bool,
    Pointer<String>,
    Value,
) = (
    Int32::new(0),
    Int64::new(0),
    Uint32::new(0),
    Uint64::new(0),
    Uintptr::new(0),
    Bool::new(false),
    Pointer::null(),
    Value::new(),
);
