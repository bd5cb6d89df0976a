//! What safe code may do to an object although nobody should: leave it locked, forget its guards,
//! drop it at any moment, panic wherever code of the user's runs, go to the limits. Nothing hangs
//! that need not, nothing is freed twice or lost, and what goes on goes on.
//!
//! Each crate's own tests have more of it; here is what concerns all of them.
#![cfg(not(gosync_loom))]

use std::{
    cell::Cell,
    mem,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use gosync_atomic::{Pointer, Value};
use gosync_cond::Cond;
use gosync_map::Map;
use gosync_mutex::{Mutex, MutexGuard, RawMutex};
use gosync_once::{Once, OnceValue};
use gosync_pool::Pool;
use gosync_rwmutex::{RawRwMutex, RwMutex, RwMutexReadGuard, RwMutexWriteGuard};
use gosync_waitgroup::WaitGroup;

const A_MOMENT: Duration = Duration::from_millis(1);

/// Counts its drops, and panics in them if told to.
struct Counted<'a> {
    drops: &'a AtomicUsize,
    panics: bool,
}

impl<'a> Counted<'a> {
    fn new(drops: &'a AtomicUsize) -> Self {
        Self {
            drops,
            panics: false,
        }
    }

    fn panicking(drops: &'a AtomicUsize) -> Self {
        Self {
            drops,
            panics: true,
        }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Relaxed);
        if self.panics && !thread::panicking() {
            boom();
        }
    }
}

/// A panic that prints nothing.
fn boom() -> ! {
    resume_unwind(Box::new("boom"))
}

#[track_caller]
fn explodes<R>(f: impl FnOnce() -> R) {
    let payload = catch_unwind(AssertUnwindSafe(f)).err().expect("it panics");
    assert_eq!(payload.downcast_ref(), Some(&"boom"));
}

fn on_another_thread<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| scope.spawn(f).join().unwrap())
}

// A thread ends, and has not unlocked.

#[test]
fn a_thread_ends_with_a_mutex_locked() {
    let mutex = RawMutex::new();
    on_another_thread(|| mutex.lock());
    assert!(mutex.is_locked() && !mutex.try_lock());
    assert!(!mutex.try_lock_for(A_MOMENT));
    // Waiting for it is not hopeless: there are no owners, so anybody may unlock.
    thread::scope(|scope| {
        let waiter = scope.spawn(|| mutex.lock());
        thread::sleep(A_MOMENT);
        mutex.unlock();
        waiter.join().unwrap();
    });
    mutex.unlock();
    assert!(mutex.try_lock());
}

#[test]
fn a_thread_ends_with_an_rwmutex_locked() {
    let lock = RawRwMutex::new();
    on_another_thread(|| lock.lock_shared());
    assert!(lock.try_lock_shared() && !lock.try_lock_exclusive());
    lock.unlock_shared();
    lock.unlock_shared();
    on_another_thread(|| lock.lock_exclusive());
    assert!(!lock.try_lock_shared() && !lock.try_lock_exclusive());
    lock.downgrade();
    assert!(lock.try_lock_shared());
    lock.unlock_shared();
    lock.unlock_shared();
    assert!(lock.try_lock_exclusive());
}

// Guards that are forgotten.

#[test]
fn forgotten_guards_leave_locks_locked() {
    let drops = AtomicUsize::new(0);
    let mutex = Mutex::new(Counted::new(&drops));
    mem::forget(MutexGuard::map(mutex.lock(), |data| &mut data.panics));
    assert!(mutex.try_lock().is_none());

    let lock = RwMutex::new(Counted::new(&drops));
    mem::forget(RwMutexReadGuard::map(lock.read(), |data| &data.panics));
    assert!(lock.try_read().is_some() && lock.try_write().is_none());
    let lock = (lock, RwMutex::new(Counted::new(&drops)));
    mem::forget(RwMutexWriteGuard::downgrade(lock.1.write()));
    assert!(lock.1.try_read().is_some() && lock.1.try_write().is_none());

    // Dropped while they are locked for ever, with what they hold.
    drop((mutex, lock));
    assert_eq!(drops.load(Relaxed), 3);
}

