//! `Locker`, `Mutex`, `RWMutex`.

use std::sync::Arc;

use gosync as sync;
use gosync::{mutex, prelude::*, rwmutex};

use super::{elsewhere, is_shared, is_zero_value};
use crate::symbols::{Symbol, symbol};

pub(super) const LOCKER: &[Symbol] = &[
    symbol!(
        "type Locker",
        "`trait Locker`; `&dyn Locker` is Go's interface value",
        "",
        "for `Mutex<()>`, `RWMutex<()>`, `RLocker`, for `&L`, `Box<L>`, `Arc<L>`, and for types of yours",
        || {
            struct Yours;
            impl Locker for Yours {
                fn Lock(&self) {}
                fn Unlock(&self) {}
            }
            let (mu, rw) = (sync::Mutex::new(()), sync::RWMutex::new(()));
            let all: [&dyn Locker; 7] = [
                &mu,
                &rw,
                &rw.RLocker(),
                &&mu,
                &Box::new(sync::Mutex::new(())),
                &Arc::new(sync::RWMutex::new(())),
                &Yours,
            ];
            for l in all {
                l.Lock();
                l.Unlock();
            }
        },
    ),
    symbol!("Locker.Lock()", "`l.Lock()`", "", "", || {
        let rw = sync::RWMutex::new(());
        let l: &dyn Locker = &rw;
        l.Lock();
        assert!(!rw.TryRLock());
    }),
    symbol!("Locker.Unlock()", "`l.Unlock()`", "", "", || {
        let mu = sync::Mutex::new(());
        let l: &(dyn Locker + Sync) = &mu;
        mu.Lock();
        elsewhere(|| l.Unlock());
        assert!(mu.TryLock());
    }),
];

pub(super) const MUTEX: &[Symbol] = &[
    symbol!(
        "type Mutex",
        "`sync::Mutex`, which is `Mutex<()>`",
        "`Mutex<T>`; the bare lock is `mutex::RawMutex`",
        "Rust's holds the data",
        || {
            static MU: sync::Mutex = sync::Mutex::new(());
            static DATA: sync::Mutex<i32> = sync::Mutex::new(1);
            static RAW: mutex::RawMutex = mutex::RawMutex::new();
            is_shared(&MU);
            is_zero_value::<sync::Mutex>();
            assert_eq!(*DATA.lock(), 1);
            assert!(RAW.try_lock());
        },
    ),
    symbol!(
        "Mutex.Lock()",
        "`mu.Lock()`",
        "`let guard = mu.lock();`",
        "the guard lends the data",
        || {
            let mu = sync::Mutex::new(());
            mu.Lock();
            assert!(!mu.TryLock());
            let mu = sync::Mutex::new(1);
            let mut guard = mu.lock();
            *guard += 1;
            assert!(mu.try_lock().is_none());
        },
    ),
    symbol!(
        "Mutex.TryLock()",
        "`mu.TryLock() -> bool`",
        "`mu.try_lock() -> Option<MutexGuard>`",
        "it fails only if somebody has the mutex, or a waiter is about to get it",
        || {
            let mu = sync::Mutex::new(());
            assert!(mu.TryLock());
            assert!(!mu.TryLock());
            assert!(mu.try_lock().is_none());
            mu.Unlock();
            assert!(mu.try_lock().is_some());
        },
    ),
    symbol!(
        "Mutex.Unlock()",
        "`mu.Unlock()`, on any thread",
        "the guard does it when it is dropped, on any thread",
        "misuse: a panic, the program goes on",
        || {
            let mu = sync::Mutex::new(());
            mu.Lock();
            elsewhere(|| mu.Unlock());
            let guard = mu.lock();
            elsewhere(|| drop(guard));
            assert!(mu.TryLock());
        },
    ),
];

