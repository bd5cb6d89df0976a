//! What the lock does: who gets in, who waits, and in which order.
#![cfg(not(gosync_loom))]

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
};

use gosync_rwmutex::{RawRwMutex, RwMutex, RwMutexReadGuard, RwMutexWriteGuard};

/// Waits until the lock shows that it has come so far. Nothing here depends on how long that takes.
fn wait_until(lock: &RawRwMutex, shows: &str) {
    while !format!("{lock:?}").contains(shows) {
        thread::yield_now();
    }
}

/// The answers of the try forms, with what they took given back.
fn tries(lock: &RawRwMutex) -> (bool, bool) {
    let shared = lock.try_lock_shared();
    if shared {
        lock.unlock_shared();
    }
    let exclusive = lock.try_lock_exclusive();
    if exclusive {
        lock.unlock_exclusive();
    }
    (shared, exclusive)
}

#[test]
fn readers_are_in_together() {
    for readers in [1, 3, 4, 16] {
        let lock = RawRwMutex::new();
        let (all_in, may_go) = (Barrier::new(readers + 1), Barrier::new(readers + 1));
        thread::scope(|s| {
            for _ in 0..readers {
                s.spawn(|| {
                    lock.lock_shared();
                    all_in.wait();
                    may_go.wait();
                    lock.unlock_shared();
                });
            }
            all_in.wait();
            assert!(lock.is_locked());
            assert!(!lock.is_locked_exclusive());
            assert!(!lock.try_lock_exclusive());
            may_go.wait();
        });
        assert!(!lock.is_locked());
    }
}

#[test]
fn try_forms_in_every_state() {
    let lock = RawRwMutex::new();
    assert_eq!(tries(&lock), (true, true), "free");

    lock.lock_shared();
    assert_eq!(tries(&lock), (true, false), "one reader in");
    lock.lock_shared();
    assert_eq!(tries(&lock), (true, false), "two readers in");
    lock.unlock_shared();
    assert_eq!(tries(&lock), (true, false), "one reader left");

    thread::scope(|s| {
        s.spawn(|| lock.lock_exclusive());
        wait_until(&lock, "writer: Waiting");
        assert_eq!(tries(&lock), (false, false), "a writer waits");
        assert!(lock.is_locked());
        assert!(!lock.is_locked_exclusive());
        lock.unlock_shared();
    });
    assert_eq!(tries(&lock), (false, false), "a writer is in");
    assert!(lock.is_locked_exclusive());

    lock.downgrade();
    assert_eq!(tries(&lock), (true, false), "downgraded");
    lock.unlock_shared();
    assert_eq!(tries(&lock), (true, true), "free again");
    assert!(!lock.is_locked());
}

/// Readers count 1, writers 10 000: nobody may see a sum that tells of company it must not have.
#[test]
fn many_readers_and_two_writers() {
    const ROUNDS: usize = if cfg!(debug_assertions) { 300 } else { 3000 };

    for readers in [1, 3, 5, 10] {
        let (lock, sum, reads) = (RawRwMutex::new(), AtomicI32::new(0), AtomicUsize::new(0));
        thread::scope(|s| {
            for _ in 0..readers {
                s.spawn(|| {
                    for _ in 0..ROUNDS {
                        lock.lock_shared();
                        let seen = sum.fetch_add(1, SeqCst) + 1;
                        assert!((1..10_000).contains(&seen), "a reader saw {seen}");
                        std::hint::black_box((0..100).sum::<i32>());
                        sum.fetch_sub(1, SeqCst);
                        lock.unlock_shared();
                        reads.fetch_add(1, SeqCst);
                    }
                });
            }
            for _ in 0..2 {
                s.spawn(|| {
                    for _ in 0..ROUNDS {
                        lock.lock_exclusive();
                        let seen = sum.fetch_add(10_000, SeqCst) + 10_000;
                        assert_eq!(seen, 10_000, "a writer was not alone");
                        std::hint::black_box((0..100).sum::<i32>());
                        sum.fetch_sub(10_000, SeqCst);
                        lock.unlock_exclusive();
                    }
                });
            }
        });
        assert_eq!(reads.into_inner(), readers * ROUNDS);
        assert!(!lock.is_locked());
    }
}

