//! What a WaitGroup does when it is used as it should be.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};

use gosync_waitgroup::WaitGroup;

const PANICKED_TASK: &str = "gosync: a task started by WaitGroup::Go panicked";

/// The message of the panic of `f`, if it panics.
fn panics(f: impl FnOnce()) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(f)).err()?;
    match payload.downcast::<&str>() {
        Ok(text) => Some((*text).to_owned()),
        Err(payload) => Some(*payload.downcast::<String>().unwrap()),
    }
}

fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

#[test]
fn counts() {
    let group = WaitGroup::new();
    assert_eq!(group.count(), 0);
    group.add(3);
    group.add(0);
    group.done();
    group.add(-1);
    assert_eq!(group.count(), 1);
    assert_eq!(format!("{group:?}"), "WaitGroup { count: 1, .. }");
    group.done();
    assert_eq!(WaitGroup::default().count(), group.count());
    group.wait();
    group.wait();
}

/// After Go's `TestWaitGroup`: two groups as the two sides of a barrier, reused.
#[test]
fn nobody_is_released_early() {
    const THREADS: usize = 16;
    let (ready, exit) = (WaitGroup::new(), WaitGroup::new());
    let released = AtomicUsize::new(0);
    for round in 0..8 {
        let before = round * THREADS;
        ready.add(THREADS.cast_signed());
        exit.add(1);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    ready.done();
                    exit.wait();
                    released.fetch_add(1, Relaxed);
                });
            }
            ready.wait();
            assert_eq!(
                released.load(Relaxed),
                before,
                "released before exit.done()"
            );
            exit.done();
        });
        assert_eq!(released.load(Relaxed), before + THREADS);
    }
}

/// After Go's `TestWaitGroupRace`: a wait does not return for no reason.
#[test]
fn no_spurious_return() {
    for _ in 0..1000 {
        let (group, n) = (Arc::new(WaitGroup::new()), Arc::new(AtomicUsize::new(0)));
        for _ in 0..2 {
            let n = Arc::clone(&n);
            group.go(move || {
                n.fetch_add(1, Relaxed);
            });
        }
        group.wait();
        assert_eq!(n.load(Relaxed), 2);
    }
}

/// After Go's `TestWaitGroupAlign`: a byte before it does no harm.
#[test]
fn at_any_place_in_a_struct() {
    struct Odd {
        _byte: u8,
        group: WaitGroup,
    }
    static ODD: Odd = Odd {
        _byte: 1,
        group: WaitGroup::new(),
    };
    ODD.group.add(1);
    thread::spawn(|| ODD.group.done());
    ODD.group.wait();
}

#[test]
fn go_in_all_its_forms() {
    static GROUP: WaitGroup = WaitGroup::new();
    static RAN: AtomicUsize = AtomicUsize::new(0);
    GROUP.go_static(|| {
        GROUP.go_static(|| {
            RAN.fetch_add(1, Relaxed);
        });
        RAN.fetch_add(1, Relaxed);
    });
    GROUP.wait();
    assert_eq!(RAN.load(Relaxed), 2);

    let group = Arc::new(WaitGroup::new());
    let list = Arc::new(Mutex::new(Vec::new()));
    for n in 0..4 {
        let list = Arc::clone(&list);
        group.go(move || list.lock().unwrap().push(n));
    }
    group.wait();
    let mut list = std::mem::take(&mut *list.lock().unwrap());
    list.sort_unstable();
    assert_eq!(list, [0, 1, 2, 3]);

    let (group, mut parts) = (WaitGroup::new(), [0; 4]);
    thread::scope(|scope| {
        for (n, part) in parts.iter_mut().enumerate() {
            group.go_scoped(scope, move || *part = n + 1);
        }
        group.wait();
        assert_eq!(group.count(), 0);
    });
    assert_eq!(parts, [1, 2, 3, 4]);
}

/// A task is counted from before `go` returns until after everything it owns is dropped.
#[test]
fn a_task_is_counted_until_what_it_owns_is_dropped() {
    struct CountInDrop(Arc<WaitGroup>, mpsc::Sender<usize>);
    impl Drop for CountInDrop {
        fn drop(&mut self) {
            self.1.send(self.0.count()).unwrap();
        }
    }

    let group = Arc::new(WaitGroup::new());
    let (go_on, wait_for) = mpsc::channel::<()>();
    let (sender, seen) = mpsc::channel();
    let owned = CountInDrop(Arc::clone(&group), sender);
    group.go(move || {
        let _owned = &owned;
        wait_for.recv().unwrap();
    });
    assert_eq!(group.count(), 1);
    go_on.send(()).unwrap();
    group.wait();
    assert_eq!(seen.try_recv(), Ok(1), "dropped after done, or not at all");
}

#[test]
fn a_panic_in_a_task_is_passed_on_once() {
    let group = Arc::new(WaitGroup::new());
    for round in 0..3 {
        group.go(|| ());
        group.go(move || panic!("round {round}"));
        group.go(|| ());
        until(|| group.count() == 0); // so that nobody sleeps, and a later wait is told
        group.add(1); // also if the next round has begun
        group.done();
        assert_eq!(panics(|| group.wait()).as_deref(), Some(PANICKED_TASK));
        assert_eq!(panics(|| group.wait()), None);
    }
}

#[test]
fn a_panic_in_a_task_is_passed_on_to_a_wait_that_sleeps() {
    let group = Arc::new(WaitGroup::new());
    for _ in 0..100 {
        let both = Arc::new(Barrier::new(2));
        let task = Arc::clone(&both);
        group.go(move || {
            task.wait();
            panic!("in the task");
        });
        both.wait();
        assert_eq!(panics(|| group.wait()).as_deref(), Some(PANICKED_TASK));
        assert_eq!(panics(|| group.wait()), None);
    }
}

