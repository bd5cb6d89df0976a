//! Every symbol of Go's `sync`, called as a person who ports Go would write it.

#![cfg(not(gosync_loom))]

use std::{
    rc::Rc,
    sync::{Arc, mpsc},
    thread,
};

use gosync as sync;
use gosync::prelude::*;

/// `l.Lock()` lets one in until `l.Unlock()`, which another thread may call.
fn is_a_lock(l: &(impl Locker + Sync + ?Sized), held: impl Fn() -> bool) {
    assert!(!held());
    l.Lock();
    assert!(held());
    thread::scope(|s| s.spawn(|| l.Unlock()).join().unwrap());
    assert!(!held());
}

#[test]
fn locker() {
    static MU: sync::Mutex = sync::Mutex::new(());
    static RW: sync::RWMutex = sync::RWMutex::new(());

    is_a_lock(&MU, || MU.is_locked());
    is_a_lock(&RW, || RW.is_locked_exclusive());
    is_a_lock(&RW.RLocker(), || RW.is_locked());

    // What points to a Locker is one.
    is_a_lock(&&MU, || MU.is_locked());
    let boxed = Box::new(sync::Mutex::new(()));
    is_a_lock(&boxed, || boxed.is_locked());
    let shared = Arc::new(sync::RWMutex::new(()));
    is_a_lock(&shared, || shared.is_locked_exclusive());

    // And so are trait objects, and what points to them.
    let object: &(dyn Locker + Sync) = &MU;
    is_a_lock(object, || MU.is_locked());
    let boxed: Box<dyn Locker + Sync> = Box::new(RW.RLocker());
    is_a_lock(&boxed, || RW.is_locked());
    let shared: Arc<dyn Locker + Send + Sync> = Arc::new(&MU);
    is_a_lock(&shared, || MU.is_locked());
}

/// The pointers that stay on their thread.
#[test]
fn locker_of_one_thread() {
    fn locks(l: impl Locker) {
        l.Lock();
    }
    let mut alone = sync::Mutex::new(());
    locks(&mut alone);
    assert!(alone.is_locked());
    let counted = Rc::new(sync::Mutex::new(()));
    locks(Rc::clone(&counted));
    assert!(counted.is_locked());
}

/// An interface of Go's: types of the user's own implement it, and a bound asks for it.
#[test]
fn locker_of_ones_own() {
    #[derive(Default)]
    struct Counting(sync::Mutex, sync::atomic::Int64);

    impl Locker for Counting {
        fn Lock(&self) {
            self.0.Lock();
            self.1.Add(1);
        }

        fn Unlock(&self) {
            self.0.Unlock();
        }
    }

    fn twice<L: Locker>(l: L) {
        for _ in 0..2 {
            l.Lock();
            l.Unlock();
        }
    }

    let counting = Counting::default();
    twice(&counting);
    twice(&counting as &dyn Locker);
    assert_eq!(counting.1.Load(), 4);
}

#[test]
fn mutex() {
    let mu = sync::Mutex::new(());
    mu.Lock();
    assert!(!mu.TryLock());
    mu.Unlock();
    assert!(mu.TryLock());
    mu.Unlock();

    let zero: sync::Mutex = sync::Mutex::default();
    assert!(zero.TryLock());

    // Behind an Arc as without.
    let mu = Arc::new(mu);
    mu.Lock();
    assert!(!mu.TryLock());
    mu.Unlock();
}

#[test]
fn mutex_excludes() {
    let mu = sync::Mutex::new(());
    let (inside, together) = (sync::atomic::Int32::new(0), sync::atomic::Int32::new(0));
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                for _ in 0..1000 {
                    mu.Lock();
                    if inside.Swap(1) != 0 {
                        together.Add(1);
                    }
                    inside.Store(0);
                    mu.Unlock();
                }
            });
        }
    });
    assert_eq!(together.Load(), 0);
}

/// The two spellings are one lock.
#[test]
fn spellings_mix() {
    let mu = sync::Mutex::new(());
    let guard = mu.lock();
    assert!(!mu.TryLock());
    drop(guard);
    mu.Lock();
    assert!(mu.try_lock().is_none());
    mu.Unlock();

    let rw = sync::RWMutex::new(());
    let guard = rw.read();
    assert!(rw.TryRLock() && !rw.TryLock());
    drop(guard);
    assert!(rw.try_write().is_none());
    rw.RUnlock();
    let guard = rw.write();
    assert!(!rw.TryRLock());
    drop(guard);
    assert!(rw.TryLock());
}