/// All forms at once, on plain data. Made of a static and of plain threads, so that a thread
/// sanitizer judges the lock alone, and not what it cannot see of std.
#[test]
fn all_forms_at_once_keep_the_data_whole() {
    const ROUNDS: u64 = if cfg!(debug_assertions) { 300 } else { 3000 };

    static LOCK: RwMutex<(u64, u64)> = RwMutex::new((0, 0));
    static TRIED: AtomicU64 = AtomicU64::new(0);

    fn bump(pair: &mut (u64, u64)) {
        pair.0 += 1;
        pair.1 += 1;
    }
    fn check(pair: &(u64, u64)) {
        assert_eq!(pair.0, pair.1);
    }
    fn read() {
        for _ in 0..ROUNDS {
            check(&LOCK.read());
            if let Some(pair) = LOCK.try_read() {
                check(&pair);
            }
        }
    }
    fn write() {
        for _ in 0..ROUNDS {
            bump(&mut LOCK.write());
            if let Some(mut pair) = LOCK.try_write() {
                bump(&mut pair);
                TRIED.fetch_add(1, SeqCst);
            }
            let mut pair = LOCK.write();
            bump(&mut pair);
            let after = *pair;
            let pair = RwMutexWriteGuard::downgrade(pair);
            assert_eq!(*pair, after);
        }
    }
    for thread in [read, write, read, write].map(thread::spawn) {
        thread.join().unwrap();
    }
    let expected = 2 * 2 * ROUNDS + TRIED.load(SeqCst);
    assert_eq!(*LOCK.read(), (expected, expected));
}

/// A reader holds, a writer waits, a late reader comes: the writer is next.
#[test]
fn a_late_reader_does_not_pass_a_waiting_writer() {
    let (lock, order) = (RawRwMutex::new(), Mutex::new(Vec::new()));
    lock.lock_shared();
    thread::scope(|s| {
        s.spawn(|| {
            lock.lock_exclusive();
            order.lock().unwrap().push("writer");
            lock.unlock_exclusive();
        });
        wait_until(&lock, "writer: Waiting");
        s.spawn(|| {
            lock.lock_shared();
            order.lock().unwrap().push("reader");
            lock.unlock_shared();
        });
        wait_until(&lock, "queued_readers: 1");
        assert!(order.lock().unwrap().is_empty());
        lock.unlock_shared();
    });
    assert_eq!(order.into_inner().unwrap(), ["writer", "reader"]);
}

/// A reader that has queued gets in at the unlock, and holds when the next writer asks.
#[test]
fn a_queued_reader_is_not_lost() {
    let lock = RawRwMutex::new();
    for _ in 0..100 {
        lock.lock_exclusive();
        thread::scope(|s| {
            s.spawn(|| lock.lock_shared());
            wait_until(&lock, "queued_readers: 1");
            lock.unlock_exclusive();
            // It is in from this moment, whether or not its thread has run since.
            assert!(format!("{lock:?}").contains("readers: 1, queued_readers: 0"));
            assert!(!lock.try_lock_exclusive());
        });
        lock.unlock_shared();
        assert!(!lock.is_locked());
    }
}

