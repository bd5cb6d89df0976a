//! What the four types do when they are used as they should be.
#![cfg(not(gosync_loom))]

use std::{
    cell::Cell,
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    thread,
};

use gosync_once::{Once, OnceFunc, OnceValue, OnceValues};

/// Spins until `it` shows that some thread is about to sleep on it.
fn until_waited_for(it: &dyn Debug) {
    while !format!("{it:?}").contains("waited for") {
        thread::yield_now();
    }
}

/// Panics without the hook's output.
fn boom() -> ! {
    resume_unwind(Box::new("boom"))
}

#[test]
fn ten_threads_one_run() {
    let once = Once::new();
    let runs = AtomicU32::new(0);
    thread::scope(|s| {
        for _ in 0..10 {
            s.spawn(|| {
                once.call_once(|| _ = runs.fetch_add(1, Relaxed));
                assert_eq!(runs.load(Relaxed), 1);
            });
        }
    });
    assert!(once.is_done());
}

#[test]
fn the_first_function_runs_and_no_other() {
    let once = Once::new();
    let mut seen = 0;
    once.call_once(|| seen = 1);
    once.call_once(|| seen = 2);
    assert_eq!(once.try_call_once(|| Err("not run")), Ok(()));
    assert_eq!(seen, 1);
}

#[test]
fn a_function_that_is_not_run_is_dropped() {
    let once = Once::new();
    once.call_once(|| ());
    let kept = Arc::new(());
    let other = Arc::clone(&kept);
    once.call_once(move || drop(other));
    assert_eq!(Arc::strong_count(&kept), 1);
}

#[test]
fn nobody_returns_before_the_run_is_over() {
    let once = Once::new();
    let effect = AtomicU32::new(0);
    let (started, wait_started) = mpsc::channel();
    thread::scope(|s| {
        s.spawn(|| {
            once.call_once(|| {
                started.send(()).unwrap();
                until_waited_for(&once);
                effect.store(1, Relaxed);
            });
        });
        wait_started.recv().unwrap();
        for _ in 0..4 {
            s.spawn(|| {
                once.call_once(|| unreachable!());
                assert_eq!(effect.load(Relaxed), 1);
            });
        }
    });
}

#[test]
fn waiters_return_after_a_panic() {
    let once = Once::new();
    let (started, wait_started) = mpsc::channel();
    thread::scope(|s| {
        let runner = s.spawn(|| {
            catch_unwind(AssertUnwindSafe(|| {
                once.call_once(|| {
                    started.send(()).unwrap();
                    until_waited_for(&once);
                    boom();
                });
            }))
        });
        wait_started.recv().unwrap();
        for _ in 0..4 {
            s.spawn(|| once.call_once(|| unreachable!()));
        }
        let panic = runner.join().unwrap().unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"boom"));
    });
    assert!(once.is_done());
    once.call_once(|| unreachable!());
}

#[test]
fn a_failed_run_leaves_it_undone() {
    let once = Once::new();
    assert_eq!(once.try_call_once(|| Err(1)), Err(1));
    assert!(!once.is_done());
    assert_eq!(once.try_call_once(|| Err(2)), Err(2));
    assert_eq!(once.try_call_once(|| Ok::<(), u32>(())), Ok(()));
    assert!(once.is_done());
    assert_eq!(once.try_call_once(|| Err(3)), Ok(()));
}

#[test]
fn call_once_may_follow_a_failed_run() {
    let once = Once::new();
    assert_eq!(once.try_call_once(|| Err(1)), Err(1));
    let mut ran = false;
    once.call_once(|| ran = true);
    assert!(ran);
}

#[test]
fn a_panic_is_no_failure() {
    let once = Once::new();
    let panic = catch_unwind(|| once.try_call_once::<()>(|| boom())).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"boom"));
    assert!(once.is_done());
    assert_eq!(once.try_call_once(|| Err(1)), Ok(()));
}