#[test]
fn mutex_with_data() {
    static NAMES: sync::Mutex<Vec<&str>> = sync::Mutex::new(Vec::new());
    NAMES.lock().push("gopher");
    let guard: sync::MutexGuard<'_, Vec<&str>> = NAMES.try_lock().unwrap();
    let first: sync::MappedMutexGuard<'_, &str> = sync::MutexGuard::map(guard, |v| &mut v[0]);
    assert_eq!(*first, "gopher");
    drop(first);

    let mut mu = sync::Mutex::new(1);
    *mu.get_mut() += 1;
    assert_eq!(mu.into_inner(), 2);
}

#[test]
fn rwmutex_with_data() {
    static N: sync::RWMutex<(i32, i32)> = sync::RWMutex::new((1, 2));
    {
        let a: sync::RwMutexReadGuard<'_, _> = N.read();
        let b = N.try_read().unwrap();
        assert_eq!(a.0 + b.1, 3);
        assert!(N.try_write().is_none());
        let part: sync::MappedRwMutexReadGuard<'_, i32> =
            sync::RwMutexReadGuard::map(a, |pair| &pair.0);
        assert_eq!(*part, 1);
    }
    let mut guard: sync::RwMutexWriteGuard<'_, _> = N.write();
    guard.0 = 5;
    let guard = sync::RwMutexWriteGuard::downgrade(guard);
    assert_eq!(N.try_read().unwrap().0, guard.0);
    drop(guard);
    let mut part: sync::MappedRwMutexWriteGuard<'_, i32> =
        sync::RwMutexWriteGuard::map(N.write(), |pair| &mut pair.1);
    *part += 1;
    drop(part);
    assert_eq!(*N.read(), (5, 3));
}

#[cfg(feature = "arc_lock")]
#[test]
fn arc_guards() {
    let mu = Arc::new(sync::Mutex::new(1));
    let guard: sync::ArcMutexGuard<i32> = mu.lock_arc();
    assert!(mu.try_lock().is_none());
    drop(guard);

    let rw = Arc::new(sync::RWMutex::new(1));
    let reader: sync::ArcRwMutexReadGuard<i32> = rw.read_arc();
    assert!(rw.try_write().is_none());
    drop(reader);
    let writer: sync::ArcRwMutexWriteGuard<i32> = rw.write_arc();
    assert!(rw.try_read().is_none());
    drop(writer);
}

#[test]
fn rwmutex() {
    static RW: sync::RWMutex = sync::RWMutex::new(());

    RW.RLock();
    assert!(RW.TryRLock());
    assert!(!RW.TryLock());
    RW.RUnlock();
    RW.RUnlock();

    RW.Lock();
    assert!(!RW.TryRLock());
    assert!(!RW.TryLock());
    RW.Unlock();

    assert!(RW.TryLock());
    RW.Unlock();

    let l = RW.RLocker();
    l.Lock();
    assert!(RW.TryRLock());
    l.Unlock();
    assert!(!RW.TryLock(), "one RUnlock undoes one RLock");
    RW.RUnlock();

    let zero = Arc::new(sync::RWMutex::<()>::default());
    zero.Lock();
    zero.Unlock();
    zero.RLock();
    zero.RUnlock();
    assert!(zero.TryLock());
}

/// A writer that waits keeps later readers out, and gets in when the readers have left.
#[test]
fn rwmutex_writer_is_not_overtaken() {
    let rw = sync::RWMutex::new(());
    let wrote = sync::atomic::Bool::new(false);
    rw.RLock();
    thread::scope(|s| {
        s.spawn(|| {
            rw.Lock();
            wrote.Store(true);
            rw.Unlock();
        });
        // Go's own way to see that a writer waits.
        while rw.TryRLock() {
            rw.RUnlock();
            thread::yield_now();
        }
        assert!(!wrote.Load());
        rw.RUnlock();
        rw.RLock();
        assert!(wrote.Load());
        rw.RUnlock();
    });
}

#[test]
fn once() {
    static ONCE: sync::Once = sync::Once::new();
    static CALLS: sync::atomic::Int64 = sync::atomic::Int64::new(0);

    fn initialize() {
        CALLS.Add(1);
    }

    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                ONCE.Do(initialize);
                assert_eq!(CALLS.Load(), 1, "no Do returns before f has");
            });
        }
    });
    ONCE.Do(|| unreachable!("it is done, whatever f is"));

    let once = Arc::new(sync::Once::default());
    let mut text = String::new();
    once.Do(|| text.push('x'));
    assert_eq!(text, "x");
}

