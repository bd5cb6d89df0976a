//! Atomic primitives: a thousand goroutines, here threads, add to one number.
//!
//! ```go
//! func do() int {
//!     var n int64
//!     var w sync.WaitGroup
//!
//!     for i := 0; i < 1000; i++ {
//!         w.Add(1)
//!         go func() {
//!             atomic.AddInt64(&n, 1)
//!             w.Done()
//!         }()
//!     }
//!     w.Wait()
//!     return int(n)
//! }
//! ```
//!
//! `AddInt64` fetches, adds and stores as one step, so that no addition is lost. `Wait` returns
//! when each of them is `Done`, and sees what they did. Run it:
//! `cargo run --release -p gosync --example atomic_counter`

use std::fmt;

/// How many goroutines.
const TASKS: i64 = 1000;

/// `go f()` is a thread; `&n` is an `Arc`, since a thread may outlive its parent's locals.
mod go_spelled {
    use std::{
        sync::{Arc, atomic::AtomicI64},
        thread,
    };

    use gosync as sync;
    use gosync::{atomic, prelude::*};

    pub(super) fn count() -> i64 {
        let n = Arc::new(AtomicI64::new(0));
        let w = Arc::new(sync::WaitGroup::new());

        for _ in 0..super::TASKS {
            w.Add(1);
            let (n, w) = (Arc::clone(&n), Arc::clone(&w));
            thread::spawn(move || {
                atomic::AddInt64(&n, 1);
                w.Done();
            });
        }
        w.Wait();
        atomic::LoadInt64(&n)
    }

    /// The same as Go writes it since 1.25: `w.Go` adds, starts and calls Done.
    pub(super) fn count_with_go() -> i64 {
        let n = Arc::new(atomic::Int64::new(0));
        let w = Arc::new(sync::WaitGroup::new());

        for _ in 0..super::TASKS {
            let n = Arc::clone(&n);
            w.Go(move || {
                n.Add(1);
            });
        }
        w.Wait();
        n.Load()
    }
}

/// Inside a scope the tasks may borrow, so nothing is counted but the tasks.
mod idiomatic {
    use std::thread;

    use gosync::{WaitGroup, atomic::Int64};

    pub(super) fn count() -> i64 {
        let (n, tasks) = (Int64::new(0), WaitGroup::new());
        thread::scope(|s| {
            for _ in 0..super::TASKS {
                tasks.go_scoped(s, || {
                    n.add(1);
                });
            }
            tasks.wait();
            n.load()
        })
    }
}

/// Counts in each spelling.
pub(crate) fn run() -> impl fmt::Display {
    let go = go_spelled::count();
    assert_eq!(go, TASKS);
    let with_go = go_spelled::count_with_go();
    assert_eq!(with_go, TASKS);
    let rust = idiomatic::count();
    assert_eq!(rust, TASKS);

    format!(
        "\
atomic_counter: atomic additions and a WaitGroup
  {TASKS} threads add 1 to the same number
    Go's spelling     w.Add(1); go {{ AddInt64(&n, 1); w.Done() }}  -> {go}
    and since 1.25    w.Go({{ n.Add(1) }})                          -> {with_go}
    Rust's spelling   tasks.go_scoped(s, || {{ n.add(1); }})        -> {rust}
  Shown: no addition is lost, and Wait returns after the last."
    )
}

pub(crate) fn main() {
    println!("{}", run());
}

#[cfg(test)]
mod tests {
    use super::{TASKS, go_spelled, idiomatic};

    #[test]
    fn all_forms_count_every_task() {
        assert_eq!(go_spelled::count(), TASKS);
        assert_eq!(go_spelled::count_with_go(), TASKS);
        assert_eq!(idiomatic::count(), TASKS);
    }
}
