//! The wait queue: order of service, either end, many addresses in one bucket.
#![cfg(not(gosync_loom))]

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

use gosync_park::{
    Spin,
    clock::Deadline,
    queue::{self, Oldest, Outcome, Place},
};

fn address<T>(of: &T) -> *const () {
    std::ptr::from_ref(of).cast()
}

fn always(oldest: Option<Oldest>) -> bool {
    oldest.is_some()
}

/// Starts a thread that waits at `of`, and returns once it is in the queue.
fn start<'scope, T: Sync>(
    s: &'scope thread::Scope<'scope, '_>,
    of: &'scope T,
    place: Place,
    woken: impl FnOnce() + Send + 'scope,
) {
    let (send, receive) = mpsc::channel();
    s.spawn(move || {
        let slept = queue::wait(address(of), place, || {
            send.send(()).unwrap();
            true
        });
        assert!(slept);
        woken();
    });
    receive.recv().unwrap();
    // The closure runs with the queue locked, so this waits until the node is linked.
    queue::wake_one(address(of), |_| false);
}

#[test]
fn nobody_waits() {
    let word = 0_u32;
    let mut called = false;
    let woken = queue::wake_one(address(&word), |oldest| {
        called = true;
        assert!(oldest.is_none());
        true
    });
    assert!(called && !woken);
}

#[test]
fn a_waiter_may_refuse() {
    let word = 0_u32;
    assert!(!queue::wait(address(&word), Place::Back, || false));
    assert!(!queue::wake_one(address(&word), always));
}

#[test]
fn a_waker_may_refuse() {
    let word = 0_u32;
    let woken = AtomicBool::new(false);
    thread::scope(|s| {
        start(s, &word, Place::Back, || woken.store(true, SeqCst));
        assert!(!queue::wake_one(address(&word), |oldest| {
            assert!(oldest.unwrap().alone);
            false
        }));
        assert!(!woken.load(SeqCst));
        assert!(queue::wake_one(address(&word), always));
    });
    assert!(woken.load(SeqCst));
}

#[test]
fn order_of_arrival_and_the_front() {
    let word = 0_u32;
    let order = Mutex::new(Vec::new());
    let (send, receive) = mpsc::channel();
    thread::scope(|s| {
        for (name, place) in [
            ("a", Place::Back),
            ("b", Place::Back),
            ("front", Place::Front),
            ("c", Place::Back),
            ("first", Place::Front),
        ] {
            let (order, send) = (&order, send.clone());
            start(s, &word, place, move || {
                order.lock().unwrap().push(name);
                send.send(()).unwrap();
            });
        }
        for left in (0..5).rev() {
            assert!(queue::wake_one(address(&word), |oldest| {
                assert_eq!(oldest.unwrap().alone, left == 0);
                true
            }));
            receive.recv().unwrap();
        }
        assert!(!queue::wake_one(address(&word), always));
    });
    assert_eq!(
        order.into_inner().unwrap(),
        ["first", "front", "a", "b", "c"]
    );
}

/// More addresses than buckets: queues of several addresses share a bucket and do not mix.
#[test]
fn addresses_do_not_mix() {
    let words: Vec<u32> = (0..600).collect();
    let last = AtomicU32::new(u32::MAX);
    let (send, receive) = mpsc::channel();
    thread::scope(|s| {
        for turn in 0..2 {
            for (i, word) in words.iter().enumerate().skip(turn).step_by(7) {
                let (last, send) = (&last, send.clone());
                start(s, word, Place::Back, move || {
                    last.store(u32::try_from(i).unwrap(), SeqCst);
                    send.send(()).unwrap();
                });
            }
        }
        for turn in 0..2 {
            for (i, word) in words.iter().enumerate().skip(turn).step_by(7).rev() {
                assert!(queue::wake_one(address(word), always));
                receive.recv().unwrap();
                assert_eq!(last.load(SeqCst) as usize, i);
                assert!(!queue::wake_one(address(word), always));
            }
        }
    });
}

/// `wake_all` wakes those who wait, in order, and each once.
#[test]
fn wake_all_in_order() {
    let word = 0_u32;
    let woken = AtomicU32::new(0);
    queue::wake_all_counted(address(&word), |waiting| {
        assert_eq!(waiting, 0);
        true
    });
    thread::scope(|s| {
        for _ in 0..10 {
            start(s, &word, Place::Back, || {
                woken.fetch_add(1, SeqCst);
            });
        }
        queue::wake_all_counted(address(&word), |waiting| {
            assert_eq!(waiting, 10);
            false
        });
        assert_eq!(woken.load(SeqCst), 0, "the waker refused");
        queue::wake_all(address(&word), || ());
    });
    assert_eq!(woken.load(SeqCst), 10);
    assert!(!queue::wake_one(address(&word), always));
}