/// Every kind of guard that there is, of an object of its own. None keeps its object from being
/// dropped, with what that holds; those that own a share of it keep that share for ever.
#[test]
fn every_guard_may_be_forgotten() {
    use gosync_mutex::MappedMutexGuard;
    use gosync_rwmutex::{MappedRwMutexReadGuard, MappedRwMutexWriteGuard};

    /// Forgets a guard, and drops its object.
    macro_rules! forget {
        ($object:expr, $forget:expr) => {{
            let drops = AtomicUsize::new(0);
            let object = $object(Counted::new(&drops));
            let forget = $forget;
            forget(&object);
            drop(object);
            assert_eq!(drops.load(Relaxed), 1, "{}", stringify!($forget));
        }};
    }

    type Locked<'a> = Mutex<Counted<'a>>;
    type Read<'a> = RwMutex<Counted<'a>>;
    forget!(Mutex::new, |lock: &Locked<'_>| mem::forget(lock.lock()));
    forget!(Mutex::new, |lock: &Locked<'_>| {
        let guard: MappedMutexGuard<'_, _> = MutexGuard::map(lock.lock(), |it| &mut it.panics);
        mem::forget(guard);
    });
    forget!(RwMutex::new, |lock: &Read<'_>| mem::forget(lock.read()));
    forget!(RwMutex::new, |lock: &Read<'_>| mem::forget(lock.write()));
    forget!(RwMutex::new, |lock: &Read<'_>| {
        let guard: MappedRwMutexReadGuard<'_, _> =
            RwMutexReadGuard::map(lock.read(), |it| &it.panics);
        mem::forget(guard);
    });
    forget!(RwMutex::new, |lock: &Read<'_>| {
        let guard: MappedRwMutexWriteGuard<'_, _> =
            RwMutexWriteGuard::map(lock.write(), |it| &mut it.panics);
        mem::forget(guard);
    });
    // A hold by a slot, once the bias is on: its lock's next writer would wait, and nobody else's.
    forget!(RwMutex::new, |lock: &Read<'_>| {
        (0..100).for_each(|_| drop(lock.read()));
        mem::forget(lock.read());
        let other = RwMutex::new(());
        (0..100).for_each(|_| drop(other.read()));
        assert!(other.try_write().is_some() && lock.try_write().is_none());
    });

    let drops = AtomicUsize::new(0);
    let mutex = Arc::new(Mutex::new(Counted::new(&drops)));
    mem::forget(mutex.lock_arc());
    assert!(mutex.try_lock_arc().is_none() && Arc::strong_count(&mutex) == 2);
    let lock = Arc::new(RwMutex::new(Counted::new(&drops)));
    mem::forget(lock.read_arc());
    assert!(lock.try_read_arc().is_some() && lock.try_write_arc().is_none());
    let other = Arc::new(RwMutex::new(Counted::new(&drops)));
    mem::forget(other.write_arc());
    assert!(other.try_read_arc().is_none() && other.try_write_arc().is_none());
    drop((mutex, lock, other));
    assert_eq!(drops.load(Relaxed), 0, "each keeps what it locks alive");

    // Of a Once's value, a map's and a pointer's there is no guard: they lend a reference, or give
    // an Arc away.
    let shared = Arc::new(());
    let pointer = Pointer::new(Arc::clone(&shared));
    mem::forget(pointer.load());
    drop(pointer);
    assert_eq!(Arc::strong_count(&shared), 2);
}

#[test]
fn a_forgotten_token_is_counted_for_ever() {
    let group = Arc::new(WaitGroup::new());
    mem::forget(group.token());
    mem::forget(group.token_arc());
    assert!(!group.wait_timeout(A_MOMENT));
    assert_eq!(group.count(), 2);
    group.add(-2);
    group.wait();
}

#[test]
fn a_forgotten_item_is_only_lost() {
    let drops = AtomicUsize::new(0);
    let pool = Pool::scoped(|| Counted::new(&drops));
    mem::forget(pool.pull());
    drop(pool.pull());
    assert!(pool.try_get().is_some());
    drop(pool);
    assert_eq!(drops.load(Relaxed), 1);
}

// Objects that are dropped at an odd moment.

#[test]
fn a_group_is_dropped_with_a_count() {
    let group = Box::new(WaitGroup::new());
    group.add(3);
    assert!(!group.wait_timeout(A_MOMENT));
    drop(group);
}

#[test]
fn a_once_is_dropped_undone_and_after_a_panic() {
    let drops = AtomicUsize::new(0);
    let captured = Counted::new(&drops);
    let value = OnceValue::new(move || {
        let _captured = &captured;
        boom()
    });
    explodes(|| {
        let _: &u8 = value.get();
    });
    assert_eq!(drops.load(Relaxed), 1);
    drop(value);

    let made = OnceValue::new(|| Counted::new(&drops));
    made.get();
    drop(made);
    assert_eq!(drops.load(Relaxed), 2);

    let once = Box::new(Once::new());
    assert!(once.try_call_once(|| Err(())).is_err());
    drop(once);
}

#[test]
fn a_cond_is_dropped_after_waits_that_gave_up() {
    let (mutex, cond) = (Mutex::new(()), Box::new(Cond::new()));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert!(!cond.wait_timeout(&mut mutex.lock(), A_MOMENT)));
        }
    });
    drop(cond);
    // Another one at what may be the same address has no waiters of the old one's.
    let other = Box::new(Cond::new());
    assert!(!other.notify_one());
}

