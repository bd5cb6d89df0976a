//! Where Go stops the program: its message, word for word, as a panic that leaves the object as it
//! was. After each, the object is used again from another thread.
//!
//! Two of Go's messages need two threads at the right moment: `Add called concurrently with Wait`
//! and `WaitGroup is reused before previous Wait has returned`. They are tested in gosync-waitgroup.

#![cfg(not(gosync_loom))]

use std::{
    any::Any,
    cell::Cell,
    panic::{self, AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use gosync as sync;
use gosync::prelude::*;

/// The message with which `f` panics.
#[track_caller]
fn message<R>(f: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("it did not panic");
    };
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast_ref::<&str>().expect("a message")).to_owned(),
    }
}

/// Uses an object from another thread, where it must work as if nothing had been.
fn elsewhere(f: impl FnOnce() + Send) {
    thread::scope(|s| s.spawn(f).join().expect("it can be used on"));
}

/// Locks on another thread and unlocks on this one, which finds no second acquisition.
fn still_locks(l: &(impl Locker + Sync + ?Sized), unlocked: &str) {
    elsewhere(|| {
        l.Lock();
        l.Unlock();
        l.Lock();
    });
    l.Unlock();
    assert_eq!(message(|| l.Unlock()), unlocked);
}

const MUTEX: &str = "sync: unlock of unlocked mutex";
const RWMUTEX: &str = "sync: Unlock of unlocked RWMutex";
const RLOCK: &str = "sync: RUnlock of unlocked RWMutex";
const NEGATIVE: &str = "sync: negative WaitGroup counter";
const STORE: &str = "sync/atomic: store of inconsistently typed value into Value";
const SWAP: &str = "sync/atomic: swap of inconsistently typed value into Value";
const COMPARE_VALUES: &str = "sync/atomic: compare and swap of inconsistently typed values";
const COMPARE: &str = "sync/atomic: compare and swap of inconsistently typed value into Value";
const TASK: &str = "gosync: a task started by WaitGroup::Go panicked";

#[test]
fn unlock_of_unlocked_mutex() {
    static MU: sync::Mutex = sync::Mutex::new(());
    assert_eq!(message(|| MU.Unlock()), MUTEX);
    still_locks(&MU, MUTEX);

    let object: Arc<dyn Locker + Send + Sync> = Arc::new(sync::Mutex::new(()));
    assert_eq!(message(|| object.Unlock()), MUTEX);
    still_locks(&object, MUTEX);
}

#[test]
fn unlock_of_unlocked_rwmutex() {
    static RW: sync::RWMutex = sync::RWMutex::new(());
    assert_eq!(message(|| RW.Unlock()), RWMUTEX);
    still_locks(&RW, RWMUTEX);

    // Read locks are none to unlock, and stay.
    RW.RLock();
    assert_eq!(message(|| RW.Unlock()), RWMUTEX);
    assert!(!RW.TryLock());
    elsewhere(|| RW.RUnlock());
    elsewhere(|| assert!(RW.TryLock()));
}

#[test]
fn runlock_of_unlocked_rwmutex() {
    static RW: sync::RWMutex = sync::RWMutex::new(());
    assert_eq!(message(|| RW.RUnlock()), RLOCK);
    elsewhere(|| {
        RW.RLock();
        RW.RUnlock();
        RW.Lock();
    });
    // A write lock is none to read-unlock, and stays.
    assert_eq!(message(|| RW.RUnlock()), RLOCK);
    assert!(!RW.TryRLock());
    RW.Unlock();

    let l = RW.RLocker();
    assert_eq!(message(|| l.Unlock()), RLOCK);
    still_locks(&l, RLOCK);
    elsewhere(|| assert!(RW.TryLock()));
}

#[test]
fn negative_waitgroup_counter() {
    static WG: sync::WaitGroup = sync::WaitGroup::new();
    assert_eq!(message(|| WG.Done()), NEGATIVE);
    assert_eq!(message(|| WG.Add(-2)), NEGATIVE);
    elsewhere(|| WG.Wait());

    WG.Add(1);
    assert_eq!(message(|| WG.Add(-2)), NEGATIVE);
    assert_eq!(WG.count(), 1, "it is as it was");
    elsewhere(|| WG.Done());
    elsewhere(|| WG.Wait());
}

