//! Models of the mutex: the code that ships, over loom's atomics and the futex's twin.
#![cfg(gosync_loom)]

use std::sync::Arc;

use gosync_mutex::RawMutex;
use gosync_park::{cell::UnsafeCell, model::Model, thread};

/// A mutex and what it guards. loom fails if two threads are in the cell at once, or if one reads
/// what another wrote without being synchronized with it.
struct Guarded {
    mutex: RawMutex,
    value: UnsafeCell<u32>,
}

// SAFETY: the cell is used only with the mutex held: that is what the models check.
unsafe impl Sync for Guarded {}
// SAFETY: it holds nothing that is bound to a thread.
unsafe impl Send for Guarded {}

impl Guarded {
    fn new() -> Arc<Self> {
        Self::with(RawMutex::new())
    }

    fn with(mutex: RawMutex) -> Arc<Self> {
        Arc::new(Self {
            mutex,
            value: UnsafeCell::new(0),
        })
    }

    /// To be called with the mutex held.
    fn increment(&self) {
        // SAFETY: the caller holds the mutex.
        self.value.with_mut(|value| unsafe { *value += 1 });
    }

    /// To be called with the mutex held.
    fn get(&self) -> u32 {
        // SAFETY: the caller holds the mutex.
        self.value.with(|value| unsafe { *value })
    }

    fn locked_increment(&self) {
        self.mutex.lock();
        self.increment();
        self.mutex.unlock();
    }
}

/// `threads` threads lock, add and unlock, `times` each. At the end no bit is left set.
fn contend(threads: usize, times: usize) {
    contend_for(&Guarded::new(), threads, times);
}

fn contend_for(guarded: &Arc<Guarded>, threads: usize, times: usize) {
    let others: Vec<_> = (1..threads)
        .map(|_| {
            let guarded = Arc::clone(guarded);
            thread::spawn(move || (0..times).for_each(|_| guarded.locked_increment()))
        })
        .collect();
    (0..times).for_each(|_| guarded.locked_increment());
    for other in others {
        other.join().unwrap();
    }
    guarded.mutex.lock();
    assert_eq!(guarded.get() as usize, threads * times);
    guarded.mutex.unlock();
    assert!(format!("{:?}", guarded.mutex).contains("waiters: false"));
}

/// One thread at a time is in the section, each sees what the one before it wrote, every thread
/// gets in, and at the end no bit is left behind.
#[test]
fn two_threads_exclude_each_other() {
    Model::new("mutex: two threads, twice each")
        .at_least(100)
        .check(|| contend(2, 2));
}

/// As above, with a queue of more than one.
#[test]
fn three_threads_exclude_each_other() {
    Model::new("mutex: three threads")
        .at_least(1000)
        .check(|| contend(3, 2));
}

/// As above, when every turn is over on arrival, so that arrivals let the oldest sleeper go first.
#[test]
fn at_the_end_of_a_turn() {
    Model::new("mutex: three threads, each turn over")
        .preemptions(2)
        .long_ago()
        .at_least(1000)
        .check(|| contend(3, 1));
}

/// As above, with a lock that is crowded, until it is seen at the end of a turn that nobody is there.
#[test]
fn a_crowded_lock() {
    Model::new("mutex: crowded, two threads, twice each")
        .long_ago()
        .at_least(1000)
        .check(|| contend_for(&Guarded::with(RawMutex::new().crowded()), 2, 2));
    Model::new("mutex: crowded, three threads")
        .preemptions(2)
        .at_least(1000)
        .check(|| contend_for(&Guarded::with(RawMutex::new().crowded()), 3, 1));
}

/// As above, with a keeper, which hides the crowd while others lock and unlock.
#[test]
fn a_keeper_in_a_crowd() {
    Model::new("mutex: a keeper and its holder, crowded")
        .at_least(100)
        .check(|| contend_for(&Guarded::with(RawMutex::brisk().crowded()), 2, 2));
}

/// As above, with a keeper: the first that waits hides itself and all others from the holder. No
/// sleeper is forgotten, whether the keeper gets the lock, or claims it, or gives up.
#[test]
fn a_keeper_and_another_thread() {
    Model::new("mutex: a keeper and its holder, twice each")
        .at_least(100)
        .check(|| contend_for(&Guarded::with(RawMutex::brisk()), 2, 2));
}

/// As above, with a sleeper that only the keeper knows of.
#[test]
fn a_keeper_looks_after_the_queue() {
    Model::new("mutex: a keeper, a sleeper and the holder")
        .at_least(1000)
        .check(|| contend_for(&Guarded::with(RawMutex::brisk()), 3, 1));
}

/// As above, with an heir beside the keeper, which claims the lock and may go back to sleep.
#[test]
fn an_heir_beside_a_keeper() {
    Model::new("mutex: a keeper, an heir and two more")
        .preemptions(2)
        .at_least(1000)
        .check(|| contend_for(&Guarded::with(RawMutex::brisk()), 4, 1));
}

/// `try_lock` excludes as lock does, and leaves nobody asleep.
#[test]
fn try_lock_excludes() {
    Model::new("mutex: try_lock")
        .at_least(20)
        .check(|| try_once(&Guarded::new()));
    Model::new("mutex: try_lock, crowded")
        .long_ago()
        .at_least(20)
        .check(|| try_once(&Guarded::with(RawMutex::new().crowded())));
}

