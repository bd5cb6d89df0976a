//! The ground floor of the gosync crates: the only place where a thread waits.
//!
//! | module | what it is |
//! |---|---|
//! | [`futex`] | sleep while a 32-bit word holds a value; wake one sleeper or all |
//! | [`lock`] | a lock for a few instructions |
//! | [`queue`] | wait in order of arrival, wake the one who waited longest |
//! | [`Spin`] | how long to poll before going to sleep: bounded, backing off, nothing where it cannot help |
//! | [`Patience`] | the same for what takes about as long as a wake-up |
//! | [`clock`] | moments and deadlines |
//! | [`barrier`] | a fence that costs only one of its two sides |
//! | [`thread_index`] | a small number that no other living thread has |
//! | [`atomic`], [`cell`], [`hint`], [`thread`] | std's, or loom's when the crates are model-checked |
//!
//! ```
//! use gosync_park::{atomic::{AtomicU32, Ordering::{Acquire, Release}}, futex};
//!
//! let ready = AtomicU32::new(0);
//! std::thread::scope(|s| {
//!     s.spawn(|| {
//!         ready.store(1, Release);
//!         futex::wake_all(&ready);
//!     });
//!     while ready.load(Acquire) == 0 {
//!         futex::wait(&ready, 0);
//!     }
//! });
//! ```
//!
//! # Guarantees
//!
//! - It compiles wherever std does. Linux, Android, FreeBSD, macOS, iOS, watchOS and Windows
//!   sleep in the kernel's own futex, through the `atomic-wait` crate; everything else sleeps on
//!   a table of std mutexes and condition variables. On `wasm32-unknown-unknown`, where std has
//!   neither clock nor sleep, what does not wait works; a wait with a deadline gives up at once,
//!   and one without ends the process, after std's panic.
//! - Nothing here allocates on behalf of a waiting thread. (The first call of [`thread_index`] on
//!   a thread may, the first wait with a deadline on one that std has not started, and std's mutexes, where
//!   they have to stand in for a futex.)
//! - The primitives above this crate take their atomics and their waiting from here and nowhere
//!   else. Built with `--cfg gosync_loom`, a private name that a dependent's own `--cfg loom`
//!   does not touch, the very same code runs under the loom model checker.

mod hash;
mod patience;
mod spin;
mod thread_index;

pub mod barrier;
pub mod clock;
pub mod futex;
pub mod lock;
#[cfg(gosync_loom)]
pub mod model;
pub mod queue;

pub use patience::Patience;
pub use spin::Spin;
pub use thread_index::{HeldIndex, highest_thread_index, known_thread_index, thread_index};

/// Atomic types and fences: std's, or loom's under the model checker.
pub mod atomic {
    #[cfg(gosync_loom)]
    pub use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering, fence};
    #[cfg(not(gosync_loom))]
    pub use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering, fence};
}

/// Interior mutability whose accesses loom can check.
pub mod cell {
    #[cfg(gosync_loom)]
    pub use loom::cell::UnsafeCell;

    /// [`std::cell::UnsafeCell`] with loom's way of access: a closure gets the pointer, so that
    /// the model checker sees where each access begins and ends.
    #[cfg(not(gosync_loom))]
    #[derive(Debug)]
    pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    #[cfg(not(gosync_loom))]
    impl<T> UnsafeCell<T> {
        /// A cell that holds `value`.
        #[inline]
        pub const fn new(value: T) -> Self {
            Self(std::cell::UnsafeCell::new(value))
        }

        /// The value, without its cell.
        #[inline]
        pub fn into_inner(self) -> T {
            self.0.into_inner()
        }
    }

    #[cfg(not(gosync_loom))]
    impl<T> UnsafeCell<T> {
        /// Calls `f` with a pointer for reading.
        #[inline]
        pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
            f(self.0.get())
        }

        /// Calls `f` with a pointer for writing.
        #[inline]
        pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }
    }
}

/// What a thread can tell the processor.
pub mod hint {
    pub use crate::spin::pause;
    #[cfg(gosync_loom)]
    pub use loom::hint::spin_loop;
    #[cfg(not(gosync_loom))]
    pub use std::hint::spin_loop;
}

/// Threads: std's, or loom's under the model checker.
pub mod thread {
    #[cfg(gosync_loom)]
    pub use loom::thread::{JoinHandle, Thread, current, park, spawn, yield_now};
    #[cfg(not(gosync_loom))]
    pub use std::thread::{JoinHandle, Thread, current, park, spawn, yield_now};
}

/// loom's statics, which begin anew in each execution of a model.
#[cfg(gosync_loom)]
#[doc(hidden)]
pub use loom::lazy_static as loom_static;

/// Declares functions that are `const`, except under loom, whose atomics cannot be made in a
/// constant.
#[doc(hidden)]
#[macro_export]
macro_rules! const_fn {
    ($(#[$meta:meta])* $vis:vis const fn $($rest:tt)*) => {
        #[cfg(not(gosync_loom))]
        $(#[$meta])*
        $vis const fn $($rest)*

        #[cfg(gosync_loom)]
        $(#[$meta])*
        $vis fn $($rest)*
    };
}