#[test]
fn a_panic_in_a_scoped_task_reaches_the_scope_as_well() {
    let group = WaitGroup::new();
    let waited = AtomicBool::new(false);
    let scope = panics(|| {
        thread::scope(|scope| {
            group.go_scoped(scope, || panic!("in the task"));
            assert_eq!(panics(|| group.wait()).as_deref(), Some(PANICKED_TASK));
            waited.store(true, Relaxed);
        });
    });
    assert!(waited.load(Relaxed));
    assert!(scope.is_some());
    group.wait();
}

/// A value that panics when it is dropped is a part of the task, too.
#[test]
fn a_panic_in_what_a_task_owns_is_a_panic_of_the_task() {
    struct PanicInDrop;
    impl Drop for PanicInDrop {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }

    let group = Arc::new(WaitGroup::new());
    let owned = PanicInDrop;
    group.go(move || {
        let _owned = &owned;
    });
    assert_eq!(panics(|| group.wait()).as_deref(), Some(PANICKED_TASK));
    group.wait();
}

#[test]
fn tokens() {
    let group = Arc::new(WaitGroup::new());
    let borrowed = group.token();
    let owned = group.token_arc();
    assert_eq!(group.count(), 2);
    thread::scope(|scope| {
        scope.spawn(move || drop(borrowed));
        scope.spawn(move || drop(owned));
        group.wait();
    });
    // It keeps the WaitGroup alive.
    let owned = group.token_arc();
    let weak = Arc::downgrade(&group);
    drop(group);
    assert_eq!(weak.upgrade().unwrap().count(), 1);
    drop(owned);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_clone_of_a_token_counts_for_itself() {
    let group = Arc::new(WaitGroup::new());
    let (borrowed, owned) = (group.token(), group.token_arc());
    let clones = (borrowed.clone(), owned.clone());
    assert_eq!((group.count(), Arc::strong_count(&group)), (4, 3));
    drop((borrowed, owned));
    assert_eq!((group.count(), Arc::strong_count(&group)), (2, 2));
    drop(clones);
    group.wait();
}

/// A token goes back while its thread unwinds, and this is no panic of a task of `go`.
#[test]
fn tokens_while_unwinding() {
    let group = Arc::new(WaitGroup::new());
    let owned = group.token_arc();
    thread::scope(|scope| {
        let borrowed = group.token();
        let threads = [
            scope.spawn(move || {
                let _borrowed = borrowed;
                panic!("with a token");
            }),
            scope.spawn(move || {
                let _owned = owned;
                panic!("with a token");
            }),
        ];
        group.wait();
        for thread in threads {
            thread.join().unwrap_err();
        }
    });
    assert_eq!(group.count(), 0);
    group.wait();
}

/// Whoever waits while unwinding is not told of a panic, which would end the process: before the task has
/// ended, or after that.
#[test]
fn waits_while_unwinding() {
    struct Waits(Arc<WaitGroup>);
    impl Drop for Waits {
        fn drop(&mut self) {
            self.0.wait();
        }
    }

    for early in [true, false] {
        let group = Arc::new(WaitGroup::new());
        let release = group.token_arc();
        let (begin, begun) = mpsc::channel::<()>();
        group.go(move || {
            begun.recv().unwrap_err();
            panic!("in the task");
        });
        let waits = Waits(Arc::clone(&group));
        let caught = panics(|| {
            let _waits = waits;
            drop((begin, release));
            while !early && group.count() > 0 {
                thread::yield_now();
            }
            panic!("in the caller");
        });
        assert_eq!(caught.as_deref(), Some("in the caller"));
        // Who had to wait has taken it with it; the late one has left it.
        let left = panics(|| group.wait());
        assert!(early || left.as_deref() == Some(PANICKED_TASK));
        group.wait();
    }
}

/// A wait on a thread that unwinds for a reason of its own, and did not have to wait, leaves the panic of
/// the task to the next wait, which may be another thread's.
#[test]
fn a_wait_while_unwinding_leaves_the_panic_to_the_next() {
    struct Waits<'a>(&'a WaitGroup);
    impl Drop for Waits<'_> {
        fn drop(&mut self) {
            self.0.wait();
            assert!(self.0.wait_timeout(Duration::ZERO));
        }
    }

    let group = Arc::new(WaitGroup::new());
    group.go(|| panic!("in the task"));
    until(|| group.count() == 0);
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            let _waits = Waits(&group);
            panic!("for a reason of its own");
        });
        other.join().unwrap_err();
    });
    assert_eq!(panics(|| group.wait()).as_deref(), Some(PANICKED_TASK));
    group.wait();
}

/// A `done` that a panic has passed by does not come any more, and nobody but the thread has the panic.
#[test]
fn a_panic_between_add_and_done() {
    fn work() {
        panic!("before done");
    }

    let group = WaitGroup::new();
    group.add(1);
    thread::scope(|scope| {
        let task = scope.spawn(|| {
            work();
            group.done();
        });
        task.join().unwrap_err();
    });
    assert_eq!(group.count(), 1);
    assert!(!group.wait_timeout(Duration::from_millis(1)));
    group.done();
    group.wait();
}

#[test]
fn done_does_not_need_the_thread_that_added() {
    let group = Arc::new(WaitGroup::new());
    let (sender, receiver) = mpsc::channel();
    let adder = {
        let group = Arc::clone(&group);
        thread::spawn(move || {
            for _ in 0..10 {
                sender.send(group.token_arc()).unwrap();
            }
        })
    };
    let tokens: Vec<_> = receiver.iter().collect();
    adder.join().unwrap();
    assert_eq!(group.count(), 10);
    thread::spawn(move || drop(tokens));
    group.wait();
}
