//! `Once`, `OnceFunc`, `OnceValue`, `OnceValues`.

use std::{
    panic::panic_any,
    sync::{Arc, OnceLock, mpsc},
};

use gosync as sync;
use gosync::prelude::*;

use super::{Journal, Log, Scenario, differs, message, only, same, say, tasks};

const INSIDE_ITSELF: &str = "It could only wait for itself. Go does so, and notices if all goroutines wait; here it panics.";

pub(super) const SCENARIOS: &[Scenario] = &[
    same("once/do", once_do),
    same("once/first-function-only", first_function_only),
    same("once/concurrent", concurrent),
    same("once/do-returns-when-f-has", do_returns_when_f_has),
    same("once/panic", panics),
    same("once/panic-while-another-waits", panic_while_another_waits),
    same("once/another-once-inside", another_inside),
    differs("once/inside-its-own-f", INSIDE_ITSELF, inside_its_own),
    same("oncefunc/calls", func_calls),
    same("oncefunc/concurrent", func_concurrent),
    same("oncefunc/panic", func_panics),
    same(
        "oncefunc/panic-while-another-waits",
        func_panic_while_another_waits,
    ),
    differs(
        "oncefunc/panic-with-another-value",
        "What a panic carries cannot be cloned in Rust, unless it is a message. Later calls panic \
         with one that says so.",
        func_panic_value,
    ),
    differs(
        "oncefunc/inside-its-own-f",
        INSIDE_ITSELF,
        func_inside_its_own,
    ),
    same("oncevalue/calls", value_calls),
    same("oncevalue/panic", value_panics),
    same("oncevalues/calls", values_calls),
    same("oncevalues/an-error-is-kept", values_error),
    same("oncevalues/panic", values_panic),
];

fn once_do(log: &Log) {
    let once = sync::Once::new();
    let mut calls = 0;
    for _ in 0..3 {
        once.Do(|| calls += 1);
        say!(log, "calls: {calls}");
    }
}

fn first_function_only(log: &Log) {
    let once = sync::Once::new();
    once.Do(|| say!(log, "first f"));
    once.Do(|| say!(log, "second f"));
    say!(log, "done");
}

fn concurrent(log: &Log) {
    let once = sync::Once::new();
    let (calls, late) = (sync::atomic::Int32::new(0), sync::atomic::Int32::new(0));
    tasks(|t| {
        for _ in 0..8 {
            t.start(|| {
                once.Do(|| {
                    calls.Add(1);
                });
                if calls.Load() != 1 {
                    late.Add(1);
                }
            });
        }
    });
    let (calls, late) = (calls.Load(), late.Load());
    say!(log, "calls: {calls}, returned before it: {late}");
}

fn do_returns_when_f_has(log: &Log) {
    let (once, events) = (sync::Once::new(), Journal::default());
    let (runs, running) = mpsc::channel();
    let (ends, end) = mpsc::channel::<()>();
    tasks(|t| {
        let (once, events) = (&once, &events);
        t.start(move || {
            once.Do(|| {
                runs.send(()).expect("it is awaited");
                end.recv().expect("it is told");
                events.add("f");
            });
        });
        running.recv().expect("it runs");
        for _ in 0..2 {
            t.queue(|| {
                once.Do(|| ());
                events.add("Do");
            });
        }
        ends.send(()).expect("it waits");
    });
    say!(log, "ended: {events}");
}

fn panics(log: &Log) {
    let once = sync::Once::new();
    let mut calls = 0;
    let mut f = || {
        calls += 1;
        panic!("in f");
    };
    say!(log, "first: {}", message(|| once.Do(&mut f)));
    say!(log, "second: {}", message(|| once.Do(&mut f)));
    say!(log, "calls: {calls}");
}

fn panic_while_another_waits(log: &Log) {
    let once = sync::Once::new();
    let (first, waiter) = (OnceLock::new(), OnceLock::new());
    let (runs, running) = mpsc::channel();
    let (ends, end) = mpsc::channel::<()>();
    tasks(|t| {
        let (once, first) = (&once, &first);
        t.start(move || {
            let text = message(|| {
                once.Do(|| {
                    runs.send(()).expect("it is awaited");
                    end.recv().expect("it is told");
                    panic!("in f");
                });
            });
            first.set(text).expect("once");
        });
        running.recv().expect("it runs");
        t.queue(|| waiter.set(message(|| once.Do(|| ()))).expect("once"));
        ends.send(()).expect("it waits");
    });
    let (first, waiter) = (first.wait(), waiter.wait());
    say!(log, "first: {first}, who waited: {waiter}");
}

