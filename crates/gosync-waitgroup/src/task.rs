//! Tasks: threads that are counted for as long as they run.

use std::{
    ops::Deref,
    sync::Arc,
    thread::{Builder, Scope},
};

use crate::{WaitGroup, misuse};

impl WaitGroup {
    /// Runs `f` on a new thread, which is counted until `f` has returned or panicked.
    ///
    /// Costs an [`add`](Self::add), a thread, and a [`done`](Self::done), which comes after `f`
    /// and all it owns are dropped. Like any `done` it synchronizes with the
    /// [`wait`](Self::wait) that it releases. The thread itself may live a little longer.
    ///
    /// If the count may be zero, call this before `wait`, not at the same time. `f` may itself
    /// call `go`. A panic in `f` ends the thread, and makes `wait` panic in turn.
    ///
    /// # Panics
    ///
    /// As [`add`](Self::add); and, with the count as before, if the system cannot start a thread.
    ///
    /// ```
    /// use gosync_waitgroup::WaitGroup;
    /// use std::sync::{Arc, Mutex};
    ///
    /// let (group, names) = (Arc::new(WaitGroup::new()), Arc::new(Mutex::new(Vec::new())));
    /// for name in ["a", "b"] {
    ///     let names = Arc::clone(&names);
    ///     group.go(move || names.lock().unwrap().push(name));
    /// }
    /// group.wait();
    /// assert_eq!(names.lock().unwrap().len(), 2);
    /// ```
    #[doc(alias = "Go")]
    #[track_caller]
    pub fn go<F>(self: &Arc<Self>, f: F)
    where
        F: FnOnce() + Send + 'static,
    {
        spawn(Builder::new(), Arc::clone(self), f);
    }

    /// As [`go`](Self::go), for a WaitGroup that is a `static`, or leaked.
    ///
    /// # Panics
    ///
    /// As [`go`](Self::go).
    ///
    /// ```
    /// use gosync_waitgroup::WaitGroup;
    ///
    /// static GROUP: WaitGroup = WaitGroup::new();
    /// GROUP.go_static(|| println!("hello"));
    /// GROUP.wait();
    /// ```
    #[doc(alias = "Go")]
    #[track_caller]
    pub fn go_static<F>(&'static self, f: F)
    where
        F: FnOnce() + Send + 'static,
    {
        spawn(Builder::new(), self, f);
    }

    /// As [`go`](Self::go), on a thread of `scope`: `f` and the WaitGroup may be borrowed.
    ///
    /// The WaitGroup lives outside of [`std::thread::scope`]. A panic in `f` makes `wait` panic,
    /// and the scope as well, as with every thread of a scope that nobody joins.
    ///
    /// # Panics
    ///
    /// As [`go`](Self::go).
    ///
    /// ```
    /// use gosync_waitgroup::WaitGroup;
    ///
    /// let (group, mut parts) = (WaitGroup::new(), [1, 2, 3]);
    /// std::thread::scope(|scope| {
    ///     for part in &mut parts {
    ///         group.go_scoped(scope, move || *part *= 10);
    ///     }
    ///     group.wait();
    /// });
    /// assert_eq!(parts, [10, 20, 30]);
    /// ```
    #[doc(alias = "Go")]
    #[track_caller]
    pub fn go_scoped<'scope, F>(&'scope self, scope: &'scope Scope<'scope, '_>, f: F)
    where
        F: FnOnce() + Send + 'scope,
    {
        let task = Task::new(self);
        // The handle is not needed: the scope joins the thread, and passes its panic on.
        if let Err(error) = Builder::new().spawn_scoped(scope, move || task.run(f)) {
            misuse::no_thread(&error);
        }
    }
}

#[track_caller]
fn spawn<G>(builder: Builder, group: G, f: impl FnOnce() + Send + 'static)
where
    G: Deref<Target = WaitGroup> + Send + 'static,
{
    let task = Task::new(group);
    if let Err(error) = builder.spawn(move || task.run(f)) {
        misuse::no_thread(&error);
    }
}

/// One in the count, taken off when this is dropped: after it has run, or, if no thread could be
/// had for it, without.
struct Task<G: Deref<Target = WaitGroup>> {
    group: G,
    /// It has begun and not returned. True in `drop` means that it panicked.
    running: bool,
}

impl<G: Deref<Target = WaitGroup>> Task<G> {
    #[track_caller]
    fn new(group: G) -> Self {
        group.enter(1);
        Self {
            group,
            running: false,
        }
    }

    fn run(mut self, f: impl FnOnce()) {
        self.running = true;
        f();
        self.running = false;
    }
}

impl<G: Deref<Target = WaitGroup>> Drop for Task<G> {
    fn drop(&mut self) {
        end(&self.group, self.running);
    }
}

/// The end of a task, returned or panicked.
fn end(group: &WaitGroup, panicked: bool) {
    if panicked {
        group.mark_panicked();
    }
    group.done_in_drop();
}

#[cfg(gosync_loom)]
impl WaitGroup {
    /// The end of a task whose thread is loom's: in a model, no thread unwinds between two of
    /// loom's switches.
    #[doc(hidden)]
    pub fn end_of_task(&self, panicked: bool) {
        end(self, panicked);
    }
}

#[cfg(all(
    test,
    target_os = "linux",
    target_pointer_width = "64",
    not(gosync_loom)
))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// More stack than any address space has.
    fn impossible() -> Builder {
        Builder::new().stack_size(1 << (usize::BITS - 4))
    }

    #[test]
    fn without_a_thread_the_count_is_as_before() {
        let group = Arc::new(WaitGroup::new());
        let token = group.token_arc();
        let owned = Arc::new(());
        let held = Arc::clone(&owned);
        let refused = catch_unwind(AssertUnwindSafe(|| {
            spawn(impossible(), Arc::clone(&group), move || drop(held));
        }));
        let message = *refused.unwrap_err().downcast::<String>().unwrap();
        assert!(
            message.starts_with("gosync: WaitGroup::Go could not start a thread: "),
            "{message}"
        );
        assert_eq!(group.count(), 1);
        assert_eq!(
            (Arc::strong_count(&group), Arc::strong_count(&owned)),
            (2, 1)
        );
        drop(token);
        group.wait(); // and nobody panicked
        group.go(|| ());
        group.wait();
    }

    #[test]
    fn without_a_thread_while_unwinding_no_task_panicked() {
        struct OnDrop(Arc<WaitGroup>);
        impl Drop for OnDrop {
            fn drop(&mut self) {
                let group = Arc::clone(&self.0);
                let refused = catch_unwind(AssertUnwindSafe(|| {
                    spawn(impossible(), group, || ());
                }));
                refused.unwrap_err();
            }
        }

        let group = Arc::new(WaitGroup::new());
        let on_drop = OnDrop(Arc::clone(&group));
        let unwound = catch_unwind(AssertUnwindSafe(move || {
            let _on_drop = on_drop;
            panic!("unwinding");
        }));
        unwound.unwrap_err();
        assert_eq!(group.count(), 0);
        group.wait();
    }
}
