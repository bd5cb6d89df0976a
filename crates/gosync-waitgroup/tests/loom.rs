//! The models: every interleaving of a few threads, up to a bound.
#![cfg(gosync_loom)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind, set_hook},
    sync::{
        Once,
        // Not loom's: they count over all executions.
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use gosync_park::{
    cell::UnsafeCell,
    model::{Model, ModelArc as Arc},
    thread,
};
use gosync_waitgroup::WaitGroup;

const NEGATIVE: &str = "sync: negative WaitGroup counter";
const ADD_CONCURRENT: &str = "sync: WaitGroup misuse: Add called concurrently with Wait";
const REUSED: &str = "sync: WaitGroup is reused before previous Wait has returned";
/// Of one more than there is room for, on a 64-bit machine.
const OVERFLOW: &str = NEGATIVE;
const PANICKED_TASK: &str = "gosync: a task started by WaitGroup::Go panicked";

/// Calls `f`; the message if it panics. Such panics are expected, thousands of times over, so
/// they are not printed.
fn refused(f: impl FnOnce()) -> Option<String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        set_hook(Box::new(|info| {
            // What has no text is loom taking down a thread.
            let text = info.payload_as_str().unwrap_or("sync: ");
            if !text.starts_with("sync: ") && !text.starts_with("gosync: ") {
                eprintln!("{info}");
            }
        }));
    });
    let payload = catch_unwind(AssertUnwindSafe(f)).err()?;
    match payload.downcast::<&str>() {
        Ok(text) => Some((*text).to_owned()),
        Err(payload) => Some(*payload.downcast::<String>().unwrap()),
    }
}

/// Memory that loom watches: every access has to be ordered with every write.
struct Watched(UnsafeCell<u32>);

// SAFETY: loom fails the model if two threads access the cell without an order between them.
unsafe impl Sync for Watched {}

impl Watched {
    fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn add(&self, n: u32) {
        // SAFETY: as above.
        self.0.with_mut(|value| unsafe { *value += n });
    }

    fn get(&self) -> u32 {
        // SAFETY: as above.
        self.0.with(|value| unsafe { *value })
    }
}

/// What both workers wrote before their `done` is ordered before the return of `wait`, also what
/// the one wrote who was not the last.
#[test]
fn wait_sees_the_work_of_all() {
    Model::new("waitgroup: wait sees the work of all")
        .at_least(700)
        .check(|| {
            let shared = Arc::new((WaitGroup::new(), [Watched::new(), Watched::new()]));
            shared.0.add(2);
            let workers = [0, 1].map(|i| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.1[i].add(1);
                    shared.0.done();
                })
            });
            shared.0.wait();
            assert_eq!([shared.1[0].get(), shared.1[1].get()], [1, 1]);
            assert_eq!(shared.0.count(), 0);
            for worker in workers {
                worker.join().unwrap();
            }
        });
}

/// A `done` wakes both threads that wait, whichever of them said first that it would sleep, and
/// both see the work. Nobody sleeps for ever: loom would report it.
#[test]
fn two_waiters_both_wake() {
    Model::new("waitgroup: two waiters both wake")
        .preemptions(2)
        .at_least(3000)
        .check(|| {
            let shared = Arc::new((WaitGroup::new(), Watched::new()));
            shared.0.add(1);
            let waiter = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.0.wait();
                    assert_eq!(shared.1.get(), 1);
                })
            };
            let worker = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.1.add(1);
                    shared.0.done();
                })
            };
            shared.0.wait();
            assert_eq!(shared.1.get(), 1);
            waiter.join().unwrap();
            worker.join().unwrap();
        });
}

/// A wait that gives up at the moment of the `done` either sees the work and says so, or leaves
/// nothing behind: the other wait is woken, and an `add` that follows is no misuse. Under the model
/// every deadline passes as soon as the waiter looks.
#[test]
fn a_wait_gives_up() {
    Model::new("waitgroup: a wait gives up")
        .preemptions(2)
        .at_least(1000)
        .check(|| {
            let shared = Arc::new((WaitGroup::new(), Watched::new()));
            shared.0.add(1);
            let impatient = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    if shared.0.wait_timeout(std::time::Duration::ZERO) {
                        assert_eq!(shared.1.get(), 1);
                    }
                })
            };
            let worker = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.1.add(1);
                    shared.0.done();
                })
            };
            shared.0.wait();
            assert_eq!(shared.1.get(), 1);
            impatient.join().unwrap();
            // The worker may still be in `done`.
            shared.0.add(1);
            shared.0.done();
            worker.join().unwrap();
            assert_eq!(format!("{:?}", shared.0), format!("{:?}", WaitGroup::new()));
        });
}

