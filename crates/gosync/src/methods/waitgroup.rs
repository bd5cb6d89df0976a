//! Go's methods of `WaitGroup`.

use std::{sync::Arc, thread::Scope};

use super::sealed::Sealed;
use crate::WaitGroup;

impl Sealed for WaitGroup {}
impl Sealed for &Arc<WaitGroup> {}
impl Sealed for &WaitGroup {}

/// Go's methods of [`WaitGroup`], and the scoped form of `Go`. (`Go` itself: [`WaitGroupGo`].)
///
/// ```
/// use std::{sync::Arc, thread};
///
/// use gosync as sync;
/// use gosync::prelude::*;
///
/// let wg = Arc::new(sync::WaitGroup::new());
/// let n = Arc::new(sync::atomic::Int64::new(0));
/// for _ in 0..4 {
///     let (wg, n) = (Arc::clone(&wg), Arc::clone(&n));
///     wg.Add(1);
///     thread::spawn(move || {
///         n.Add(1);
///         wg.Done(); // a panic before it would pass it by: see `Add`
///     });
/// }
/// wg.Wait();
/// assert_eq!(n.Load(), 4);
/// ```
pub trait WaitGroupMethods: Sealed {
    /// Adds `delta`, which may be negative, to the count of tasks. At zero, all who wait go on.
    ///
    /// While somebody may be waiting and the count may be zero, nothing must be added: call `Add`
    /// before the task starts, not inside of it. To use the group again, wait until every `Wait`
    /// has returned.
    ///
    /// A panic between `Add` and `Done` ends the program in Go, here its own thread: without `Done`,
    /// `Wait` waits for ever. A [`token`](WaitGroup::token) takes itself off the count all the same,
    /// and [`Go`](WaitGroupGo::Go) has `Wait` panic, too.
    ///
    /// # Panics
    ///
    /// The group stays as it was and can be used on:
    ///
    /// - `sync: negative WaitGroup counter` if the count would fall below zero;
    /// - `sync: WaitGroup misuse: Add called concurrently with Wait` where that is noticed.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let wg = sync::WaitGroup::new();
    /// wg.Add(2);
    /// wg.Add(-2);
    /// wg.Wait();
    /// ```
    fn Add(&self, delta: isize);

    /// Takes one off the count: the task is done. The same as `Add(-1)`.
    ///
    /// What was written before it is seen after the `Wait` that it lets go.
    ///
    /// # Panics
    ///
    /// If the count is zero: `sync: negative WaitGroup counter`.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let wg = sync::WaitGroup::new();
    /// wg.Add(1);
    /// std::thread::scope(|s| {
    ///     s.spawn(|| wg.Done());
    ///     wg.Wait();
    /// });
    /// ```
    fn Done(&self);

    /// [`Go`](WaitGroupGo::Go) inside [`std::thread::scope`]: the task may borrow what outlives
    /// the scope, and the group needs no `Arc`.
    ///
    /// A panic in `f` is treated as by `Go`; the scope panics, too, as it does for each of its threads.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let wg = sync::WaitGroup::new();
    /// let n = sync::atomic::Int64::new(0);
    /// std::thread::scope(|s| {
    ///     for _ in 0..4 {
    ///         wg.GoScoped(s, || { n.Add(1); });
    ///     }
    ///     wg.Wait();
    ///     assert_eq!(n.Load(), 4);
    /// });
    /// ```
    fn GoScoped<'scope, F>(&'scope self, s: &'scope Scope<'scope, '_>, f: F)
    where
        F: FnOnce() + Send + 'scope;

    /// Waits until the count is zero.
    ///
    /// # Panics
    ///
    /// - `gosync: a task started by WaitGroup::Go panicked` if one did since the last `Wait`, unless this
    ///   thread is unwinding;
    /// - `sync: WaitGroup is reused before previous Wait has returned` where that is noticed.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let wg = sync::WaitGroup::new();
    /// wg.Wait(); // nothing to wait for
    /// ```
    fn Wait(&self);
}

impl WaitGroupMethods for WaitGroup {
    #[inline]
    #[track_caller]
    fn Add(&self, delta: isize) {
        self.add(delta);
    }

    #[inline]
    #[track_caller]
    fn Done(&self) {
        self.done();
    }

    #[inline]
    #[track_caller]
    fn GoScoped<'scope, F>(&'scope self, s: &'scope Scope<'scope, '_>, f: F)
    where
        F: FnOnce() + Send + 'scope,
    {
        self.go_scoped(s, f);
    }

    #[inline]
    #[track_caller]
    fn Wait(&self) {
        self.wait();
    }
}

/// `WaitGroup.Go`, where the group lives as long as its tasks: on an `Arc<WaitGroup>` and on a
/// `static`.
///
/// In a [`std::thread::scope`] a borrowed group will do: [`WaitGroupMethods::GoScoped`].
pub trait WaitGroupGo: Sealed {
    /// Adds one to the count, calls `f` on a thread of its own, and takes one off when it has
    /// returned.
    ///
    /// What `f` wrote is seen after the `Wait` that it lets go. `f` may itself call `Go`. If the
    /// count may be zero, call it before `Wait`, not beside it.
    ///
    /// If `f` panics, the count goes down all the same, and the `Wait` that it would have let go
    /// panics in turn. (Go ends the program.)
    ///
    /// # Panics
    ///
    /// As [`Add`](WaitGroupMethods::Add), and if the system gives no thread.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let wg = Arc::new(sync::WaitGroup::new());
    /// wg.Go(|| println!("on a thread"));
    /// wg.Wait();
    ///
    /// static WG: sync::WaitGroup = sync::WaitGroup::new();
    /// WG.Go(|| println!("on another"));
    /// WG.Wait();
    /// ```
    fn Go<F>(self, f: F)
    where
        F: FnOnce() + Send + 'static;
}

impl WaitGroupGo for &Arc<WaitGroup> {
    #[inline]
    #[track_caller]
    fn Go<F>(self, f: F)
    where
        F: FnOnce() + Send + 'static,
    {
        self.go(f);
    }
}

impl WaitGroupGo for &'static WaitGroup {
    #[inline]
    #[track_caller]
    fn Go<F>(self, f: F)
    where
        F: FnOnce() + Send + 'static,
    {
        self.go_static(f);
    }
}
