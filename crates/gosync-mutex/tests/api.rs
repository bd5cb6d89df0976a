//! What the mutex does.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
    thread,
};

use gosync_mutex::{Mutex, MutexGuard, RawMutex};

#[test]
fn lock_excludes() {
    const THREADS: usize = 8;
    const TIMES: usize = 20_000;
    let sum = Mutex::new(0_usize);
    thread::scope(|s| {
        for _ in 0..THREADS {
            s.spawn(|| (0..TIMES).for_each(|_| *sum.lock() += 1));
        }
    });
    assert_eq!(sum.into_inner(), THREADS * TIMES);
}

/// Go's `TestMutex`: every third operation is a `try_lock`.
#[test]
fn lock_and_try_lock_mixed() {
    let sum = Mutex::new(0_u32);
    let done: u32 = thread::scope(|s| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                s.spawn(|| {
                    let mut done = 0;
                    for i in 0..6000 {
                        if i % 3 == 0 {
                            let Some(mut guard) = sum.try_lock() else {
                                continue;
                            };
                            *guard += 1;
                        } else {
                            *sum.lock() += 1;
                        }
                        done += 1;
                    }
                    done
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!(*sum.lock(), done);
}

/// Long sections, so that waiters go through the queue.
#[test]
fn many_sleepers_all_get_in() {
    let order = Mutex::new(Vec::new());
    let guard = order.lock();
    thread::scope(|s| {
        for i in 0..16 {
            let order = &order;
            s.spawn(move || {
                for _ in 0..50 {
                    let mut order = order.lock();
                    thread::yield_now();
                    order.push(i);
                }
            });
        }
        drop(guard);
    });
    let order = order.into_inner();
    assert_eq!(order.len(), 16 * 50);
    assert!((0..16).all(|i| order.iter().filter(|&&j| j == i).count() == 50));
}

#[test]
fn try_lock_in_each_state() {
    let mutex = Mutex::new(());
    let guard = mutex.try_lock().expect("free");
    assert!(mutex.is_locked());
    assert!(mutex.try_lock().is_none(), "held here");
    thread::scope(|s| {
        s.spawn(|| assert!(mutex.try_lock().is_none(), "held elsewhere"));
    });
    drop(guard);
    assert!(!mutex.is_locked());
    assert!(mutex.try_lock().is_some(), "free again");
}

#[test]
fn a_guard_may_travel() {
    let mutex = Mutex::new(1);
    let mut guard = mutex.lock();
    *guard = 2;
    thread::scope(|s| {
        s.spawn(move || {
            *guard += 1;
        });
    });
    assert_eq!(*mutex.try_lock().expect("dropped over there"), 3);
}

#[test]
fn unlock_on_another_thread_wakes_the_waiter() {
    static MUTEX: RawMutex = RawMutex::new();
    MUTEX.lock();
    let (send, receive) = mpsc::channel();
    let waiter = thread::spawn(move || {
        send.send(()).unwrap();
        MUTEX.lock();
        MUTEX.unlock();
    });
    receive.recv().unwrap();
    thread::spawn(|| MUTEX.unlock()).join().unwrap();
    waiter.join().unwrap();
    assert!(!MUTEX.is_locked());
}

#[test]
fn a_panic_in_the_section_releases() {
    let mutex = Mutex::new(0);
    let result = catch_unwind(AssertUnwindSafe(|| {
        *mutex.lock() = 7;
        panic!("in the section");
    }));
    assert!(result.is_err());
    assert_eq!(*mutex.try_lock().expect("not poisoned, not locked"), 7);
}

#[test]
fn forgetting_a_guard_only_leaves_it_locked() {
    let mut mutex = Mutex::new(String::from("kept"));
    std::mem::forget(mutex.lock());
    assert!(mutex.try_lock().is_none());
    assert_eq!(mutex.get_mut(), "kept");
    assert_eq!(mutex.into_inner(), "kept");
}

#[test]
fn mapped_guards() {
    let mutex = Mutex::new((1, String::from("a")));
    let mut name = MutexGuard::map(mutex.lock(), |pair| &mut pair.1);
    name.push('b');
    assert!(mutex.is_locked());
    drop(name);
    assert_eq!(*mutex.lock(), (1, String::from("ab")));
}

#[cfg(feature = "arc_lock")]
#[test]
fn arc_guards() {
    let mutex = Arc::new(Mutex::new(1));
    let mut guard = mutex.lock_arc();
    thread::spawn(move || *guard += 1).join().unwrap();
    assert_eq!(*mutex.lock(), 2);
}

/// What the porting guide warns of: how long a guard without a name is kept.
#[test]
fn a_guard_in_a_head_is_kept_to_the_end_of_the_whole() {
    let jobs = Mutex::new(vec![1, 2, 3, 4, 5]);
    let is_free = || jobs.try_lock().is_some();
    if let Some(_job) = jobs.lock().pop() {
        assert!(!is_free());
    }
    while let Some(_job) = jobs.lock().pop_if(|job| *job > 2) {
        assert!(!is_free());
    }
    match jobs.lock().pop() {
        Some(_job) => assert!(!is_free()),
        None => unreachable!(),
    }
    for _job in jobs.lock().iter() {
        assert!(!is_free());
    }
    if jobs.lock().len() == 1 {
        assert!(is_free(), "the head of an `if` without `let` lets go of it");
    }
    let job = jobs.lock().pop();
    if let Some(_job) = job {
        assert!(is_free());
    }
}

#[test]
fn unsized_data() {
    let mutex: Arc<Mutex<[u8]>> = Arc::new(Mutex::new([1, 2, 3]));
    mutex.lock()[1] = 9;
    assert_eq!(&*mutex.lock(), [1, 9, 3]);
}

#[test]
fn debug_shows_the_state_and_never_waits() {
    let mutex = Mutex::new(5);
    assert!(format!("{mutex:?}").contains('5'));
    let guard = mutex.lock();
    assert!(format!("{mutex:?}").contains("locked"));
    drop(guard);
    let raw = RawMutex::default();
    assert_eq!(
        format!("{raw:?}"),
        "RawMutex { locked: false, waiters: false, .. }"
    );
    raw.lock();
    assert_eq!(
        format!("{raw:?}"),
        "RawMutex { locked: true, waiters: false, .. }"
    );
}

/// A waiter that sleeps gets the mutex though another thread takes it again and again without a
/// pause (Go's issue 13086). Ends only if the hog does not starve the other.
#[test]
fn a_hog_starves_nobody() {
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    let mutex = Mutex::new(());
    let done = AtomicBool::new(false);
    thread::scope(|s| {
        s.spawn(|| {
            while !done.load(Relaxed) {
                let _guard = mutex.lock();
                (0..2000).for_each(|i| {
                    std::hint::black_box(i);
                });
            }
        });
        for _ in 0..50 {
            thread::yield_now();
            drop(mutex.lock());
        }
        done.store(true, Relaxed);
    });
}

#[test]
fn timed_forms() {
    use std::time::{Duration, Instant};
    let mutex = Mutex::new(0);
    assert!(
        mutex.try_lock_for(Duration::ZERO).is_some(),
        "free, so no time is needed"
    );
    let guard = mutex.lock();
    assert!(mutex.try_lock_for(Duration::ZERO).is_none());
    let begin = Instant::now();
    assert!(mutex.try_lock_for(Duration::from_millis(5)).is_none());
    assert!(
        mutex
            .try_lock_until(begin + Duration::from_millis(10))
            .is_none()
    );
    assert!(
        begin.elapsed() >= Duration::from_millis(10),
        "not before the time is up"
    );
    assert!(mutex.try_lock_until(begin).is_none(), "long past");
    thread::scope(|s| {
        let waiter = s.spawn(|| {
            mutex
                .try_lock_for(Duration::MAX)
                .map(|mut guard| *guard += 1)
        });
        drop(guard);
        assert!(waiter.join().unwrap().is_some());
    });
    assert_eq!(*mutex.lock(), 1);
}

/// Waiters with and without a deadline, mixed: those that give up leave the others in order.
#[test]
fn timed_and_untimed_waiters_mixed() {
    use std::time::Duration;
    let sum = Mutex::new(0_u32);
    let got: u32 = thread::scope(|s| {
        let threads: Vec<_> = (0..12_u32)
            .map(|thread| {
                let sum = &sum;
                s.spawn(move || {
                    let mut got = 0;
                    for i in 0..300 {
                        let guard = match (thread + i) % 3 {
                            0 => Some(sum.lock()),
                            1 => sum.try_lock_for(Duration::from_micros(20)),
                            _ => sum.try_lock_for(Duration::from_secs(3600)),
                        };
                        if let Some(mut guard) = guard {
                            *guard += 1;
                            got += 1;
                            if i % 8 == 0 {
                                thread::yield_now();
                            }
                        }
                    }
                    got
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert!(got >= 12 * 200, "only the short waits may fail");
    assert_eq!(sum.into_inner(), got);
}

/// A token that the program left for a thread is not lost to a wait with a deadline.
#[test]
fn a_timed_wait_gives_back_the_token_of_park() {
    use std::time::Duration;
    let mutex = Mutex::new(());
    let guard = mutex.lock();
    thread::scope(|s| {
        let waiter = s.spawn(|| {
            thread::current().unpark();
            drop(mutex.try_lock_for(Duration::MAX));
            thread::park(); // hangs if the token is gone
        });
        while !format!("{:?}", {
            // SAFETY: only looked at.
            unsafe { mutex.raw() }
        })
        .contains("waiters: true")
        {
            thread::yield_now();
        }
        drop(guard);
        waiter.join().unwrap();
    });
}
