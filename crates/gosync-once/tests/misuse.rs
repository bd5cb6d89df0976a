//! Calls from inside the run, and panics that come again: what is said, word for word, and that
//! other threads can go on.
#![cfg(not(gosync_loom))]

use std::{
    any::Any,
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind, panic_any},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    thread,
};

use gosync_once::{Once, OnceFunc, OnceValue, OnceValues};

const ONCE: &str = "gosync: Once called from inside its own f, where it could only wait for itself";
const FUNC: &str =
    "gosync: OnceFunc called from inside its own f, where it could only wait for itself";
const VALUE: &str =
    "gosync: OnceValue called from inside its own f, where it could only wait for itself";
const VALUES: &str =
    "gosync: OnceValues called from inside its own f, where it could only wait for itself";

fn text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .expect("a message")
}

/// The message of the panic of `f`.
#[track_caller]
fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    text(&*payload).to_owned()
}

fn on_another_thread(f: impl FnOnce() + Send) {
    thread::scope(|s| _ = s.spawn(f));
}

#[test]
fn once_inside_itself_goes_on_if_caught() {
    let once = Once::new();
    let mut ran = 0;
    once.call_once(|| {
        assert_eq!(message(|| once.call_once(|| unreachable!())), ONCE);
        assert_eq!(
            message(|| _ = once.try_call_once(|| Ok::<(), ()>(()))),
            ONCE
        );
        assert!(!once.is_done());
        ran += 1;
    });
    assert!(once.is_done());
    assert_eq!(ran, 1);
    on_another_thread(|| once.call_once(|| unreachable!()));
}

#[test]
fn once_inside_itself_is_done_if_not_caught() {
    let once = Once::new();
    assert_eq!(
        message(|| once.call_once(|| once.call_once(|| unreachable!()))),
        ONCE
    );
    assert!(once.is_done());
    on_another_thread(|| once.call_once(|| unreachable!()));
    once.call_once(|| unreachable!());
}

#[test]
fn once_inside_a_run_that_fails() {
    let once = Once::new();
    let failed = once.try_call_once(|| {
        assert_eq!(message(|| once.call_once(|| unreachable!())), ONCE);
        Err(1)
    });
    assert_eq!(failed, Err(1));
    on_another_thread(|| assert_eq!(once.try_call_once(|| Err(2)), Err(2)));
    // This thread ran it before, but does so no more.
    assert_eq!(once.try_call_once(|| Ok::<(), u32>(())), Ok(()));
}

#[test]
fn once_inside_itself_through_another() {
    let (a, b, c) = (Once::new(), Once::new(), Once::new());
    let run = || a.call_once(|| b.call_once(|| c.call_once(|| a.call_once(|| unreachable!()))));
    assert_eq!(message(run), ONCE);
    for once in [&a, &b, &c] {
        assert!(once.is_done());
        on_another_thread(|| once.call_once(|| unreachable!()));
    }
}

/// Every level catches the panic of the level below: each of them is the Once's own.
#[test]
fn once_inside_itself_deep() {
    fn descend(chain: &[Once], whole: &[Once]) {
        if let Some((first, rest)) = chain.split_first() {
            first.call_once(|| descend(rest, whole));
        } else {
            for once in whole {
                assert_eq!(message(|| once.call_once(|| unreachable!())), ONCE);
            }
        }
    }
    let chain: Vec<Once> = (0..50).map(|_| Once::new()).collect();
    descend(&chain, &chain);
    assert!(chain.iter().all(Once::is_done));
}

/// A thread that waits is not taken for the one that runs.
#[test]
fn other_threads_wait_while_one_is_told_off() {
    let once = Once::new();
    let (started, wait_started) = mpsc::channel();
    thread::scope(|s| {
        s.spawn(|| {
            once.call_once(|| {
                started.send(()).unwrap();
                until_waited_for(&once);
                assert_eq!(message(|| once.call_once(|| unreachable!())), ONCE);
            });
        });
        wait_started.recv().unwrap();
        once.call_once(|| unreachable!());
    });
}

#[test]
fn func_inside_itself() {
    static F: OnceFunc = OnceFunc::new(|| F.call());
    for _ in 0..2 {
        assert_eq!(message(|| F.call()), FUNC);
    }
    on_another_thread(|| assert_eq!(message(|| F.call()), FUNC));

    static CAUGHT: OnceFunc = OnceFunc::new(|| assert_eq!(message(|| CAUGHT.call()), FUNC));
    CAUGHT.call();
    on_another_thread(|| CAUGHT.call());
}

