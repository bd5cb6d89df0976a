//! `Mutex`.

use gosync as sync;
use gosync::prelude::*;

use super::{Journal, Log, Scenario, differs, message, only, same, say, tasks};

/// Of all that ends a Go program.
pub(super) const NOT_THE_END: &str =
    "A panic in place of the end of the program. The object stays as it was, and is used on.";

pub(super) const SCENARIOS: &[Scenario] = &[
    same("mutex/try-forms", try_forms),
    same("mutex/try-while-another-waits", try_while_another_waits),
    same("mutex/unlock-elsewhere", unlock_elsewhere),
    same("mutex/excludes", excludes),
    same("mutex/order-of-service", order_of_service),
    same("mutex/a-hog-cannot-keep-it", hog),
    same("mutex/locker", locker),
    same("mutex/panic-while-locked", panic_while_locked),
    differs("mutex/unlock-of-unlocked", NOT_THE_END, unlock_of_unlocked),
    differs("mutex/unlock-twice", NOT_THE_END, unlock_twice),
];

fn try_forms(log: &Log) {
    let mu = sync::Mutex::new(());
    say!(log, "new: {}", mu.TryLock());
    say!(log, "locked: {}", mu.TryLock());
    mu.Unlock();
    mu.Lock();
    say!(log, "locked by Lock: {}", mu.TryLock());
    mu.Unlock();
    say!(log, "unlocked: {}", mu.TryLock());
    mu.Unlock();
}

fn try_while_another_waits(log: &Log) {
    let mu = sync::Mutex::new(());
    mu.Lock();
    tasks(|t| {
        t.queue(|| {
            mu.Lock();
            mu.Unlock();
        });
        say!(log, "locked, another waits: {}", mu.TryLock());
        mu.Unlock();
    });
    say!(log, "after both: {}", mu.TryLock());
}

fn unlock_elsewhere(log: &Log) {
    let mu = sync::Mutex::new(());
    tasks(|t| {
        mu.Lock();
        t.start(|| mu.Unlock());
        t.join();
        say!(log, "unlocked on another: {}", mu.TryLock());
        t.queue(|| mu.Lock());
        mu.Unlock();
    });
    say!(log, "locked on another: {}", mu.TryLock());
    mu.Unlock();
    say!(log, "unlocked here: {}", mu.TryLock());
}

fn excludes(log: &Log) {
    let mu = sync::Mutex::new(());
    let n = sync::atomic::Int32::new(0);
    tasks(|t| {
        for _ in 0..4 {
            t.start(|| {
                for _ in 0..1000 {
                    mu.Lock();
                    // In two steps: it is the mutex that makes them one.
                    n.Store(n.Load() + 1);
                    mu.Unlock();
                }
            });
        }
    });
    say!(log, "4 times 1000: {}", n.Load());
}

fn order_of_service(log: &Log) {
    let (mu, served) = (&sync::Mutex::new(()), &Journal::default());
    mu.Lock();
    tasks(|t| {
        for name in ["a", "b", "c", "d"] {
            t.queue(move || {
                mu.Lock();
                served.add(name);
                mu.Unlock();
            });
        }
        mu.Unlock();
    });
    say!(log, "queued a b c d, served {served}");
}

fn hog(log: &Log) {
    let mu = sync::Mutex::new(());
    let inside = sync::atomic::Bool::new(false);
    mu.Lock();
    tasks(|t| {
        t.queue(|| {
            mu.Lock();
            inside.Store(true);
            mu.Unlock();
        });
        while !inside.Load() {
            mu.Unlock();
            mu.Lock();
        }
        mu.Unlock();
    });
    say!(log, "who waits gets in: {}", inside.Load());
}

fn locker(log: &Log) {
    let mu = sync::Mutex::new(());
    let l: &dyn Locker = &mu;
    l.Lock();
    say!(log, "locked: {}", mu.TryLock());
    l.Unlock();
    say!(log, "unlocked: {}", mu.TryLock());
}

/// What Go's `defer` is for, a guard does.
fn panic_while_locked(log: &Log) {
    let mu = sync::Mutex::new(());
    let panic = message(|| {
        mu.Lock();
        panic!("between Lock and Unlock")
    });
    say!(log, "{panic}");
    say!(log, "still locked: {}", mu.TryLock());
    mu.Unlock();
    let panic = message(|| {
        let _guard = mu.lock();
        panic!("after defer Unlock")
    });
    say!(log, "{panic}");
    say!(log, "unlocked: {}", mu.TryLock());
}

fn unlock_of_unlocked(log: &Log) {
    let mu = sync::Mutex::new(());
    say!(log, "message: {}", message(|| mu.Unlock()));
    only!(log, "a panic, and it is unlocked: {}", mu.TryLock());
}

fn unlock_twice(log: &Log) {
    let mu = sync::Mutex::new(());
    mu.Lock();
    mu.Unlock();
    say!(log, "message: {}", message(|| mu.Unlock()));
    only!(log, "a panic, and it is unlocked: {}", mu.TryLock());
}