pub(super) const RWMUTEX: &[Symbol] = &[
    symbol!(
        "type RWMutex",
        "`sync::RWMutex`, which is `RWMutex<()>`",
        "`RWMutex<T>`; the bare lock is `rwmutex::RawRwMutex`",
        "Rust's holds the data",
        || {
            static RW: sync::RWMutex = sync::RWMutex::new(());
            static DATA: sync::RWMutex<i32> = sync::RWMutex::new(1);
            static RAW: rwmutex::RawRwMutex = rwmutex::RawRwMutex::new();
            is_shared(&RW);
            is_zero_value::<sync::RWMutex>();
            assert_eq!(*DATA.read(), 1);
            assert!(RAW.try_lock_exclusive());
        },
    ),
    symbol!(
        "RWMutex.Lock()",
        "`rw.Lock()`",
        "`let guard = rw.write();`",
        "",
        || {
            let rw = sync::RWMutex::new(());
            rw.Lock();
            assert!(!rw.TryRLock() && !rw.TryLock());
            let rw = sync::RWMutex::new(1);
            let mut guard = rw.write();
            *guard += 1;
            assert!(rw.try_read().is_none() && rw.try_write().is_none());
        },
    ),
    symbol!(
        "RWMutex.RLock()",
        "`rw.RLock()`",
        "`let guard = rw.read();`",
        "",
        || {
            let rw = sync::RWMutex::new(());
            rw.RLock();
            assert!(rw.TryRLock() && !rw.TryLock());
            let rw = sync::RWMutex::new(1);
            let guard = rw.read();
            assert_eq!(Some(*guard), rw.try_read().map(|other| *other));
            assert!(rw.try_write().is_none());
        },
    ),
    symbol!(
        "RWMutex.RLocker()",
        "`rw.RLocker() -> RLocker<'_>`",
        "",
        "a value of a type, not an interface value; `Box::new(rw.RLocker())` is one",
        || {
            let rw = sync::RWMutex::new(());
            let l: sync::RLocker<'_> = rw.RLocker();
            l.Lock();
            assert!(rw.TryRLock() && !rw.TryLock());
            l.Unlock();
            rw.RUnlock();
            let l: Box<dyn Locker + '_> = Box::new(rw.RLocker());
            l.Lock();
            assert!(!rw.TryLock());
        },
    ),
    symbol!(
        "RWMutex.RUnlock()",
        "`rw.RUnlock()`, on any thread",
        "the guard does it when it is dropped, on any thread",
        "misuse: a panic, and in more cases than Go notices",
        || {
            let rw = sync::RWMutex::new(());
            rw.RLock();
            elsewhere(|| rw.RUnlock());
            let guard = rw.read();
            elsewhere(|| drop(guard));
            assert!(rw.TryLock());
        },
    ),
    symbol!(
        "RWMutex.TryLock()",
        "`rw.TryLock() -> bool`",
        "`rw.try_write() -> Option<RwMutexWriteGuard>`",
        "",
        || {
            let rw = sync::RWMutex::new(());
            assert!(rw.TryLock());
            assert!(!rw.TryLock());
            assert!(rw.try_write().is_none());
            rw.Unlock();
            assert!(rw.try_write().is_some());
        },
    ),
    symbol!(
        "RWMutex.TryRLock()",
        "`rw.TryRLock() -> bool`",
        "`rw.try_read() -> Option<RwMutexReadGuard>`",
        "",
        || {
            let rw = sync::RWMutex::new(());
            assert!(rw.TryRLock() && rw.TryRLock());
            assert!(rw.try_read().is_some());
            rw.RUnlock();
            rw.RUnlock();
            rw.Lock();
            assert!(!rw.TryRLock());
            assert!(rw.try_read().is_none());
        },
    ),
    symbol!(
        "RWMutex.Unlock()",
        "`rw.Unlock()`, on any thread",
        "the guard does it when it is dropped; `RwMutexWriteGuard::downgrade(guard)`",
        "misuse: a panic, and in more cases than Go notices",
        || {
            let rw = sync::RWMutex::new(());
            rw.Lock();
            elsewhere(|| rw.Unlock());
            let guard = sync::RwMutexWriteGuard::downgrade(rw.write());
            assert!(rw.TryRLock() && !rw.TryLock());
            rw.RUnlock();
            drop(guard);
            assert!(rw.TryLock());
        },
    ),
];
