//! A map that threads read and write at once: Go's `sync.Map`, with types.
//!
//! ```
//! use gosync_map::Map;
//!
//! static PORTS: Map<&str, u16> = Map::new();
//!
//! std::thread::scope(|s| {
//!     s.spawn(|| PORTS.insert("http", 80));
//!     s.spawn(|| PORTS.insert("https", 443));
//! });
//! assert_eq!(PORTS.get("http"), Some(80));
//! assert_eq!(PORTS.get_or_insert("http", 8080), (80, true)); // it was there
//! assert!(PORTS.compare_and_swap("http", &80, 8080));
//! assert_eq!(PORTS.remove("http"), Some(8080));
//! ```
//!
//! # Guarantees
//!
//! - **Atomic per key.** All operations on one key happen in one order that all threads agree on.
//!   Of several `get_or_insert` of a missing key one stores, of several `compare_and_swap` from the
//!   same value one succeeds, of several `remove` one gets the value.
//! - **A write happens before every read that observes it.**
//! - **Reads take no lock** and write to no shared memory. Writers to different keys do not wait
//!   for each other, except while the table grows.
//! - **[`clear`](Map::clear) is one step** for all keys, as in Go.
//! - **A walk visits no key twice** ([`for_each`](Map::for_each)), whatever others do meanwhile, and
//!   each key that is there from its beginning to its end once. It takes no snapshot and holds
//!   nobody up. The callback may do anything with the map. (After two million walks of a map, where
//!   there are no 64-bit atomics, a key that is removed and stored again may be visited again.)
//! - **A panic leaves the map whole**, be it in `Hash`, `Eq`, `Clone`, `PartialEq` or a callback:
//!   the operation is done or not done, nothing stays locked, and other threads go on.
//! - **What was removed or replaced is dropped** once no thread can be reading it, in batches: for
//!   each thread that removes, less than [`BATCH`] keys and values wait for more to come (less than
//!   [`PLAIN_BATCH`] of such as need no drop), and as many of the map's that were cleared. Those that
//!   wait are dropped with the map at the latest.
//!   A destructor that panics does so out of the operation that happens to drop it, which is done by then;
//!   of what waits with it, or of the whole map if that is being dropped, some is leaked.
//! - It fits in a `static`, allocates nothing before the first write, and is 16 bytes.
//!
//! # What differs from Go
//!
//! - Keys and values have types. A value that cannot be compared has no `compare_and_swap`, where
//!   Go panics, and for `CompareAndDelete` with the lock held.
//! - A read gives a clone. Use an [`Arc`](std::sync::Arc) where that is dear, or
//!   [`get_with`](Map::get_with).
//! - There are [`len`](Map::len), [`retain`](Map::retain),
//!   [`get_or_insert_with`](Map::get_or_insert_with), `FromIterator`.
//!
//! # How it works
//!
//! The table is [papaya]'s, and so is the reclamation of memory ([seize]). papaya knows keys by
//! their hash alone, so it calls no code of the user's, and keys of one hash do no harm but to
//! speed. Each key has a slot for its values, the same for as long as it stays: this is what makes a
//! swap possible that is given the key by reference, and lets a walk tell a key that came back from
//! one that it has not seen. A value that is no larger than 8 bytes and needs no drop is put into the
//! slot that it comes with, without a box. To clear the map is to count on: slots of another count
//! are as if they were not there. Of up to some thousands of keys it is counted where they are, so that
//! most reads of a key that is not there need not look for it. The module `table` says how.
//!
//! A table that is full is moved to a larger one by the writers that follow, some entries with each.
//!
//! Three things may make a writer wait. It may want an entry that another thread is just moving, and
//! sleep until it is there (in std's `park`, as papaya does it); who sweeps or walks sees to it that
//! all have been moved. Keys of one and the same 64-bit hash, of which there are none but by a bad
//! `Hash`, are put in and taken out one at a time, by a [`gosync_mutex`]. `Eq` is called under that
//! lock: it must not use the map. And of two threads that sweep out what has been cleared, one waits
//! for the other: in `clear` and `flush`, and in `len` and `is_empty` after a `clear`.
//!
//! seize knows a thread by a thread-local. Once that is destroyed, which may be before the destructors
//! of the program's own thread-locals run, the map panics if one of these uses it; and a panic that leaves a
//! thread-local's destructor ends the process. So it does if one of these drops a map from which a key was
//! removed while the table was being moved. Let a map be used where the thread-local is made, as by
//! `thread_local!(static MAP: Map<u8, u8> = Map::from([(0, 0)]))`: on Linux it is destroyed before seize's then.
//!
//! The crate has no loom models: loom can explore only what is written with its atomics, and those
//! that matter here are papaya's.
//!
//! [papaya]: https://docs.rs/papaya
//! [seize]: https://docs.rs/seize

// Under the model checker there is no typed mutex, and here is nothing for it to check.
#![cfg(not(gosync_loom))]

mod census;
mod clock;
mod map;
mod place;
mod random;
mod slot;
mod table;
#[cfg(test)]
mod tests;
mod within;

pub use crate::{
    map::Map,
    random::{RandomHasher, RandomState},
    table::{BATCH, PLAIN_BATCH},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
