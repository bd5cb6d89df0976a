//! Every interleaving of a few threads. `LOOM_MAX_PREEMPTIONS` widens the search.
#![cfg(gosync_loom)]

use std::{
    panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Once as StdOnce,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use gosync_once::{Once, OnceValue};
use gosync_park::{
    cell::UnsafeCell,
    model::{Model, ModelArc},
    thread,
};

/// Plain data whose accesses loom checks: two at once, or one that does not follow the other, fail
/// the model.
struct Data(UnsafeCell<u32>);

// SAFETY: loom runs one thread at a time, and fails the model on a race.
unsafe impl Sync for Data {}

impl Data {
    fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn get(&self) -> u32 {
        // SAFETY: see the type.
        self.0.with(|value| unsafe { *value })
    }

    fn add_one(&self) -> u32 {
        // SAFETY: see the type.
        self.0.with_mut(|value| unsafe {
            *value += 1;
            *value
        })
    }
}

/// A panic that the hook does not see.
fn boom() -> ! {
    resume_unwind(Box::new("boom"))
}

/// Keeps the panics that a model expects out of the output; all others are shown.
fn expect_panics() {
    static HOOK: StdOnce = StdOnce::new();
    HOOK.call_once(|| {
        let shown = panic::take_hook();
        panic::set_hook(Box::new(move |info| match info.payload_as_str() {
            Some("boom") => {}
            Some(text) if text.starts_with(INSIDE) => {}
            _ => shown(info),
        }));
    });
}

const INSIDE: &str = "gosync: Once called from inside its own f";

/// Runs `body` on so many threads, this one among them.
fn on_threads(count: usize, body: impl Fn() + Send + Sync + 'static) {
    let body = Arc::new(body);
    let others: Vec<_> = (1..count)
        .map(|_| {
            let body = Arc::clone(&body);
            thread::spawn(move || body())
        })
        .collect();
    body();
    for other in others {
        other.join().unwrap();
    }
}

/// The function runs once, and whoever returns from `call_once` sees what it wrote.
fn one_run(threads: usize) {
    let shared = ModelArc::new((Once::new(), Data::new()));
    on_threads(threads, move || {
        let (once, data) = &*shared;
        once.call_once(|| _ = data.add_one());
        assert_eq!(data.get(), 1);
    });
}

#[test]
fn once_runs_once_with_two_threads() {
    Model::new("once: one run, seen by all, 2 threads")
        .at_least(10)
        .check(|| one_run(2));
}

/// As before; with three threads two can sleep, and both have to be woken.
#[test]
fn once_runs_once_with_three_threads() {
    Model::new("once: one run, seen by all, 3 threads")
        .preemptions(2)
        .at_least(1000)
        .check(|| one_run(3));
}

/// If `is_done` says so, the run can be seen. It must have been seen to say both.
#[test]
fn is_done_shows_the_run() {
    let said = Arc::new([const { AtomicBool::new(false) }; 2]);
    let answers = Arc::clone(&said);
    Model::new("once: is_done shows the run")
        .at_least(5)
        .check_here(move || {
            let shared = ModelArc::new((Once::new(), Data::new()));
            // The reader is the second thread to start: loom looks for other orders from a load back to
            // the stores before it, not the other way.
            let reader = {
                let (shared, said) = (ModelArc::clone(&shared), Arc::clone(&said));
                thread::spawn(move || {
                    let done = shared.0.is_done();
                    said[usize::from(done)].store(true, Relaxed);
                    if done {
                        assert_eq!(shared.1.get(), 1);
                    }
                })
            };
            shared.0.call_once(|| _ = shared.1.add_one());
            reader.join().unwrap();
        });
    assert!(
        answers.iter().all(|answer| answer.load(Relaxed)),
        "{answers:?}"
    );
}

/// A panic ends the run: one caller has the panic, all others return, and see what was done before
/// the panic.
fn panicking_run(threads: usize) {
    let shared = ModelArc::new((Once::new(), Data::new(), Data::new()));
    let after = ModelArc::clone(&shared);
    on_threads(threads, move || {
        let (once, data, panics) = &*shared;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            once.call_once(|| {
                data.add_one();
                boom();
            });
        }));
        if let Err(panic) = outcome {
            assert_eq!(panic.downcast_ref(), Some(&"boom"));
            panics.add_one();
        }
        assert_eq!(data.get(), 1);
    });
    assert_eq!(after.2.get(), 1);
    assert!(after.0.is_done());
}

#[test]
fn once_is_done_after_a_panic_with_two_threads() {
    Model::new("once: a panic ends the run, 2 threads")
        .at_least(10)
        .check(|| panicking_run(2));
}

#[test]
fn once_is_done_after_a_panic_with_three_threads() {
    Model::new("once: a panic ends the run, 3 threads")
        .preemptions(2)
        .at_least(1000)
        .check(|| panicking_run(3));
}

/// A failed run leaves the Once to the next caller, which sees what was done in it. The first
/// `fails` runs fail, and a thread whose run failed comes again: it is never taken for a runner
/// that calls itself, nobody sleeps for ever, and exactly one run more is made.
fn failing_runs(threads: usize, fails: u32) {
    let shared = ModelArc::new((Once::new(), Data::new()));
    on_threads(threads, move || {
        let (once, data) = &*shared;
        let attempt = || {
            once.try_call_once(|| {
                if data.add_one() <= fails {
                    Err(())
                } else {
                    Ok(())
                }
            })
        };
        while attempt().is_err() {}
        assert_eq!(data.get(), fails + 1);
    });
}

