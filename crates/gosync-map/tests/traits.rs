//! What may be sent and shared, what can be a constant, and how large it is.
#![cfg(not(gosync_loom))]

use std::{
    cell::Cell,
    fmt::Debug,
    hash::{BuildHasher, Hasher},
    panic::{RefUnwindSafe, UnwindSafe},
    rc::Rc,
    sync::MutexGuard,
};

use gosync_map::{Map, RandomHasher, RandomState};
use static_assertions::{assert_impl_all, assert_not_impl_any, const_assert};

/// Sent by nobody, shared by nobody.
type Neither = Rc<()>;
/// Sent, not shared.
type SendOnly = Cell<i32>;
/// Shared, not sent.
type SyncOnly = MutexGuard<'static, i32>;

assert_impl_all!(Map<i32, String>: Send, Sync, Debug, Default, UnwindSafe, RefUnwindSafe, Unpin);
// Readers share keys and values, and any thread may drop them.
assert_impl_all!(Map<i32, SendOnly>: Send);
assert_impl_all!(Map<SendOnly, i32>: Send);
assert_not_impl_any!(Map<i32, SendOnly>: Sync);
assert_not_impl_any!(Map<SendOnly, i32>: Sync);
assert_not_impl_any!(Map<i32, SyncOnly>: Send, Sync);
assert_not_impl_any!(Map<SyncOnly, i32>: Send, Sync);
assert_not_impl_any!(Map<i32, Neither>: Send, Sync);
assert_not_impl_any!(Map<Neither, i32>: Send, Sync);
// A hasher is shared; and made on one thread, that of the first store, to be dropped on another.
assert_not_impl_any!(Map<i32, i32, SendOnly>: Sync);
assert_not_impl_any!(Map<i32, i32, SyncOnly>: Send, Sync);
assert_not_impl_any!(Map<i32, i32, Neither>: Send, Sync);
// A broken value can be seen after a panic.
assert_not_impl_any!(Map<i32, SendOnly>: UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Map<i32, i32>: Clone, Copy);

assert_impl_all!(Map<i32, i32>: Extend<(i32, i32)>, FromIterator<(i32, i32)>, From<[(i32, i32); 3]>);
assert_impl_all!(&'static Map<i32, i32>: Extend<(i32, i32)>);

assert_impl_all!(RandomState: BuildHasher, Clone, Debug, Default, Send, Sync, UnwindSafe, RefUnwindSafe, Unpin);
assert_impl_all!(RandomHasher: Hasher, Clone, Debug, Send, Sync, UnwindSafe, RefUnwindSafe, Unpin);

// Go's is 48 bytes.
const_assert!(size_of::<Map<u8, u8>>() <= 2 * size_of::<usize>());
const_assert!(size_of::<Map<[u64; 9], [u64; 9], [u64; 9]>>() <= 2 * size_of::<usize>());

/// What a static can start from.
#[test]
fn constants() {
    static EMPTY: Map<String, Vec<u8>> = Map::new();
    static ANOTHER: Map<String, Vec<u8>, std::hash::RandomState> = Map::with_default_hasher();
    assert!(EMPTY.is_empty() && ANOTHER.is_empty());
}
