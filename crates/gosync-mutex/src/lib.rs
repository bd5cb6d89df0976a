//! Go's `sync.Mutex` for Rust.
//!
//! ```
//! use gosync_mutex::Mutex;
//!
//! static HITS: Mutex<u64> = Mutex::new(0);
//!
//! std::thread::scope(|s| {
//!     for _ in 0..4 {
//!         s.spawn(|| *HITS.lock() += 1);
//!     }
//! });
//! assert_eq!(*HITS.lock(), 4);
//! ```
//!
//! [`Mutex<T>`] guards its data as Rust users expect, through [`lock_api`]. [`RawMutex`] is the
//! lock alone, as Go users expect: lock here, unlock there, on whichever thread.
//!
//! # Guarantees
//!
//! - An unlock *synchronizes with* every later lock and every later successful `try_lock`: what
//!   was written before the one is seen after the other. A `try_lock` that fails orders nothing.
//! - A try form never waits, and fails only if somebody has the mutex or a waiter is about to get it.
//! - No poisoning: a panic in the section releases the lock, and the next one gets it as usual.
//!   (So a closure that borrows a [`Mutex<T>`] is not `UnwindSafe`: for `catch_unwind`, wrap it in
//!   [`AssertUnwindSafe`](std::panic::AssertUnwindSafe).)
//! - No owner: a guard is `Send` if its data is, and [`RawMutex::unlock`] works on any thread.
//!   (So the compiler lets a task that is `Send` keep a guard across an `.await`, as it does not with
//!   std's. Do not: whoever locks meanwhile blocks a thread, perhaps the one that would run the task.
//!   Clippy's `await_holding_lock` finds it, but not where the guard is mapped or owns an `Arc`.)
//! - Misuse is caught: the unlock of an unlocked mutex panics with Go's message, and the mutex
//!   goes on working. (In Go it ends the program.)
//! - Nobody starves. Sleepers are woken in the order in which they came; a woken one claims the
//!   next release, and no newcomer passes it; and others have the lock among themselves for a turn
//!   of 64 us before the oldest sleeper comes, or for four where they yield a processor to each other.
//!   (The section under way, and a yield, come to an end first.)
//! - It does not allocate, and is 8 bytes at most beside its data.
//!
//! It is not recursive: a thread that locks a mutex that it has already waits for ever, as in Go
//! and in std.

#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(gosync_loom))))]

mod raw;

pub use raw::RawMutex;

#[cfg(not(gosync_loom))]
mod guard;
#[cfg(not(gosync_loom))]
pub use guard::*;
/// Where the typed mutex and its guards come from, for code that is generic over locks.
#[cfg(not(gosync_loom))]
#[doc(no_inline)]
pub use lock_api;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
