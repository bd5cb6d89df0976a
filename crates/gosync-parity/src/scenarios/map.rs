//! `Map`.

use std::{
    collections::HashMap,
    fmt::Display,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering::SeqCst},
    },
};

use gosync as sync;
use gosync::prelude::*;

use super::{Log, Scenario, differs, list, message, only, same, say, show, tasks};

pub(super) const SCENARIOS: &[Scenario] = &[
    same("map/store-and-load", store_and_load),
    same("map/load-or-store", load_or_store),
    same("map/load-and-delete", load_and_delete),
    same("map/delete", delete),
    same("map/swap", swap),
    same("map/compare-and-swap", compare_and_swap),
    same(
        "map/compare-and-swap-of-a-missing-key",
        compare_and_swap_missing,
    ),
    same("map/compare-and-delete", compare_and_delete),
    same("map/range", range),
    same("map/range-stops", range_stops),
    same("map/range-deletes", range_deletes),
    same("map/range-stores", range_stores),
    same("map/range-inside-range", range_nested),
    same("map/clear", clear),
    same("map/clear-inside-range", clear_inside_range),
    differs(
        "map/clear-of-many-inside-range",
        "More keys than wait for a batch are taken out at once, and the walk finds none of them.",
        clear_of_many_inside_range,
    ),
    same("map/concurrent-load-or-store", concurrent_load_or_store),
    same(
        "map/concurrent-compare-and-swap",
        concurrent_compare_and_swap,
    ),
    same("map/concurrent-delete", concurrent_delete),
    differs(
        "map/pointers",
        "Go's pointers equal themselves alone, an `Arc` equals what points to an equal value.",
        pointers,
    ),
    differs(
        "map/write-to-what-was-loaded",
        "Go's maps and slices are references: what was loaded is what is in the map. Here it is a clone.",
        write_to_what_was_loaded,
    ),
    differs(
        "map/what-cannot-be-compared",
        "What has no `==` does not compile; a list has one in Rust. A panic of `==` leaves the map \
         as it was, where Go's CompareAndDelete keeps its lock.",
        not_comparable,
    ),
];

/// All that Range shows, in the order of the keys.
fn content<K, V>(m: &sync::Map<K, V>) -> String
where
    K: Display + Hash + Eq + Clone + Send + Sync + 'static,
    V: Display + Clone + Send + Sync + 'static,
{
    let mut entries = Vec::new();
    m.Range(|key, value| {
        entries.push(format!("{key}={value}"));
        true
    });
    entries.sort_unstable();
    list(&entries)
}

/// 0=0 1=10 2=20 ...
fn filled(n: i32) -> sync::Map<i32, i32> {
    let m = sync::Map::new();
    for i in 0..n {
        m.Store(i, 10 * i);
    }
    m
}

fn store_and_load(log: &Log) {
    let m = sync::Map::new();
    say!(log, "new: {}", show(m.Load("a")));
    m.Store("a", 1);
    say!(log, "stored a=1: {}", show(m.Load("a")));
    m.Store("a", 2);
    say!(log, "stored a=2: {}", show(m.Load("a")));
    say!(log, "another key: {}", show(m.Load("b")));
}

fn load_or_store(log: &Log) {
    let m = sync::Map::new();
    for value in [1, 2] {
        let (actual, loaded) = m.LoadOrStore("a", value);
        say!(log, "a={value}: {actual}, loaded {loaded}");
    }
    m.Delete("a");
    let (actual, loaded) = m.LoadOrStore("a", 3);
    say!(log, "a=3 after Delete: {actual}, loaded {loaded}");
}

fn load_and_delete(log: &Log) {
    let m = sync::Map::new();
    say!(log, "missing: {}", show(m.LoadAndDelete("a")));
    m.Store("a", 1);
    say!(log, "there: {}", show(m.LoadAndDelete("a")));
    say!(log, "again: {}", show(m.LoadAndDelete("a")));
    say!(log, "Load: {}", show(m.Load("a")));
}