#[test]
fn once_func() {
    let calls = Arc::new(sync::atomic::Int64::new(0));
    let counted = Arc::clone(&calls);
    let f = sync::OnceFunc(move || {
        counted.Add(1);
    });
    assert_eq!(calls.Load(), 0, "not before the first call");
    let copies: Vec<_> = (0..4).map(|_| thread::spawn(f.clone())).collect();
    f();
    for copy in copies {
        copy.join().unwrap();
    }
    assert_eq!(calls.Load(), 1);
    assert_eq!(Arc::strong_count(&calls), 1, "f is dropped after its run");
}

#[test]
fn once_value() {
    let mut calls = 0;
    let f = sync::OnceValue(|| {
        calls += 1;
        format!("call {calls}")
    });
    let again = f.clone();
    assert_eq!(
        (f(), f(), again()),
        ("call 1".into(), "call 1".into(), "call 1".into())
    );
    let object: Box<dyn Fn() -> String + Send + Sync + '_> = Box::new(f);
    assert_eq!(object(), "call 1");
}

#[test]
fn once_values() {
    let calls = sync::atomic::Int64::new(0);
    let f = sync::OnceValues(|| (calls.Add(1), "x".parse::<i32>()));
    assert!(f().1.is_err());
    let (n, err) = f.clone()();
    assert_eq!(n, 1, "an error is kept, f is not tried again");
    assert!(err.is_err());
}

/// The types behind the functions lend what they hold, and fit in a static.
#[test]
fn once_types() {
    #[derive(Debug, PartialEq)]
    struct NotClone(i32);

    static F: sync::once::OnceFunc = sync::once::OnceFunc::new(|| ());
    static V: sync::once::OnceValue<NotClone> = sync::once::OnceValue::new(|| NotClone(1));
    static VS: sync::once::OnceValues<NotClone, i32> =
        sync::once::OnceValues::new(|| (NotClone(2), 3));
    F.call();
    assert_eq!(V.get(), &NotClone(1));
    assert_eq!(VS.get(), (&NotClone(2), &3));
}

#[test]
fn waitgroup_add_done_wait() {
    let wg = Arc::new(sync::WaitGroup::new());
    let n = Arc::new(sync::atomic::Int64::new(0));
    for round in 1..=2 {
        wg.Add(4);
        for _ in 0..4 {
            let (wg, n) = (Arc::clone(&wg), Arc::clone(&n));
            thread::spawn(move || {
                n.Add(1);
                wg.Done();
            });
        }
        wg.Wait();
        assert_eq!(n.Load(), 4 * round);
    }
    wg.Add(3);
    wg.Add(-3);
    wg.Wait();
    sync::WaitGroup::default().Wait();
}

#[test]
fn waitgroup_go_on_an_arc() {
    let wg = Arc::new(sync::WaitGroup::new());
    let n = Arc::new(sync::atomic::Int64::new(0));
    let gate = Arc::new(sync::RWMutex::new(()));
    gate.Lock();
    for _ in 0..4 {
        let (n, inner, gate) = (Arc::clone(&n), Arc::clone(&wg), Arc::clone(&gate));
        wg.Go(move || {
            gate.RLock();
            gate.RUnlock();
            n.Add(1);
            let n = Arc::clone(&n);
            inner.Go(move || {
                n.Add(1);
            });
        });
    }
    let waiting = (wg.count(), n.Load());
    gate.Unlock();
    assert_eq!(waiting, (4, 0), "each on a thread of its own");
    wg.Wait();
    assert_eq!(n.Load(), 8);

    // By reference, too.
    fn start(wg: &Arc<sync::WaitGroup>, f: impl FnOnce() + Send + 'static) {
        wg.Go(f);
    }
    let (send, recv) = mpsc::channel();
    start(&wg, move || send.send(1).unwrap());
    wg.Wait();
    assert_eq!(recv.try_recv(), Ok(1));
}

#[test]
fn waitgroup_go_on_a_static() {
    static WG: sync::WaitGroup = sync::WaitGroup::new();
    static N: sync::atomic::Int64 = sync::atomic::Int64::new(0);

    fn task() {
        N.Add(1);
    }

    static GATE: sync::RWMutex = sync::RWMutex::new(());
    GATE.Lock();
    for f in [task, || WG.Go(task)] {
        WG.Go(move || {
            GATE.RLock();
            GATE.RUnlock();
            f();
        });
    }
    let waiting = (WG.count(), N.Load());
    GATE.Unlock();
    assert_eq!(waiting, (2, 0), "each on a thread of its own");
    WG.Wait();
    assert_eq!(N.Load(), 2);

    let leaked: &'static sync::WaitGroup = Box::leak(Box::default());
    leaked.Go(task);
    leaked.Wait();
    assert_eq!(N.Load(), 3);
}