/// When every wait of a round has returned, the next round may begin at once, even if the thread
/// that released the last one has not left `done` yet. No wait returns before its own round's
/// work, and no legal call panics.
#[test]
fn rounds() {
    Model::new("waitgroup: rounds").at_least(2000).check(|| {
        let shared = Arc::new((WaitGroup::new(), Watched::new()));
        let mut workers = Vec::new();
        for round in 1..=3 {
            shared.0.add(1);
            let worker = Arc::clone(&shared);
            workers.push(thread::spawn(move || {
                worker.1.add(1);
                worker.0.done();
            }));
            shared.0.wait();
            assert_eq!(shared.1.get(), round);
        }
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

/// While the count is above zero a task may add another one, with a thread waiting all along.
/// The wait is for that one, too.
#[test]
fn a_task_adds_a_task() {
    Model::new("waitgroup: a task adds a task")
        .at_least(500)
        .check(|| {
            let shared = Arc::new((WaitGroup::new(), [Watched::new(), Watched::new()]));
            shared.0.add(1);
            let first = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.0.add(1);
                    let second = {
                        let shared = Arc::clone(&shared);
                        thread::spawn(move || {
                            shared.1[1].add(1);
                            shared.0.done();
                        })
                    };
                    shared.1[0].add(1);
                    shared.0.done();
                    second
                })
            };
            shared.0.wait();
            assert_eq!([shared.1[0].get(), shared.1[1].get()], [1, 1]);
            first.join().unwrap().join().unwrap();
        });
}

/// A WaitGroup whose owner frees it when its last wait has returned. The pointer is the model's
/// stand-in for whatever promises that the threads are done with it.
#[derive(Clone, Copy)]
struct Freed(*const WaitGroup);

// SAFETY: WaitGroup is Sync.
unsafe impl Send for Freed {}

impl Freed {
    fn done(self) {
        // SAFETY: the count is above zero, so the wait that the free comes after is not over.
        unsafe { (*self.0).done() }
    }
}

/// When wait has returned the WaitGroup may be freed: no thread in `done` accesses it any more,
/// neither the one that was first nor the one that released the waiter. (Under loom each access
/// is watched, and so is the drop.)
#[test]
fn freed_when_wait_has_returned() {
    Model::new("waitgroup: freed when wait has returned")
        .at_least(400)
        .check(|| {
            let group = Box::new(WaitGroup::new());
            group.add(2);
            let shared = Freed(Box::into_raw(group));
            let workers = [(); 2].map(|()| thread::spawn(move || shared.done()));
            // SAFETY: it is this thread alone that frees it.
            unsafe { (*shared.0).wait() };
            // SAFETY: made by into_raw above; and that nobody uses it any more is what is checked.
            drop(unsafe { Box::from_raw(shared.0.cast_mut()) });
            for worker in workers {
                worker.join().unwrap();
            }
        });
}

/// A task that panicked takes itself off the count. Every wait that had to wait until then panics; if
/// none had to, one of those that came later does, and one only. Then the WaitGroup is as new.
#[test]
fn a_panic_reaches_the_waiters() {
    Model::new("waitgroup: a panic reaches the waiters")
        .at_least(1000)
        .check(|| {
            let group = Arc::new(WaitGroup::new());
            group.add(2);
            let tasks = [true, false].map(|panicked| {
                let group = Arc::clone(&group);
                thread::spawn(move || group.end_of_task(panicked))
            });
            assert_eq!(refused(|| group.wait()).as_deref(), Some(PANICKED_TASK));
            for task in tasks {
                task.join().unwrap();
            }
            group.wait();
        });
}

/// As above with two waiters: whoever had to wait is told, at least one is, and nobody after them.
#[test]
fn a_panic_reaches_both_waiters() {
    Model::new("waitgroup: a panic and two waiters")
        .preemptions(2)
        .at_least(10_000)
        .check(|| {
            let group = Arc::new(WaitGroup::new());
            group.add(1);
            let task = {
                let group = Arc::clone(&group);
                thread::spawn(move || group.end_of_task(true))
            };
            let other = {
                let group = Arc::clone(&group);
                thread::spawn(move || refused(|| group.wait()))
            };
            let told = [refused(|| group.wait()), other.join().unwrap()];
            assert!(told.iter().flatten().all(|text| text == PANICKED_TASK));
            let told = told.iter().flatten().count();
            assert!(told >= group.waits().max(1));
            task.join().unwrap();
            group.wait();
        });
}

/// A surplus `done` is refused, whichever of the two calls it is. It changes nothing: the thread
/// that waits is released by the other one, and the count is zero at the end.
#[test]
fn a_surplus_done_and_a_waiter() {
    Model::new("waitgroup: a surplus done and a waiter")
        .at_least(1200)
        .check(|| {
            let group = Arc::new(WaitGroup::new());
            group.add(1);
            let calls = [(); 2].map(|()| {
                let group = Arc::clone(&group);
                thread::spawn(move || refused(|| group.done()))
            });
            group.wait();
            let calls = calls.map(|call| call.join().unwrap());
            let refusals: Vec<_> = calls.iter().flatten().collect();
            assert_eq!(refusals, [NEGATIVE]);
            assert_eq!(group.count(), 0);
            group.wait();
        });
}

