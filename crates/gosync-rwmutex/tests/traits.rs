//! Which types may go to which threads, and how large they are.
#![cfg(not(gosync_loom))]

use std::{
    cell::Cell,
    fmt::{Debug, Display},
    panic::{RefUnwindSafe, UnwindSafe},
};

use gosync_rwmutex::{
    MappedRwMutexReadGuard, MappedRwMutexWriteGuard, RawRwMutex, ReadHold, RwMutex,
    RwMutexReadGuard, RwMutexWriteGuard,
};
use static_assertions::{assert_impl_all, assert_not_impl_any};

/// May be sent, may not be shared.
type SendOnly = Cell<i32>;
/// May be shared, may not be sent.
type SyncOnly = std::sync::MutexGuard<'static, i32>;

assert_impl_all!(RawRwMutex: Send, Sync, Unpin, Debug, Default, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(RawRwMutex: Clone, Copy);

assert_impl_all!(ReadHold: Send, Sync, Debug);
assert_not_impl_any!(ReadHold: Clone, Copy);

assert_impl_all!(RwMutex<i32>: Send, Sync, Unpin, Debug, Default, From<i32>);
assert_impl_all!(RwMutex<SendOnly>: Send);
assert_not_impl_any!(RwMutex<SendOnly>: Sync);
assert_not_impl_any!(RwMutex<SyncOnly>: Send, Sync);
assert_not_impl_any!(RwMutex<i32>: Clone, Copy);

assert_impl_all!(RwMutexReadGuard<'static, i32>: Send, Sync, Debug, Display);
assert_not_impl_any!(RwMutexReadGuard<'static, SendOnly>: Send, Sync);
assert_not_impl_any!(RwMutexReadGuard<'static, SyncOnly>: Send);
assert_not_impl_any!(RwMutexReadGuard<'static, i32>: std::ops::DerefMut, Clone);

assert_impl_all!(RwMutexWriteGuard<'static, i32>: Send, Sync, Debug, Display);
assert_not_impl_any!(RwMutexWriteGuard<'static, SendOnly>: Sync);
assert_not_impl_any!(RwMutexWriteGuard<'static, SyncOnly>: Send);

assert_impl_all!(MappedRwMutexReadGuard<'static, i32>: Send, Sync, Debug, Display);
assert_not_impl_any!(MappedRwMutexReadGuard<'static, SendOnly>: Send, Sync);
assert_impl_all!(MappedRwMutexWriteGuard<'static, i32>: Send, Sync, Debug, Display);
assert_impl_all!(MappedRwMutexWriteGuard<'static, SendOnly>: Send);
assert_not_impl_any!(MappedRwMutexWriteGuard<'static, SendOnly>: Sync);
assert_not_impl_any!(MappedRwMutexWriteGuard<'static, SyncOnly>: Send);

#[cfg(feature = "arc_lock")]
mod arc {
    use super::{Debug, Display, SendOnly, SyncOnly, assert_impl_all, assert_not_impl_any};
    use gosync_rwmutex::{ArcRwMutexReadGuard, ArcRwMutexWriteGuard};

    assert_impl_all!(ArcRwMutexReadGuard<i32>: Send, Sync, Debug, Display);
    assert_not_impl_any!(ArcRwMutexReadGuard<SendOnly>: Send, Sync);
    assert_not_impl_any!(ArcRwMutexReadGuard<SyncOnly>: Send);
    assert_impl_all!(ArcRwMutexWriteGuard<i32>: Send, Sync, Debug, Display);
    assert_not_impl_any!(ArcRwMutexWriteGuard<SendOnly>: Send, Sync);
    assert_not_impl_any!(ArcRwMutexWriteGuard<SyncOnly>: Send);
}

/// No larger than Go's `sync.RWMutex`; a guard is a pointer, and one that reads knows its slot.
#[test]
fn sizes() {
    assert!(size_of::<RawRwMutex>() <= 24);
    assert!(size_of::<RwMutex<()>>() <= 24);
    assert_eq!(
        size_of::<RwMutexReadGuard<'_, i32>>(),
        2 * size_of::<usize>()
    );
    assert_eq!(size_of::<RwMutexWriteGuard<'_, i32>>(), size_of::<usize>());
}

#[test]
fn unsized_data() {
    let lock: Box<RwMutex<[i32]>> = Box::new(RwMutex::new([1, 2, 3]));
    lock.write()[0] = 5;
    assert_eq!(*lock.read(), [5, 2, 3]);
}

#[cfg(feature = "serde")]
static_assertions::assert_impl_all!(
    gosync_rwmutex::RwMutex<u8>: serde::Serialize, serde::Deserialize<'static>
);
