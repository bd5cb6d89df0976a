//! Many rounds by many threads, as fast as they go. Made for `ThreadSanitizer` too.
#![cfg(not(gosync_loom))]

use std::{
    cell::UnsafeCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{
            AtomicUsize,
            Ordering::{AcqRel, Acquire, Relaxed},
        },
        mpsc,
    },
    thread,
};

use gosync_waitgroup::WaitGroup;

/// Plain memory: a data race, if the WaitGroup does not order the accesses.
struct Plain(UnsafeCell<usize>);

// SAFETY: the WaitGroup of the test orders the accesses; `ThreadSanitizer` checks it.
unsafe impl Sync for Plain {}

impl Plain {
    fn add(&self) {
        // SAFETY: as above.
        unsafe { *self.0.get() += 1 };
    }

    fn get(&self) -> usize {
        // SAFETY: as above.
        unsafe { *self.0.get() }
    }
}

/// A barrier that `ThreadSanitizer` can see through, as it cannot through std's, which is compiled
/// already.
struct Barrier {
    threads: usize,
    arrived: AtomicUsize,
}

impl Barrier {
    const fn new(threads: usize) -> Self {
        Self {
            threads,
            arrived: AtomicUsize::new(0),
        }
    }

    fn wait(&self) {
        let arrived = self.arrived.fetch_add(1, AcqRel);
        let all = (arrived / self.threads + 1) * self.threads;
        while self.arrived.load(Acquire) < all {
            thread::yield_now();
        }
    }
}

/// Rounds of one WaitGroup: workers that stay, several threads that wait. The next round begins
/// when all waits of the last one have returned.
#[test]
fn rounds() {
    const ROUNDS: usize = 2_000;
    const WORKERS: usize = 3;
    const WAITERS: usize = 3;
    let group = WaitGroup::new();
    let work = [const { Plain(UnsafeCell::new(0)) }; WORKERS];
    let (begin, end) = (
        Barrier::new(WORKERS + WAITERS + 1),
        Barrier::new(WORKERS + WAITERS + 1),
    );
    thread::scope(|scope| {
        let (group, work, begin, end) = (&group, &work, &begin, &end);
        for mine in work {
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    begin.wait();
                    mine.add();
                    group.done();
                    end.wait();
                }
            });
        }
        for _ in 0..WAITERS {
            scope.spawn(move || {
                for round in 1..=ROUNDS {
                    begin.wait();
                    group.wait();
                    assert!(work.iter().all(|worker| worker.get() == round));
                    end.wait();
                }
            });
        }
        for _ in 0..ROUNDS {
            group.add(WORKERS.cast_signed());
            begin.wait();
            end.wait();
        }
    });
}

/// Rounds with nothing but the WaitGroup between them: the next one begins while the thread that
/// released the last one may still be in `done`.
#[test]
fn rounds_back_to_back() {
    const ROUNDS: usize = 20_000;
    let group = Arc::new(WaitGroup::new());
    let work = Arc::new(Plain(UnsafeCell::new(0)));
    let workers = [(); 2].map(|()| {
        let (sender, tokens) = mpsc::channel::<gosync_waitgroup::ArcToken>();
        let work = Arc::clone(&work);
        let worker = thread::spawn(move || {
            for token in tokens {
                work.add();
                drop(token);
            }
        });
        (sender, worker)
    });
    for round in 1..=ROUNDS {
        workers[round % 2].0.send(group.token_arc()).unwrap();
        group.wait();
        assert_eq!(work.get(), round);
    }
    for (sender, worker) in workers {
        drop(sender);
        worker.join().unwrap();
    }
}

/// Threads that add and take away as fast as they can lose no count, whatever else is refused
/// meanwhile.
#[test]
fn no_count_is_lost() {
    const CALLS: usize = 10_000;
    let group = WaitGroup::new();
    let hold = group.token();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..CALLS {
                    group.add(2);
                    group.done();
                    drop(group.token());
                    group.done();
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..CALLS / 100 {
                let refused = catch_unwind(AssertUnwindSafe(|| group.add(isize::MIN)));
                refused.unwrap_err();
                let refused = catch_unwind(AssertUnwindSafe(|| group.add(isize::MAX)));
                refused.unwrap_err();
            }
        });
    });
    assert_eq!(group.count(), 1);
    drop(hold);
    group.wait();
}

/// A WaitGroup whose owner frees it when its wait has returned, while the last thread may still
/// be on its way out of `done`.
#[test]
fn freed_when_wait_has_returned() {
    const ROUNDS: usize = 5_000;
    const WORKERS: usize = 2;

    struct Freed(*const WaitGroup);
    // SAFETY: WaitGroup is Sync.
    unsafe impl Send for Freed {}

    let workers = [(); WORKERS].map(|()| {
        let (sender, groups) = mpsc::channel::<Freed>();
        let worker = thread::spawn(move || {
            for group in groups {
                // SAFETY: the count is above zero, so the wait before the free is not over.
                unsafe { (*group.0).done() };
            }
        });
        (sender, worker)
    });
    for round in 0..ROUNDS {
        let group = WaitGroup::new();
        group.add(WORKERS.cast_signed());
        let group = Box::into_raw(Box::new(group));
        for (sender, _) in &workers {
            sender.send(Freed(group)).unwrap();
        }
        if round % 2 == 0 {
            thread::yield_now();
        }
        // SAFETY: it is this thread alone that frees it.
        unsafe { (*group).wait() };
        // SAFETY: made by into_raw above; no other thread uses it when the wait has returned.
        drop(unsafe { Box::from_raw(group) });
    }
    for (sender, worker) in workers {
        drop(sender);
        worker.join().unwrap();
    }
}

/// Go's misuse at full speed: adds race with waits. Every call returns or panics with one of the
/// two messages, and no count is lost.
#[test]
fn adds_that_race_with_waits() {
    const CALLS: usize = 5_000;
    let group = WaitGroup::new();
    let allowed = [
        "sync: WaitGroup misuse: Add called concurrently with Wait",
        "sync: WaitGroup is reused before previous Wait has returned",
    ];
    let check = |f: &dyn Fn()| {
        let refused = catch_unwind(AssertUnwindSafe(f)).err();
        let text = refused
            .as_ref()
            .map(|payload| *payload.downcast_ref::<&str>().unwrap());
        assert!(text.is_none_or(|text| allowed.contains(&text)), "{text:?}");
        text.is_none()
    };
    let running = AtomicUsize::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..CALLS {
                    if check(&|| group.add(1)) {
                        group.done();
                    }
                }
                running.fetch_sub(1, Relaxed);
            });
        }
        scope.spawn(|| {
            while running.load(Relaxed) > 0 {
                check(&|| group.wait());
            }
        });
    });
    assert_eq!(group.count(), 0);
    group.wait();
}
