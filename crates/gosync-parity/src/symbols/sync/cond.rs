//! `Cond`.

use std::{
    thread,
    time::{Duration, Instant},
};

use gosync as sync;
use gosync::{cond, prelude::*};

use super::{is_shared, is_zero_value};
use crate::symbols::{Symbol, symbol};

pub(super) const COND: &[Symbol] = &[
    symbol!(
        "type Cond",
        "`sync::Cond<L>`",
        "`cond::Cond`, which is without a lock of its own",
        "",
        || {
            static C: sync::Cond<sync::Mutex> = sync::NewCond(sync::Mutex::new(()));
            is_shared(&C);
            is_zero_value::<sync::Cond<sync::Mutex>>();
            is_zero_value::<cond::Cond>();
        },
    ),
    symbol!(
        "Cond.L",
        "`c.L`",
        "the mutex whose guard is given to `wait`",
        "",
        || {
            let mu = sync::Mutex::new(());
            let c = sync::NewCond(&mu);
            c.L.Lock();
            assert!(!mu.TryLock());
            c.L.Unlock();
        },
    ),
    symbol!(
        "NewCond(l)",
        "`sync::NewCond(l)`",
        "`cond::Cond::new()`",
        "const, and without a pointer: a `Cond` cannot be copied",
        || {
            static RUST: cond::Cond = cond::Cond::new();
            let rw = sync::RWMutex::new(());
            let c = sync::NewCond(rw.RLocker());
            c.L.Lock();
            assert!(rw.TryRLock() && !rw.TryLock());
            RUST.notify_all();
        },
    ),
    symbol!(
        "Cond.Broadcast()",
        "`c.Broadcast()`",
        "`c.notify_all()`",
        "",
        || {
            let c = sync::NewCond(sync::Mutex::new(()));
            wakes(2, |c| c.Wait(), |c| c.Broadcast(), &c, &c.L);
            let mu = sync::Mutex::new(());
            let wait = |c: &cond::Cond| wait_with(c, &mu);
            wakes(2, wait, |c| c.notify_all(), &cond::Cond::new(), &mu);
        },
    ),
    symbol!(
        "Cond.Signal()",
        "`c.Signal()`",
        "`c.notify_one()`",
        "",
        || {
            let c = sync::NewCond(sync::Mutex::new(()));
            wakes(1, |c| c.Wait(), |c| c.Signal(), &c, &c.L);
            let notify = |c: &cond::Cond| assert!(c.notify_one());
            let mu = sync::Mutex::new(());
            let wait = |c: &cond::Cond| wait_with(c, &mu);
            wakes(1, wait, notify, &cond::Cond::new(), &mu);
        },
    ),
    symbol!(
        "Cond.Wait()",
        "`c.Wait()`",
        "`c.wait(&mut guard)`, `c.wait_while(..)`, `c.wait_timeout(..)`, `c.wait_until(..)`",
        "with `L` unlocked: a panic instead of the end of the program",
        || {
            let c = sync::NewCond(sync::Mutex::new(()));
            wakes(1, |c| c.Wait(), |c| c.Signal(), &c, &c.L);

            let (c, ready) = (cond::Cond::new(), sync::Mutex::new(false));
            thread::scope(|s| {
                let mut guard = ready.lock();
                s.spawn(|| {
                    *ready.lock() = true;
                    c.notify_one();
                });
                c.wait(&mut guard);
                assert!(*guard);
                c.wait_while(&mut guard, |ready| !*ready);
                assert!(!c.wait_timeout(&mut guard, Duration::ZERO));
                assert!(!c.wait_until(&mut guard, Instant::now()));
            });
        },
    ),
];

/// Waits with a lock that has no guard.
fn wait_with(c: &cond::Cond, mu: &sync::Mutex) {
    c.wait_with(None, |sleep| {
        mu.Unlock();
        sleep();
        mu.Lock();
    });
}

/// Lets two threads wait, calls `notify`, and looks whether it has woken as many as it should.
/// Those that are left are woken one by one.
fn wakes<C: Sync>(
    number: i32,
    wait: impl Fn(&C) + Sync,
    notify: impl Fn(&C),
    c: &C,
    mu: &sync::Mutex,
) {
    let (waiting, woken) = (sync::atomic::Int32::new(0), sync::atomic::Int32::new(0));
    thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| {
                mu.Lock();
                waiting.Add(1);
                wait(c);
                woken.Add(1);
                mu.Unlock();
            });
        }
        // Who has counted itself under the lock waits as soon as the lock is free.
        let both = || {
            mu.Lock();
            let both = waiting.Load() == 2;
            mu.Unlock();
            both
        };
        while !both() {
            thread::yield_now();
        }
        for round in 1.. {
            notify(c);
            let so_far = (number * round).min(2);
            while woken.Load() < so_far {
                thread::yield_now();
            }
            assert_eq!(woken.Load(), so_far);
            if so_far == 2 {
                break;
            }
        }
    });
}
