//! The two rules whose breach is a race: here the state machine is put into the window.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use super::*;

/// The message of the panic of `f`.
fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
    payload.downcast_ref::<&str>().map_or_else(
        || payload.downcast_ref::<String>().expect("a message").clone(),
        |text| (*text).to_owned(),
    )
}

const ADD_CONCURRENT: &str = "sync: WaitGroup misuse: Add called concurrently with Wait";
const REUSED: &str = "sync: WaitGroup is reused before previous Wait has returned";
const PANICKED_TASK: &str = "gosync: a task started by WaitGroup::Go panicked";

fn until_waiting(group: &WaitGroup) {
    while group.state.load(Relaxed) & WAITERS == 0 {
        thread::yield_now();
    }
}

/// The first half of a `done` that ends the round: the releaser stops before `release`.
fn half_done(group: &WaitGroup) {
    let new = group.state.fetch_sub(ONE, Release) - ONE;
    assert!(is_over(new));
}

fn works(group: &WaitGroup) {
    thread::scope(|scope| {
        group.go_scoped(scope, || ());
        scope.spawn(|| group.wait()).join().unwrap();
    });
    assert_eq!(group.state.load(Relaxed), 0);
}

#[test]
fn add_between_the_last_done_and_the_release() {
    let group = WaitGroup::new();
    group.add(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| group.wait());
        until_waiting(&group);
        half_done(&group);
        assert_eq!(message(|| group.add(1)), ADD_CONCURRENT);
        assert_eq!(group.state.load(Relaxed), WAITERS);
        group.release();
        waiter.join().unwrap();
        assert_eq!(group.generation.load(Relaxed), 1);
    });
    works(&group);
}

#[test]
fn token_and_go_between_the_last_done_and_the_release() {
    fn token(group: &WaitGroup) {
        drop(group.token());
    }
    fn go(group: &WaitGroup) {
        thread::scope(|scope| {
            group.go_scoped(scope, || unreachable!());
        });
    }

    let group = WaitGroup::new();
    for attempt in [token, go] {
        group.state.store(WAITERS, Relaxed);
        assert_eq!(message(|| attempt(&group)), ADD_CONCURRENT);
        assert_eq!(group.state.load(Relaxed), WAITERS);
    }
    group.release();
    works(&group);
}

#[test]
fn zero_and_negative_deltas_are_no_misuse_while_threads_are_released() {
    let group = WaitGroup::new();
    group.state.store(WAITERS, Relaxed);
    group.add(0);
    assert_eq!(group.state.load(Relaxed), WAITERS);
    assert_eq!(message(|| group.done()), "sync: negative WaitGroup counter");
    assert_eq!(group.state.load(Relaxed), WAITERS);
}

/// A wait gives up between the last `done` and the release: it leaves the rest to the releaser.
#[test]
fn a_wait_gives_up_when_its_round_is_over() {
    let group = WaitGroup::new();
    group.add(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| while !group.wait_timeout(Duration::from_millis(5)) {});
        // The last `done`, at a moment when it waits.
        let over = |state| (state == ONE | WAITERS).then_some(WAITERS);
        while group.state.try_update(Release, Relaxed, over).is_err() {
            thread::yield_now();
        }
        // It gives up now, or has not come to that yet.
        thread::sleep(Duration::from_millis(20));
        assert_eq!(group.state.load(Relaxed), WAITERS);
        assert!(!waiter.is_finished());
        group.release();
        waiter.join().unwrap();
    });
    works(&group);
}

/// The next round begins between the release and the return of `wait`.
#[test]
fn add_before_a_wait_has_returned() {
    for panicked in [false, true] {
        let group = WaitGroup::new();
        group.add(1);
        thread::scope(|scope| {
            let waiter = scope.spawn(|| message(|| group.wait()));
            until_waiting(&group);
            if panicked {
                group.mark_panicked();
            }
            half_done(&group);
            // What `release` does, with something in between.
            group.state.swap(0, Acquire);
            group.add(1);
            group.publish();
            assert_eq!(waiter.join().unwrap(), REUSED);
            // The new round is not disturbed.
            assert_eq!(group.state.load(Relaxed), ONE);
            group.done();
        });
        works(&group);
    }
}

#[test]
fn a_whole_round_before_a_wait_has_returned() {
    let group = WaitGroup::new();
    let before = group.generation.load(Relaxed);
    // The thread has slept. Two rounds pass.
    group.publish();
    group.publish();
    assert_eq!(message(|| group.look_back(before)), REUSED);
    works(&group);
}

#[test]
fn every_wait_that_slept_is_told_of_the_panic() {
    let group = WaitGroup::new();
    group.add(1);
    thread::scope(|scope| {
        let waiters = [(); 3].map(|()| scope.spawn(|| message(|| group.wait())));
        while queue::len(group.address()) < 3 {
            thread::yield_now();
        }
        group.mark_panicked();
        group.done();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), PANICKED_TASK);
        }
    });
    works(&group);
}

/// Nobody had to wait in the round of the panic: those who have to in the next one are told, all of them.
#[test]
fn every_wait_is_told_of_a_panic_before_its_round() {
    let group = WaitGroup::new();
    group.add(1);
    group.mark_panicked();
    group.done();
    group.add(1);
    thread::scope(|scope| {
        let waiters = [(); 3].map(|()| scope.spawn(|| message(|| group.wait())));
        while queue::len(group.address()) < 3 {
            thread::yield_now();
        }
        group.done();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), PANICKED_TASK);
        }
    });
    works(&group);
}

/// Who gives up takes `WAITERS` along if nobody else sleeps: an `add` that comes after it, at zero,
/// is no misuse. If somebody else does, it stays.
#[test]
fn a_wait_that_gives_up_leaves_nothing() {
    let group = WaitGroup::new();
    group.add(1);
    assert!(!group.wait_timeout(Duration::ZERO));
    assert_eq!(group.state.load(Relaxed), ONE);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| group.wait());
        until_waiting(&group);
        // In the queue, or about to be: the bit is set with the queue locked.
        assert!(!group.wait_timeout(Duration::ZERO));
        assert_eq!(group.state.load(Relaxed), ONE | WAITERS);
        group.done();
        waiter.join().unwrap();
    });
    works(&group);
}

#[test]
fn a_wait_that_finds_the_round_over_leaves_the_panic_to_those_who_slept() {
    let group = WaitGroup::new();
    group.state.store(WAITERS | PANICKED, Relaxed);
    group.wait();
    group.release();
    works(&group);
}

#[test]
fn the_numbers_wrap() {
    for end in [None, Some(PANICKED_TASK)] {
        let group = WaitGroup::new();
        group.generation.store(u32::MAX, Relaxed);
        group.panics.store(u32::MAX, Relaxed);
        group.add(1);
        thread::scope(|scope| {
            let waiter = scope.spawn(|| match end {
                None => group.wait(),
                Some(text) => assert_eq!(message(|| group.wait()), text),
            });
            until_waiting(&group);
            if end.is_some() {
                group.mark_panicked();
            }
            group.done();
            waiter.join().unwrap();
        });
        assert_eq!(group.generation.load(Relaxed), 0);
        works(&group);
    }
}
