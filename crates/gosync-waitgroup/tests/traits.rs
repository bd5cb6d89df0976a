//! Which types may go where, and how large they are.
#![cfg(not(gosync_loom))]

use std::{
    fmt::Debug,
    panic::{RefUnwindSafe, UnwindSafe},
};

use gosync_waitgroup::{ArcToken, Token, WaitGroup};
use static_assertions::{assert_impl_all, assert_not_impl_any, const_assert};

assert_impl_all!(WaitGroup: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug);
assert_impl_all!(Token<'static>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Debug);
assert_impl_all!(ArcToken: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Debug);

// A copy would be another WaitGroup, and a token's would be done twice. (Its clone is counted.)
assert_not_impl_any!(WaitGroup: Clone, Copy);
assert_not_impl_any!(Token<'static>: Copy);
assert_not_impl_any!(ArcToken: Copy);

const_assert!(size_of::<WaitGroup>() <= 16);
const_assert!(size_of::<Token<'_>>() == size_of::<usize>());
const_assert!(size_of::<ArcToken>() == size_of::<usize>());
const_assert!(size_of::<Option<Token<'_>>>() == size_of::<usize>());

static STATIC: WaitGroup = WaitGroup::new();

#[test]
fn made_in_a_constant() {
    STATIC.add(1);
    STATIC.done();
    STATIC.wait();
}
