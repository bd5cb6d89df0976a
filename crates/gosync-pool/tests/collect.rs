//! What becomes of items that nobody uses. Nothing here may collect in all pools.
#![cfg(not(gosync_loom))]

mod common;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Barrier, mpsc},
    thread,
};

use common::{Census, Counted};
use gosync_pool::Pool;

#[test]
fn what_is_not_used_for_two_collections_is_dropped() {
    let census = Census::default();
    let pool = Pool::without_new();
    // Some at hand, some in the depot.
    (0..500).for_each(|_| pool.put(census.item()));
    pool.collect();
    assert_eq!((census.alive(), pool.stats().idle), (500, 500));
    pool.collect();
    assert_eq!((census.alive(), pool.stats().idle), (0, 0));
    assert_eq!(pool.stats().dropped, 500);
    assert!(pool.try_get().is_none());
    // The pool works as before, and has its room back.
    (0..2000).for_each(|_| pool.put(census.item()));
    assert_eq!(census.alive(), 1024);
}

#[test]
fn what_is_used_stays() {
    let census = Census::default();
    let pool = Pool::without_new();
    (0..10).for_each(|_| pool.put(census.item()));
    for _ in 0..5 {
        let used: Vec<_> = (0..3).map(|_| pool.try_get().unwrap()).collect();
        used.into_iter().for_each(|item| pool.put(item));
        pool.collect();
    }
    assert_eq!(census.alive(), 3);
}

/// Though the pool is in use all the time, by one thread that puts and another one that gets.
#[test]
fn what_two_threads_have_no_use_for_goes() {
    const ROUND: usize = 32;
    let census = Census::default();
    let pool = Pool::without_new();
    (0..1000).for_each(|_| pool.put(census.item()));
    let (to_main, from_other) = mpsc::sync_channel(0);
    let (to_other, from_main) = mpsc::sync_channel(0);
    thread::scope(|s| {
        let pool = &pool;
        s.spawn(move || {
            for () in from_main {
                let round: Vec<_> = (0..ROUND).map(|_| pool.try_get().unwrap()).collect();
                to_main.send(round).unwrap();
            }
        });
        for _ in 0..3 {
            // More than it would take to have each item once.
            for _ in 0..50 {
                to_other.send(()).unwrap();
                from_other
                    .recv()
                    .unwrap()
                    .into_iter()
                    .for_each(|item| pool.put(item));
            }
            pool.collect();
        }
        drop(to_other);
    });
    assert_eq!(census.alive(), pool.stats().idle);
    assert!((ROUND..500).contains(&census.alive()), "{}", census.alive());
}

#[test]
fn it_does_not_matter_whose_the_items_are() {
    let census = Census::default();
    let pool = Pool::without_new();
    let (ready, end) = (Barrier::new(4), Barrier::new(4));
    thread::scope(|s| {
        // A thread that has ended, and three that are idle.
        s.spawn(|| (0..100).for_each(|_| pool.put(census.item())))
            .join()
            .unwrap();
        for _ in 0..3 {
            s.spawn(|| {
                (0..100).for_each(|_| pool.put(census.item()));
                ready.wait();
                end.wait();
                // The owner finds that they are gone.
                let one = pool.try_get().unwrap_or_else(|| census.item());
                pool.put(one);
            });
        }
        ready.wait();
        assert_eq!(census.alive(), 400);
        pool.collect();
        pool.collect();
        assert_eq!(census.alive(), 0);
        end.wait();
    });
    assert!((1..=3).contains(&census.alive()));
    assert_eq!(census.alive(), pool.stats().idle);
}

/// What a panic in a destructor says.
struct Loud(#[expect(dead_code, reason = "counts")] Counted, bool);

impl Drop for Loud {
    fn drop(&mut self) {
        assert!(!self.1, "drop failed");
    }
}

#[test]
fn a_panicking_destructor_keeps_no_other_item_alive() {
    for place in [0, 31, 63, 64, 99] {
        let census = Census::default();
        let pool = Pool::without_new();
        for i in 0..100 {
            pool.put(Loud(census.item(), i == place));
        }
        pool.collect();
        let collected = catch_unwind(AssertUnwindSafe(|| pool.collect()));
        assert!(collected.is_err(), "{place}");
        pool.collect();
        assert_eq!((census.alive(), pool.stats().idle), (0, 0), "{place}");
        (0..3000).for_each(|_| pool.put(Loud(census.item(), false)));
        assert_eq!(census.alive(), 1024, "no room is lost: {place}");
    }
}

#[test]
fn collections_and_use_at_the_same_time() {
    let census = Census::default();
    let pool = Pool::builder().max_idle(100).build(|| census.item());
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                for i in 0..5000_usize {
                    let held: Vec<_> = (0..i % 40).map(|_| pool.get()).collect();
                    held.into_iter().for_each(|item| pool.put(item));
                    if i.is_multiple_of(64) {
                        pool.collect();
                    }
                }
            });
        }
    });
    assert!(census.alive() <= 100);
    assert_eq!(census.alive(), pool.stats().idle);
    pool.collect();
    pool.collect();
    assert_eq!((census.alive(), pool.stats().idle), (0, 0));
    (0..200).for_each(|_| pool.put(census.item()));
    assert!(census.alive() > 0);
    drop(pool);
    assert_eq!(census.alive(), 0);
}
