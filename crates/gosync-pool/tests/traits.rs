//! Which types are Send and Sync, and how large they are.
#![cfg(not(gosync_loom))]

use std::{
    cell::Cell,
    fmt::{Debug, Display},
    panic::{RefUnwindSafe, UnwindSafe},
    rc::Rc,
    sync::MutexGuard,
};

use gosync_pool::{Builder, Pool, Pooled, PooledArc, Stats};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

type Guard = MutexGuard<'static, u8>; // Sync and not Send

assert_impl_all!(Pool<u8>: Send, Sync, Debug, Default, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Pool<Cell<u8>>: Send, Sync);
assert_not_impl_any!(Pool<Rc<u8>>: Send, Sync);
assert_not_impl_any!(Pool<Guard>: Send, Sync);
assert_not_impl_any!(Pool<u8>: Clone);

// With a function that captures.
assert_impl_all!(Pool<u8, Box<dyn Fn() -> u8 + Send + Sync>>: Send, Sync);
assert_impl_all!(Pool<u8, Box<dyn Fn() -> u8 + Send>>: Send);
assert_not_impl_any!(Pool<u8, Box<dyn Fn() -> u8 + Send>>: Sync);
assert_not_impl_any!(Pool<u8, Box<dyn Fn() -> u8>>: Send, Sync);

assert_impl_all!(Pooled<'static, u8>: Send, Sync, Debug, Display);
assert_impl_all!(Pooled<'static, Cell<u8>>: Send);
assert_not_impl_any!(Pooled<'static, Cell<u8>>: Sync);
assert_not_impl_any!(Pooled<'static, Rc<u8>>: Send, Sync);
assert_not_impl_any!(Pooled<'static, Guard>: Send, Sync);
assert_not_impl_any!(Pooled<'static, u8>: Clone);

assert_impl_all!(PooledArc<u8>: Send, Sync, Debug, Display);
assert_impl_all!(PooledArc<Cell<u8>>: Send);
assert_not_impl_any!(PooledArc<Cell<u8>>: Sync);
assert_not_impl_any!(PooledArc<Rc<u8>>: Send, Sync);
assert_not_impl_any!(PooledArc<Guard>: Send, Sync);
assert_not_impl_any!(PooledArc<u8, Box<dyn Fn() -> u8 + Send>>: Send, Sync);
assert_not_impl_any!(PooledArc<u8>: Clone);

assert_impl_all!(Stats: Send, Sync, Copy, Debug, Default, Eq);

assert_impl_all!(Builder<Rc<u8>>: Send, Sync, Copy, Debug, Default);

// Go's is 40 bytes on a 64-bit machine.
#[cfg(target_pointer_width = "64")]
assert_eq_size!(Pool<Vec<u8>>, [u64; 5]);
#[cfg(target_pointer_width = "64")]
assert_eq_size!(Pool<[u8; 4096]>, [u64; 5]);
assert_eq_size!(Pooled<'static, usize>, [usize; 2]);