/// Each of the waiters tries its own function: all but the last attempt fail.
#[test]
fn waiters_try_after_a_failed_run() {
    const WAITERS: u32 = 4;
    let once = Once::new();
    let attempts = AtomicU32::new(0);
    let (started, wait_started) = mpsc::channel();
    thread::scope(|s| {
        let first = s.spawn(|| {
            once.try_call_once(|| {
                started.send(()).unwrap();
                until_waited_for(&once);
                Err("first")
            })
        });
        wait_started.recv().unwrap();
        let mut waiters = Vec::new();
        for _ in 0..WAITERS {
            waiters.push(s.spawn(|| {
                once.try_call_once(|| match attempts.fetch_add(1, Relaxed) + 1 {
                    WAITERS => Ok(()),
                    _ => Err("other"),
                })
            }));
        }
        assert_eq!(first.join().unwrap(), Err("first"));
        let failed = waiters
            .into_iter()
            .map(|w| w.join().unwrap())
            .filter(Result::is_err)
            .count();
        assert_eq!(failed, WAITERS as usize - 1);
    });
    assert_eq!(attempts.load(Relaxed), WAITERS);
    assert!(once.is_done());
}

#[test]
fn reset_allows_another_run() {
    let mut once = Once::new();
    let mut runs = 0;
    once.reset();
    once.call_once(|| runs += 1);
    once.reset();
    assert!(!once.is_done());
    once.call_once(|| runs += 1);
    catch_unwind(AssertUnwindSafe(|| once.call_once(|| boom()))).unwrap();
    once.reset();
    catch_unwind(AssertUnwindSafe(|| once.call_once(|| boom()))).unwrap_err();
    once.reset();
    once.call_once(|| runs += 1);
    assert_eq!(runs, 3);
}

/// A run may call other Onces, as deep as one likes.
#[test]
fn onces_nest() {
    fn descend(chain: &[Once], depth: &Cell<usize>) {
        if let Some((first, rest)) = chain.split_first() {
            first.call_once(|| {
                depth.set(depth.get() + 1);
                descend(rest, depth);
            });
        }
    }
    let chain: Vec<Once> = (0..200).map(|_| Once::new()).collect();
    let depth = Cell::new(0);
    descend(&chain, &depth);
    descend(&chain, &depth);
    assert_eq!(depth.get(), 200);
    assert!(chain.iter().all(Once::is_done));
}