fn delete(log: &Log) {
    let m = filled(3);
    m.Delete(&7);
    say!(log, "of a missing key: {}", content(&m));
    m.Delete(&1);
    say!(log, "of 1: {}", content(&m));
    m.Delete(&1);
    say!(log, "again: {}", content(&m));
}

fn swap(log: &Log) {
    let m = sync::Map::new();
    say!(log, "missing: {}", show(m.Swap("a", 1)));
    say!(log, "there: {}", show(m.Swap("a", 2)));
    say!(log, "now: {}", content(&m));
}

fn compare_and_swap(log: &Log) {
    let m = filled(2);
    say!(log, "1, 11 to 12: {}", m.CompareAndSwap(&1, &11, 12));
    say!(log, "1, 10 to 12: {}", m.CompareAndSwap(&1, &10, 12));
    say!(log, "1, 12 to 12: {}", m.CompareAndSwap(&1, &12, 12));
    say!(log, "now: {}", content(&m));
}

fn compare_and_swap_missing(log: &Log) {
    let m = filled(1);
    say!(log, "never there: {}", m.CompareAndSwap(&7, &0, 1));
    m.Delete(&0);
    say!(log, "deleted: {}", m.CompareAndSwap(&0, &0, 1));
    say!(log, "now: {}", content(&m));
}

fn compare_and_delete(log: &Log) {
    let m = filled(2);
    say!(log, "missing: {}", m.CompareAndDelete(&7, &0));
    say!(log, "another value: {}", m.CompareAndDelete(&1, &11));
    say!(log, "now: {}", content(&m));
    say!(log, "its value: {}", m.CompareAndDelete(&1, &10));
    say!(log, "again: {}", m.CompareAndDelete(&1, &10));
    say!(log, "now: {}", content(&m));
}

fn range(log: &Log) {
    say!(log, "new: {}", content(&filled(0)));
    say!(log, "5 keys: {}", content(&filled(5)));
    let mut seen = HashMap::new();
    filled(1000).Range(|key, _| {
        *seen.entry(*key).or_insert(0) += 1;
        true
    });
    let twice = seen.values().filter(|times| **times != 1).count();
    say!(
        log,
        "of 1000 keys seen {}, more than once {twice}",
        seen.len()
    );
}

fn range_stops(log: &Log) {
    let mut calls = 0;
    filled(10).Range(|_, _| {
        calls += 1;
        calls < 3
    });
    say!(log, "calls: {calls}");
}

fn range_deletes(log: &Log) {
    let (m, mut calls) = (filled(100), 0);
    m.Range(|key, _| {
        calls += 1;
        m.Delete(key);
        true
    });
    say!(log, "calls: {calls}, left: {}", content(&m));
}

fn range_stores(log: &Log) {
    let (m, mut calls) = (filled(5), 0);
    m.Range(|key, value| {
        calls += 1;
        m.Store(*key, value + 1);
        true
    });
    say!(log, "calls: {calls}, left: {}", content(&m));
}

fn range_nested(log: &Log) {
    let (m, mut calls) = (filled(10), 0);
    m.Range(|_, _| {
        m.Range(|_, _| {
            calls += 1;
            true
        });
        true
    });
    say!(log, "calls: {calls}");
}

fn clear(log: &Log) {
    let m = sync::Map::new();
    for i in 0..100 {
        m.Store(i.to_string(), 10 * i);
    }
    m.Clear();
    say!(log, "cleared: {}, Load {}", content(&m), show(m.Load("1")));
    m.Clear();
    m.Store("a".into(), 1);
    say!(log, "used on: {}", content(&m));
}

/// How many calls there are if each clears the map.
fn clear_while_walking(m: &sync::Map<i32, i32>) -> i32 {
    let mut calls = 0;
    m.Range(|_, _| {
        calls += 1;
        m.Clear();
        true
    });
    calls
}

fn clear_inside_range(log: &Log) {
    let m = filled(100);
    say!(log, "calls: {}", clear_while_walking(&m));
    say!(log, "left: {}", content(&m));
}

