//! Models of the futex's use and of the wait queue.
#![cfg(gosync_loom)]

use std::{cell::Cell, time::Duration};

use gosync_park::{
    Spin,
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    cell::UnsafeCell,
    clock::Deadline,
    futex,
    model::{Model, ModelArc as Arc},
    queue::{self, Outcome, Place},
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

impl Shared {
    /// To be called between the start of a thread and a write that must not be ordered before it:
    /// loom's time advances only with an atomic operation.
    fn step(&self) {
        self.word.fetch_add(0, Relaxed);
    }
}

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
            shared.step();
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

/// Bit: somebody waits.
const AWAITED: u32 = 1;
/// Bit: nobody may enter any more.
const CLOSED: u32 = 2;

/// A queue whose word says whether anybody waits, and is changed with the queue locked only.
struct Queue(AtomicU32);

impl Queue {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU32::new(0)))
    }

    fn address(&self) -> *const () {
        address(&self.0)
    }

    /// To be called with the queue locked, as is what follows.
    fn enter(&self) -> bool {
        let word = self.0.load(Relaxed);
        let open = word & CLOSED == 0;
        if open {
            self.0.store(word | AWAITED, Relaxed);
        }
        open
    }

    fn left(&self, empty: bool) {
        let word = self.0.load(Relaxed);
        assert_ne!(word & AWAITED, 0, "somebody waited");
        if empty {
            self.0.store(word & !AWAITED, Relaxed);
        }
    }

    /// The word says what is so.
    fn check(&self, awaited: bool) {
        assert_eq!(self.0.load(Relaxed) & AWAITED != 0, awaited);
    }

    fn wait(&self) -> Outcome {
        if queue::wait(self.address(), Place::Back, || self.enter()) {
            Outcome::Woken
        } else {
            Outcome::Refused
        }
    }

    /// Waits, but gives up, unless it was chosen before it looks.
    fn wait_shortly(&self) -> Outcome {
        queue::wait_until(
            self.address(),
            Place::Back,
            Some(Deadline::after(Duration::ZERO)),
            Spin::none(),
            || self.enter(),
            |empty| self.left(empty),
        )
    }

    fn wake_one(&self) -> bool {
        queue::wake_one(self.address(), |oldest| {
            self.check(oldest.is_some());
            if let Some(oldest) = oldest {
                self.left(oldest.alone);
            }
            true
        })
    }

    fn wake_all(&self) {
        queue::wake_all_counted(self.address(), |waiting| {
            self.check(waiting != 0);
            self.0.store(self.0.load(Relaxed) & !AWAITED, Relaxed);
            true
        });
    }

    /// From now on nobody enters. Wakes who is left, one by one, and returns how many that were.
    fn close(&self) -> u32 {
        queue::wake_one(self.address(), |_| {
            self.0.store(self.0.load(Relaxed) | CLOSED, Relaxed);
            false
        });
        let mut woken = 0;
        while self.wake_one() {
            woken += 1;
        }
        self.check(false);
        woken
    }
}

/// On another thread, with the queue.
fn spawn<T: 'static>(
    queue: &Arc<Queue>,
    body: impl FnOnce(&Queue) -> T + 'static,
) -> thread::JoinHandle<T> {
    let queue = Arc::clone(queue);
    thread::spawn(move || body(&queue))
}

/// A waiter that gives up at the moment of a wake-up either takes it or has left before: as many
/// are woken as there were wake-ups, and the word says at any time whether anybody waits.
#[test]
fn leaving_swallows_no_wake_up() {
    Model::new("park: one leaves, one is woken")
        .at_least(1000)
        .check(|| {
            let queue = Queue::new();
            let waiters = [
                spawn(&queue, Queue::wait_shortly),
                spawn(&queue, Queue::wait),
            ];
            let sent = u32::from(queue.wake_one()) + queue.close();
            let outcomes = waiters.map(|waiter| waiter.join().unwrap());
            let woken = outcomes.map(|outcome| u32::from(outcome == Outcome::Woken));
            assert_eq!(sent, woken.iter().sum());
            assert_ne!(outcomes[1], Outcome::TimedOut);
        });
}

/// Who leaves, be it from the head, the middle or the end, leaves a list that is whole.
#[test]
fn leaving_from_a_list_that_is_woken() {
    Model::new("park: one leaves, all are woken")
        .preemptions(2)
        .at_least(1000)
        .check(|| {
            let queue = Queue::new();
            let waiters = [
                spawn(&queue, Queue::wait),
                spawn(&queue, Queue::wait_shortly),
                spawn(&queue, Queue::wait),
            ];
            queue.wake_all();
            queue.close();
            // Nobody sleeps for ever.
            for waiter in waiters {
                waiter.join().unwrap();
            }
            queue.check(false);
        });
}

