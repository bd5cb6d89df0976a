//! What only a state near its limits shows.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::state::{MAX_READERS, ONE_QUEUED};

fn with_state(state: usize) -> RawRwMutex {
    let lock = RawRwMutex::new();
    lock.state.store(state, Relaxed);
    lock
}

#[track_caller]
fn assert_panics(call: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(call)).expect_err("it should panic");
    assert_eq!(
        panic.downcast_ref::<&str>(),
        Some(&"gosync: too many readers of one RwMutex"),
    );
}

#[test]
fn a_reader_too_many_panics_and_changes_nothing() {
    let lock = with_state((MAX_READERS - 1) * ONE_READER);
    lock.lock_shared();
    let full = lock.state.load(Relaxed);
    assert_panics(|| lock.lock_shared());
    assert_panics(|| _ = lock.try_lock_shared());
    assert_eq!(lock.state.load(Relaxed), full);

    lock.unlock_shared();
    assert!(lock.try_lock_shared());
    assert_eq!(lock.state.load(Relaxed), full);
    assert!(!lock.try_lock_exclusive());
}

#[test]
fn a_reader_too_many_panics_also_while_a_writer_waits_or_is_in() {
    for (flags, inside) in [(WRITER, MAX_READERS - 2), (WRITER | ACTIVE, 0)] {
        let waiting = MAX_READERS - inside;
        let full = inside * ONE_READER + waiting * ONE_QUEUED + flags;
        let lock = with_state(full);
        assert_panics(|| lock.lock_shared());
        assert!(!lock.try_lock_shared());
        assert_eq!(lock.state.load(Relaxed), full);
    }
}

#[test]
fn a_writer_that_downgrades_finds_room() {
    let lock = RawRwMutex::new();
    lock.lock_exclusive();
    lock.state.fetch_add(MAX_READERS * ONE_QUEUED, Relaxed);
    lock.downgrade();
    let state = lock.state.load(Relaxed);
    assert_eq!((readers(state), queued(state)), (MAX_READERS + 1, 0));
    assert!(is_open(state));
    assert_panics(|| lock.lock_shared());
    lock.unlock_shared();
    assert_panics(|| lock.lock_shared());
    lock.unlock_shared();
    lock.lock_shared();
}

#[test]
fn the_gate_follows_the_phase() {
    let lock = RawRwMutex::new();
    for _ in 0..5 {
        lock.lock_exclusive();
        lock.unlock_exclusive();
        let before = phase(lock.state.load(Relaxed));
        assert_eq!(lock.gate.load(Relaxed), before);

        lock.lock_exclusive();
        lock.state.fetch_add(ONE_QUEUED, Relaxed);
        lock.unlock_exclusive();
        let after = phase(lock.state.load(Relaxed));
        assert_ne!(before, after);
        assert_eq!(lock.gate.load(Relaxed), after);
        lock.unlock_shared();
        assert!(!lock.is_locked());
    }
}

/// An unlock between the moment when the last reader has left and that when the writer that waited
/// goes in. No test on threads can hold that moment still.
#[test]
fn nothing_can_be_unlocked_while_the_turn_changes_hands() {
    let lock = RawRwMutex::new();
    lock.writers.lock();
    lock.lock_shared();
    lock.state.fetch_or(WRITER, Acquire);
    lock.queue(lock.state.load(Relaxed)).unwrap();
    lock.unlock_shared();
    let state = lock.state.load(Relaxed);
    assert_eq!((readers(state), queued(state)), (0, 1));

    for unlock in [
        RawRwMutex::unlock_shared,
        RawRwMutex::unlock_exclusive,
        RawRwMutex::downgrade,
    ] {
        assert!(catch_unwind(AssertUnwindSafe(|| unlock(&lock))).is_err());
        assert_eq!(lock.state.load(Relaxed), state);
        assert_eq!(lock.turn.load(Relaxed), 1);
    }

    // The writer comes round, and everything goes its way.
    lock.wait_for_turn();
    lock.state.fetch_or(ACTIVE, Relaxed);
    lock.unlock_exclusive();
    lock.unlock_shared();
    assert!(!lock.is_locked());
    lock.lock_exclusive();
}
