//! Sizes, and which of the types may cross threads or a `catch_unwind`, for which parameters.
#![cfg(not(gosync_loom))]

use std::{
    cell::Cell,
    fmt::Debug,
    panic::{RefUnwindSafe, UnwindSafe},
    rc::Rc,
    sync::MutexGuard,
};

use gosync_once::{Once, OnceFunc, OnceValue, OnceValues};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

/// `Send`, not `Sync`.
type SendOnly = Cell<u8>;
/// `Sync`, not `Send`.
type SyncOnly = MutexGuard<'static, u8>;
type Neither = Rc<u8>;

assert_impl_all!(Once: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug);
assert_not_impl_any!(Once: Clone, Copy);

assert_impl_all!(OnceFunc: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Debug);
assert_impl_all!(OnceFunc<SendOnly>: Send, Sync);
assert_impl_all!(OnceFunc<&'static mut u8>: Send, Sync);
assert_not_impl_any!(OnceFunc<SyncOnly>: Send, Sync);
assert_not_impl_any!(OnceFunc<Neither>: Send, Sync);
assert_not_impl_any!(OnceFunc<&'static mut u8>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(OnceFunc: Clone, Copy);

assert_impl_all!(OnceValue<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug);
assert_impl_all!(OnceValue<u8, SendOnly>: Send, Sync);
assert_not_impl_any!(OnceValue<u8, SyncOnly>: Send, Sync);
assert_not_impl_any!(OnceValue<u8, Neither>: Send, Sync);
assert_impl_all!(OnceValue<SendOnly>: Send);
assert_not_impl_any!(OnceValue<SendOnly>: Sync);
assert_not_impl_any!(OnceValue<SyncOnly>: Send, Sync);
assert_not_impl_any!(OnceValue<Neither>: Send, Sync);
assert_impl_all!(OnceValue<SendOnly>: UnwindSafe);
assert_not_impl_any!(OnceValue<SendOnly>: RefUnwindSafe);
assert_not_impl_any!(OnceValue<&'static mut u8>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(OnceValue<u8>: Clone, Copy);

assert_impl_all!(OnceValues<u8, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug);
assert_impl_all!(OnceValues<u8, u8, SendOnly>: Send, Sync);
assert_not_impl_any!(OnceValues<u8, u8, SyncOnly>: Send, Sync);
assert_impl_all!(OnceValues<SendOnly, u8>: Send);
assert_not_impl_any!(OnceValues<SendOnly, u8>: Sync);
assert_not_impl_any!(OnceValues<u8, SendOnly>: Sync);
assert_not_impl_any!(OnceValues<SyncOnly, u8>: Send, Sync);
assert_not_impl_any!(OnceValues<u8, Neither>: Send, Sync);
assert_not_impl_any!(OnceValues<u8, u8>: Clone, Copy);

assert_eq_size!(Once, u64);
/// Beside its `Once`: the function, the value or the panic, and a tag.
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<OnceFunc>() == 24);
    assert!(size_of::<OnceValue<u64>>() == 24);
    assert!(size_of::<OnceValues<u64, u64>>() == 32);
    assert!(size_of::<OnceValue<String>>() <= 40);
};

/// A function that returns a reference to what it captured, or takes one, is no trouble.
#[test]
fn they_take_any_fn_once() {
    let text = String::from("x");
    let f: Box<dyn FnOnce() -> u32 + Send> = Box::new(|| 1);
    assert_eq!(OnceValue::new(f).get(), &1);
    assert_eq!(*OnceValue::new(|| text.as_str()).get(), "x");
    assert_eq!(OnceValue::new(move || text).into_inner(), None);
}