#[test]
fn a_lock_is_freed_by_whoever_comes_last() {
    for _ in 0..300 {
        let drops = AtomicUsize::new(0);
        let shared = Arc::new(Mutex::new(Counted::new(&drops)));
        thread::scope(|scope| {
            for _ in 0..3 {
                let shared = Arc::clone(&shared);
                // The others may free it as soon as this thread has unlocked.
                scope.spawn(move || shared.lock().panics = false);
            }
            drop(shared);
        });
        assert_eq!(drops.load(Relaxed), 1);
    }
}

/// The owner leaves while tasks run: the last of them frees the group.
#[test]
fn a_group_is_freed_by_its_last_task() {
    for _ in 0..50 {
        let group = Arc::new(WaitGroup::new());
        let left = Arc::downgrade(&group);
        let tokens: Vec<_> = (0..3).map(|_| group.token_arc()).collect();
        group.go(move || drop(tokens));
        drop(group);
        while left.strong_count() > 0 {
            thread::yield_now();
        }
    }
}

/// Locks that are dropped when waits on them have given up, in every way to wait.
#[test]
fn locks_are_dropped_after_waits_that_gave_up() {
    for _ in 0..20 {
        let mutex = Box::new(RawMutex::new());
        let lock = Box::new(RawRwMutex::new());
        mutex.lock();
        lock.lock_exclusive();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| assert!(!mutex.try_lock_for(A_MOMENT)));
                scope.spawn(|| assert!(!lock.try_lock_shared_for(A_MOMENT)));
                scope.spawn(|| assert!(!lock.try_lock_exclusive_for(A_MOMENT)));
            }
        });
        drop((mutex, lock));
        // Others at what may be the same addresses have nobody waiting.
        let (mutex, lock) = (Box::new(RawMutex::new()), Box::new(RawRwMutex::new()));
        assert!(mutex.try_lock() && lock.try_lock_exclusive());
        mutex.unlock();
        lock.unlock_exclusive();
        assert!(mutex.try_lock() && lock.try_lock_shared());
    }
}

/// An item outlives its pool if it was got rather than pulled, and so does a value its map.
#[test]
fn what_was_taken_out_outlives_its_owner() {
    let drops = AtomicUsize::new(0);
    let pool = Pool::scoped(|| Counted::new(&drops));
    let got = pool.get();
    let detached = gosync_pool::Pooled::detach(pool.pull());
    let map = Map::new();
    map.set(1, Counted::new(&drops));
    drop((pool, map));
    assert_eq!(drops.load(Relaxed), 1, "the map's");
    drop((got, detached));
    assert_eq!(drops.load(Relaxed), 3);
}

#[test]
fn a_map_and_a_pool_are_dropped_by_another_thread_while_users_end() {
    for _ in 0..50 {
        let drops = AtomicUsize::new(0);
        let map = Map::new();
        let pool = Pool::builder().build_scoped_without_new();
        thread::scope(|scope| {
            let users: Vec<_> = (0..3)
                .map(|key| {
                    let (map, pool, drops) = (&map, &pool, &drops);
                    scope.spawn(move || {
                        map.set(key, Counted::new(drops));
                        map.set(key, Counted::new(drops));
                        map.discard(&(key + 1));
                        pool.put(Counted::new(drops));
                    })
                })
                .collect();
            users.into_iter().for_each(|user| user.join().unwrap());
        });
        on_another_thread(|| drop((map, pool)));
        assert_eq!(drops.load(Relaxed), 3 * 3);
    }
}

#[test]
fn a_pointer_and_a_value_are_dropped_with_what_they_hold() {
    let pointer = Pointer::default();
    let shared = Arc::new(7);
    pointer.store(Arc::clone(&shared));
    let value = Value::new();
    value.store(Arc::clone(&shared));
    assert_eq!(Arc::strong_count(&shared), 3);
    drop((pointer, value));
    assert_eq!(Arc::strong_count(&shared), 1);
}

// Panics where code of the user's runs.

#[test]
fn a_panic_in_the_drop_of_what_is_replaced() {
    let drops = AtomicUsize::new(0);
    let mutex = Mutex::new(Counted::panicking(&drops));
    explodes(|| *mutex.lock() = Counted::new(&drops));
    assert!(!mutex.is_locked());
    let lock = RwMutex::new(Counted::panicking(&drops));
    explodes(|| *lock.write() = Counted::new(&drops));
    assert!(!lock.is_locked());
    drop((mutex, lock));
    assert_eq!(drops.load(Relaxed), 4);
}