/// Waiters leave from the head, the middle and the end; the others stay in order.
#[test]
fn leave_from_anywhere() {
    for leaver in 0..4 {
        // Until the one that leaves has waited for long enough to see the others come.
        let mut patience = Duration::from_millis(1);
        while !leave_at(leaver, patience) {
            patience *= 2;
        }
    }
}

/// Of four waiters the one at `leaver` gives up after `patience`. Whether all were there by then.
fn leave_at(leaver: usize, patience: Duration) -> bool {
    let word = 0_u32;
    let all_there = AtomicBool::new(false);
    let left_among_all = AtomicBool::new(false);
    let order = Mutex::new(Vec::new());
    let (send, receive) = mpsc::channel();
    thread::scope(|s| {
        let mut timed = None;
        for i in 0..4 {
            if i == leaver {
                let (entered, wait) = mpsc::channel();
                timed = Some(s.spawn({
                    let (word, all_there, left_among_all) = (&word, &all_there, &left_among_all);
                    move || {
                        queue::wait_until(
                            address(word),
                            Place::Back,
                            Some(Deadline::after(patience)),
                            Spin::none(),
                            || entered.send(()).is_ok(),
                            |empty| left_among_all.store(all_there.load(SeqCst) && !empty, SeqCst),
                        )
                    }
                }));
                wait.recv().unwrap();
                queue::wake_one(address(&word), |_| false);
            } else {
                let (order, send) = (&order, send.clone());
                start(s, &word, Place::Back, move || {
                    order.lock().unwrap().push(i);
                    send.send(()).unwrap();
                });
            }
        }
        all_there.store(true, SeqCst);
        assert_eq!(timed.unwrap().join().unwrap(), Outcome::TimedOut);
        for _ in 0..3 {
            assert!(queue::wake_one(address(&word), always));
            receive.recv().unwrap();
        }
        assert!(!queue::wake_one(address(&word), always));
    });
    let expected: Vec<_> = (0..4).filter(|&i| i != leaver).collect();
    assert_eq!(order.into_inner().unwrap(), expected);
    left_among_all.into_inner()
}

/// A park of the program's own is owed a token that was given during a wait with a deadline,
/// even if the wait's own park took it, together with the waker's.
#[test]
fn a_timed_wait_takes_no_token_for_good() {
    let word = 0_u32;
    thread::scope(|s| {
        let (send, receive) = mpsc::channel();
        let waiter = s.spawn(|| {
            let enter = move || send.send(()).is_ok();
            let deadline = Deadline::after(Duration::MAX);
            let outcome = queue::wait_until(
                address(&word),
                Place::Back,
                Some(deadline),
                Spin::none(),
                enter,
                |_| unreachable!(),
            );
            assert_eq!(outcome, Outcome::Woken);
            thread::park();
        });
        receive.recv().unwrap();
        waiter.thread().unpark();
        assert!(queue::wake_one(address(&word), always));
        // The scope ends only if the park does.
    });
}

/// A waiter that was chosen says so, however late it is.
#[test]
fn a_chosen_waiter_is_never_too_late() {
    let word = 0_u32;
    let timed_out = AtomicU32::new(0);
    let mut woken = 0;
    thread::scope(|s| {
        let waiters: Vec<_> = (0..4)
            .map(|_| {
                s.spawn(|| {
                    (0..2000)
                        .filter(|_| {
                            let outcome = queue::wait_until(
                                address(&word),
                                Place::Back,
                                Some(Deadline::after(Duration::from_micros(5))),
                                Spin::none(),
                                || true,
                                |_| {
                                    timed_out.fetch_add(1, SeqCst);
                                },
                            );
                            outcome == Outcome::Woken
                        })
                        .count()
                })
            })
            .collect();
        while !waiters.iter().all(thread::ScopedJoinHandle::is_finished) {
            woken += usize::from(queue::wake_one(address(&word), always));
        }
        let returned: usize = waiters.into_iter().map(|w| w.join().unwrap()).sum();
        assert_eq!(
            returned, woken,
            "each wake-up has one waiter, and each waiter one end"
        );
    });
    assert_eq!(woken + timed_out.into_inner() as usize, 8000);
}
