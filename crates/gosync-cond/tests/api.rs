//! What the condition variable does.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        atomic::{AtomicU32, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use gosync_cond::Cond;
use gosync_mutex::{Mutex, RawMutex};

/// Each notification wakes exactly one, and one that nobody waits for is not remembered.
#[test]
fn notify_one_wakes_one() {
    let (mutex, cond) = (Mutex::new(0), Cond::new());
    assert!(!cond.notify_one());
    let (send, receive) = mpsc::channel();
    thread::scope(|s| {
        for _ in 0..3 {
            let send = send.clone();
            let (mutex, cond) = (&mutex, &cond);
            s.spawn(move || {
                let mut waiting = mutex.lock();
                *waiting += 1;
                cond.wait(&mut waiting);
                *waiting -= 1;
                send.send(()).unwrap();
            });
        }
        while *mutex.lock() < 3 {
            thread::yield_now();
        }
        for left in (0..3).rev() {
            assert!(cond.notify_one());
            receive.recv().unwrap();
            assert_eq!(*mutex.lock(), left);
            assert!(receive.try_recv().is_err(), "one only");
        }
        assert!(!cond.notify_one());
    });
}

/// Go's `TestCondSignalGenerations`: the i-th notification wakes the i-th waiter.
#[test]
fn order_of_arrival() {
    const WAITERS: usize = 50;
    let (order, cond) = (Mutex::new(Vec::new()), Cond::new());
    let (entered, enter) = mpsc::channel();
    let (woken, wake) = mpsc::channel();
    thread::scope(|s| {
        for i in 0..WAITERS {
            let (entered, woken) = (entered.clone(), woken.clone());
            let (order, cond) = (&order, &cond);
            s.spawn(move || {
                let mut order = order.lock();
                entered.send(()).unwrap();
                cond.wait(&mut order);
                order.push(i);
                woken.send(()).unwrap();
            });
            enter.recv().unwrap();
            // It holds the mutex until it waits.
            drop(order.lock());
        }
        for _ in 0..WAITERS {
            cond.notify_one();
            wake.recv().unwrap();
        }
    });
    assert!(order.into_inner().into_iter().eq(0..WAITERS));
}

/// Go's `TestCondBroadcast`: each waits again at once, and each notification to all wakes each
/// exactly once.
#[test]
fn notify_all_wakes_each_once() {
    const WAITERS: u32 = 20;
    const ROUNDS: u32 = 50;
    let (waiting, cond) = (Mutex::new(0), Cond::new());
    let woken = AtomicU32::new(0);
    thread::scope(|s| {
        for _ in 0..WAITERS {
            s.spawn(|| {
                for _ in 0..ROUNDS {
                    let mut waiting = waiting.lock();
                    *waiting += 1;
                    cond.wait(&mut waiting);
                    woken.fetch_add(1, SeqCst);
                }
            });
        }
        for round in 0..ROUNDS {
            loop {
                let mut waiting = waiting.lock();
                if *waiting == WAITERS {
                    *waiting = 0;
                    assert_eq!(woken.load(SeqCst), round * WAITERS);
                    cond.notify_all();
                    break;
                }
                drop(waiting);
                thread::yield_now();
            }
        }
    });
    assert_eq!(woken.into_inner(), ROUNDS * WAITERS);
}

#[test]
fn wait_while_and_ping_pong() {
    const TURNS: u32 = 2000;
    let (turn, cond) = (Mutex::new(0), Cond::new());
    thread::scope(|s| {
        for parity in 0..2 {
            let (turn, cond) = (&turn, &cond);
            s.spawn(move || {
                for _ in 0..TURNS {
                    let mut turn = turn.lock();
                    cond.wait_while(&mut turn, |turn| *turn % 2 != parity);
                    *turn += 1;
                    cond.notify_all();
                }
            });
        }
    });
    assert_eq!(turn.into_inner(), 2 * TURNS);
}

