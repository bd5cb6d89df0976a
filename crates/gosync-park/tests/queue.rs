//! The wait queue: order of service, either end, many addresses in one bucket.
#![cfg(not(gosync_loom))]

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
        mpsc,
    },
    thread,
};

use gosync_park::{
    clock::Instant,
    queue::{self, Oldest, Place},
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
        let slept = queue::wait(address(of), place, Instant::now(), || {
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
    assert!(!queue::wait(
        address(&word),
        Place::Back,
        Instant::now(),
        || false
    ));
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
