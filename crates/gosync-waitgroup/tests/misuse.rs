//! Each message word for word, and the WaitGroup after it. (The two whose breach is a race are
//! tested beside the state machine, in `src/wait_group/tests.rs`.)
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use gosync_waitgroup::WaitGroup;

const NEGATIVE: &str = "sync: negative WaitGroup counter";

/// What is told to a caller who would have made the count so large: what Go tells where its
/// counter, of 32 bits, is below zero then.
fn too_many(count: isize) -> &'static str {
    if count.cast_unsigned() >> 31 & 1 == 1 {
        NEGATIVE
    } else {
        "gosync: WaitGroup counter overflow"
    }
}
const MAX: isize = WaitGroup::MAX.cast_signed();

/// The message of the panic of `f`.
fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
    match payload.downcast::<&str>() {
        Ok(text) => (*text).to_owned(),
        Err(payload) => *payload.downcast::<String>().unwrap(),
    }
}

/// The count is `expected`, and other threads can use the WaitGroup as if nothing had been.
#[track_caller]
fn as_before(group: &WaitGroup, expected: usize) {
    assert_eq!(group.count(), expected);
    if expected == WaitGroup::MAX {
        group.done();
    }
    thread::scope(|scope| {
        let task = scope.spawn(|| drop(group.token()));
        task.join().unwrap();
        group.add(-group.count().cast_signed());
        scope.spawn(|| group.wait()).join().unwrap();
        let token = group.token();
        let waiter = scope.spawn(|| group.wait());
        scope.spawn(move || drop(token)).join().unwrap();
        waiter.join().unwrap();
    });
    assert_eq!(group.count(), 0);
    group.add(expected.cast_signed());
}

#[test]
fn done_at_zero() {
    let group = WaitGroup::new();
    assert_eq!(message(|| group.done()), NEGATIVE);
    as_before(&group, 0);
    // After Go's `TestWaitGroupMisuse`.
    group.add(1);
    group.done();
    assert_eq!(message(|| group.done()), NEGATIVE);
    as_before(&group, 0);
}

#[test]
fn negative_deltas() {
    let group = WaitGroup::new();
    for count in [0, 1, 5, MAX - 1, MAX] {
        group.add(count);
        for delta in [
            -count - 1,
            -count - 2,
            -MAX - 1,
            -MAX - 2,
            isize::MIN + 1,
            isize::MIN,
        ] {
            assert_eq!(message(|| group.add(delta)), NEGATIVE, "{count} {delta}");
            as_before(&group, count.unsigned_abs());
        }
        group.add(-count);
    }
}

#[test]
fn overflows() {
    let group = WaitGroup::new();
    for count in [0, 1, 5, MAX - 1, MAX] {
        group.add(count);
        for delta in [
            MAX - count + 1,
            MAX + 1,
            isize::MAX - count,
            isize::MAX - 1,
            isize::MAX,
        ] {
            let told = message(|| group.add(delta));
            assert_eq!(told, too_many(count.wrapping_add(delta)), "{count} {delta}");
            as_before(&group, count.unsigned_abs());
        }
        group.add(-count);
    }
    group.add(MAX);
    assert_eq!(message(|| drop(group.token())), too_many(MAX + 1));
    as_before(&group, WaitGroup::MAX);
}

/// Go looks at the low 32 bits only, and takes the highest of them for the sign.
#[cfg(target_pointer_width = "64")]
#[test]
fn deltas_that_go_truncates() {
    assert_eq!(MAX, i32::MAX as isize);
    let group = WaitGroup::new();
    for exponent in 31..63 {
        for count in [0, 3] {
            group.add(count);
            for delta in [1 << exponent, (1 << exponent) + 1] {
                assert_eq!(message(|| group.add(delta)), too_many(count + delta));
                assert_eq!(message(|| group.add(-delta)), NEGATIVE);
            }
            as_before(&group, count.unsigned_abs());
            group.add(-count);
        }
    }
}

#[test]
fn a_token_whose_share_was_taken() {
    let group = WaitGroup::new();
    let token = group.token();
    group.done();
    assert_eq!(message(|| drop(token)), NEGATIVE);
    as_before(&group, 0);
}

/// The second panic would end the process.
#[test]
fn a_token_whose_share_was_taken_while_unwinding() {
    let group = WaitGroup::new();
    let unwound = message(|| {
        let _token = group.token();
        group.done();
        panic!("the first panic");
    });
    assert_eq!(unwound, "the first panic");
    as_before(&group, 0);
}

/// The count that was too low for one call is right for the others: those who wait go on when it
/// is zero, and not before.
#[test]
fn a_waiter_outlasts_what_is_refused() {
    let group = WaitGroup::new();
    group.add(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            group.wait();
            group.count()
        });
        for _ in 0..1000 {
            assert_eq!(message(|| group.add(-2)), NEGATIVE);
            let told = message(|| group.add(MAX));
            assert_eq!(told, too_many(MAX + 1));
        }
        assert!(!waiter.is_finished());
        group.done();
        assert_eq!(waiter.join().unwrap(), 0);
    });
    as_before(&group, 0);
}