/// A `done` that is right is not refused because of one that is not, nor is the wait that it is for over
/// before it.
#[test]
fn a_done_beside_a_surplus_one() {
    Model::new("waitgroup: a done beside a surplus one")
        .at_least(500)
        .check(|| {
            let shared = Arc::new((WaitGroup::new(), Watched::new()));
            shared.0.add(1);
            let surplus = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || refused(|| shared.0.add(-2)))
            };
            let worker = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.1.add(1);
                    refused(|| shared.0.done())
                })
            };
            shared.0.wait();
            assert_eq!(shared.1.get(), 1);
            assert_eq!(surplus.join().unwrap().as_deref(), Some(NEGATIVE));
            assert_eq!(worker.join().unwrap(), None);
            assert_eq!(shared.0.count(), 0);
        });
}

/// An overflow is refused, or there was room after all; who waits is released by the others.
#[test]
fn an_overflow_and_a_waiter() {
    Model::new("waitgroup: an overflow and a waiter")
        .at_least(1200)
        .check(|| {
            let most = WaitGroup::MAX.cast_signed();
            let group = Arc::new(WaitGroup::new());
            group.add(most);
            let over = {
                let group = Arc::clone(&group);
                thread::spawn(move || {
                    let refused = refused(|| group.add(1));
                    if refused.is_none() {
                        group.done();
                    }
                    refused
                })
            };
            let worker = {
                let group = Arc::clone(&group);
                thread::spawn(move || group.add(-most))
            };
            // The add may also come when the count has gone to zero.
            let waited = refused(|| group.wait());
            let added = over.join().unwrap();
            worker.join().unwrap();
            assert!(
                matches!(waited.as_deref(), None | Some(REUSED)),
                "{waited:?}"
            );
            assert!(
                matches!(added.as_deref(), None | Some(OVERFLOW | ADD_CONCURRENT)),
                "{added:?}"
            );
            assert_eq!(group.count(), 0);
            group.wait();
        });
}

/// Go's misuse: a thread adds, at no particular time, while another waits. Either there was no
/// breach to be seen, or one of the two is told with Go's message. Nobody hangs, and the count is
/// right at the end. All three outcomes are there.
#[test]
fn an_add_that_races_with_wait() {
    static SEEN: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];
    let model = Model::new("waitgroup: an add that races with wait").at_least(1200);
    model.check_here(|| {
        let group = Arc::new(WaitGroup::new());
        group.add(1);
        let worker = {
            let group = Arc::clone(&group);
            thread::spawn(move || group.done())
        };
        let adder = {
            let group = Arc::clone(&group);
            thread::spawn(move || {
                let refused = refused(|| group.add(1));
                if refused.is_none() {
                    group.done();
                }
                refused
            })
        };
        let waited = refused(|| group.wait());
        let added = adder.join().unwrap();
        worker.join().unwrap();
        let outcome = match (waited.as_deref(), added.as_deref()) {
            (None, None) => 0,
            (Some(REUSED), None) => 1,
            (None, Some(ADD_CONCURRENT)) => 2,
            other => panic!("{other:?}"),
        };
        SEEN[outcome].fetch_add(1, Relaxed);
        assert_eq!(group.count(), 0);
        group.wait();
    });
    assert!(SEEN.iter().all(|seen| seen.load(Relaxed) > 0), "{SEEN:?}");
}

/// A wait that gave up has left the round: the next one may begin as soon as the count is zero, and
/// is waited for as if nothing had been.
#[test]
fn used_again_after_a_timeout() {
    Model::new("waitgroup: used again after a timeout")
        .at_least(500)
        .check(|| {
            let shared = Arc::new((WaitGroup::new(), Watched::new()));
            let worker = |shared: &Arc<(WaitGroup, Watched)>| {
                let shared = Arc::clone(shared);
                thread::spawn(move || {
                    shared.1.add(1);
                    shared.0.done();
                })
            };
            shared.0.add(1);
            let first = worker(&shared);
            // The first worker may still be in `done` when the next round begins.
            if shared.0.wait_timeout(std::time::Duration::ZERO) || shared.0.count() == 0 {
                assert_eq!(shared.1.get(), 1);
            } else {
                first.join().unwrap();
                return;
            }
            shared.0.add(1);
            let second = worker(&shared);
            shared.0.wait();
            assert_eq!(shared.1.get(), 2);
            first.join().unwrap();
            second.join().unwrap();
        });
}

/// The same where a wait gave up before, at whatever moment: what has returned `true`, or zero, is the end.
#[test]
fn freed_after_a_timeout() {
    Model::new("waitgroup: freed after a timeout")
        .at_least(1000)
        .check(|| {
            let group = Box::new(WaitGroup::new());
            group.add(1);
            let shared = Freed(Box::into_raw(group));
            let worker = thread::spawn(move || shared.done());
            // SAFETY: it is this thread alone that frees it.
            unsafe {
                if !(*shared.0).wait_timeout(std::time::Duration::ZERO) {
                    (*shared.0).wait();
                }
            }
            // SAFETY: made by into_raw above; and that nobody uses it any more is what is checked.
            drop(unsafe { Box::from_raw(shared.0.cast_mut()) });
            worker.join().unwrap();
        });
}
