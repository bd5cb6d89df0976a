//! `Cond`.

use gosync as sync;
use gosync::prelude::*;

use super::{
    Journal, Log, Scenario, differs, message, mutex::NOT_THE_END, only, rwmutex::say_tries, same,
    say, tasks, until,
};

pub(super) const SCENARIOS: &[Scenario] = &[
    same("cond/signal-wakes-one", signal_wakes_one),
    same("cond/order-of-signals", order_of_signals),
    same("cond/broadcast-wakes-all", broadcast),
    same("cond/nobody-waits", nobody_waits),
    same("cond/l-while-waiting", l_while_waiting),
    same("cond/signal-with-l-held", signal_with_l_held),
    same("cond/a-later-one-cannot-steal", steal),
    same("cond/l-is-a-write-lock", write_lock),
    same("cond/l-is-a-read-lock", read_lock),
    same("cond/hand-over", hand_over),
    differs("cond/wait-with-l-unlocked", NOT_THE_END, wait_unlocked),
];

fn signal_wakes_one(log: &Log) {
    let c = sync::NewCond(sync::Mutex::new(()));
    let woken = sync::atomic::Int32::new(0);
    tasks(|t| {
        for _ in 0..3 {
            t.queue(|| {
                c.L.Lock();
                c.Wait();
                woken.Add(1);
                c.L.Unlock();
            });
        }
        for i in 0..3 {
            c.Signal();
            until(|| woken.Load() > i);
            say!(log, "woken: {}", woken.Load());
        }
    });
}

fn order_of_signals(log: &Log) {
    let (c, woken) = (&sync::NewCond(sync::Mutex::new(())), &Journal::default());
    tasks(|t| {
        for name in ["a", "b", "c", "d", "e"] {
            t.queue(move || {
                c.L.Lock();
                c.Wait();
                woken.add(name);
                c.L.Unlock();
            });
        }
        for i in 0..5 {
            c.Signal();
            until(|| woken.len() > i);
        }
    });
    say!(log, "waited a b c d e, woken {woken}");
}

fn broadcast(log: &Log) {
    let c = sync::NewCond(sync::Mutex::new(()));
    let woken = sync::atomic::Int32::new(0);
    tasks(|t| {
        for _ in 0..2 {
            for _ in 0..4 {
                t.queue(|| {
                    c.L.Lock();
                    c.Wait();
                    woken.Add(1);
                    c.L.Unlock();
                });
            }
            c.Broadcast();
            t.join();
            say!(log, "woken: {}", woken.Load());
        }
    });
}

fn nobody_waits(log: &Log) {
    let c = sync::NewCond(sync::Mutex::new(()));
    let woken = sync::atomic::Bool::new(false);
    c.Signal();
    c.Broadcast();
    tasks(|t| {
        t.queue(|| {
            c.L.Lock();
            c.Wait();
            woken.Store(true);
            c.L.Unlock();
        });
        let early = woken.Load();
        say!(
            log,
            "an earlier Signal and Broadcast have woken it: {early}"
        );
        c.Signal();
    });
    say!(log, "a later Signal has: {}", woken.Load());
}

fn l_while_waiting(log: &Log) {
    let mu = sync::Mutex::new(());
    let c = sync::NewCond(&mu);
    say!(log, "free: {}", mu.TryLock());
    tasks(|t| {
        t.queue(|| {
            mu.Lock();
            c.Wait();
            say!(log, "L held after Wait: {}", !mu.TryLock());
            mu.Unlock();
        });
        mu.Unlock();
        // The first time that this is free for good is when the other waits.
        until(|| format!("{c:?}").contains("waiters: true") && mu.TryLock());
        say!(log, "L free during Wait: true");
        mu.Unlock();
        c.Signal();
    });
}

fn signal_with_l_held(log: &Log) {
    let (c, events) = (sync::NewCond(sync::Mutex::new(())), Journal::default());
    tasks(|t| {
        t.queue(|| {
            c.L.Lock();
            c.Wait();
            events.add("woken");
            c.L.Unlock();
        });
        c.L.Lock();
        c.Signal();
        events.add("signalled");
        events.add("unlocked");
        c.L.Unlock();
    });
    say!(log, "{events}");
}

fn steal(log: &Log) {
    let c = sync::NewCond(sync::Mutex::new(()));
    let (queued, woken) = (sync::atomic::Int32::new(0), Journal::default());
    let wait = |name| {
        c.L.Lock();
        queued.Add(1);
        c.Wait();
        woken.add(name);
        c.L.Unlock();
    };
    tasks(|t| {
        t.queue(|| wait("early"));
        c.L.Lock();
        c.Signal();
        t.start(|| wait("late"));
        c.L.Unlock();
        until(|| queued.Load() == 2 && woken.len() == 1);
        say!(log, "after one Signal: {woken}");
        c.L.Lock();
        c.Signal();
        c.L.Unlock();
    });
    say!(log, "after two: {woken}");
}

fn write_lock(log: &Log) {
    let rw = sync::RWMutex::new(());
    let c = sync::NewCond(&rw);
    tasks(|t| {
        t.queue(|| {
            c.L.Lock();
            c.Wait();
            say_tries(log, "after Wait", &rw);
            c.L.Unlock();
        });
        say_tries(log, "during Wait", &rw);
        c.Signal();
    });
}

fn read_lock(log: &Log) {
    let rw = sync::RWMutex::new(());
    let c = sync::NewCond(rw.RLocker());
    let inside = sync::atomic::Int32::new(0);
    tasks(|t| {
        for _ in 0..3 {
            t.queue(|| {
                c.L.Lock();
                c.Wait();
                inside.Add(1);
                until(|| inside.Load() == 3);
                c.L.Unlock();
            });
        }
        say_tries(log, "3 wait", &rw);
        c.Broadcast();
    });
    say!(log, "in at once after Wait: {}", inside.Load());
    say_tries(log, "they have left", &rw);
}

fn hand_over(log: &Log) {
    let (c, turns) = (&sync::NewCond(sync::Mutex::new(())), &Journal::default());
    tasks(|t| {
        for (i, name) in ["a", "b", "c"].into_iter().enumerate() {
            t.start(move || {
                for _ in 0..2 {
                    c.L.Lock();
                    while turns.len() % 3 != i {
                        c.Wait();
                    }
                    turns.add(name);
                    c.Broadcast();
                    c.L.Unlock();
                }
            });
        }
    });
    say!(log, "{turns}");
}

fn wait_unlocked(log: &Log) {
    let c = sync::NewCond(sync::Mutex::new(()));
    say!(log, "message: {}", message(|| c.Wait()));
    only!(log, "a panic, and L is unlocked: {}", c.L.TryLock());
}
