//! `WaitGroup`.

use std::{
    sync::{Arc, OnceLock},
    thread,
};

use gosync as sync;
use gosync::prelude::*;

use super::{Journal, Log, Scenario, differs, list, message, only, same, say, tasks};

const AS_IT_WAS: &str = "The count stays what it was. In Go it stays below zero.";

pub(super) const SCENARIOS: &[Scenario] = &[
    same("waitgroup/wait-on-zero", wait_on_zero),
    same("waitgroup/add-done-wait", add_done_wait),
    same("waitgroup/wait-sees-the-work", wait_sees_the_work),
    same("waitgroup/add-a-negative-number", add_negative),
    same("waitgroup/add-while-another-waits", add_while_another_waits),
    same("waitgroup/all-who-wait-go-on", all_go_on),
    same("waitgroup/reuse", reuse),
    same("waitgroup/go", go),
    same("waitgroup/go-inside-go", go_inside_go),
    differs("waitgroup/negative-counter", AS_IT_WAS, negative),
    differs(
        "waitgroup/negative-counter-by-add",
        AS_IT_WAS,
        negative_by_add,
    ),
    same("waitgroup/reused-before-wait-returned", reused_too_early),
    differs(
        "waitgroup/panic-in-go",
        "A panic ends its thread, and the Wait that it would have released panics in its place. In \
         Go it ends the program.",
        panic_in_go,
    ),
    differs(
        "waitgroup/a-count-too-large",
        "Go looks at the low 32 bits of a delta alone. Here a count that is too large is refused.",
        too_large,
    ),
];

fn wait_on_zero(log: &Log) {
    let wg = sync::WaitGroup::new();
    wg.Wait();
    wg.Wait();
    say!(log, "returned");
    wg.Add(0);
    wg.Wait();
    say!(log, "returned after Add(0)");
}

fn add_done_wait(log: &Log) {
    let (wg, events) = (sync::WaitGroup::new(), Journal::default());
    wg.Add(2);
    tasks(|t| {
        t.queue(|| {
            wg.Wait();
            events.add("Wait");
        });
        events.add("Done");
        wg.Done();
        events.add("Done");
        wg.Done();
    });
    say!(log, "{events}");
}

fn wait_sees_the_work(log: &Log) {
    let wg = sync::WaitGroup::new();
    let done = [const { sync::atomic::Int32::new(0) }; 8];
    thread::scope(|s| {
        wg.Add(8);
        for (i, done) in (0..).zip(&done) {
            let wg = &wg;
            s.spawn(move || {
                done.Store(i * i);
                wg.Done();
            });
        }
        wg.Wait();
        say!(log, "{}", list(&done.each_ref().map(|done| done.Load())));
    });
}

fn add_negative(log: &Log) {
    let (wg, events) = (sync::WaitGroup::new(), Journal::default());
    wg.Add(5);
    wg.Add(-2);
    tasks(|t| {
        t.queue(|| {
            wg.Wait();
            events.add("Wait");
        });
        events.add("Add(-3)");
        wg.Add(-3);
    });
    say!(log, "{events}");
}

fn add_while_another_waits(log: &Log) {
    let (wg, events) = (sync::WaitGroup::new(), Journal::default());
    wg.Add(1);
    tasks(|t| {
        t.queue(|| {
            wg.Wait();
            events.add("Wait");
        });
        wg.Add(1);
        events.add("Add");
        wg.Done();
        events.add("Done");
        events.add("Done");
        wg.Done();
    });
    say!(log, "{events}");
}

fn all_go_on(log: &Log) {
    let (wg, gone) = (sync::WaitGroup::new(), sync::atomic::Int32::new(0));
    wg.Add(1);
    tasks(|t| {
        for _ in 0..3 {
            t.queue(|| {
                wg.Wait();
                gone.Add(1);
            });
        }
        say!(log, "before: {}", gone.Load());
        wg.Done();
    });
    say!(log, "after: {}", gone.Load());
}

fn reuse(log: &Log) {
    let (wg, n) = (sync::WaitGroup::new(), sync::atomic::Int32::new(0));
    tasks(|t| {
        for _ in 0..3 {
            wg.Add(2);
            for _ in 0..2 {
                t.start(|| {
                    n.Add(1);
                    wg.Done();
                });
            }
            wg.Wait();
            say!(log, "{}", n.Load());
        }
    });
}

fn go(log: &Log) {
    static N: sync::atomic::Int32 = sync::atomic::Int32::new(0);
    let wg = Arc::new(sync::WaitGroup::new());
    for _ in 0..4 {
        wg.Go(|| {
            N.Add(1);
        });
    }
    wg.Wait();
    say!(log, "{}", N.Load());
    wg.Go(|| {
        N.Add(1);
    });
    wg.Wait();
    say!(log, "{}", N.Load());
}

fn go_inside_go(log: &Log) {
    static WG: sync::WaitGroup = sync::WaitGroup::new();
    static N: sync::atomic::Int32 = sync::atomic::Int32::new(0);
    WG.Go(|| {
        for _ in 0..3 {
            WG.Go(|| {
                WG.Go(|| {
                    N.Add(1);
                });
            });
        }
    });
    WG.Wait();
    say!(log, "{}", N.Load());
}

fn negative(log: &Log) {
    let wg = sync::WaitGroup::new();
    say!(log, "{}", message(|| wg.Done()));
    wg.Wait();
    only!(log, "it is {} still, and Wait returns", wg.count());
}

fn negative_by_add(log: &Log) {
    let wg = sync::WaitGroup::new();
    wg.Add(1);
    say!(log, "{}", message(|| wg.Add(-3)));
    let panic = message(|| wg.Add(1));
    only!(log, "it is 1 still, Add(1): {panic}, now {}", wg.count());
}

/// Each round is one chance for this thread to be faster than the one that it wakes.
fn reused_too_early(log: &Log) {
    let mut seen = String::from("no panic");
    for _ in 0..10_000 {
        let (wg, waiter) = (sync::WaitGroup::new(), OnceLock::new());
        wg.Add(1);
        tasks(|t| {
            t.queue(|| waiter.set(message(|| wg.Wait())).expect("once"));
            wg.Done();
            wg.Add(1);
            t.join();
        });
        seen.clone_from(waiter.wait());
        if seen != "no panic" {
            break;
        }
    }
    say!(log, "{seen}");
}

fn panic_in_go(log: &Log) {
    let wg = Arc::new(sync::WaitGroup::new());
    wg.Go(|| panic!("in a task"));
    only!(log, "{} (a panic of Wait)", message(|| wg.Wait()));
    wg.Go(|| ());
    wg.Wait();
    only!(log, "it is used again, and Wait returns");
}

fn too_large(log: &Log) {
    let wg = sync::WaitGroup::new();
    // As large as can be, where it does not fit.
    let bit = |n| isize::try_from(1_u64 << n).unwrap_or(isize::MAX);
    only!(log, "Add(1<<32): {}", message(|| wg.Add(bit(32))));
    say!(log, "Add(1<<31): {}", message(|| wg.Add(bit(31))));
    wg.Wait();
    only!(log, "it is 0 still, Wait returns");
}