/// Three readers and a writer queue behind a writer: `R R R W`, whoever queued first.
#[test]
fn queued_readers_go_before_the_next_writer() {
    for _ in 0..50 {
        let (lock, order) = (RawRwMutex::new(), Mutex::new(Vec::new()));
        lock.lock_exclusive();
        thread::scope(|s| {
            let (asks, asked) = mpsc::channel();
            let (lock, order) = (&lock, &order);
            s.spawn(move || {
                asks.send(()).unwrap();
                lock.lock_exclusive();
                order.lock().unwrap().push('W');
                lock.unlock_exclusive();
            });
            asked.recv().unwrap();
            for _ in 0..3 {
                s.spawn(|| {
                    lock.lock_shared();
                    order.lock().unwrap().push('R');
                    lock.unlock_shared();
                });
            }
            wait_until(lock, "queued_readers: 3");
            assert!(order.lock().unwrap().is_empty());
            lock.unlock_exclusive();
        });
        assert_eq!(order.into_inner().unwrap(), ['R', 'R', 'R', 'W']);
    }
}

/// Two writers at once, and one holds while the other waits for it: no reader is needed for that.
#[test]
fn a_writer_waits_for_a_writer() {
    let lock = RwMutex::new(Vec::new());
    let mut first = lock.write();
    thread::scope(|s| {
        let second = s.spawn(|| lock.write().push(2));
        assert!(!second.is_finished());
        first.push(1);
        drop(first);
    });
    assert_eq!(lock.into_inner(), [1, 2]);
}

#[test]
fn any_thread_may_unlock() {
    let lock = RawRwMutex::new();
    lock.lock_exclusive();
    thread::scope(|s| _ = s.spawn(|| lock.unlock_exclusive()));
    assert!(!lock.is_locked());

    thread::scope(|s| _ = s.spawn(|| lock.lock_shared()));
    lock.unlock_shared();
    assert!(!lock.is_locked());

    lock.lock_exclusive();
    thread::scope(|s| _ = s.spawn(|| lock.downgrade()));
    lock.unlock_shared();
    assert_eq!(tries(&lock), (true, true));
}

#[test]
fn guards_travel() {
    let lock = RwMutex::new(1);
    let mut writer = lock.write();
    thread::scope(|s| {
        s.spawn(move || {
            *writer = 2;
            drop(writer);
        });
    });
    let reader = lock.read();
    thread::scope(|s| _ = s.spawn(move || assert_eq!(*reader, 2)));
    assert!(lock.try_write().is_some());
}

#[test]
fn mapped_guards_hold_the_lock() {
    let lock = RwMutex::new((1, String::from("one")));
    {
        let name = RwMutexReadGuard::map(lock.read(), |pair| &pair.1);
        assert_eq!(*name, "one");
        assert!(lock.try_write().is_none());
        assert!(lock.try_read().is_some());
    }
    {
        let mut name = RwMutexWriteGuard::map(lock.write(), |pair| &mut pair.1);
        name.push('!');
        assert!(lock.try_read().is_none());
    }
    let failed = RwMutexWriteGuard::try_map(lock.write(), |_| None::<&mut i32>);
    drop(failed.unwrap_err());
    assert_eq!(lock.into_inner(), (1, String::from("one!")));
}

/// Behind a writer that downgrades, a queued reader gets in, and a writer does not.
#[test]
fn downgrade_lets_readers_in_and_keeps_writers_out() {
    let lock = RwMutex::new(0);
    let mut writer = lock.write();
    // SAFETY: only looked at.
    let raw = unsafe { lock.raw() };
    thread::scope(|s| {
        let (is_in, saw) = mpsc::channel();
        let lock = &lock;
        s.spawn(move || is_in.send(*lock.read()).unwrap());
        wait_until(raw, "queued_readers: 1");
        let other = s.spawn(|| *lock.write() += 1);
        *writer = 1;
        let reader = RwMutexWriteGuard::downgrade(writer);
        assert_eq!(
            saw.recv(),
            Ok(1),
            "the queued reader is in together with us"
        );
        wait_until(raw, "writer: Waiting");
        assert!(!other.is_finished());
        assert_eq!(*reader, 1);
        drop(reader);
    });
    assert_eq!(lock.into_inner(), 2);
}

