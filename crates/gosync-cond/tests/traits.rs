//! Auto traits and size of every public type.
#![cfg(not(gosync_loom))]

use std::{
    fmt::Debug,
    panic::{RefUnwindSafe, UnwindSafe},
};

use gosync_cond::Cond;
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

assert_impl_all!(Cond: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug);
// A copy would have a queue of its own.
assert_not_impl_any!(Cond: Clone, Copy);
assert_eq_size!(Cond, u32);