fn try_once(guarded: &Arc<Guarded>) {
    let other = {
        let guarded = Arc::clone(guarded);
        thread::spawn(move || guarded.locked_increment())
    };
    let got = guarded.mutex.try_lock();
    if got {
        guarded.increment();
        guarded.mutex.unlock();
    }
    other.join().unwrap();
    assert!(guarded.mutex.try_lock(), "free once both are through");
    assert_eq!(guarded.get(), 1 + u32::from(got));
    guarded.mutex.unlock();
}

/// A lock taken by one thread is released by another: the waiter between them is woken, and sees
/// what the releasing thread wrote.
#[test]
fn unlock_on_another_thread() {
    Model::new("mutex: unlock on another thread")
        .at_least(50)
        .check(|| {
            let guarded = Guarded::new();
            guarded.mutex.lock();
            let waiter = {
                let guarded = Arc::clone(&guarded);
                thread::spawn(move || guarded.locked_increment())
            };
            let unlocker = {
                let guarded = Arc::clone(&guarded);
                thread::spawn(move || {
                    guarded.increment();
                    guarded.mutex.unlock();
                })
            };
            waiter.join().unwrap();
            unlocker.join().unwrap();
            guarded.mutex.lock();
            assert_eq!(guarded.get(), 2);
            guarded.mutex.unlock();
        });
}

/// Whoever sees that the mutex is locked may unlock it, though the `lock` has not returned, and
/// nothing but the mutex says so. The keeper is one still, and the sleeper is woken all the same.
#[test]
fn unlock_before_lock_returns() {
    Model::new("mutex: unlock before lock returns")
        .preemptions(2)
        .at_least(100)
        .check(|| {
            let mutex = Arc::new(RawMutex::brisk());
            mutex.lock();
            let lockers = [(); 2].map(|()| {
                let mutex = Arc::clone(&mutex);
                thread::spawn(move || mutex.lock())
            });
            mutex.unlock();
            for _ in &lockers {
                while !mutex.is_locked() {
                    thread::yield_now();
                }
                mutex.unlock();
            }
            for locker in lockers {
                locker.join().unwrap();
            }
            assert!(mutex.try_lock(), "free once both are through");
        });
}

/// The unlock of an unlocked mutex panics, and neither hangs a thread that locks meanwhile nor
/// lets two in at once. (If the surplus unlock comes while the other thread has the lock it
/// releases that: nothing can tell the two unlocks apart, and then the other one panics.)
#[test]
fn surplus_unlock_hangs_nobody() {
    Model::new("mutex: surplus unlock").at_least(20).check(|| {
        let mutex = Arc::new(RawMutex::new());
        let attempt = |mutex: &RawMutex| {
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mutex.unlock())).is_ok()
        };
        let other = {
            let mutex = Arc::clone(&mutex);
            thread::spawn(move || {
                mutex.lock();
                attempt(&mutex)
            })
        };
        let surplus = attempt(&mutex);
        let proper = other.join().unwrap();
        assert!(surplus != proper, "one lock, so one unlock of two succeeds");
        assert!(mutex.try_lock(), "usable afterwards");
        mutex.unlock();
    });
}

/// Two unlocks too many at once, beside a thread that locks and unlocks: nobody hangs, and the mutex
/// is free and of use at the end. (Each of the two may take the other's, or the thread's own, for the
/// one lock that there is; one of the three panics at least.)
#[test]
fn two_surplus_unlocks_hang_nobody() {
    Model::new("mutex: two surplus unlocks beside a locker")
        .at_least(100)
        .check(|| {
            let mutex = Arc::new(RawMutex::new());
            let attempt = |mutex: &RawMutex| {
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mutex.unlock())).is_ok()
            };
            let others = [(); 2].map(|()| {
                let mutex = Arc::clone(&mutex);
                thread::spawn(move || attempt(&mutex))
            });
            mutex.lock();
            let proper = attempt(&mutex);
            let surplus = others.map(|other| other.join().unwrap());
            assert!(!(proper && surplus[0] && surplus[1]), "one lock, not three");
            assert!(mutex.try_lock(), "usable afterwards");
            mutex.unlock();
            assert!(format!("{mutex:?}").contains("waiters: false"));
        });
}

/// A waiter whose time is up leaves nothing behind: whoever else waits gets in, and at the end no
/// bit is set. Under the model every deadline passes as soon as the waiter looks, so this explores
/// a wake-up before, during and after the way out, for a waiter at either end of the queue.
#[test]
fn a_waiter_gives_up() {
    Model::new("mutex: a waiter gives up")
        .at_least(100)
        .check(|| give_up(&Guarded::new()));
}

/// As above, beside a keeper, or as the keeper.
#[test]
fn a_waiter_gives_up_beside_a_keeper() {
    Model::new("mutex: a waiter gives up beside a keeper")
        .at_least(100)
        .check(|| give_up(&Guarded::with(RawMutex::brisk())));
}

fn give_up(guarded: &Arc<Guarded>) {
    let patient = {
        let guarded = Arc::clone(guarded);
        thread::spawn(move || guarded.locked_increment())
    };
    let impatient = {
        let guarded = Arc::clone(guarded);
        thread::spawn(move || {
            let got = guarded.mutex.try_lock_for(std::time::Duration::ZERO);
            if got {
                guarded.increment();
                guarded.mutex.unlock();
            }
            u32::from(got)
        })
    };
    guarded.locked_increment();
    patient.join().unwrap();
    let got = impatient.join().unwrap();
    assert!(guarded.mutex.try_lock(), "free once all are through");
    assert_eq!(guarded.get(), 2 + got);
    guarded.mutex.unlock();
    assert!(format!("{:?}", guarded.mutex).contains("waiters: false"));
}