fn clear_of_many_inside_range(log: &Log) {
    let m = filled(2000);
    only!(log, "calls: {}", clear_while_walking(&m));
    say!(log, "left: {}", content(&m));
}

fn concurrent_load_or_store(log: &Log) {
    let m = &sync::Map::new();
    let (stored, different) = (&AtomicI32::new(0), &AtomicI32::new(0));
    let first = &AtomicI32::new(-1);
    tasks(|t| {
        for i in 0..8 {
            t.start(move || {
                let (actual, loaded) = m.LoadOrStore("a", i);
                if !loaded {
                    stored.fetch_add(1, SeqCst);
                }
                let before = first.compare_exchange(-1, actual, SeqCst, SeqCst);
                if before.is_err_and(|first| first != actual) {
                    different.fetch_add(1, SeqCst);
                }
            });
        }
    });
    let (stored, different) = (stored.load(SeqCst), different.load(SeqCst));
    say!(log, "stored by {stored} of 8, got another: {different}");
}

fn concurrent_compare_and_swap(log: &Log) {
    let m = filled(1);
    let increment = || {
        let old = m.Load(&0).expect("it is there");
        m.CompareAndSwap(&0, &old, old + 1)
    };
    tasks(|t| {
        for _ in 0..4 {
            t.start(|| {
                for _ in 0..100 {
                    while !increment() {}
                }
            });
        }
    });
    say!(log, "{}", content(&m));
}

fn concurrent_delete(log: &Log) {
    let (m, deleted) = (filled(100), sync::atomic::Int32::new(0));
    tasks(|t| {
        for _ in 0..4 {
            t.start(|| {
                for i in 0..100 {
                    if m.LoadAndDelete(&i).is_some() {
                        deleted.Add(1);
                    }
                }
            });
        }
    });
    say!(log, "deleted: {}, left: {}", deleted.Load(), content(&m));
}

fn not_comparable(log: &Log) {
    /// Its `==` panics.
    #[derive(Clone)]
    struct Never;
    impl PartialEq for Never {
        fn eq(&self, _: &Self) -> bool {
            panic!("comparing what cannot be compared")
        }
    }

    let m = sync::Map::new();
    m.Store("a", vec![1]);
    let swapped = m.CompareAndSwap("a", &vec![1], vec![2]);
    only!(log, "CompareAndSwap of lists: {swapped}");
    let m = sync::Map::new();
    m.Store("a", Never);
    let panic = message(|| m.CompareAndSwap("a", &Never, Never));
    only!(log, "CompareAndSwap, with an `==` that panics: {panic}");
    let panic = message(|| m.CompareAndDelete("a", &Never));
    m.Store("a", Never);
    only!(log, "CompareAndDelete, caught, and then a Store: {panic}");
}

fn pointers(log: &Log) {
    let m = sync::Map::new();
    let (a, b) = (Arc::new(1), Arc::new(1));
    m.Store("x", Arc::clone(&b));
    only!(
        log,
        "CompareAndSwap of another: {}",
        m.CompareAndSwap("x", &a, Arc::clone(&a))
    );
    m.Store("x", Arc::clone(&b));
    only!(
        log,
        "CompareAndDelete of another: {}",
        m.CompareAndDelete("x", &a)
    );
    m.Store("x", Arc::clone(&b));
    say!(
        log,
        "CompareAndDelete of its own: {}",
        m.CompareAndDelete("x", &b)
    );
}

fn write_to_what_was_loaded(log: &Log) {
    let m = sync::Map::new();
    m.Store("a", HashMap::new());
    let load = || m.Load("a").expect("it is there");
    load().insert("b", 1);
    only!(log, "a map of maps has then: {}", load().len());
    let m = sync::Map::new();
    m.Store("a", Arc::new(sync::Mutex::new(HashMap::new())));
    let shared = || m.Load("a").expect("it is there");
    shared().lock().insert("b", 1);
    say!(log, "one of pointers: {}", shared().lock().len());
}
