//! Unlocks that unlock nothing: Go's words, the lock as it was, and in use afterwards.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use gosync_rwmutex::RawRwMutex;

const UNLOCK: &str = "sync: Unlock of unlocked RWMutex";
const RUNLOCK: &str = "sync: RUnlock of unlocked RWMutex";

/// The call panics with these words, and the lock shows no trace of it.
#[track_caller]
fn assert_refused(lock: &RawRwMutex, call: impl Fn(&RawRwMutex), words: &str) {
    let before = format!("{lock:?}");
    for _ in 0..2 {
        let panic = catch_unwind(AssertUnwindSafe(|| call(lock))).expect_err("it should panic");
        assert_eq!(panic.downcast_ref::<&str>(), Some(&words));
        assert_eq!(format!("{lock:?}"), before);
    }
}

/// Another thread can use a free lock in every way.
#[track_caller]
fn assert_works(lock: &RawRwMutex) {
    thread::scope(|s| {
        s.spawn(|| {
            lock.lock_exclusive();
            assert!(!lock.try_lock_shared());
            lock.downgrade();
            lock.lock_shared();
            assert!(!lock.try_lock_exclusive());
            lock.unlock_shared();
            lock.unlock_shared();
            assert!(lock.try_lock_exclusive());
            lock.unlock_exclusive();
            assert!(lock.try_lock_shared());
            lock.unlock_shared();
            assert!(!lock.is_locked());
        });
    });
}

/// Waits until the lock shows that it has come so far.
fn wait_until(lock: &RawRwMutex, shows: &str) {
    while !format!("{lock:?}").contains(shows) {
        thread::yield_now();
    }
}

#[test]
fn of_a_new_lock() {
    let lock = RawRwMutex::new();
    assert_refused(&lock, RawRwMutex::unlock_exclusive, UNLOCK);
    assert_refused(&lock, RawRwMutex::unlock_shared, RUNLOCK);
    assert_refused(&lock, RawRwMutex::downgrade, UNLOCK);
    assert_works(&lock);
}

#[test]
fn twice() {
    let lock = RawRwMutex::new();
    lock.lock_exclusive();
    lock.unlock_exclusive();
    assert_refused(&lock, RawRwMutex::unlock_exclusive, UNLOCK);
    assert_works(&lock);

    lock.lock_shared();
    lock.lock_shared();
    lock.unlock_shared();
    lock.unlock_shared();
    assert_refused(&lock, RawRwMutex::unlock_shared, RUNLOCK);
    assert_works(&lock);

    lock.lock_exclusive();
    lock.downgrade();
    assert_refused(&lock, RawRwMutex::downgrade, UNLOCK);
    assert_refused(&lock, RawRwMutex::unlock_exclusive, UNLOCK);
    lock.unlock_shared();
    assert_refused(&lock, RawRwMutex::unlock_shared, RUNLOCK);
    assert_works(&lock);
}

#[test]
fn of_the_wrong_kind() {
    let lock = RawRwMutex::new();
    lock.lock_shared();
    assert_refused(&lock, RawRwMutex::unlock_exclusive, UNLOCK);
    assert_refused(&lock, RawRwMutex::downgrade, UNLOCK);
    lock.unlock_shared();
    assert_works(&lock);

    lock.lock_exclusive();
    assert_refused(&lock, RawRwMutex::unlock_shared, RUNLOCK);
    lock.unlock_exclusive();
    assert_works(&lock);
}

/// Go overlooks this one.
#[test]
fn of_readers_that_only_wait() {
    let lock = RawRwMutex::new();
    lock.lock_exclusive();
    thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| {
                lock.lock_shared();
                lock.unlock_shared();
            });
        }
        wait_until(&lock, "queued_readers: 2");
        assert_refused(&lock, RawRwMutex::unlock_shared, RUNLOCK);
        lock.unlock_exclusive();
    });
    assert_works(&lock);
}

#[test]
fn of_a_writer_that_only_waits() {
    let lock = RawRwMutex::new();
    lock.lock_shared();
    thread::scope(|s| {
        s.spawn(|| {
            lock.lock_exclusive();
            lock.unlock_exclusive();
        });
        wait_until(&lock, "writer: Waiting");
        s.spawn(|| {
            lock.lock_shared();
            lock.unlock_shared();
        });
        wait_until(&lock, "queued_readers: 1");
        assert_refused(&lock, RawRwMutex::unlock_exclusive, UNLOCK);
        assert_refused(&lock, RawRwMutex::downgrade, UNLOCK);
        lock.unlock_shared();
    });
    assert_works(&lock);
}

/// Another thread's misuse disturbs neither those who are in nor those who wait.
#[test]
fn on_another_thread() {
    let lock = RawRwMutex::new();
    lock.lock_exclusive();
    thread::scope(|s| {
        s.spawn(|| {
            lock.lock_shared();
            lock.unlock_shared();
        });
        s.spawn(|| {
            lock.lock_exclusive();
            lock.unlock_exclusive();
        });
        wait_until(&lock, "queued_readers: 1");
        let intruder = s.spawn(|| lock.unlock_shared());
        let panic = intruder.join().unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&RUNLOCK));
        lock.unlock_exclusive();
    });
    assert_works(&lock);
}

/// The panic points at the caller, not into this crate.
#[test]
fn is_reported_where_it_happened() {
    use std::{cell::RefCell, panic};

    thread_local! {
        // Of this thread alone: other tests panic at the same time.
        static FILES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let at = info.location().expect("std always knows").file();
        FILES.with_borrow_mut(|files| files.push(at.replace('\\', "/")));
        report(info);
    }));
    let lock = RawRwMutex::new();
    for call in [
        || RawRwMutex::new().unlock_shared(),
        || RawRwMutex::new().unlock_exclusive(),
        || RawRwMutex::new().downgrade(),
    ] {
        assert!(catch_unwind(call).is_err());
    }
    let files = FILES.take();
    assert_eq!(files.len(), 3);
    assert!(
        files.iter().all(|file| file.ends_with("tests/misuse.rs")),
        "{files:?}"
    );
    assert_works(&lock);
}