#[test]
fn a_task_panicked() {
    static WG: sync::WaitGroup = sync::WaitGroup::new();
    WG.Go(|| panic!("in a task"));
    assert_eq!(message(|| WG.Wait()), TASK);
    elsewhere(|| {
        WG.Go(|| ());
        WG.Wait();
    });

    let wg = Arc::new(sync::WaitGroup::new());
    wg.Go(|| panic!("in a task"));
    assert_eq!(message(|| wg.Wait()), TASK);
    elsewhere(|| {
        wg.Go(|| ());
        wg.Wait();
    });

    // std's scope says it, too, in its own words.
    let wg = sync::WaitGroup::new();
    let scope = message(|| {
        thread::scope(|s| {
            wg.GoScoped(s, || panic!("in a task"));
            assert_eq!(message(|| wg.Wait()), TASK);
        });
    });
    assert_eq!(scope, "a scoped thread panicked");
    elsewhere(|| {
        thread::scope(|s| {
            wg.GoScoped(s, || ());
            wg.Wait();
        });
    });
}

#[test]
fn inconsistently_typed_values() {
    static V: sync::atomic::Value = sync::atomic::Value::new();
    V.Store(1_i32);

    assert_eq!(message(|| V.Store(2_i64)), STORE);
    assert_eq!(message(|| V.Store("2")), STORE);
    elsewhere(|| assert_eq!(*V.Load::<i32>().unwrap(), 1));

    assert_eq!(message(|| V.Swap(2_i64)), SWAP);
    elsewhere(|| assert_eq!(*V.Swap(3).unwrap(), 1));

    // `new` is of another type than what is stored, whether `old` is equal to nothing or not.
    assert_eq!(message(|| V.CompareAndSwap(&3_i64, 4_i64)), COMPARE);
    assert_eq!(message(|| V.CompareAndSwap(None, 4_i64)), COMPARE);
    elsewhere(|| assert!(V.CompareAndSwap(&3, 4)));

    // `old` and `new` are of different types. Where both are known this does not compile.
    let old: &dyn Any = &4_i32;
    assert_eq!(message(|| V.CompareAndSwap(old, 5_i64)), COMPARE_VALUES);
    assert_eq!(message(|| V.CompareAndSwap(old, "5")), COMPARE_VALUES);
    let empty = sync::atomic::Value::new();
    assert_eq!(message(|| empty.CompareAndSwap(old, "5")), COMPARE_VALUES);
    elsewhere(|| empty.Store("first"));
    elsewhere(|| assert_eq!(*V.Load::<i32>().unwrap(), 4));
}

/// In Go this waits for ever.
#[test]
fn once_inside_its_own_f() {
    static ONCE: sync::Once = sync::Once::new();
    let inner = std::cell::OnceCell::new();
    ONCE.Do(|| {
        let text = message(|| ONCE.Do(|| unreachable!("it runs already")));
        inner.set(text).expect("once");
    });
    let text = inner.get().expect("f has run");
    assert!(
        text.starts_with("gosync: ") && text.contains("inside its own f"),
        "{text}"
    );
    elsewhere(|| ONCE.Do(|| unreachable!("it is done")));

    // Nobody has caught it: the panic is f's, and it counts as done.
    let once = sync::Once::new();
    let text = message(|| once.Do(|| once.Do(|| ())));
    assert!(text.contains("inside its own f"), "{text}");
    elsewhere(|| once.Do(|| unreachable!("it is done")));
}

#[test]
fn a_panic_in_f_counts_as_done() {
    static ONCE: sync::Once = sync::Once::new();
    assert_eq!(message(|| ONCE.Do(|| panic!("in f"))), "in f");
    elsewhere(|| ONCE.Do(|| unreachable!("it is done")));
}

#[test]
fn once_functions_panic_with_the_first_message() {
    let f = sync::OnceFunc(|| panic!("in f"));
    assert_eq!(message(&f), "in f");
    elsewhere(|| assert_eq!(message(f.clone()), "in f"));

    let runs = sync::atomic::Int64::new(0);
    let f = sync::OnceValue(|| -> i32 { panic!("run {}", runs.Add(1)) });
    assert_eq!(message(&f), "run 1");
    elsewhere(|| assert_eq!(message(f.clone()), "run 1"));

    let f = sync::OnceValues(|| -> (i32, i32) { panic!("run {}", runs.Add(1)) });
    assert_eq!(message(&f), "run 2");
    elsewhere(|| assert_eq!(message(f.clone()), "run 2"));
}

