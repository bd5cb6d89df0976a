//! What may be sent and shared, and for which data; and sizes.
#![cfg(not(gosync_loom))]

use std::{
    cell::Cell,
    panic::{RefUnwindSafe, UnwindSafe},
    rc::Rc,
};

use gosync_mutex::{MappedMutexGuard, Mutex, MutexGuard, RawMutex};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any, const_assert};

type SendOnly = Cell<u8>;
type Neither = Rc<u8>;

assert_impl_all!(RawMutex: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default);
assert_not_impl_any!(RawMutex: Clone, Copy);

assert_impl_all!(Mutex<u8>: Send, Sync, Unpin, Default, From<u8>);
assert_impl_all!(Mutex<SendOnly>: Send, Sync);
assert_not_impl_any!(Mutex<Neither>: Send, Sync);
assert_not_impl_any!(Mutex<u8>: Clone, Copy);

// Guards lend `&T` when shared and `&mut T` when sent.
assert_impl_all!(MutexGuard<'static, u8>: Send, Sync);
assert_impl_all!(MutexGuard<'static, SendOnly>: Send);
assert_not_impl_any!(MutexGuard<'static, SendOnly>: Sync);
assert_not_impl_any!(MutexGuard<'static, Neither>: Send, Sync);
assert_impl_all!(MappedMutexGuard<'static, u8>: Send, Sync);
assert_impl_all!(MappedMutexGuard<'static, SendOnly>: Send);
assert_not_impl_any!(MappedMutexGuard<'static, SendOnly>: Sync);
assert_not_impl_any!(MappedMutexGuard<'static, Neither>: Send, Sync);

#[cfg(feature = "arc_lock")]
mod arc {
    use super::*;
    use gosync_mutex::ArcMutexGuard;

    assert_impl_all!(ArcMutexGuard<u8>: Send, Sync);
    assert_impl_all!(ArcMutexGuard<SendOnly>: Send);
    assert_not_impl_any!(ArcMutexGuard<SendOnly>: Sync);
    assert_not_impl_any!(ArcMutexGuard<Neither>: Send, Sync);
}

#[cfg(feature = "serde")]
assert_impl_all!(Mutex<u8>: serde::Serialize, serde::Deserialize<'static>);

// Go's sync.Mutex is 8 bytes.
assert_eq_size!(RawMutex, Mutex<()>, u64);
const_assert!(size_of::<Mutex<u32>>() == 12);
const_assert!(size_of::<Option<MutexGuard<'static, u8>>>() == size_of::<usize>());