#[test]
fn value_inside_itself() {
    static V: OnceValue<u32> = OnceValue::new(|| *V.get() + 1);
    for _ in 0..2 {
        assert_eq!(message(|| _ = V.get()), VALUE);
    }
    on_another_thread(|| assert_eq!(message(|| _ = V.get()), VALUE));

    static CAUGHT: OnceValue<u32> = OnceValue::new(|| {
        assert_eq!(message(|| _ = CAUGHT.get()), VALUE);
        assert!(!CAUGHT.is_done());
        assert_eq!(format!("{CAUGHT:?}"), "OnceValue(<running>)");
        7
    });
    assert_eq!(CAUGHT.get(), &7);
    on_another_thread(|| assert_eq!(CAUGHT.get(), &7));
}

#[test]
fn values_inside_themselves() {
    static V: OnceValues<u32, u32> = OnceValues::new(|| (1, *V.get().0));
    for _ in 0..2 {
        assert_eq!(message(|| _ = V.get()), VALUES);
    }
    on_another_thread(|| assert_eq!(message(|| _ = V.get()), VALUES));
}

#[test]
fn value_inside_itself_through_another() {
    static A: OnceValue<u32> = OnceValue::new(|| *B.get());
    static B: OnceValue<u32> = OnceValue::new(|| *A.get());
    // B's function failed because of A's: both have that message from now on.
    assert_eq!(message(|| _ = A.get()), VALUE);
    on_another_thread(|| assert_eq!(message(|| _ = B.get()), VALUE));
}

#[test]
fn a_str_comes_again_as_a_str() {
    let runs = AtomicU32::new(0);
    let f = OnceFunc::new(|| {
        runs.fetch_add(1, Relaxed);
        panic!("x")
    });
    for _ in 0..3 {
        let panic = catch_unwind(AssertUnwindSafe(|| f.call())).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"x"));
    }
    on_another_thread(|| assert_eq!(message(|| f.call()), "x"));
    assert_eq!(runs.load(Relaxed), 1);
    assert!(f.is_done());
}

#[test]
fn a_string_comes_again_as_a_string() {
    let number = 7;
    let value: OnceValue<u32, _> = OnceValue::new(|| panic!("x {number}"));
    for _ in 0..3 {
        let panic = catch_unwind(AssertUnwindSafe(|| *value.get())).unwrap_err();
        assert_eq!(
            panic.downcast_ref::<String>().map(String::as_str),
            Some("x 7")
        );
    }
    on_another_thread(|| assert_eq!(message(|| _ = value.get()), "x 7"));
    assert!(value.is_done());
}

/// The first caller gets the very value, with all it carries; the others are told.
#[test]
fn another_payload_goes_to_the_first_caller() {
    let func = OnceFunc::new(|| panic_any(7_u32));
    let value: OnceValue<u32> = OnceValue::new(|| panic_any(7_u32));
    let values: OnceValues<u32, u32> = OnceValues::new(|| panic_any(7_u32));
    let calls: [(&str, &(dyn Fn() + Sync)); 3] = [
        ("OnceFunc", &|| func.call()),
        ("OnceValue", &|| _ = value.get()),
        ("OnceValues", &|| _ = values.get()),
    ];
    for (name, call) in calls {
        let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&7_u32));
        let expected =
            format!("gosync: f of this {name} panicked before, with a value that is no message");
        assert_eq!(message(call), expected);
        on_another_thread(|| assert_eq!(message(call), expected));
    }
}

/// Spins until `it` shows that some thread is about to sleep on it.
fn until_waited_for(it: &dyn Debug) {
    while !format!("{it:?}").contains("waited for") {
        thread::yield_now();
    }
}

/// Callers that wait while the function panics, panic with its message.
#[test]
fn those_who_wait_panic_too() {
    static STARTED: OnceLock<mpsc::Sender<()>> = OnceLock::new();
    static VALUE: OnceValue<u32> = OnceValue::new(|| {
        STARTED.get().unwrap().send(()).unwrap();
        until_waited_for(&VALUE);
        panic!("for {}", "all")
    });
    let (started, wait_started) = mpsc::channel();
    STARTED.set(started).unwrap();
    thread::scope(|s| {
        s.spawn(|| assert_eq!(message(|| _ = VALUE.get()), "for all"));
        wait_started.recv().unwrap();
        for _ in 0..4 {
            s.spawn(|| assert_eq!(message(|| _ = VALUE.get()), "for all"));
        }
    });
}
