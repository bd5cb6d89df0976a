//! Run a function once: Go's `sync.Once`, `OnceFunc`, `OnceValue` and `OnceValues`.
//!
//! ```
//! use gosync_once::{Once, OnceValue};
//!
//! static GREETING: OnceValue<String> = OnceValue::new(|| ["hello", "world"].join(" "));
//! static SETUP: Once = Once::new();
//!
//! std::thread::scope(|s| {
//!     for _ in 0..4 {
//!         s.spawn(|| {
//!             SETUP.call_once(|| println!("one thread prints this, the others wait for it"));
//!             assert_eq!(GREETING.get(), "hello world");
//!         });
//!     }
//! });
//! ```
//!
//! | here | Go | what it is |
//! |---|---|---|
//! | [`Once`] | `sync.Once` | runs the first function it is given, and no other |
//! | [`OnceFunc`] | `sync.OnceFunc` | a function bound to its `Once` |
//! | [`OnceValue`] | `sync.OnceValue` | a value, made at its first use |
//! | [`OnceValues`] | `sync.OnceValues` | two values made together |
//!
//! # Guarantees
//!
//! - The function runs once. No call returns before that run is over, and every call that
//!   returns sees everything the run did.
//! - A call once all is done is one `Acquire` load (and, where there is a value, a look at it). It
//!   never allocates. A thread that has to wait sleeps, after a short spin.
//! - A panic ends the run like a return. [`Once`] is then done: the panic goes to the caller whose
//!   function it was, everybody else returns. The other three have nothing to return, so every
//!   other call panics with the first panic's message. Nothing is poisoned, and nothing is run
//!   again.
//! - A call from inside the function itself, which could only wait for itself, panics and says so.
//! - The function and what it captured are dropped once: at the end of its run, also by panic, or
//!   with its owner if it never ran.
//! - [`Once`] has 8 bytes. Everything has a `const fn new` and fits in a `static`.
//!
//! # What is different
//!
//! - Go deadlocks in silence when a `Do` is called inside its own function. Here that is a panic.
//! - [`Once::try_call_once`], [`Once::is_done`] and [`Once::reset`] are asked for in Go, and
//!   missing there.
//! - Go's `OnceFunc` panics again with the same value. A Rust panic's payload cannot be cloned;
//!   a `&str` or a `String` comes again as what it was, for any other type a message says that
//!   there was a panic.
//! - There is no wait with a timeout, nor has Go one, or std: a call has to end in what was to be
//!   made, and a caller that gave up could do nothing with it. [`Once::is_done`] looks and never
//!   waits; who wants to wait for a time can have the run end in a `WaitGroup`'s `done`.
//! - std's `Once` is poisoned by a panic, and so is `LazyLock`. Here a panic is an outcome like any
//!   other, because Go's programs count on that.
//! - [`OnceValue`] is `LazyLock` without `Deref`: its first use runs a function, and may wait or
//!   panic, so it is written out, as [`get`](OnceValue::get).

mod func;
mod once;
mod panicked;
mod value;
mod values;

pub use func::OnceFunc;
pub use once::Once;
pub use value::OnceValue;
pub use values::OnceValues;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
