//! Models of the futex's use and of the wait queue.
#![cfg(gosync_loom)]

use gosync_park::{
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    cell::UnsafeCell,
    clock::Instant,
    futex,
    model::{Model, ModelArc as Arc},
    queue::{self, Place},
    thread,
};

struct Shared {
    word: AtomicU32,
    data: UnsafeCell<u32>,
}

// SAFETY: the cell is used as the models say, which loom checks.
unsafe impl Sync for Shared {}
// SAFETY: it holds nothing that is bound to a thread.
unsafe impl Send for Shared {}

fn shared() -> Arc<Shared> {
    Arc::new(Shared {
        word: AtomicU32::new(0),
        data: UnsafeCell::new(0),
    })
}

/// Whoever changes the word with Release and then wakes, wakes; the waiter that loads the word
/// with Acquire sees what was written before.
#[test]
fn futex_loses_no_wake_up() {
    Model::new("park: futex").at_least(5).check(|| {
        let shared = shared();
        let waker = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                // SAFETY: nobody reads before the word says so.
                shared.data.with_mut(|data| unsafe { *data = 7 });
                shared.word.store(1, Release);
                futex::wake_one(&shared.word);
            })
        };
        while shared.word.load(Acquire) == 0 {
            futex::wait(&shared.word, 0);
        }
        // SAFETY: the word says that the writer is through.
        assert_eq!(shared.data.with(|data| unsafe { *data }), 7);
        waker.join().unwrap();
    });
}

fn address(word: &AtomicU32) -> *const () {
    std::ptr::from_ref(word).cast()
}

/// A waiter that enters the queue while the word is 0 is woken by the one who sets it to 1 and
/// then looks into the queue, whatever the order of the two; and it sees what the waker wrote.
#[test]
fn queue_loses_no_wake_up() {
    Model::new("park: queue, two waiters")
        .at_least(100)
        .check(|| {
            let shared = shared();
            let waiters: Vec<_> = (0..2)
                .map(|_| {
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || {
                        let slept = queue::wait(
                            address(&shared.word),
                            Place::Back,
                            Instant::now(),
                            // The write below and this read are ordered by the queue's lock.
                            || shared.word.load(Relaxed) == 0,
                        );
                        if slept {
                            // SAFETY: the waker wrote before it woke us, and writes no more.
                            assert_eq!(shared.data.with(|data| unsafe { *data }), 7);
                        }
                    })
                })
                .collect();
            // SAFETY: nobody reads before the wake-up.
            shared.data.with_mut(|data| unsafe { *data = 7 });
            queue::wake_one(address(&shared.word), |oldest| {
                shared.word.store(1, Relaxed);
                oldest.is_some()
            });
            while queue::wake_one(address(&shared.word), |oldest| oldest.is_some()) {}
            for waiter in waiters {
                waiter.join().unwrap();
            }
        });
}