#[test]
fn waitgroup_go_scoped() {
    let (wg, n) = (sync::WaitGroup::new(), sync::atomic::Int64::new(0));
    let mut parts = [1, 2, 3];
    let gate = sync::RWMutex::new(());
    gate.Lock();
    thread::scope(|s| {
        for part in &mut parts {
            wg.GoScoped(s, || {
                gate.RLock();
                gate.RUnlock();
                *part *= 10;
                n.Add(1);
            });
        }
        let waiting = (wg.count(), n.Load());
        gate.Unlock();
        assert_eq!(waiting, (3, 0), "each on a thread of its own");
        wg.Wait();
        assert_eq!(n.Load(), 3);
    });
    assert_eq!(parts, [10, 20, 30]);
}

#[test]
fn pool() {
    static MADE: sync::atomic::Int64 = sync::atomic::Int64::new(0);
    static POOL: sync::Pool<Vec<u8>> = sync::Pool::new(|| {
        MADE.Add(1);
        Vec::new()
    });

    let mut b = POOL.Get();
    b.push(1);
    POOL.Put(b);
    assert_eq!((POOL.Get(), MADE.Load()), (vec![1], 1));
    assert_eq!((POOL.Get(), MADE.Load()), (vec![], 2));

    // With a closure that captures.
    let size = 8;
    let pool = sync::Pool::new(move || vec![0_u8; size]);
    assert_eq!(pool.Get().len(), 8);

    // What one thread puts another gets.
    pool.Put(vec![7]);
    assert_eq!(
        thread::scope(|s| s.spawn(|| pool.Get()).join().unwrap()),
        [7]
    );

    // A guard that puts back by itself.
    let guard: sync::Pooled<'_, _, _> = pool.pull();
    assert_eq!(guard.len(), 8);
    drop(guard);
    assert!(pool.try_get().is_some());
}

#[test]
fn pool_without_new() {
    static POOL: sync::Pool<String> = sync::Pool::without_new();
    assert_eq!(POOL.try_get(), None);
    POOL.Put(String::from("x"));
    assert_eq!(POOL.Get(), "x");
    assert_eq!(sync::Pool::<i32>::default().try_get(), None);
}

/// Each crate is here whole, as a module.
#[test]
fn modules() {
    let raw = sync::mutex::RawMutex::new();
    raw.lock();
    raw.unlock();
    let raw = sync::rwmutex::RawRwMutex::new();
    raw.lock_shared();
    raw.unlock_shared();
    sync::once::Once::new().call_once(|| ());
    drop(sync::waitgroup::WaitGroup::new().token());
    let pool: sync::Pool<Vec<i32>> = sync::pool::Pool::builder()
        .reset(Vec::clear)
        .build(Vec::new);
    pool.Put(vec![1]);
    assert!(pool.Get().is_empty());
    assert_eq!(
        sync::atomic::add_int64(&std::sync::atomic::AtomicI64::new(1), 1),
        2
    );
}

/// A method by its trait's name, for a bound.
#[test]
fn methods_in_bounds() {
    fn bump<N: sync::methods::AtomicIntMethods<Item = u32>>(n: &N) -> u32 {
        n.Add(1)
    }

    assert_eq!(bump(&sync::atomic::Uint32::new(1)), 2);
}

/// `Cond` with every kind of `Locker`; a signal is for one, a broadcast for all.
#[test]
fn cond() {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

    static RW: sync::RWMutex = sync::RWMutex::new(());

    fn rendezvous<L: Locker + Sync>(cond: &sync::Cond<L>) {
        let (waiting, woken) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    cond.L.Lock();
                    waiting.fetch_add(1, SeqCst);
                    cond.Wait();
                    woken.fetch_add(1, SeqCst);
                    cond.L.Unlock();
                });
            }
            // Each that has counted itself holds the lock until it waits.
            while waiting.load(SeqCst) < 3 {
                std::thread::yield_now();
            }
            cond.L.Lock();
            cond.L.Unlock();
            cond.Signal();
            while woken.load(SeqCst) < 1 {
                std::thread::yield_now();
            }
            cond.Broadcast();
        });
        assert_eq!(woken.into_inner(), 3);
    }

    rendezvous(&sync::NewCond(sync::Mutex::new(())));
    rendezvous(&sync::NewCond(&sync::Mutex::new(())));
    rendezvous(&sync::NewCond(Arc::new(sync::Mutex::new(()))));
    rendezvous(&sync::NewCond(&RW));
    let object: Box<dyn Locker + Sync> = Box::new(sync::Mutex::new(()));
    rendezvous(&sync::NewCond(object));
}
