//! Auto traits and sizes of every public type.
#![cfg(not(gosync_loom))]

use std::{
    cell::Cell,
    fmt::Debug,
    panic::{RefUnwindSafe, UnwindSafe},
    rc::Rc,
};

use gosync_park::{
    HeldIndex, Patience, Spin,
    cell::UnsafeCell,
    clock::{Deadline, Instant},
    lock::{Held, Lock},
    queue::{Oldest, Outcome, Place},
};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

// Moments and answers are plain values.
assert_impl_all!(Instant: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Copy, Debug);
assert_impl_all!(Deadline: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Copy, Debug);
assert_impl_all!(Oldest: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Copy, Debug);
assert_impl_all!(Outcome: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Copy, Eq, Debug);
assert_impl_all!(Place: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Copy, Eq, Debug);

// A word, and who has it.
assert_impl_all!(Lock: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Debug);
assert_not_impl_any!(Lock: Clone, Copy);
assert_impl_all!(Held<'static>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Debug);
assert_not_impl_any!(Held<'static>: Clone, Copy);
assert_eq_size!(Lock, u32);

// A number that nobody has, wherever it is held.
assert_impl_all!(HeldIndex: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Debug);
assert_not_impl_any!(HeldIndex: Clone, Copy);

// One thread's patience in one wait.
assert_impl_all!(Patience: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug);
assert_not_impl_any!(Patience: Clone, Copy);
assert_impl_all!(Spin: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Default, Debug);
assert_not_impl_any!(Spin: Clone, Copy);

// std's in other clothes: sent if its content may be, shared by nobody.
assert_impl_all!(UnsafeCell<u8>: Send, Unpin, UnwindSafe, Debug);
assert_impl_all!(UnsafeCell<Cell<u8>>: Send);
assert_not_impl_any!(UnsafeCell<u8>: Sync, RefUnwindSafe, Clone, Copy);
assert_not_impl_any!(UnsafeCell<Rc<u8>>: Send, Sync);
assert_eq_size!(UnsafeCell<u32>, u32);