fn another_inside(log: &Log) {
    let (outer, inner) = (sync::Once::new(), sync::Once::new());
    let events = Journal::default();
    outer.Do(|| {
        events.add("outer");
        inner.Do(|| events.add("inner"));
    });
    inner.Do(|| events.add("again"));
    say!(log, "{events}");
}

fn inside_its_own(log: &Log) {
    let once = sync::Once::new();
    let panic = message(|| {
        once.Do(|| {
            once.Do(|| ());
        });
    });
    only!(log, "{panic} (a panic)");
}

fn func_calls(log: &Log) {
    let calls = Arc::new(sync::atomic::Int32::new(0));
    let counted = Arc::clone(&calls);
    let f = sync::OnceFunc(move || {
        counted.Add(1);
    });
    say!(log, "made: {}", calls.Load());
    f();
    f();
    let again = f.clone();
    again();
    say!(log, "called 3 times: {}", calls.Load());
}

fn func_concurrent(log: &Log) {
    let (calls, late) = (sync::atomic::Int32::new(0), sync::atomic::Int32::new(0));
    let f = sync::OnceFunc(|| {
        calls.Add(1);
    });
    tasks(|t| {
        for _ in 0..8 {
            t.start(|| {
                f();
                if calls.Load() != 1 {
                    late.Add(1);
                }
            });
        }
    });
    let (calls, late) = (calls.Load(), late.Load());
    say!(log, "calls: {calls}, returned before it: {late}");
}

fn func_panics(log: &Log) {
    let calls = sync::atomic::Int32::new(0);
    let f = sync::OnceFunc(|| {
        calls.Add(1);
        panic!("in f");
    });
    for _ in 0..3 {
        say!(log, "{}", message(&f));
    }
    say!(log, "calls: {}", calls.Load());
}

fn func_panic_while_another_waits(log: &Log) {
    let (first, waiter) = (OnceLock::new(), OnceLock::new());
    let (runs, running) = mpsc::channel();
    let (ends, end) = mpsc::channel::<()>();
    let f = sync::OnceFunc(move || {
        runs.send(()).expect("it is awaited");
        end.recv().expect("it is told");
        panic!("in f");
    });
    tasks(|t| {
        t.start(|| first.set(message(&f)).expect("once"));
        running.recv().expect("it runs");
        t.queue(|| waiter.set(message(&f)).expect("once"));
        ends.send(()).expect("it waits");
    });
    let (first, waiter) = (first.wait(), waiter.wait());
    say!(log, "first: {first}, who waited: {waiter}");
}

fn func_panic_value(log: &Log) {
    let f = sync::OnceFunc(|| panic_any(42));
    say!(log, "first: {}", message(&f));
    only!(log, "second: {}", message(&f));
}

fn func_inside_its_own(log: &Log) {
    static F: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();
    let f = F.get_or_init(|| Box::new(sync::OnceFunc(|| F.wait()())));
    only!(log, "{} (a panic)", message(f));
}

fn value_calls(log: &Log) {
    let calls = sync::atomic::Int32::new(0);
    let f = sync::OnceValue(|| 10 * calls.Add(1));
    say!(log, "made: {}", calls.Load());
    say!(log, "called: {}, {}", f(), f());
    say!(log, "calls: {}", calls.Load());
}

fn value_panics(log: &Log) {
    let calls = sync::atomic::Int32::new(0);
    let f = sync::OnceValue(|| -> i32 {
        calls.Add(1);
        panic!("no value");
    });
    for _ in 0..3 {
        say!(log, "{}", message(&f));
    }
    say!(log, "calls: {}", calls.Load());
}

fn values_calls(log: &Log) {
    let calls = sync::atomic::Int32::new(0);
    let f = sync::OnceValues(|| (calls.Add(1), "two"));
    for _ in 0..2 {
        let (a, b) = f();
        say!(log, "{a}, {b}");
    }
    say!(log, "calls: {}", calls.Load());
}

fn values_error(log: &Log) {
    let calls = sync::atomic::Int32::new(0);
    let f = sync::OnceValues(|| {
        calls.Add(1);
        (0, Some("cannot"))
    });
    for _ in 0..2 {
        let (_, err) = f();
        say!(log, "{}", err.expect("an error"));
    }
    say!(log, "calls: {}", calls.Load());
}

fn values_panic(log: &Log) {
    let calls = sync::atomic::Int32::new(0);
    let f = sync::OnceValues(|| -> (i32, i32) {
        calls.Add(1);
        panic!("no values");
    });
    for _ in 0..3 {
        say!(log, "{}", message(&f));
    }
    say!(log, "calls: {}", calls.Load());
}
