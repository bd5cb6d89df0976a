//! `RWMutex`.

use gosync as sync;
use gosync::prelude::*;

use super::{
    Journal, Log, Scenario, differs, message, mutex::NOT_THE_END, only, same, say, tasks, until,
};

pub(super) const SCENARIOS: &[Scenario] = &[
    same("rwmutex/try-forms", try_forms),
    same(
        "rwmutex/try-forms-while-a-writer-waits",
        try_forms_writer_waits,
    ),
    same(
        "rwmutex/try-forms-while-a-reader-waits",
        try_forms_reader_waits,
    ),
    same("rwmutex/readers-together", readers_together),
    same("rwmutex/excludes", excludes),
    same("rwmutex/unlock-elsewhere", unlock_elsewhere),
    same("rwmutex/a-waiting-writer-stops-new-readers", waiting_writer),
    same(
        "rwmutex/queued-readers-before-the-next-writer",
        queued_readers,
    ),
    same("rwmutex/order-of-service", order_of_service),
    same("rwmutex/order-of-writers", order_of_writers),
    same("rwmutex/rlocker", rlocker),
    differs(
        "rwmutex/unlock-of-unlocked",
        NOT_THE_END,
        unlock_of_unlocked,
    ),
    differs(
        "rwmutex/unlock-of-read-locked",
        NOT_THE_END,
        unlock_of_read_locked,
    ),
    differs(
        "rwmutex/runlock-of-unlocked",
        NOT_THE_END,
        runlock_of_unlocked,
    ),
    differs(
        "rwmutex/runlock-of-write-locked",
        NOT_THE_END,
        runlock_of_write_locked,
    ),
    differs("rwmutex/runlock-twice", NOT_THE_END, runlock_twice),
    differs(
        "rwmutex/rlocker-unlock-of-unlocked",
        NOT_THE_END,
        rlocker_unlock,
    ),
    differs(
        "rwmutex/runlock-too-many-beside-a-reader",
        NOT_THE_END,
        surplus_beside_reader,
    ),
    differs(
        "rwmutex/runlock-while-a-reader-waits",
        "Go does not notice an RUnlock too many while a writer is in and a reader waits, and the \
         reader is lost.",
        surplus_while_reader_waits,
    ),
    differs(
        "rwmutex/unlock-while-a-writer-waits",
        "Go does not notice an Unlock too many while readers are in and a writer waits, and the \
         writer is lost.",
        unlock_while_writer_waits,
    ),
];

/// What both try forms return. What they took is given back.
fn tries(rw: &sync::RWMutex) -> String {
    let read = rw.TryRLock();
    if read {
        rw.RUnlock();
    }
    let write = rw.TryLock();
    if write {
        rw.Unlock();
    }
    format!("TryRLock {read}, TryLock {write}")
}

pub(super) fn say_tries(log: &Log, state: &str, rw: &sync::RWMutex) {
    say!(log, "{state}: {}", tries(rw));
}

fn try_forms(log: &Log) {
    let rw = sync::RWMutex::new(());
    say_tries(log, "new", &rw);
    rw.RLock();
    say_tries(log, "a reader in", &rw);
    rw.RLock();
    say_tries(log, "two readers in", &rw);
    rw.RUnlock();
    say_tries(log, "one has left", &rw);
    rw.RUnlock();
    say_tries(log, "both have left", &rw);
    rw.Lock();
    say_tries(log, "a writer in", &rw);
    rw.Unlock();
    say_tries(log, "it has left", &rw);
    assert!(rw.TryRLock());
    say_tries(log, "a reader in by TryRLock", &rw);
    rw.RUnlock();
    assert!(rw.TryLock());
    say_tries(log, "a writer in by TryLock", &rw);
}

