//! Every message, word for word, and the mutex in use again afterwards, from another thread.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use gosync_mutex::RawMutex;

fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("should panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().expect("a text").to_string(),
    }
}

/// Locks, unlocks and contends, on other threads.
fn assert_usable(mutex: &RawMutex) {
    let mut sum = 0;
    let sum_ptr = &raw mut sum as usize;
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(move || {
                for _ in 0..1000 {
                    mutex.lock();
                    // SAFETY: the mutex is held, and `sum` outlives the scope.
                    unsafe { *std::ptr::with_exposed_provenance_mut::<i32>(sum_ptr) += 1 };
                    mutex.unlock();
                }
            });
        }
    });
    assert_eq!(sum, 4000);
    assert!(mutex.try_lock());
    assert!(!mutex.try_lock());
    mutex.unlock();
}

#[test]
fn unlock_of_a_new_mutex() {
    let mutex = RawMutex::new();
    assert_eq!(message(|| mutex.unlock()), "sync: unlock of unlocked mutex");
    assert!(!mutex.is_locked());
    assert_usable(&mutex);
}

#[test]
fn unlock_twice() {
    let mutex = RawMutex::new();
    mutex.lock();
    mutex.unlock();
    for _ in 0..3 {
        assert_eq!(message(|| mutex.unlock()), "sync: unlock of unlocked mutex");
        assert!(!mutex.is_locked());
    }
    assert_usable(&mutex);
}

/// Surplus unlocks rain on a mutex in use. Each either panics, or releases a lock that somebody
/// held, whose own unlock then is the surplus one. Whatever happens, nobody hangs, nobody hears
/// another message, and at the end the mutex is free.
#[test]
fn surplus_unlocks_under_contention() {
    let mutex = RawMutex::new();
    let unlock = || {
        let result = catch_unwind(AssertUnwindSafe(|| mutex.unlock()));
        result.map_err(|payload| *payload.downcast::<&str>().expect("a text"))
    };
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let refused = thread::scope(|s| {
        let (mutex, unlock) = (&mutex, &unlock);
        let threads = [true, true, false].map(|locks| {
            s.spawn(move || {
                let mut refused = Vec::new();
                for _ in 0..2000 {
                    if locks {
                        mutex.lock();
                    }
                    refused.extend(unlock().err());
                }
                refused
            })
        });
        threads.map(|thread| thread.join().unwrap()).concat()
    });
    std::panic::set_hook(hook);
    assert!(!refused.is_empty(), "6000 unlocks, 4000 locks");
    assert!(
        refused
            .iter()
            .all(|&text| text == "sync: unlock of unlocked mutex")
    );
    assert!(!mutex.is_locked());
    assert_usable(&mutex);
}
