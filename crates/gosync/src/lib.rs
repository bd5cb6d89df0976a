//! Go's packages `sync` and `sync/atomic` for Rust, under Go's names.
//!
//! In Go's spelling, for whoever ports Go: these two lines, and then Go's own words.
//!
//! ```
//! use gosync as sync;     // Go's package sync; sync::atomic is Go's sync/atomic
//! use gosync::prelude::*; // the Go-spelled methods, as traits
//!
//! static N: sync::atomic::Int64 = sync::atomic::Int64::new(0);
//! static WG: sync::WaitGroup = sync::WaitGroup::new();
//!
//! for _ in 0..8 {
//!     WG.Go(|| { N.Add(1); });
//! }
//! WG.Wait();
//! assert_eq!(N.Load(), 8);
//! ```
//!
//! In Rust's spelling: the same types, whose locks hold the data and lend it through guards.
//!
//! ```
//! use gosync::{Mutex, WaitGroup};
//!
//! let (n, wg) = (Mutex::new(0), WaitGroup::new());
//! std::thread::scope(|s| {
//!     for _ in 0..8 {
//!         wg.go_scoped(s, || *n.lock() += 1);
//!     }
//!     wg.wait();
//!     assert_eq!(*n.lock(), 8);
//! });
//! ```
//!
//! Every primitive is a crate of its own, in Rust's spelling alone, and a module here: [`mutex`],
//! [`rwmutex`], [`once`], [`waitgroup`], [`cond`], [`pool`], [`map`], [`atomic`]. This crate adds Go's names, and the
//! traits that spell Go's methods ([`methods`], and the [`prelude`] that imports them).
//!
//! # Guarantees
//!
//! - What Go's documentation promises of a type, its counterpart keeps; the crate of each says how.
//! - `static X: sync::Mutex = sync::Mutex::new(())` needs no lazy cell: all types have a `const`
//!   constructor, and those that need nothing to begin with are `Default`.
//! - Where Go ends the program or panics, there is a panic with Go's message, word for word. It
//!   leaves the object as it was: nothing is lost, and other threads go on.
//! - Go's spelling and Rust's are the same objects and the same operations. They can be mixed.
//!
//! # What differs
//!
//! - A goroutine is a thread here. `Go(f)` starts one.
//! - `Lock()` and `Unlock()` without a guard are there for locks without data, [`Mutex<()>`](Mutex)
//!   and [`RWMutex<()>`](RWMutex). A lock that holds data is used by guards: the compiler then
//!   knows what it protects.
//! - The types cannot be copied, and there is no nil: what `go vet` or a panic finds in Go does not
//!   compile.
//! - Values have types where Go has `any`. What may be nil in Go is an `Option`.

// Under the model checker the crates below have no typed locks.
#![cfg(not(gosync_loom))]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(gosync_loom))))]

pub mod atomic;
mod func;
mod go_cond;
mod locker;
pub mod methods;
pub mod prelude;

#[doc(inline)]
pub use {
    gosync_cond as cond, gosync_map as map, gosync_mutex as mutex, gosync_once as once,
    gosync_pool as pool, gosync_rwmutex as rwmutex, gosync_waitgroup as waitgroup,
};

pub use func::{OnceFunc, OnceValue, OnceValues};
pub use go_cond::{Cond, NewCond};
pub use gosync_map::Map;
pub use gosync_mutex::{MappedMutexGuard, MutexGuard};
pub use gosync_once::Once;
pub use gosync_pool::{Pool, Pooled, PooledArc};
pub use gosync_rwmutex::{
    MappedRwMutexReadGuard, MappedRwMutexWriteGuard, RwMutexReadGuard, RwMutexWriteGuard,
};
pub use gosync_waitgroup::WaitGroup;
pub use locker::{Locker, RLocker};

#[cfg(feature = "arc_lock")]
pub use gosync_mutex::ArcMutexGuard;
#[cfg(feature = "arc_lock")]
pub use gosync_rwmutex::{ArcRwMutexReadGuard, ArcRwMutexWriteGuard};

/// A mutual exclusion lock: Go's `sync.Mutex`.
///
/// `Mutex` alone, without data, has Go's methods: [`Lock`](Locker::Lock),
/// [`TryLock`](methods::MutexMethods::TryLock), [`Unlock`](Locker::Unlock), on any thread, without
/// a guard. `Mutex<T>` holds a `T` and lends it through a [`MutexGuard`]; it is
/// [`gosync_mutex::Mutex`], where the guarantees are.
///
/// ```
/// use gosync as sync;
/// use gosync::prelude::*;
///
/// static MU: sync::Mutex = sync::Mutex::new(());
/// MU.Lock();
/// std::thread::spawn(|| MU.Unlock()).join().unwrap();
///
/// static NAMES: sync::Mutex<Vec<&str>> = sync::Mutex::new(Vec::new());
/// NAMES.lock().push("gopher");
/// assert_eq!(NAMES.lock().len(), 1);
/// ```
pub type Mutex<T = ()> = gosync_mutex::Mutex<T>;

/// A lock for many readers or one writer: Go's `sync.RWMutex`.
///
/// `RWMutex` alone, without data, has Go's methods: [`Lock`](Locker::Lock),
/// [`Unlock`](Locker::Unlock) and those of [`RWMutexMethods`](methods::RWMutexMethods).
/// `RWMutex<T>` holds a `T` and lends it through an [`RwMutexReadGuard`] or an
/// [`RwMutexWriteGuard`]; it is [`gosync_rwmutex::RwMutex`], where the guarantees are.
///
/// ```
/// use gosync as sync;
/// use gosync::prelude::*;
///
/// static RW: sync::RWMutex = sync::RWMutex::new(());
/// RW.RLock();
/// assert!(!RW.TryLock());
/// RW.RUnlock();
///
/// let map = sync::RWMutex::new(vec![1]);
/// map.write().push(2);
/// assert_eq!(*map.read(), [1, 2]);
/// ```
pub type RWMutex<T = ()> = gosync_rwmutex::RwMutex<T>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