/// The thread's number is gone in the destructors of some thread-locals; whichever comes first,
/// runs and waits work, from both ends.
#[test]
fn it_works_while_a_thread_ends() {
    static ONCE: Once = Once::new();
    static RUNS: AtomicU32 = AtomicU32::new(0);
    struct AtExit;
    impl Drop for AtExit {
        fn drop(&mut self) {
            let own = Once::new();
            assert_eq!(own.try_call_once(|| Err(1)), Err(1));
            own.call_once(|| ());
            assert!(own.is_done());
            ONCE.call_once(|| _ = RUNS.fetch_add(1, Relaxed));
        }
    }
    thread_local! {
        static BEFORE: AtExit = const { AtExit };
        static AFTER: AtExit = const { AtExit };
    }
    let threads: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn(|| {
                BEFORE.with(|_| ());
                Once::new().call_once(|| ()); // takes a number
                AFTER.with(|_| ());
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(RUNS.load(Relaxed), 1);
}

#[test]
fn they_fit_in_statics() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static FUNC: OnceFunc = OnceFunc::new(|| _ = RUNS.fetch_add(1, Relaxed));
    static VALUE: OnceValue<String> = OnceValue::new(|| {
        RUNS.fetch_add(10, Relaxed);
        String::from("value")
    });
    static VALUES: OnceValues<u32, Result<u32, String>> = OnceValues::new(|| {
        RUNS.fetch_add(100, Relaxed);
        (1, Err(String::from("error")))
    });
    let threads: Vec<_> = (0..10)
        .map(|_| {
            thread::spawn(|| {
                FUNC.call();
                let (a, b) = VALUES.get();
                assert_eq!((a, b), (&1, &Err(String::from("error"))));
                VALUE.get()
            })
        })
        .collect();
    for thread in threads {
        // One value, lent to all, for as long as the program runs.
        let lent: &'static String = thread.join().unwrap();
        assert!(std::ptr::eq(lent, VALUE.get()));
        assert_eq!(lent, "value");
    }
    assert_eq!(RUNS.load(Relaxed), 111);
}

#[test]
fn a_closure_may_borrow() {
    let text = String::from("abc");
    let mut runs = 0;
    let length = OnceValue::new(|| {
        runs += 1;
        text.len()
    });
    assert_eq!((length.get(), length.get()), (&3, &3));
    drop(length);
    assert_eq!(runs, 1);
}

#[test]
fn one_of_ten_threads_makes_the_value() {
    let runs = AtomicU32::new(0);
    let value = OnceValue::new(|| (runs.fetch_add(1, Relaxed), vec![1, 2, 3]));
    thread::scope(|s| {
        for _ in 0..10 {
            s.spawn(|| assert_eq!(value.get(), &(0, vec![1, 2, 3])));
        }
    });
    assert_eq!(runs.load(Relaxed), 1);
}

/// Whether the function and what it captured are there before the call, and gone after it.
#[test]
fn the_function_is_dropped_after_its_run() {
    fn check(call: impl FnOnce(Arc<[u8; 1024]>) -> Box<dyn Fn() + Send + Sync>) {
        let kept = Arc::new([0; 1024]);
        let called = call(Arc::clone(&kept));
        assert_eq!(Arc::strong_count(&kept), 2);
        _ = catch_unwind(AssertUnwindSafe(&called));
        assert_eq!(Arc::strong_count(&kept), 1);
        _ = catch_unwind(AssertUnwindSafe(&called));
        assert_eq!(Arc::strong_count(&kept), 1);
    }
    for panics in [false, true] {
        let end = move |kept: &[u8]| if panics { boom() } else { kept.len() };
        check(move |kept| {
            let f = OnceFunc::new(move || _ = end(&*kept));
            Box::new(move || f.call())
        });
        check(move |kept| {
            let f = OnceValue::new(move || end(&*kept));
            Box::new(move || assert_eq!(f.get(), &1024))
        });
        check(move |kept| {
            let f = OnceValues::new(move || (end(&*kept), 1));
            Box::new(move || assert_eq!(f.get(), (&1024, &1)))
        });
    }
}

#[test]
fn what_never_ran_is_dropped_once() {
    let kept = Arc::new(());
    let captured = Arc::clone(&kept);
    let value = OnceValue::new(move || Arc::strong_count(&captured));
    assert_eq!(Arc::strong_count(&kept), 2);
    drop(value);
    assert_eq!(Arc::strong_count(&kept), 1);

    let captured = Arc::clone(&kept);
    assert_eq!(
        OnceValue::new(move || Arc::strong_count(&captured)).into_inner(),
        None
    );
    assert_eq!(Arc::strong_count(&kept), 1);
}

#[test]
fn the_value_is_dropped_once() {
    let kept = Arc::new(());
    let made = OnceValue::new(|| Arc::clone(&kept));
    made.get();
    assert_eq!(Arc::strong_count(&kept), 2);
    drop(made);
    assert_eq!(Arc::strong_count(&kept), 1);

    let made = OnceValue::new(|| Arc::clone(&kept));
    made.get();
    let taken = made.into_inner();
    assert_eq!(Arc::strong_count(&kept), 2);
    drop(taken);
    assert_eq!(Arc::strong_count(&kept), 1);

    let made = OnceValues::new(|| (Arc::clone(&kept), Arc::clone(&kept)));
    made.get();
    assert_eq!(Arc::strong_count(&kept), 3);
    drop(made.into_inner());
    assert_eq!(Arc::strong_count(&kept), 1);
}

#[test]
fn try_get_neither_runs_nor_waits() {
    static VALUE: OnceValue<u32> = OnceValue::new(|| {
        assert_eq!(VALUE.try_get(), None, "inside of the run");
        1
    });
    assert_eq!(VALUE.try_get(), None);
    assert!(!VALUE.is_done());
    assert_eq!((VALUE.get(), VALUE.try_get()), (&1, Some(&1)));

    let values = OnceValues::<u32, u32>::new(|| boom());
    catch_unwind(AssertUnwindSafe(|| _ = values.get())).unwrap_err();
    assert!(values.is_done() && values.try_get().is_none());
}

#[test]
fn get_mut_lends_what_is_made_and_runs_nothing() {
    let kept = Arc::new(());
    let mut made = OnceValue::new(|| Arc::clone(&kept));
    assert!(made.get_mut().is_none());
    made.get();
    *made.get_mut().unwrap() = Arc::new(());
    assert_eq!(Arc::strong_count(&kept), 1, "the old value is dropped");
    assert!(!Arc::ptr_eq(made.get(), &kept));

    let mut values: OnceValues<u32, u32> = OnceValues::new(|| boom());
    catch_unwind(AssertUnwindSafe(|| _ = values.get())).unwrap_err();
    assert!(values.get_mut().is_none());
}

#[test]
fn into_inner_after_a_panic_is_none() {
    let value: OnceValue<u32> = OnceValue::new(|| boom());
    catch_unwind(|| *value.get()).unwrap_err();
    assert_eq!(value.into_inner(), None);
    let values: OnceValues<u32, u32> = OnceValues::new(|| boom());
    catch_unwind(AssertUnwindSafe(|| *values.get().0)).unwrap_err();
    assert_eq!(values.into_inner(), None);
}

/// What a function captured is dropped inside its run, so a panic there is the run's.
#[test]
fn a_panic_in_the_drop_of_a_capture_is_a_panic_of_the_run() {
    struct Bad(Arc<()>);
    impl Drop for Bad {
        fn drop(&mut self) {
            boom();
        }
    }
    let kept = Arc::new(());

    let (once, bad) = (Once::new(), Bad(Arc::clone(&kept)));
    catch_unwind(AssertUnwindSafe(|| once.call_once(move || _ = &bad))).unwrap_err();
    assert!(once.is_done());

    let bad = Bad(Arc::clone(&kept));
    let made = OnceValue::new(move || Arc::strong_count(&bad.0));
    for _ in 0..2 {
        let panic = catch_unwind(AssertUnwindSafe(|| *made.get())).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"boom"));
    }
    assert!(made.into_inner().is_none());
    assert_eq!(Arc::strong_count(&kept), 1);
}

