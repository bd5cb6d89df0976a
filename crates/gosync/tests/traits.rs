//! What may be sent and shared, what can be a constant, and how large it is.

#![cfg(not(gosync_loom))]

use std::{fmt::Debug, marker::PhantomData, panic::RefUnwindSafe, rc::Rc};

use gosync as sync;
use static_assertions::{
    assert_impl_all, assert_not_impl_any, assert_obj_safe, assert_type_eq_all, const_assert,
};

/// Sent by nobody, shared by nobody.
type Neither = Rc<()>;
/// Sent, not shared.
type SendOnly = std::cell::Cell<i32>;
/// Shared, not sent: what a std guard is.
type SyncOnly = std::sync::MutexGuard<'static, i32>;

assert_obj_safe!(sync::Locker);
assert_impl_all!(sync::Mutex: sync::Locker, sync::methods::MutexMethods);
assert_impl_all!(sync::RWMutex: sync::Locker, sync::methods::RWMutexMethods);
assert_impl_all!(sync::RLocker<'static>: sync::Locker);
assert_impl_all!(&sync::Mutex: sync::Locker);
assert_impl_all!(&mut sync::Mutex: sync::Locker);
assert_impl_all!(std::rc::Rc<sync::Mutex>: sync::Locker);
assert_impl_all!(Box<sync::Mutex>: sync::Locker);
assert_impl_all!(std::sync::Arc<sync::RWMutex>: sync::Locker);
assert_impl_all!(&dyn sync::Locker: sync::Locker);
assert_impl_all!(Box<dyn sync::Locker>: sync::Locker);
assert_impl_all!(std::sync::Arc<dyn sync::Locker>: sync::Locker);
// A lock that holds data is locked by guards alone.
assert_not_impl_any!(sync::Mutex<i32>: sync::Locker, sync::methods::MutexMethods);
assert_not_impl_any!(sync::RWMutex<i32>: sync::Locker, sync::methods::RWMutexMethods);

// The same types as in the crates of their own.
assert_type_eq_all!(sync::Mutex, sync::mutex::Mutex<()>);
assert_type_eq_all!(sync::Mutex<i32>, sync::mutex::Mutex<i32>);
assert_type_eq_all!(sync::RWMutex<i32>, sync::rwmutex::RwMutex<i32>);
assert_type_eq_all!(sync::Once, sync::once::Once);
assert_type_eq_all!(sync::WaitGroup, sync::waitgroup::WaitGroup);
assert_type_eq_all!(sync::Pool<i32>, sync::pool::Pool<i32>);
assert_type_eq_all!(
    sync::MutexGuard<'static, i32>,
    sync::mutex::MutexGuard<'static, i32>
);

// Zero values: usable, shown by {:?}, shared by threads, and alive after a panic. (lock_api's types
// make no promise of the last, whatever the lock.)
assert_impl_all!(sync::Mutex: Default, Debug, Send, Sync);
assert_impl_all!(sync::RWMutex: Default, Debug, Send, Sync);
assert_impl_all!(sync::RLocker<'static>: Debug, Send, Sync, Copy);
assert_impl_all!(sync::Once: Default, Debug, Send, Sync, RefUnwindSafe);
assert_impl_all!(sync::WaitGroup: Default, Debug, Send, Sync, RefUnwindSafe);
assert_impl_all!(sync::Pool<i32>: Default, Debug, Send, Sync);
assert_impl_all!(sync::atomic::Bool: Default, Debug, Send, Sync, RefUnwindSafe);
assert_impl_all!(sync::atomic::Int32: Default, Debug, Send, Sync, RefUnwindSafe);
assert_impl_all!(sync::atomic::Int64: Default, Debug, Send, Sync, RefUnwindSafe);
assert_impl_all!(sync::atomic::Uint32: Default, Debug, Send, Sync, RefUnwindSafe);
assert_impl_all!(sync::atomic::Uint64: Default, Debug, Send, Sync, RefUnwindSafe);
assert_impl_all!(sync::atomic::Uintptr: Default, Debug, Send, Sync, RefUnwindSafe);
assert_impl_all!(sync::atomic::Pointer<i32>: Default, Debug, Send, Sync);
assert_impl_all!(sync::atomic::Value: Default, Debug, Send, Sync, RefUnwindSafe);

// No copies: what go vet looks for does not compile.
assert_not_impl_any!(sync::Mutex: Clone, Copy);
assert_not_impl_any!(sync::RWMutex: Clone, Copy);
assert_not_impl_any!(sync::Once: Clone, Copy);
assert_not_impl_any!(sync::WaitGroup: Clone, Copy);
assert_not_impl_any!(sync::Pool<i32>: Clone, Copy);
assert_not_impl_any!(sync::atomic::Bool: Clone, Copy);
assert_not_impl_any!(sync::atomic::Int64: Clone, Copy);
assert_not_impl_any!(sync::atomic::Pointer<i32>: Clone, Copy);
assert_not_impl_any!(sync::atomic::Value: Clone, Copy);

// What a lock or a pool shares among threads must be Send; readers share it, too.
assert_impl_all!(sync::Mutex<SendOnly>: Send, Sync);
assert_not_impl_any!(sync::Mutex<Neither>: Send, Sync);
assert_not_impl_any!(sync::Mutex<SyncOnly>: Send, Sync);
assert_not_impl_any!(sync::RWMutex<SendOnly>: Sync);
assert_not_impl_any!(sync::RWMutex<SyncOnly>: Send, Sync);
assert_impl_all!(sync::Pool<SendOnly>: Send, Sync);
assert_not_impl_any!(sync::Pool<Neither>: Send, Sync);
assert_not_impl_any!(sync::Pool<SyncOnly>: Send, Sync);
assert_not_impl_any!(sync::atomic::Pointer<SendOnly>: Send, Sync);
assert_not_impl_any!(sync::atomic::Pointer<SyncOnly>: Send, Sync);

// Guards may be dropped on another thread if what they lend may go there.
assert_impl_all!(sync::MutexGuard<'static, SendOnly>: Send);
assert_not_impl_any!(sync::MutexGuard<'static, Neither>: Send, Sync);
assert_impl_all!(sync::MappedMutexGuard<'static, i32>: Send, Sync);
assert_impl_all!(sync::RwMutexReadGuard<'static, i32>: Send, Sync);
assert_impl_all!(sync::RwMutexWriteGuard<'static, i32>: Send, Sync);
assert_impl_all!(sync::MappedRwMutexReadGuard<'static, i32>: Send, Sync);
assert_impl_all!(sync::MappedRwMutexWriteGuard<'static, i32>: Send, Sync);
assert_impl_all!(sync::Pooled<'static, i32, fn() -> i32>: Send, Sync);
assert_impl_all!(sync::PooledArc<i32, fn() -> i32>: Send, Sync);

// No type is larger than Go's.
const_assert!(size_of::<sync::Mutex>() <= 8);
const_assert!(size_of::<sync::RWMutex>() <= 24);
const_assert!(size_of::<sync::RLocker<'static>>() == size_of::<usize>());
const_assert!(size_of::<sync::Once>() <= 12);
const_assert!(size_of::<sync::WaitGroup>() <= 16);
const_assert!(size_of::<sync::Pool<Vec<u8>>>() <= 40);
const_assert!(size_of::<sync::atomic::Bool>() <= 4);
const_assert!(size_of::<sync::atomic::Int32>() <= 4);
const_assert!(size_of::<sync::atomic::Uint32>() <= 4);
const_assert!(size_of::<sync::atomic::Int64>() <= 8);
const_assert!(size_of::<sync::atomic::Uint64>() <= 8);
const_assert!(size_of::<sync::atomic::Uintptr>() <= size_of::<usize>());
const_assert!(size_of::<sync::atomic::Pointer<[u8; 64]>>() <= 8);
const_assert!(size_of::<sync::atomic::Value>() <= 16);

/// Go's zero values: constants that a static can start from.
#[test]
fn constants() {
    struct Zero<T>(PhantomData<T>);

    macro_rules! constant {
        ($($ty:ty = $new:expr;)*) => {$(
            #[expect(clippy::declare_interior_mutable_const, reason = "to be a constant is the point")]
            impl Zero<$ty> {
                const VALUE: $ty = $new;
            }
            let value = Zero::<$ty>::VALUE;
            assert_eq!(format!("{value:?}"), format!("{:?}", <$ty>::default()));
        )*};
    }

    constant! {
        sync::Mutex = sync::Mutex::new(());
        sync::RWMutex = sync::RWMutex::new(());
        sync::Once = sync::Once::new();
        sync::WaitGroup = sync::WaitGroup::new();
        sync::Pool<i32> = sync::Pool::without_new();
        sync::atomic::Bool = sync::atomic::Bool::new(false);
        sync::atomic::Int32 = sync::atomic::Int32::new(0);
        sync::atomic::Int64 = sync::atomic::Int64::new(0);
        sync::atomic::Uint32 = sync::atomic::Uint32::new(0);
        sync::atomic::Uint64 = sync::atomic::Uint64::new(0);
        sync::atomic::Uintptr = sync::atomic::Uintptr::new(0);
        sync::atomic::Pointer<i32> = sync::atomic::Pointer::null();
        sync::atomic::Value = sync::atomic::Value::new();
    }
}

/// What Go's once functions return: shared, sent and copied like a Go function value.
#[test]
fn once_functions() {
    fn is_shared<F: Clone + Send + Sync>(_: &F) {}

    // `SendOnly` on the inside: the function is run by one thread.
    let captured = SendOnly::new(1);
    is_shared(&sync::OnceFunc(move || captured.set(2)));
    let captured = SendOnly::new(1);
    is_shared(&sync::OnceValue(move || captured.get()));
    let captured = SendOnly::new(1);
    is_shared(&sync::OnceValues(move || (captured.get(), "x")));
}

mod cond {
    use std::cell::Cell;

    use static_assertions::{assert_impl_all, assert_not_impl_any};

    use gosync as sync;

    assert_impl_all!(sync::Cond<sync::Mutex>: Send, Sync, Default, std::fmt::Debug);
    assert_not_impl_any!(sync::Cond<sync::Mutex>: Clone, Copy);
    assert_impl_all!(sync::Cond<&'static sync::RWMutex>: Send, Sync);
    assert_impl_all!(sync::Cond<Cell<u8>>: Send);
    assert_not_impl_any!(sync::Cond<Cell<u8>>: Sync);
    // Go's is 56 bytes.
    static_assertions::const_assert!(size_of::<sync::Cond<sync::Mutex>>() <= 16);
}
