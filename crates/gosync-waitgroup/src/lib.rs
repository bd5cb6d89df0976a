//! Wait until a number of tasks have finished: Go's `sync.WaitGroup`.
//!
//! ```
//! use gosync_waitgroup::WaitGroup;
//! use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
//!
//! let (group, sum) = (WaitGroup::new(), AtomicU32::new(0));
//! std::thread::scope(|scope| {
//!     for n in 1..=4 {
//!         let sum = &sum;
//!         group.go_scoped(scope, move || {
//!             sum.fetch_add(n, Relaxed);
//!         });
//!     }
//!     group.wait(); // all four are done
//!     assert_eq!(sum.load(Relaxed), 10);
//! });
//! ```
//!
//! # Guarantees
//!
//! - What a task did before its [`done`](WaitGroup::done) is visible after the
//!   [`wait`](WaitGroup::wait) that it released.
//! - A WaitGroup takes 16 bytes at most, can be a `static`, and can be used again as soon as
//!   every `wait` has returned. It may also be dropped then.
//! - None of [`add`](WaitGroup::add), `done`, `wait` allocates memory. `add` and `done` are a
//!   compare-and-swap each, again if another thread changes the count at the same time.
//! - A count that would fall below zero, and an `add` while waiting threads are being released, panic
//!   with Go's message. So does a `wait` that slept and finds, as it returns, that another round has
//!   begun. The call that is refused has no effect at any moment, and the WaitGroup works on.
//! - A panic in a task of [`go`](WaitGroup::go) reaches every `wait` that had to wait for the end of the
//!   round, or, if none had to, the one that next finds the count at zero; if another round has begun by
//!   then, every one that has to wait for the end of that. No `wait` hangs because a
//!   task panicked.
//!
//! # What differs from Go
//!
//! - After `sync: negative WaitGroup counter` the count is as before. In Go it stays below zero,
//!   and a `Wait` hangs.
//! - A count above [`MAX`](WaitGroup::MAX) is refused. Go looks at the low 32 bits of the delta
//!   only, so that `Add(1 << 32)` does nothing.
//! - In Go a panic in a task of `Go` ends the process. Here it ends the task, and `wait` panics.
//!   A panic between an `add` and its `done` ends the process in Go, too, and here its thread alone: `done` is
//!   not reached, and `wait` waits for ever. Let a [`Token`] stand for it: then `wait` returns, and does
//!   not know of the panic.
//! - A [`Token`] calls `done` when it is dropped, so that no path out of a task can forget it.
//! - `reused before previous Wait has returned` is reported also when the round after has ended
//!   by the time the late `wait` wakes up, if somebody slept in it. Go sees the misuse only while the count
//!   is above zero.
//!
//! std has nothing like it: its `Barrier` is for a number of threads that is fixed beforehand.

mod misuse;
mod task;
mod token;
mod wait_group;

pub use token::{ArcToken, Token};
pub use wait_group::WaitGroup;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