/// What the porting guide puts in the place of `singleflight`, with an `f` that panics: the key keeps the
/// panic until it is removed.
#[test]
fn a_flight_that_panicked_is_in_the_map_until_removed() {
    type Flight = sync::once::OnceValue<u8, fn() -> u8>;
    static FLIGHTS: sync::Map<&str, Arc<Flight>> = sync::Map::new();

    let fly = |f| {
        let (flight, _) = FLIGHTS.LoadOrStore("key", Arc::new(Flight::new(f)));
        *flight.get()
    };
    assert_eq!(message(|| fly(|| panic!("in f"))), "in f");
    assert_eq!(message(|| fly(|| 1)), "in f");
    FLIGHTS.Delete("key");
    assert_eq!(fly(|| 1), 1);
}

/// Go has nil here; a `T` has none.
#[test]
fn get_from_an_empty_pool_without_new() {
    static POOL: sync::Pool<String> = sync::Pool::without_new();
    let text = message(|| POOL.Get());
    assert!(
        text.starts_with("gosync: ") && text.contains("without New"),
        "{text}"
    );
    elsewhere(|| POOL.Put(String::from("x")));
    assert_eq!(POOL.Get(), "x");
}

/// `Wait` with `L` unlocked: the message of the lock; the next `Signal` goes to who really waits.
#[test]
fn wait_on_an_unlocked_locker() {
    let cond = sync::NewCond(sync::Mutex::new(()));
    assert_eq!(message(|| cond.Wait()), MUTEX);
    let woken = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|s| {
        cond.L.Lock();
        s.spawn(|| {
            cond.L.Lock();
            cond.Signal();
            cond.L.Unlock();
        });
        cond.Wait();
        woken.store(true, std::sync::atomic::Ordering::Relaxed);
        cond.L.Unlock();
    });
    assert!(woken.into_inner());
    still_locks(&cond.L, MUTEX);
}

/// The place in a panic's message is the caller's, not one in this library. (But for the functions of
/// `OnceFunc` and its kin, and a `Wait` whose `L` is not locked: closures and trait objects do not
/// know their callers.)
#[test]
fn panics_point_at_the_caller() {
    fn check(what: &str, f: impl FnOnce()) {
        catch_unwind(AssertUnwindSafe(f)).expect_err(what);
        let place = PLACE.take();
        assert!(place.ends_with("misuse.rs"), "{what}: {place}");
    }

    let full = Arc::new(sync::WaitGroup::new());
    full.Add(sync::WaitGroup::MAX.cast_signed());
    let (wg, rw) = (sync::WaitGroup::new(), sync::RWMutex::new(()));
    let (once, value) = (sync::Once::new(), sync::atomic::Value::new());
    value.Store("text");
    let old_hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PLACE.set(
            info.location()
                .map_or(String::new(), |place| place.file().into()),
        );
        old_hook(info);
    }));
    check("Mutex.Unlock", || sync::Mutex::new(()).Unlock());
    check("RWMutex.Unlock", || rw.Unlock());
    check("RWMutex.RUnlock", || rw.RUnlock());
    check("RLocker.Unlock", || rw.RLocker().Unlock());
    check("Once.Do", || once.Do(|| once.Do(|| ())));
    check("WaitGroup.Add", || wg.Add(-1));
    check("WaitGroup.Done", || wg.Done());
    check("WaitGroup.Go", || full.Go(|| ()));
    check("WaitGroup.GoScoped", || {
        thread::scope(|s| full.GoScoped(s, || ()));
    });
    check("Pool.Get", || sync::Pool::without_new().Get());
    check("Value.Store", || value.Store(1));
    check("Value.Swap", || _ = value.Swap(1));
    check("Value.CompareAndSwap", || _ = value.CompareAndSwap(&1, 2));
}

thread_local! {
    static PLACE: Cell<String> = const { Cell::new(String::new()) };
}
