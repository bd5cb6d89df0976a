//! Models of the condition variable, over `gosync-mutex`.
#![cfg(gosync_loom)]

use std::time::Duration;

use gosync_cond::Cond;
use gosync_mutex::RawMutex;
use gosync_park::{
    cell::UnsafeCell,
    model::{Model, ModelArc as Arc},
    thread,
};

struct Shared {
    mutex: RawMutex,
    cond: Cond,
    /// Guarded by the mutex.
    ready: UnsafeCell<u32>,
}

// SAFETY: the cell is used only with the mutex held, which loom checks.
unsafe impl Sync for Shared {}
// SAFETY: it holds nothing that is bound to a thread.
unsafe impl Send for Shared {}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            mutex: RawMutex::new(),
            cond: Cond::new(),
            ready: UnsafeCell::new(0),
        })
    }

    /// To be called with the mutex held.
    fn ready(&self) -> u32 {
        // SAFETY: the caller holds the mutex.
        self.ready.with(|ready| unsafe { *ready })
    }

    fn set_ready(&self, to: u32) {
        self.mutex.lock();
        // SAFETY: the mutex is held.
        self.ready.with_mut(|ready| unsafe { *ready = to });
        self.mutex.unlock();
    }

    fn wait(&self, timeout: Option<Duration>) -> bool {
        self.cond.wait_with(timeout, |sleep| {
            self.mutex.unlock();
            let notified = sleep();
            self.mutex.lock();
            notified
        })
    }

    fn wait_until_ready(&self) {
        self.mutex.lock();
        while self.ready() == 0 {
            self.wait(None);
        }
        self.mutex.unlock();
    }
}

/// Who changes the condition with the mutex held, and then notifies, is not missed by a thread
/// that looks at the condition with the mutex held, and then waits.
#[test]
fn no_notification_is_missed() {
    Model::new("cond: notify_one").at_least(50).check(|| {
        let shared = Shared::new();
        let waiter = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.wait_until_ready())
        };
        shared.set_ready(1);
        shared.cond.notify_one();
        waiter.join().unwrap();
    });
}

/// The same for all of them.
#[test]
fn notify_all_reaches_all() {
    Model::new("cond: notify_all, two waiters")
        .at_least(500)
        .check(|| {
            let shared = Shared::new();
            let waiters: Vec<_> = (0..2)
                .map(|_| {
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || shared.wait_until_ready())
                })
                .collect();
            shared.set_ready(1);
            shared.cond.notify_all();
            for waiter in waiters {
                waiter.join().unwrap();
            }
            assert!(!shared.cond.notify_one(), "nobody is left in the queue");
        });
}

/// A waiter that gives up at the moment of the notification either takes it, or leaves it to the
/// other one: whoever has been woken by `notify_one` returns as notified.
#[test]
fn a_timeout_swallows_nothing() {
    Model::new("cond: a timeout against a notification")
        .at_least(30)
        .check(|| {
            let shared = Shared::new();
            let waiter = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.mutex.lock();
                    let notified = shared.wait(Some(Duration::ZERO));
                    shared.mutex.unlock();
                    notified
                })
            };
            let sent = shared.cond.notify_one();
            let received = waiter.join().unwrap();
            assert_eq!(sent, received);
            assert!(!shared.cond.notify_one(), "nobody is left in the queue");
        });
}

/// One that gives up and one that does not: a notification goes to either, and none is lost. Who
/// was chosen returns as notified; who was not leaves the queue, and the other stays in it.
#[test]
fn a_timeout_beside_a_waiter() {
    Model::new("cond: a timeout beside a waiter")
        .at_least(1000)
        .check(|| {
            let shared = Shared::new();
            let waiters = [Some(Duration::ZERO), None].map(|timeout| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.mutex.lock();
                    // Too late to wait for the notifications below.
                    let notified = shared.ready() == 0 && shared.wait(timeout);
                    shared.mutex.unlock();
                    notified
                })
            });
            let first = shared.cond.notify_one();
            shared.set_ready(1);
            let mut sent = u32::from(first);
            while shared.cond.notify_one() {
                sent += 1;
            }
            let received = waiters.map(|waiter| u32::from(waiter.join().unwrap()));
            assert_eq!(sent, received.iter().sum());
        });
}

/// Of two that wait, the one that began first is woken first. It wakes the next one, so that the
/// order in which they come out is that in which they were woken.
#[test]
fn first_come_first_woken() {
    /// How many began to wait, and how many came back; or that it is too late to begin.
    struct Turns {
        shared: Arc<Shared>,
        begun: UnsafeCell<u32>,
        ended: UnsafeCell<u32>,
    }

    // SAFETY: the cells are used only with the mutex held, which loom checks.
    unsafe impl Sync for Turns {}
    // SAFETY: it holds nothing that is bound to a thread.
    unsafe impl Send for Turns {}

    /// Counts, with the mutex held, and returns what the count was.
    fn next(turns: &UnsafeCell<u32>) -> u32 {
        // SAFETY: the caller holds the mutex.
        turns.with_mut(|turns| unsafe {
            *turns += 1;
            *turns - 1
        })
    }

    Model::new("cond: first come, first woken")
        .preemptions(2)
        .at_least(500)
        .check(|| {
            let turns = Arc::new(Turns {
                shared: Shared::new(),
                begun: UnsafeCell::new(0),
                ended: UnsafeCell::new(0),
            });
            let waiters = [(); 2].map(|()| {
                let turns = Arc::clone(&turns);
                thread::spawn(move || {
                    let shared = &turns.shared;
                    shared.mutex.lock();
                    if shared.ready() == 0 {
                        let mine = next(&turns.begun);
                        shared.wait(None);
                        assert_eq!(mine, next(&turns.ended), "out of turn");
                    }
                    shared.mutex.unlock();
                    shared.cond.notify_one();
                })
            });
            turns.shared.set_ready(1);
            turns.shared.cond.notify_one();
            for waiter in waiters {
                waiter.join().unwrap();
            }
        });
}