#[test]
fn a_panic_in_a_section_releases() {
    let lock = RwMutex::new(0);
    for _ in 0..2 {
        let write = catch_unwind(AssertUnwindSafe(|| {
            *lock.write() += 1;
            let _guard = lock.write();
            panic!("in the section");
        }));
        assert!(write.is_err());
        let read = thread::scope(|s| {
            s.spawn(|| {
                let _guard = lock.read();
                panic!("in the section");
            })
            .join()
        });
        assert!(read.is_err());
    }
    assert_eq!(*lock.write(), 2, "no poison");
}

#[test]
fn forgotten_guards_leave_it_locked_and_nothing_worse() {
    let mut lock = RwMutex::new(String::from("kept"));
    mem::forget(lock.read());
    assert!(lock.try_write().is_none());
    assert_eq!(*lock.read(), "kept");
    assert_eq!(lock.get_mut(), "kept");

    let lock = RwMutex::new(lock.into_inner());
    mem::forget(lock.write());
    assert!(lock.try_read().is_none());
    assert!(lock.try_write().is_none());
    assert_eq!(format!("{lock:?}"), "RwLock { data: <locked> }");
    let moved = lock;
    assert_eq!(moved.into_inner(), "kept");

    mem::forget(Box::new(RwMutex::new(1)));
    // Goes out of scope locked.
    RawRwMutex::new().lock_exclusive();
}

#[test]
fn is_made_in_a_constant_and_by_default() {
    static LOCK: RwMutex<u8> = RwMutex::new(1);
    static RAW: RawRwMutex = RawRwMutex::new();
    assert_eq!(*LOCK.read(), 1);
    assert_eq!(tries(&RAW), (true, true));
    assert_eq!(tries(&RawRwMutex::default()), (true, true));
    assert_eq!(RwMutex::<u8>::default().into_inner(), 0);
    assert_eq!(RwMutex::from(3).into_inner(), 3);
}

#[test]
fn debug_shows_who_is_in() {
    let lock = RawRwMutex::new();
    let shows = |expected: &str| assert_eq!(format!("{lock:?}"), expected);
    shows("RawRwMutex { writer: None, readers: 0, queued_readers: 0 }");
    lock.lock_shared();
    lock.lock_shared();
    shows("RawRwMutex { writer: None, readers: 2, queued_readers: 0 }");
    thread::scope(|s| {
        s.spawn(|| lock.lock_exclusive());
        wait_until(&lock, "Waiting");
        shows("RawRwMutex { writer: Waiting, readers: 2, queued_readers: 0 }");
        lock.unlock_shared();
        lock.unlock_shared();
    });
    shows("RawRwMutex { writer: In, readers: 0, queued_readers: 0 }");
}

#[cfg(feature = "arc_lock")]
#[test]
fn arc_guards_own_their_lock() {
    use gosync_rwmutex::{ArcRwMutexReadGuard, ArcRwMutexWriteGuard};

    let lock = Arc::new(RwMutex::new(1));
    let reader: ArcRwMutexReadGuard<i32> = lock.read_arc();
    assert!(lock.try_write_arc().is_none());
    drop(thread::spawn(move || drop(reader)).join());

    let mut writer: ArcRwMutexWriteGuard<i32> = lock.write_arc();
    *writer += 1;
    assert!(lock.try_read_arc().is_none());
    drop(lock);
    let reader = ArcRwMutexWriteGuard::downgrade(writer);
    let lock = ArcRwMutexReadGuard::into_arc(reader);
    assert_eq!(*lock.write(), 2);
    assert_eq!(Arc::strong_count(&lock), 1);
}

#[test]
fn shared_by_arc() {
    let lock = Arc::new(RwMutex::new(0));
    let threads = [(); 4].map(|()| {
        let lock = Arc::clone(&lock);
        thread::spawn(move || *lock.write() += 1)
    });
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(*lock.read(), 4);
}
