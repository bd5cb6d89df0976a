//! What is removed is freed: soon, once, and with the map at the latest.
#![cfg(not(gosync_loom))]

mod common;

use std::{hash::BuildHasher, thread};

use common::{Census, Counted, Few, Same};
use gosync_map::{BATCH, Map, RandomState};

/// How many may wait for their batch, of keys and of values.
fn bound() -> isize {
    let processors = thread::available_parallelism().map_or(1, |n| n.get());
    isize::try_from(BATCH.max(processors).next_power_of_two()).unwrap()
}

/// Go's issue 40999: keys that come and go, each another one.
fn keys_that_go<S: BuildHasher + Default>() {
    let (keys, values) = (Census::default(), Census::default());
    let map: Map<_, _, S> = Map::default();
    for n in 0..20 * bound() {
        map.set(keys.born(n), values.born(n));
        assert!(map.discard(&keys.born(n)));
        assert!(keys.living() <= bound(), "{}", keys.living());
        assert!(values.living() <= bound(), "{}", values.living());
    }
    map.flush();
    assert_eq!((keys.living(), values.living()), (0, 0));
}

#[test]
fn removed_keys_are_freed() {
    keys_that_go::<RandomState>();
    keys_that_go::<Few>();
    keys_that_go::<Same>();
}

/// The same beside a key that stays, and behind it if they collide.
fn keys_that_go_beside_others<S: BuildHasher + Default>() {
    let (keys, values) = (Census::default(), Census::default());
    let map: Map<_, _, S> = Map::default();
    for n in -5..0 {
        map.set(keys.born(n), values.born(n));
    }
    for n in 0..5 * bound() {
        map.set(keys.born(n), values.born(n));
        assert!(map.discard(&keys.born(n - 5)));
        assert!(keys.living() <= bound() + 10, "{}", keys.living());
        assert!(values.living() <= bound() + 5, "{}", values.living());
    }
    // In rows a dead key may wait for a newcomer.
    map.flush();
    assert!(keys.living() <= 10, "{}", keys.living());
    assert_eq!(values.living(), 5);
    map.clear();
    map.flush();
    assert_eq!((keys.living(), values.living()), (0, 0));
}

#[test]
fn removed_keys_are_freed_beside_others() {
    keys_that_go_beside_others::<RandomState>();
    keys_that_go_beside_others::<Few>();
    keys_that_go_beside_others::<Same>();
}

#[test]
fn replaced_values_are_freed() {
    let (keys, values) = (Census::default(), Census::default());
    let map = Map::new();
    for n in 0..20 * bound() {
        map.set(keys.born(1), values.born(n));
        assert!(map.compare_and_swap(&keys.born(1), &values.born(n), values.born(n + 1)));
        assert_eq!(keys.living(), 1);
        assert!(values.living() <= bound() + 1, "{}", values.living());
    }
    map.flush();
    assert_eq!(values.living(), 1);
    drop(map);
    assert_eq!((keys.living(), values.living()), (0, 0));
}

/// What did not get into the map is freed at once.
#[test]
fn refused_values_are_freed() {
    let (keys, values) = (Census::default(), Census::default());
    let map = Map::with_hasher(Few::default());
    for n in 0..30 {
        map.set(keys.born(n), values.born(n));
    }
    for n in 0..30 {
        map.get_or_insert(keys.born(n), values.born(-1));
        map.compare_and_swap(&keys.born(n), &values.born(-1), values.born(-2));
        map.compare_and_swap(&keys.born(99), &values.born(-1), values.born(-2));
        map.compare_and_remove(&keys.born(n), &values.born(-1));
        assert_eq!((keys.living(), values.living()), (30, 30));
    }
}

#[test]
fn clear_frees() {
    let census = Census::default();
    let map = Map::new();
    for n in 0..1000 {
        map.set(census.born(n), census.born(n));
    }
    map.clear();
    map.flush();
    assert_eq!(census.living(), 0);
}

/// While a walk is under way its entries live, and others' as well; then they go.
#[test]
fn walks_keep_what_they_show() {
    let census = Census::default();
    let map: Map<i32, Counted<i32>> = (0..50).map(|n| (n, census.born(n))).collect();
    map.for_each(|key, value| {
        assert!(map.discard(key));
        thread::scope(|s| s.spawn(|| map.flush()).join()).unwrap();
        for n in 0..50 {
            map.set(1000 + n, census.born(n));
        }
        map.flush();
        assert_eq!(value.what, *key, "read after it was removed");
    });
    map.clear();
    map.flush();
    assert_eq!(census.living(), 0);
}

/// Threads come and go, and leave less than a batch behind. All is freed with the map.
#[test]
fn threads_that_ended() {
    let census = Census::default();
    let map = Map::new();
    for round in 0..20 {
        thread::scope(|s| {
            for thread in 0..4 {
                let (map, census) = (&map, &census);
                s.spawn(move || {
                    for n in 0..50 {
                        map.set(census.born(n), census.born(thread));
                        if n % 2 == round % 2 {
                            map.discard(&census.born(n));
                        }
                    }
                });
            }
        });
    }
    assert!(census.living() > 0);
    drop(map);
    assert_eq!(census.living(), 0);
}

/// A map that never stored anything, and one that is dropped full.
#[test]
fn dropped() {
    let census = Census::default();
    drop(Map::<Counted<i32>, Counted<i32>>::new());
    let map = Map::with_hasher(Few::default());
    for n in 0..100 {
        map.set(census.born(n), census.born(n));
        map.discard(&census.born(n / 2));
    }
    drop(map);
    assert_eq!(census.living(), 0);
}
