//! The futex, the spinning policy, thread indices.
#![cfg(not(gosync_loom))]

use std::{
    collections::HashSet,
    sync::{Barrier, mpsc},
    thread,
};

use gosync_park::{
    HeldIndex, Spin,
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    futex, thread_index,
};

#[test]
fn wait_returns_at_once_if_the_word_differs() {
    futex::wait(&AtomicU32::new(1), 0);
}

#[test]
fn wake_without_sleepers_and_on_dead_words() {
    let word = AtomicU32::new(0);
    futex::wake_one(&word);
    futex::wake_all(&word);
    let gone: *const AtomicU32 = &*Box::new(AtomicU32::new(0));
    futex::wake_one(gone);
    futex::wake_all(gone);
    futex::wake_all(std::ptr::null());
}

/// Two threads hand a turn to and fro: hangs if a wake-up is ever lost.
#[test]
fn no_wake_up_is_lost() {
    const TURNS: u32 = 20_000;
    let turn = AtomicU32::new(0);
    thread::scope(|s| {
        for parity in 0..2 {
            let turn = &turn;
            s.spawn(move || {
                loop {
                    let now = turn.load(Acquire);
                    if now >= TURNS {
                        break;
                    }
                    if now % 2 == parity {
                        turn.store(now + 1, Release);
                        futex::wake_one(turn);
                    } else {
                        futex::wait(turn, now);
                    }
                }
                futex::wake_all(turn);
            });
        }
    });
    assert_eq!(turn.load(Relaxed), TURNS);
}

#[test]
fn wake_all_wakes_all() {
    let word = AtomicU32::new(0);
    let (send, receive) = mpsc::channel();
    thread::scope(|s| {
        for _ in 0..16 {
            let (word, send) = (&word, send.clone());
            s.spawn(move || {
                send.send(()).unwrap();
                while word.load(Acquire) == 0 {
                    futex::wait(word, 0);
                }
            });
        }
        (0..16).for_each(|_| receive.recv().unwrap());
        word.store(1, Release);
        futex::wake_all(&word);
    });
}

#[test]
fn spinning_ends_for_good() {
    let mut spin = Spin::new();
    let rounds = (0..1000).take_while(|_| spin.again()).count();
    assert!(rounds < 100);
    assert!(!spin.again());
}

/// Living threads have different numbers, and the numbers of those that ended are used again.
#[test]
fn thread_indices_are_unique_and_reused() {
    const THREADS: usize = 12;
    let mut highest = 0;
    for _ in 0..20 {
        let all_alive = Barrier::new(THREADS);
        let indices: HashSet<u32> = thread::scope(|s| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    s.spawn(|| {
                        let index = thread_index().unwrap();
                        all_alive.wait();
                        assert_eq!(thread_index(), Some(index));
                        index.get()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(indices.len(), THREADS);
        highest = highest.max(*indices.iter().max().unwrap());
    }
    // Threads of tests that run beside this one may have some, but 20 rounds do not add up. (A
    // thread gives its number back after its join may have returned: hence the margin.)
    assert!(highest < 20 * 12, "{highest}");
}

/// The number of a living thread cannot be held, and to try does not make it free.
#[test]
fn a_number_in_use_is_not_held() {
    const THREADS: usize = 16;
    let mine = thread_index().unwrap();
    assert!(HeldIndex::hold(mine).is_none());
    let all_alive = Barrier::new(THREADS);
    thread::scope(|s| {
        for _ in 0..THREADS {
            s.spawn(|| {
                let index = thread_index();
                all_alive.wait();
                assert_ne!(index, Some(mine));
            });
        }
    });
}

/// In a thread's last moments there may be no number any more, and asking does no harm.
#[test]
fn thread_index_in_a_destructor() {
    struct AsksWhenDropped(mpsc::Sender<()>);
    impl Drop for AsksWhenDropped {
        fn drop(&mut self) {
            let _ = thread_index();
            self.0.send(()).unwrap();
        }
    }
    thread_local! {
        static EARLY: std::cell::RefCell<Option<AsksWhenDropped>> =
            const { std::cell::RefCell::new(None) };
    }
    for index_first in [false, true] {
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            if index_first {
                let _ = thread_index();
            }
            EARLY.set(Some(AsksWhenDropped(send)));
            let _ = thread_index();
        })
        .join()
        .unwrap();
        receive.recv().unwrap();
    }
}