fn try_forms_writer_waits(log: &Log) {
    let rw = sync::RWMutex::new(());
    rw.RLock();
    tasks(|t| {
        t.queue(|| rw.Lock());
        say_tries(log, "a reader in, a writer waits", &rw);
        t.queue(|| rw.RLock());
        say_tries(log, "and a reader behind it", &rw);
        rw.RUnlock();
        until(|| rw.is_locked_exclusive());
        say_tries(log, "the writer in, the reader waits", &rw);
        rw.Unlock();
    });
    say_tries(log, "the reader in", &rw);
    rw.RUnlock();
    say_tries(log, "all have left", &rw);
}

fn try_forms_reader_waits(log: &Log) {
    let rw = sync::RWMutex::new(());
    rw.Lock();
    tasks(|t| {
        t.queue(|| rw.RLock());
        say_tries(log, "a writer in, a reader waits", &rw);
        t.queue(|| rw.Lock());
        say_tries(log, "and a writer behind it", &rw);
        rw.Unlock();
        until(|| !rw.is_locked_exclusive() && tries(&rw).starts_with("TryRLock false"));
        say_tries(log, "the reader in, the writer waits", &rw);
        rw.RUnlock();
    });
    say_tries(log, "the writer in", &rw);
}

fn readers_together(log: &Log) {
    let rw = sync::RWMutex::new(());
    let inside = sync::atomic::Int32::new(0);
    tasks(|t| {
        for _ in 0..3 {
            t.start(|| {
                rw.RLock();
                inside.Add(1);
                until(|| inside.Load() == 3);
                rw.RUnlock();
            });
        }
    });
    say!(log, "in at once: {}", inside.Load());
    say_tries(log, "they have left", &rw);
}

fn excludes(log: &Log) {
    let rw = sync::RWMutex::new(());
    let (n, torn) = (sync::atomic::Int32::new(0), sync::atomic::Int32::new(0));
    tasks(|t| {
        for _ in 0..2 {
            t.start(|| {
                for _ in 0..1000 {
                    rw.Lock();
                    n.Store(n.Load() + 1);
                    n.Store(n.Load() + 1);
                    rw.Unlock();
                }
            });
            t.start(|| {
                for _ in 0..1000 {
                    rw.RLock();
                    if n.Load() % 2 != 0 {
                        torn.Add(1);
                    }
                    rw.RUnlock();
                }
            });
        }
    });
    let (n, torn) = (n.Load(), torn.Load());
    say!(log, "2 times 1000 times 2: {n}, seen half done: {torn}");
}

fn unlock_elsewhere(log: &Log) {
    let rw = sync::RWMutex::new(());
    tasks(|t| {
        rw.Lock();
        t.start(|| rw.Unlock());
        t.join();
        say_tries(log, "a writer left on another", &rw);
        rw.RLock();
        t.start(|| rw.RUnlock());
    });
    say_tries(log, "a reader left on another", &rw);
}

fn waiting_writer(log: &Log) {
    let (rw, served) = (sync::RWMutex::new(()), Journal::default());
    rw.RLock();
    tasks(|t| {
        t.queue(|| {
            rw.Lock();
            served.add("writer");
            rw.Unlock();
        });
        t.queue(|| {
            rw.RLock();
            served.add("reader");
            rw.RUnlock();
        });
        let nobody = served.len() == 0;
        say!(
            log,
            "a reader in, a writer and a reader queued, served nobody: {nobody}"
        );
        rw.RUnlock();
    });
    say!(log, "served {served}");
}

fn queued_readers(log: &Log) {
    let (rw, served) = (sync::RWMutex::new(()), Journal::default());
    rw.Lock();
    tasks(|t| {
        t.queue(|| {
            rw.Lock();
            served.add("writer");
            rw.Unlock();
        });
        t.queue(|| {
            rw.RLock();
            served.add("reader");
            rw.RUnlock();
        });
        rw.Unlock();
    });
    say!(
        log,
        "a writer in, a writer and then a reader queued, served {served}"
    );
}

