//! Go's package `sync/atomic`: integers, a flag, a pointer and a value of any type, which threads
//! read and write without a lock.
//!
//! ```
//! use std::{sync::Arc, thread};
//!
//! use gosync_atomic::{Int64, Pointer, Value, add_int64};
//!
//! static REQUESTS: Int64 = Int64::new(0);
//! static ROUTES: Pointer<Vec<&str>> = Pointer::null();
//! static LIMIT: Value = Value::new();
//!
//! ROUTES.store(Arc::new(vec!["/", "/help"]));
//! LIMIT.store(10_u32);
//! thread::scope(|s| {
//!     for _ in 0..4 {
//!         s.spawn(|| {
//!             assert_eq!(ROUTES.load().unwrap()[1], "/help");
//!             assert_eq!(*LIMIT.load::<u32>().unwrap(), 10);
//!             REQUESTS.add(1);
//!             add_int64(&REQUESTS, 1);
//!         });
//!     }
//! });
//! assert_eq!(REQUESTS.load(), 8);
//! ```
//!
//! | Go | here | over |
//! |---|---|---|
//! | `Int32`, `Int64`, `Uint32`, `Uint64`, `Uintptr` | [`Int32`], [`Int64`], [`Uint32`], [`Uint64`], [`Uintptr`] | `AtomicI32` .. `AtomicUsize` |
//! | `Bool` | [`Bool`] | `AtomicBool` |
//! | `Pointer[T]` | [`Pointer<T>`], which owns an [`Arc<T>`](std::sync::Arc) or nothing | `arc-swap` |
//! | `Value` | [`Value`] | `arc-swap` |
//! | `AddInt64(addr, delta)` and the 38 others | [`add_int64`] and the 38 others, on std's atomics | std |
//!
//! # Guarantees
//!
//! - Every operation of this crate is sequentially consistent: all threads see all of them in one
//!   order. An operation that reads what another one wrote also sees everything that the writing
//!   thread did before.
//! - Arithmetic wraps on overflow. `add` returns the new value; `swap`, `and`, `or`, `max` and
//!   `min` return the old one. `compare_and_swap` does not fail spuriously.
//! - The integers, [`Bool`] and the functions compile to the same instructions as std's operations
//!   with [`SeqCst`](std::sync::atomic::Ordering::SeqCst). The crate's tests compare them.
//! - Nothing here blocks. A [`Pointer`] or [`Value`] frees what it held once the last reader lets
//!   go of it.
//! - Misuse of a [`Value`] panics with Go's message and leaves the value as it was.
//! - All types can be made in a `static`, and their `Default` is Go's zero value. None is larger
//!   than Go's.
//!
//! # What differs from Go
//!
//! - A [`Pointer`] counts references where Go has a garbage collector. Two objects that point at
//!   each other are not freed.
//! - A nil store into a [`Value`] cannot be written, and a copy of an atomic cannot be made, so
//!   neither needs a check at run time.
//! - There are `max` and `min`, and weaker orderings.
//!
//! # Weaker orderings
//!
//! Each scalar type dereferences to std's atomic, so all that std has is at hand, by an explicit
//! `*` where the names are the same:
//!
//! ```
//! use std::sync::atomic::Ordering;
//!
//! use gosync_atomic::Int64;
//!
//! let n = Int64::new(1);
//! n.fetch_add(1, Ordering::Relaxed); // std's, by deref
//! assert_eq!((*n).load(Ordering::Acquire), 2); // std's: takes an ordering
//! assert_eq!(n.load(), 2); // this crate's: sequentially consistent
//! ```
//!
//! That is why there are no methods here that take an ordering.
//!
//! # Targets
//!
//! [`Int64`], [`Uint64`] and their functions exist where the target has 64-bit atomics
//! (`target_has_atomic = "64"`). They are aligned to 8 bytes everywhere.
//!
//! Where a pointer has 32 bits, a [`Pointer`] or a [`Value`] ends the process at the 2^30th slow load
//! of one thread: one that a store overtakes, or that is made inside eight nested `==` of
//! [`Value::compare_and_swap`]. arc-swap panics there, and may free what is in use later on. Where a
//! pointer has 64 bits it would be the 2^62nd.

#![forbid(unsafe_code)]

mod boolean;
mod functions;
mod integer;
mod pointer;
mod unwind;
mod value;

pub use boolean::Bool;
pub use functions::*;
pub use integer::*;
pub use pointer::Pointer;
pub use value::Value;

// No type is larger than Go's.
const _: () = {
    assert!(size_of::<Int32>() == 4 && size_of::<Uint32>() == 4);
    #[cfg(target_has_atomic = "64")]
    assert!(size_of::<Int64>() == 8 && size_of::<Uint64>() == 8);
    #[cfg(target_has_atomic = "64")]
    assert!(align_of::<Int64>() == 8 && align_of::<Uint64>() == 8);
    assert!(size_of::<Uintptr>() == size_of::<usize>());
    assert!(size_of::<Bool>() <= 4);
    assert!(size_of::<Pointer<[u8; 100]>>() == size_of::<usize>());
    assert!(size_of::<Value>() <= 2 * size_of::<usize>());
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