#[test]
fn a_failed_run_is_tried_again_with_two_threads() {
    Model::new("once: failed runs, 2 threads")
        .at_least(10)
        .check(|| failing_runs(2, 1));
}

/// The first run fails: of the other two, asleep or not, one runs its function, and nobody sleeps
/// for ever.
#[test]
fn a_failed_run_wakes_all_three_threads() {
    Model::new("once: a failed run, 3 threads")
        .preemptions(1)
        .at_least(100)
        .check(|| {
            let shared = ModelArc::new((Once::new(), Data::new()));
            let after = ModelArc::clone(&shared);
            on_threads(3, move || {
                let (once, data) = &*shared;
                let run = || if data.add_one() == 1 { Err(()) } else { Ok(()) };
                if once.try_call_once(run).is_ok() {
                    assert_eq!(data.get(), 2);
                }
            });
            assert!(after.0.is_done());
            assert_eq!(after.1.get(), 2);
        });
}

/// `call_once` that waited for a run that failed runs its own function.
#[test]
fn a_waiter_runs_its_own_after_a_failed_run() {
    Model::new("once: a waiter runs its own")
        .at_least(5)
        .check(|| {
            let shared = ModelArc::new((Once::new(), Data::new()));
            let other = {
                let shared = ModelArc::clone(&shared);
                thread::spawn(move || _ = shared.0.try_call_once(|| Err(shared.1.add_one())))
            };
            let mut ran = false;
            shared.0.call_once(|| {
                shared.1.add_one();
                ran = true;
            });
            assert!(ran, "the other's always fails, so this one must run");
            other.join().unwrap();
            assert!(shared.0.is_done());
            assert!((1..=2).contains(&shared.1.get()));
        });
}

/// A call from inside panics, whatever another thread does meanwhile, and only there.
#[test]
fn inside_itself_beside_a_waiter() {
    expect_panics();
    Model::new("once: inside itself beside a waiter")
        .at_least(5)
        .check(|| {
            let once = ModelArc::new(Once::new());
            on_threads(2, move || {
                once.call_once(|| {
                    let inside = AssertUnwindSafe(|| once.call_once(|| unreachable!()));
                    let panic = catch_unwind(inside).unwrap_err();
                    assert!(panic.downcast_ref::<String>().unwrap().starts_with(INSIDE));
                });
                assert!(once.is_done());
            });
        });
}

/// Reading the value never races with making it: all see the one value.
fn one_value(threads: usize) {
    let value = ModelArc::new(OnceValue::new(|| Box::new(7)));
    let after = ModelArc::clone(&value);
    on_threads(threads, move || assert_eq!(**value.get(), 7));
    assert!(after.is_done());
}

#[test]
fn a_value_is_made_once_with_two_threads() {
    Model::new("value: made once, 2 threads")
        .at_least(10)
        .check(|| one_value(2));
}

#[test]
fn a_value_is_made_once_with_three_threads() {
    Model::new("value: made once, 3 threads")
        .preemptions(2)
        .at_least(100)
        .check(|| one_value(3));
}

/// If the function panics, every call does, with its message.
#[test]
fn a_panic_comes_again_in_every_thread() {
    expect_panics();
    Model::new("value: a panic comes again")
        .at_least(10)
        .check(|| {
            let value = ModelArc::new(OnceValue::<u32>::new(|| boom()));
            on_threads(2, move || {
                for _ in 0..2 {
                    let panic = catch_unwind(AssertUnwindSafe(|| *value.get())).unwrap_err();
                    assert_eq!(panic.downcast_ref(), Some(&"boom"));
                }
            });
        });
}

/// Whoever looks with `Debug` while the run ends is told how it ended, or that it still runs: never
/// that it is done, and no more.
#[test]
fn debug_says_how_the_run_ended() {
    Model::new("value: debug says how the run ended")
        .at_least(10)
        .check(|| {
            let value = ModelArc::new(OnceValue::<u32>::new(|| boom()));
            let reader = {
                let value = ModelArc::clone(&value);
                thread::spawn(move || assert_ne!(format!("{:?}", *value), "OnceValue(<done>)"))
            };
            catch_unwind(AssertUnwindSafe(|| *value.get())).unwrap_err();
            reader.join().unwrap();
        });
}

/// Two threads that wait for a run that panics are both woken, and see what was done before the
/// panic. In some executions they were in the queue by then.
#[test]
fn a_panic_wakes_those_who_wait() {
    expect_panics();
    static AWAITED: AtomicBool = AtomicBool::new(false);
    Model::new("once: a panic wakes those who wait")
        .preemptions(1)
        .at_least(500)
        .check_here(|| {
            let shared = ModelArc::new((Once::new(), Data::new()));
            let waiters = [(); 2].map(|()| {
                let shared = ModelArc::clone(&shared);
                thread::spawn(move || {
                    let mut ran = false;
                    shared.0.call_once(|| {
                        ran = true;
                        shared.1.add_one();
                    });
                    assert_eq!(shared.1.get(), 1);
                    ran
                })
            });
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                shared.0.call_once(|| {
                    thread::yield_now();
                    if format!("{:?}", shared.0).contains("waited for") {
                        AWAITED.store(true, Relaxed);
                    }
                    shared.1.add_one();
                    boom();
                });
            }));
            let ran = waiters.map(|waiter| u32::from(waiter.join().unwrap()));
            let panicked = u32::from(outcome.is_err());
            assert_eq!(ran.iter().sum::<u32>() + panicked, 1, "one run");
            assert!(shared.0.is_done());
        });
    assert!(
        AWAITED.load(Relaxed),
        "somebody waited for a run that panicked"
    );
}