#[test]
fn a_panic_in_what_a_wait_looks_at() {
    let (mutex, cond) = (Mutex::new(0), Cond::new());
    explodes(|| cond.wait_while(&mut mutex.lock(), |_| boom()));
    assert!(!mutex.is_locked() && !cond.notify_one());
    // Also when it is looked at once more, after a wake-up.
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let looks = Cell::new(0);
            let panic = catch_unwind(AssertUnwindSafe(|| {
                cond.wait_while(&mut mutex.lock(), |_| {
                    looks.set(looks.get() + 1);
                    if looks.get() == 2 { boom() } else { true }
                });
            }));
            assert!(panic.is_err());
            looks.get()
        });
        while !cond.notify_one() {
            thread::yield_now();
        }
        assert_eq!(waiter.join().unwrap(), 2);
    });
    assert!(!mutex.is_locked() && !cond.notify_one());
}

/// The destructor panics of what a pointer, a value, a once or a pool lets go of: by then the object
/// is as it should be, and nothing is dropped twice. (The map's is in its own tests.)
#[test]
fn a_panic_in_the_drop_of_what_is_let_go() {
    let drops: &'static AtomicUsize = Box::leak(Box::new(AtomicUsize::new(0)));
    let pointer = Pointer::new(Arc::new(Counted::panicking(drops)));
    explodes(|| pointer.store(Arc::new(Counted::panicking(drops))));
    explodes(|| pointer.store(None));
    assert!(pointer.load().is_none());

    let value = Value::new();
    value.store(Counted::panicking(drops));
    explodes(|| value.store(Counted::panicking(drops)));
    assert!(value.load::<Counted<'_>>().is_some());
    explodes(|| drop(value));

    let once = OnceValue::new(|| Counted::panicking(drops));
    once.get();
    explodes(|| drop(once));

    let pool = Pool::builder().max_idle(1).build_scoped_without_new();
    pool.put(Counted::new(drops));
    explodes(|| pool.put(Counted::panicking(drops)));
    assert_eq!((drops.load(Relaxed), pool.stats().idle), (6, 1));
    drop(pool);
    assert_eq!(drops.load(Relaxed), 7);
}

#[test]
fn a_panic_in_a_section_of_a_guard_of_its_own() {
    let mutex = Arc::new(Mutex::new(1));
    let group = WaitGroup::new();
    explodes(|| {
        let _token = group.token();
        let _guard = mutex.lock();
        boom()
    });
    group.wait();
    assert_eq!(mutex.try_lock().as_deref(), Some(&1));
}

// Limits.

#[test]
fn the_longest_and_the_shortest_times() {
    let mutex = RawMutex::new();
    assert!(mutex.try_lock_for(Duration::MAX), "it is free");
    assert!(!mutex.try_lock_for(Duration::ZERO));
    thread::scope(|scope| {
        let waiter = scope.spawn(|| mutex.try_lock_for(Duration::MAX));
        thread::sleep(A_MOMENT);
        mutex.unlock();
        assert!(waiter.join().unwrap());
    });

    let group = WaitGroup::new();
    assert!(group.wait_timeout(Duration::ZERO) && group.wait_timeout(Duration::MAX));
    group.add(1);
    assert!(!group.wait_timeout(Duration::ZERO));
    thread::scope(|scope| {
        let waiter = scope.spawn(|| group.wait_timeout(Duration::MAX));
        group.done();
        assert!(waiter.join().unwrap());
    });

    let (mutex, cond) = (Mutex::new(()), Cond::new());
    assert!(!cond.wait_timeout(&mut mutex.lock(), Duration::ZERO));
    thread::scope(|scope| {
        let waiter = scope.spawn(|| cond.wait_timeout(&mut mutex.lock(), Duration::MAX));
        while !cond.notify_one() {
            thread::yield_now();
        }
        assert!(waiter.join().unwrap());
    });
}

#[test]
fn counts_at_their_limits() {
    let group = WaitGroup::new();
    group.add(WaitGroup::MAX.cast_signed());
    let over = catch_unwind(AssertUnwindSafe(|| group.token())).is_err();
    assert!(over, "no token beyond the most");
    assert_eq!(group.count(), WaitGroup::MAX);
    group.add(-WaitGroup::MAX.cast_signed());
    group.wait();

    for most in [0, 1, 1000] {
        let drops = AtomicUsize::new(0);
        let pool = Pool::builder().max_idle(most).build_scoped_without_new();
        (0..300).for_each(|_| pool.put(Counted::new(&drops)));
        let kept = 300 - drops.load(Relaxed);
        assert_eq!(kept, most.min(300));
        assert_eq!(kept, pool.stats().idle);
        drop(pool);
        assert_eq!(drops.load(Relaxed), 300);
    }
}
