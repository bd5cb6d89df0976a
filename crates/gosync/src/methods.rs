//! The Go-spelled methods, one trait a type.
//!
//! [`prelude`](crate::prelude) brings them all into scope without their names. Import one by its
//! name for a bound on a generic parameter. `Lock` and `Unlock` are in [`Locker`](crate::Locker).
//!
//! | trait | for | methods |
//! |---|---|---|
//! | [`MutexMethods`] | `Mutex<()>` | `TryLock` |
//! | [`RWMutexMethods`] | `RWMutex<()>` | `RLock`, `RLocker`, `RUnlock`, `TryLock`, `TryRLock` |
//! | [`OnceMethods`] | `Once` | `Do` |
//! | [`WaitGroupMethods`] | `WaitGroup` | `Add`, `Done`, `GoScoped`, `Wait` |
//! | [`WaitGroupGo`] | `&Arc<WaitGroup>`, `&'static WaitGroup` | `Go` |
//! | [`PoolMethods`] | `Pool<T>` | `Get`, `Put` |
//! | [`MapMethods`] | `Map<K, V>` | `Clear`, `CompareAndDelete`, `CompareAndSwap`, `Delete`, `Load`, `LoadAndDelete`, `LoadOrStore`, `Range`, `Store`, `Swap` |
//! | [`AtomicMethods`] | `Int32` .. `Uintptr`, `Bool` | `CompareAndSwap`, `Load`, `Store`, `Swap` |
//! | [`AtomicIntMethods`] | `Int32` .. `Uintptr` | `Add`, `And`, `Or` |
//! | [`PointerMethods`] | `Pointer<T>` | `CompareAndSwap`, `Load`, `Store`, `Swap` |
//! | [`ValueMethods`] | `Value` | `CompareAndSwap`, `Load`, `Store`, `Swap` |
//!
//! The traits are sealed: they spell what is there, and new methods may join them.

#![expect(non_snake_case, reason = "Go's names")]

mod atomic;
mod locks;
mod map;
mod once;
mod pointer;
mod pool;
mod value;
mod waitgroup;

pub use atomic::{AtomicIntMethods, AtomicMethods};
pub use locks::{MutexMethods, RWMutexMethods};
pub use map::MapMethods;
pub use once::OnceMethods;
pub use pointer::PointerMethods;
pub use pool::PoolMethods;
pub use value::{OldValue, ValueMethods};
pub use waitgroup::{WaitGroupGo, WaitGroupMethods};

mod sealed {
    /// Keeps the traits to the types of this crate.
    pub trait Sealed {}

    /// The same for `OldValue`, which is there for references to types of anybody's.
    pub trait Old {}
}
