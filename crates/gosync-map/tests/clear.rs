//! `clear`: at once for all keys. (That nothing ever comes back is tested in `src/tests.rs`.)
#![cfg(not(gosync_loom))]

mod common;

use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
};

use common::Census;
use gosync_map::{BATCH, Map};

/// All goes at one moment: a thread that stores A and then B never finds B gone and A there after a
/// `clear` by another.
#[test]
fn all_at_once() {
    const ROUNDS: usize = 3000;
    let map: Map<u64, usize> = Map::new();
    let start = Barrier::new(2);
    let done = AtomicBool::new(false);
    thread::scope(|s| {
        s.spawn(|| {
            for _ in 0..ROUNDS {
                start.wait();
                map.clear();
                start.wait();
            }
            done.store(true, SeqCst);
        });
        for round in 0..ROUNDS {
            for key in 0..20 {
                map.set(key, round);
            }
            start.wait();
            // What is gone was there before what is stored now.
            let mut seen_gone = false;
            for key in 0..20 {
                let there = map.get(&key).is_some();
                assert!(
                    !(there && seen_gone),
                    "{key} outlived others that were stored before"
                );
                seen_gone |= !there;
            }
            map.set(100, round);
            let stayed = seen_gone;
            start.wait();
            assert!(!map.contains_key(&0));
            if stayed {
                assert_eq!(
                    map.remove(&100),
                    Some(round),
                    "it was stored after the clear"
                );
            }
            map.discard(&100);
        }
    });
    assert!(done.load(SeqCst));
}

/// Few that were cleared may wait, until others take their places or the map is flushed.
#[test]
fn cleared_values_are_freed() {
    let census = Census::default();
    let map = Map::new();
    let bound = isize::try_from(BATCH).unwrap();
    for round in 0..50 {
        for n in 0..100 {
            map.set(round * 100 + n, census.born(n));
        }
        map.clear();
        // Not to ask for the length, which might free them.
        assert!(census.living() <= 3 * bound, "{}", census.living());
    }
    map.flush();
    assert_eq!(census.living(), 0);
    map.set(1, census.born(1));
    map.clear();
    drop(map);
    assert_eq!(census.living(), 0);
}

/// The number of keys is exact, also while some wait that were cleared.
#[test]
fn len_does_not_count_what_was_cleared() {
    let map: Map<u64, u64> = (0..50).map(|n| (n, n)).collect();
    map.clear();
    assert!(map.is_empty());
    for n in 25..35 {
        map.set(n, n);
    }
    assert_eq!(map.len(), 10);
    map.discard(&30);
    map.discard(&1);
    assert_eq!(map.len(), 9);
    map.flush();
    assert_eq!(map.len(), 9);
}
