//! Go's `sync.RWMutex` for Rust: readers and writers take turns, and reads scale with the cores.
//!
//! ```
//! use gosync_rwmutex::RwMutex;
//!
//! static NAMES: RwMutex<Vec<&str>> = RwMutex::new(Vec::new());
//!
//! NAMES.write().push("gopher");
//! std::thread::scope(|s| {
//!     for _ in 0..4 {
//!         s.spawn(|| assert!(NAMES.read().contains(&"gopher")));
//!     }
//! });
//! ```
//!
//! [`RwMutex<T>`] guards its data as Rust users expect, through [`lock_api`]. [`RawRwMutex`] is
//! the lock alone, as Go users expect: lock here, unlock there, on whichever thread.
//!
//! # Guarantees
//!
//! - Turns, in Go's order: a writer that waits keeps new readers out, and waits only for those that
//!   are in (and for one that is just finding that it has to wait, until it has); when it leaves, all
//!   readers that have queued go before the next writer. So a stream of readers cannot starve a writer:
//!   it waits for the readers that are in, and for one batch of queued readers per writer that goes
//!   before it. And a reader waits for one writer at most.
//!   (Somebody waits from the moment when he has announced himself or queued. Before that, who
//!   finds the lock taken looks again a few times, some microseconds apart.)
//! - Reads do not slow each other down: where readers keep meeting, without a write in between,
//!   each keeps to a cache line of its own thread, until the next write. A lock that is written often
//!   does not get there, nor one whose readers seldom meet, and they pay nothing for it.
//! - An unlock of a writer *synchronizes with* every later lock, that of a reader with the next
//!   lock of a writer. A try form that fails orders nothing, and readers order nothing for readers.
//! - A try form never waits. `try_read` fails if and only if a writer is in or waits; `try_write`
//!   does not fail while nobody else uses the lock.
//! - No poisoning: a panic in a section releases the lock, and the next one gets it as usual.
//! - No owner: guards are `Send` if their data allows it, and [`RawRwMutex`] may be unlocked on any
//!   thread. (So the compiler lets a task that is `Send` keep a guard across an `.await`, as it does not
//!   with std's. Do not: whoever locks meanwhile blocks a thread, perhaps the one that would run the
//!   task. Clippy's `await_holding_lock` finds it, but not where the guard is mapped or owns an `Arc`.)
//! - Misuse is caught: an unlock with nobody of its kind in panics with Go's message, changes
//!   nothing, and the lock goes on working. (Go ends the program, and overlooks a read unlock while
//!   a writer is in and readers wait. Here it may be overlooked while a reader is just finding that it
//!   has to wait.)
//! - A form with a deadline that gives up leaves nothing behind, and a writer that does so lets in
//!   the readers that queued because of it.
//! - 24 bytes at most beside its data, as Go's; what the readers' cache lines take is 32 KiB for
//!   the whole program, however many locks there are. It does not allocate, except for what
//!   [`thread_index`](gosync_park::thread_index) may at its first call on a thread.
//! - It may be moved and dropped while locked, and a guard forgotten. (A read guard that is forgotten
//!   may take away one of the thread's places for readers that keep to themselves: then locks that
//!   share this place share a cache line on that thread, as they did without the bias.)
//!
//! It is not recursive, as in Go: a thread that reads and asks to read again waits for ever if a
//! writer has come in between. New here are [`downgrade`](RawRwMutex::downgrade), the forms with a
//! deadline, and guards. There is no upgrade of a reader, as in Go: unlock, lock for writing, and look
//! again. As against [`std::sync::RwLock`]: the order of service is a promise on every platform,
//! nothing is ever poisoned, and guards are `Send`.

#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(gosync_loom))))]

#[cfg(not(gosync_loom))]
mod guard;
mod raw;
mod slots;
mod state;

#[cfg(not(gosync_loom))]
pub use guard::*;
/// Where the typed lock and its guards come from, for code that is generic over locks.
#[cfg(not(gosync_loom))]
#[doc(no_inline)]
pub use lock_api;
pub use raw::{RawRwMutex, ReadHold};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