#[test]
fn timeouts() {
    let (mutex, cond) = (Mutex::new(false), Cond::new());
    let begin = Instant::now();
    assert!(!cond.wait_timeout(&mut mutex.lock(), Duration::from_millis(5)));
    assert!(begin.elapsed() >= Duration::from_millis(5));
    assert!(mutex.try_lock().is_some(), "locked again, and released");
    assert!(!cond.notify_one(), "who gave up does not wait any more");
    let end = begin + Duration::from_millis(10);
    assert!(!cond.wait_until(&mut mutex.lock(), end));
    assert!(Instant::now() >= end);
    assert!(!cond.wait_until(&mut mutex.lock(), begin), "long past");
    let (begin, time) = (Instant::now(), Duration::from_millis(5));
    assert!(!cond.wait_timeout_while(&mut mutex.lock(), time, |ready| !*ready));
    assert!(begin.elapsed() >= time);
    let mut looks = 0;
    let ends_late = |_: &mut bool| {
        looks += 1;
        looks == 1
    };
    assert!(
        cond.wait_timeout_while(&mut mutex.lock(), time, ends_late),
        "looked at once more"
    );
    assert!(
        cond.wait_timeout_while(&mut mutex.lock(), time, |ready| *ready),
        "no need to wait"
    );
    thread::scope(|s| {
        s.spawn(|| {
            *mutex.lock() = true;
            cond.notify_one();
        });
        let mut ready = mutex.lock();
        while !*ready {
            assert!(cond.wait_timeout(&mut ready, Duration::MAX));
        }
        assert!(cond.wait_timeout_while(&mut ready, Duration::ZERO, |ready| !*ready));
    });
}

/// As many waits end as notified as there were waiters woken: no notification is swallowed by a
/// waiter that gives up, and none is made up.
#[test]
fn a_timeout_swallows_no_notification() {
    let (mutex, cond) = (Mutex::new(()), Cond::new());
    let mut sent = 0;
    let received: usize = thread::scope(|s| {
        let waiters: Vec<_> = (0..4)
            .map(|_| {
                s.spawn(|| {
                    (0..1000)
                        .filter(|_| cond.wait_timeout(&mut mutex.lock(), Duration::from_micros(5)))
                        .count()
                })
            })
            .collect();
        while !waiters.iter().all(thread::ScopedJoinHandle::is_finished) {
            sent += usize::from(cond.notify_one());
        }
        waiters
            .into_iter()
            .map(|waiter| waiter.join().unwrap())
            .sum()
    });
    assert_eq!(received, sent);
}

/// A wait whose unlock panics is no wait: the next notification goes to who really waits.
#[test]
fn a_wait_on_an_unlocked_mutex() {
    let (mutex, cond) = (RawMutex::new(), Cond::new());
    let result = catch_unwind(AssertUnwindSafe(|| {
        cond.wait_with(None, |sleep| {
            mutex.unlock();
            sleep();
            mutex.lock();
        });
    }));
    let message = *result.unwrap_err().downcast::<&str>().unwrap();
    assert_eq!(message, "sync: unlock of unlocked mutex");
    assert_eq!(format!("{cond:?}"), "Cond { waiters: false }");
    thread::scope(|s| {
        s.spawn(|| {
            mutex.lock();
            cond.wait_with(None, |sleep| {
                mutex.unlock();
                sleep();
            });
        });
        while format!("{cond:?}") != "Cond { waiters: true }" {
            thread::yield_now();
        }
        assert!(cond.notify_one());
    });
}

/// A notification that had chosen a waiter whose unlock then panics goes to the next one.
#[test]
fn a_panic_passes_the_notification_on() {
    let cond = Cond::new();
    let (send, receive) = mpsc::channel();
    thread::scope(|s| {
        let result = catch_unwind(AssertUnwindSafe(|| {
            cond.wait_with(None, |_| {
                s.spawn(|| {
                    cond.wait_with(None, |sleep| {
                        send.send(()).unwrap();
                        assert!(sleep());
                    });
                });
                receive.recv().unwrap();
                assert!(cond.notify_one(), "chooses this thread, which came first");
                panic!("before the sleep");
            });
        }));
        assert!(result.is_err());
        // The scope ends only if the other one was woken.
    });
    assert!(!cond.notify_one());
}

/// One to all goes to nobody else: who came after it was not meant.
#[test]
fn a_notification_to_all_is_not_passed_on() {
    let cond = Cond::new();
    thread::scope(|s| {
        cond.wait_with(None, |_| {
            cond.notify_all();
            s.spawn(|| cond.wait_with(None, |sleep| assert!(sleep())));
            while format!("{cond:?}") != "Cond { waiters: true }" {
                thread::yield_now();
            }
        });
        assert!(cond.notify_one(), "it still waits");
    });
}

#[test]
fn works_with_other_mutexes() {
    use gosync_rwmutex::RwMutex;
    let (lock, cond) = (RwMutex::new(0), Cond::new());
    thread::scope(|s| {
        s.spawn(|| {
            *lock.write() = 1;
            cond.notify_all();
        });
        let mut guard = lock.write();
        while *guard == 0 {
            cond.wait_with(None, |sleep| {
                lock_api::RwLockWriteGuard::unlocked(&mut guard, sleep);
            });
        }
    });
    assert_eq!(*lock.read(), 1);
}