fn order_of_service(log: &Log) {
    let (rw, served) = (sync::RWMutex::new(()), Journal::default());
    let write = |name| {
        rw.Lock();
        served.add(name);
        rw.Unlock();
    };
    let read = || {
        rw.RLock();
        served.add("R");
        rw.RUnlock();
    };
    rw.RLock();
    tasks(|t| {
        t.queue(|| write("W1"));
        t.queue(read);
        t.queue(|| write("W2"));
        t.queue(read);
        t.queue(read);
        rw.RUnlock();
    });
    say!(log, "a reader in, queued W1 R W2 R R, served {served}");
}

fn order_of_writers(log: &Log) {
    let (rw, served) = (&sync::RWMutex::new(()), &Journal::default());
    rw.Lock();
    tasks(|t| {
        for name in ["a", "b", "c"] {
            t.queue(move || {
                rw.Lock();
                served.add(name);
                rw.Unlock();
            });
        }
        rw.Unlock();
    });
    say!(log, "queued a b c, served {served}");
}

fn rlocker(log: &Log) {
    let rw = sync::RWMutex::new(());
    let l = rw.RLocker();
    l.Lock();
    say_tries(log, "locked", &rw);
    l.Lock();
    l.Unlock();
    say_tries(log, "twice, unlocked once", &rw);
    rw.RUnlock();
    say_tries(log, "and once by RUnlock", &rw);
    rw.Lock();
    tasks(|t| {
        t.queue(|| l.Lock());
        rw.Unlock();
    });
    say_tries(log, "it has waited for a writer", &rw);
}

fn unlock_of_unlocked(log: &Log) {
    let rw = sync::RWMutex::new(());
    say!(log, "message: {}", message(|| rw.Unlock()));
    only!(log, "a panic, then {}", tries(&rw));
}

fn unlock_of_read_locked(log: &Log) {
    let rw = sync::RWMutex::new(());
    rw.RLock();
    say!(log, "message: {}", message(|| rw.Unlock()));
    only!(log, "a panic, then {}", tries(&rw));
}

fn runlock_of_unlocked(log: &Log) {
    let rw = sync::RWMutex::new(());
    say!(log, "message: {}", message(|| rw.RUnlock()));
    only!(log, "a panic, then {}", tries(&rw));
}

fn runlock_of_write_locked(log: &Log) {
    let rw = sync::RWMutex::new(());
    rw.Lock();
    say!(log, "message: {}", message(|| rw.RUnlock()));
    only!(log, "a panic, then {}", tries(&rw));
}

fn runlock_twice(log: &Log) {
    let rw = sync::RWMutex::new(());
    rw.RLock();
    rw.RUnlock();
    say!(log, "message: {}", message(|| rw.RUnlock()));
    only!(log, "a panic, then {}", tries(&rw));
}

fn rlocker_unlock(log: &Log) {
    let rw = sync::RWMutex::new(());
    say!(log, "message: {}", message(|| rw.RLocker().Unlock()));
    only!(log, "a panic, then {}", tries(&rw));
}

fn surplus_beside_reader(log: &Log) {
    let rw = sync::RWMutex::new(());
    rw.RLock();
    rw.RLock();
    rw.RUnlock();
    say!(log, "one too many, of two: {}", message(|| rw.RUnlock()));
    say_tries(log, "it took the other's", &rw);
    say!(log, "message: {}", message(|| rw.RUnlock()));
    only!(log, "a panic, then {}", tries(&rw));
}

fn surplus_while_reader_waits(log: &Log) {
    let rw = sync::RWMutex::new(());
    rw.Lock();
    tasks(|t| {
        t.queue(|| rw.RLock());
        only!(log, "{}", message(|| rw.RUnlock()));
        rw.Unlock();
    });
    only!(log, "the writer leaves, the reader gets in: {}", tries(&rw));
}

fn unlock_while_writer_waits(log: &Log) {
    let rw = sync::RWMutex::new(());
    rw.RLock();
    tasks(|t| {
        t.queue(|| rw.Lock());
        only!(log, "{}", message(|| rw.Unlock()));
        rw.RUnlock();
    });
    only!(log, "the reader leaves, the writer gets in: {}", tries(&rw));
}