#[test]
fn a_panic_that_is_caught_inside_is_nobodys_business() {
    let value = OnceValue::new(|| catch_unwind(|| boom()).is_err());
    assert!(value.get());
    let once = Once::new();
    once.call_once(|| assert!(catch_unwind(|| boom()).is_err()));
    assert!(once.is_done());
}

#[test]
fn defaults() {
    let once = Once::default();
    assert!(!once.is_done());
    assert_eq!(OnceValue::<u32>::default().get(), &0);
    assert_eq!(
        OnceValues::<u32, String>::default().get(),
        (&0, &String::new())
    );
}

#[test]
fn debug_shows_the_state() {
    let once = Once::new();
    assert_eq!(format!("{once:?}"), "Once { state: incomplete }");
    once.call_once(|| assert_eq!(format!("{once:?}"), "Once { state: running }"));
    assert_eq!(format!("{once:?}"), "Once { state: done }");

    let func = OnceFunc::new(|| ());
    assert_eq!(format!("{func:?}"), "OnceFunc { state: incomplete }");
    func.call();
    assert_eq!(format!("{func:?}"), "OnceFunc { state: done }");

    let value = OnceValue::new(|| "x");
    assert_eq!(format!("{value:?}"), "OnceValue(<incomplete>)");
    value.get();
    assert_eq!(format!("{value:?}"), "OnceValue(\"x\")");

    let values = OnceValues::new(|| (1, 2));
    assert_eq!(format!("{values:?}"), "OnceValues(<incomplete>)");
    values.get();
    assert_eq!(format!("{values:?}"), "OnceValues(1, 2)");

    let value: OnceValue<u32> = OnceValue::new(|| boom());
    catch_unwind(|| *value.get()).unwrap_err();
    assert_eq!(format!("{value:?}"), "OnceValue(<panicked>)");
}