/// Who is in the list that a waker of all goes through after it has unlocked the queue cannot
/// leave it any more, but is woken, and sees what the waker did before.
#[test]
fn nobody_leaves_after_wake_all() {
    Model::new("park: nobody leaves after wake_all")
        .at_least(100)
        .check(|| {
            let (queue, shared) = (Queue::new(), shared());
            let waiter = {
                let shared = Arc::clone(&shared);
                spawn(&queue, move |queue| {
                    if queue.wait_shortly() == Outcome::Woken {
                        // SAFETY: the waker wrote before it woke us, and writes no more.
                        assert_eq!(shared.data.with(|data| unsafe { *data }), 7);
                    }
                })
            };
            shared.step();
            // SAFETY: nobody reads before the wake-up.
            shared.data.with_mut(|data| unsafe { *data = 7 });
            queue.wake_all();
            queue.close();
            waiter.join().unwrap();
        });
}

/// Two addresses in one bucket, which is the only one under the model: each wake-up goes to its
/// own address, whoever else comes and leaves meanwhile.
#[test]
fn two_addresses_in_one_bucket() {
    Model::new("park: two addresses in one bucket")
        .preemptions(2)
        .at_least(1000)
        .check(|| {
            let (one, other) = (Queue::new(), Queue::new());
            let waiters = [
                spawn(&one, Queue::wait),
                spawn(&other, Queue::wait_shortly),
                spawn(&other, Queue::wait),
            ];
            other.wake_all();
            let sent = [one.close(), other.close()];
            let outcomes = waiters.map(|waiter| waiter.join().unwrap());
            assert_eq!(sent[0], u32::from(outcomes[0] == Outcome::Woken));
            one.check(false);
            other.check(false);
        });
}

/// A wait that ends without having slept leaves the queue; or, if a waker has chosen it by then,
/// passes the wake-up on. No wake-up is lost that way, and none is made up.
#[test]
fn a_wait_that_does_not_sleep_passes_its_wake_up_on() {
    Model::new("park: a wait that does not sleep")
        .at_least(1000)
        .check(|| {
            let queue = Queue::new();
            // How many wake-ups it has had, and how many it has passed on.
            let sleepless = spawn(&queue, |queue| {
                let (had, passed) = (Cell::new(0), Cell::new(0));
                queue::wait_around(
                    queue.address(),
                    None,
                    || assert!(queue.enter()),
                    |empty| queue.left(empty),
                    || {
                        had.set(had.get() + 1);
                        passed.set(u32::from(queue.wake_one()));
                    },
                    |_| (),
                );
                (had.get(), passed.get())
            });
            let sleeper = spawn(&queue, Queue::wait);
            let sent = u32::from(queue.wake_one());
            let (had, passed) = sleepless.join().unwrap();
            let late = queue.close();
            let slept = u32::from(sleeper.join().unwrap() == Outcome::Woken);
            assert_eq!(sent + passed + late, had + slept);
        });
}

/// A wake-up for all that finds a waiter who does not sleep is not passed on: it was not for those who
/// came later.
#[test]
fn a_wake_up_for_all_is_not_passed_on() {
    Model::new("park: a wake-up for all is not passed on")
        .at_least(20)
        .check(|| {
            let queue = Queue::new();
            let sleepless = spawn(&queue, |queue| {
                queue::wait_around(
                    queue.address(),
                    None,
                    || assert!(queue.enter()),
                    |empty| queue.left(empty),
                    || unreachable!("it was for all"),
                    |_| (),
                );
            });
            queue.wake_all();
            sleepless.join().unwrap();
            assert_eq!(queue.close(), 0);
        });
}

/// A waiter at the front is woken before those that were there.
#[test]
fn the_front_comes_first() {
    Model::new("park: the front").at_least(100).check(|| {
        let shared = shared();
        let waiters = [Place::Back, Place::Front].map(|place| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                // 1 and 2 at the back and at the front, 4: no more.
                let enter = || match shared.word.load(Relaxed) {
                    word if word & 4 == 0 => {
                        let mine = if place == Place::Back { 1 } else { 2 };
                        shared.word.store(word | mine, Relaxed);
                        true
                    }
                    _ => false,
                };
                if queue::wait(address(&shared.word), place, enter) {
                    // SAFETY: the wake-ups come one after the other, each after the end of the one
                    // before it.
                    shared.data.with_mut(|data| unsafe {
                        *data = *data * 10 + if place == Place::Back { 1 } else { 2 };
                    });
                }
            })
        });
        let mut there = 0;
        queue::wake_one(address(&shared.word), |oldest| {
            there = shared.word.load(Relaxed);
            shared.word.store(there | 4, Relaxed);
            oldest.is_some()
        });
        let [back, front] = waiters;
        if there == 3 {
            front.join().unwrap();
            assert!(queue::wake_one(address(&shared.word), |oldest| oldest
                .unwrap()
                .alone));
            back.join().unwrap();
        } else {
            front.join().unwrap();
            back.join().unwrap();
        }
        // SAFETY: all others are through.
        let order = shared.data.with(|data| unsafe { *data });
        assert_eq!(order, if there == 3 { 21 } else { there });
    });
}
