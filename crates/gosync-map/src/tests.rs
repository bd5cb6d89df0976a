//! What happens when numbers start anew, of which there are few under test; and what is counted.

use std::{
    hash::{BuildHasher, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    thread,
};

use crate::{Map, RandomState, clock::ERAS};

/// All keys are the same to it.
#[derive(Default)]
struct Same;

impl BuildHasher for Same {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self
    }
}

impl Hasher for Same {
    fn finish(&self) -> u64 {
        7
    }

    fn write(&mut self, _: &[u8]) {}
}

/// Each era comes many times. What was cleared does not come with it, be it of a row or not.
fn nothing_comes_back<S: BuildHasher + Default>(keys_that_come_and_go: &[u64]) {
    let map: Map<u64, u64, S> = Map::default();
    for key in 0..4 {
        map.set(key, key);
    }
    for _ in 0..5 * ERAS {
        map.clear();
        for key in 0..4 {
            assert_eq!(map.get(&key), None);
            assert!(!map.compare_and_swap(&key, &key, key));
        }
        map.for_each(|key, _| panic!("{key} is back"));
        assert_eq!(map.len(), 0);
        for key in keys_that_come_and_go {
            assert_eq!(map.get_or_insert(*key, 1), (1, false));
        }
    }
}

#[test]
fn nothing_comes_back_from_another_era() {
    nothing_comes_back::<RandomState>(&[]);
    nothing_comes_back::<RandomState>(&[4, 5]);
    nothing_comes_back::<Same>(&[]);
    nothing_comes_back::<Same>(&[5]);
    // A dead slot stays in its row as long as the row goes on behind it.
    nothing_comes_back::<Same>(&[3]);
}

/// Nor does it for a reader that sleeps through all of them, from a look at the slot to one at the clock.
#[test]
fn nothing_comes_back_to_a_reader() {
    let rounds = if cfg!(miri) { 10 } else { 100_000 };
    let map: Map<u64, u64> = Map::new();
    let gone = AtomicU64::new(0);
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                while gone.load(SeqCst) < rounds {
                    let before = gone.load(SeqCst);
                    if let Some(value) = map.get(&1) {
                        assert!(value > before, "{value} is back");
                    }
                }
            });
        }
        for value in 1..=rounds {
            map.set(1, value);
            map.clear();
            gone.store(value, SeqCst);
            for _ in 1..ERAS {
                map.clear();
            }
        }
    });
}

/// Nor when keys and values are such as the collector must drop.
#[test]
fn nothing_comes_back_of_what_is_dropped() {
    let map: Map<String, String, Same> = Map::default();
    for round in 0..5 * ERAS {
        for key in ["a", "b", "c"] {
            assert_eq!(map.insert(key.into(), round.to_string()), None);
        }
        map.clear();
        assert_eq!(map.remove("b"), None);
    }
}

/// Who is gone, however it went, is not counted: or the map would look for keys that are not there.
#[test]
fn who_is_gone_is_not_counted() {
    let map: Map<u64, u64> = Map::new();
    let counted = || map.table().map_or(0, crate::table::Table::counted);
    for round in 0..100 {
        for key in 0..8 {
            map.set(key, round);
        }
        assert_eq!(counted(), 8);
        // One comes while the other makes its value.
        let make = || {
            map.set(8, 1);
            2
        };
        assert_eq!(map.get_or_insert_with(8, make), (1, true));
        let make = || panic!("no value");
        let panics = AssertUnwindSafe(|| map.get_or_insert_with(9, make));
        catch_unwind(panics).expect_err("the panic is passed on");
        assert_eq!(counted(), 9);

        assert_eq!(map.remove(&0), Some(round));
        assert!(map.compare_and_remove(&1, &round));
        assert!(map.discard(&8));
        assert_eq!(counted(), 6);
        // Two take the places of what has been cleared. The others stay until they are swept out.
        map.clear();
        map.set(2, 1);
        assert_eq!(map.get_or_insert(3, 1), (1, false));
        assert_eq!(counted(), 6);
        map.flush();
        assert_eq!(counted(), 2);
        // The value of one panics that would have taken such a place.
        map.clear();
        let panics = AssertUnwindSafe(|| map.get_or_insert_with(2, make));
        catch_unwind(panics).expect_err("the panic is passed on");
        assert_eq!(counted(), 1);
        map.set(2, 1);
        assert_eq!(counted(), 2);
        assert!(map.discard(&2));
        map.flush();
        assert_eq!(counted(), 0);
    }
}

/// After a `clear` a large map is walked once to tell how many keys there are, and not each time.
#[test]
fn the_length_of_what_was_cleared() {
    let map: Map<u64, u64> = Map::new();
    let is_swept = || map.table().is_some_and(crate::table::Table::is_swept);
    for (keys, swept) in [(10, false), (10_000, true)] {
        map.set(0, 0);
        map.clear();
        (1..=keys).for_each(|key| map.set(key, key));
        assert!(!is_swept());
        assert_eq!(map.len(), usize::try_from(keys).unwrap());
        assert_eq!(is_swept(), swept);
        assert!(!map.is_empty());
    }
}

/// A count that was full does not tell how many are left.
#[test]
fn many_are_many_for_ever() {
    let map: Map<u64, u64> = (0..100_000).map(|n| (n, n)).collect();
    let stays = |n: &u64| n.is_multiple_of(50);
    for n in (0..100_000).filter(|n| !stays(n)) {
        assert_eq!(map.remove(&n), Some(n));
    }
    for n in (0..100_000).filter(stays) {
        assert_eq!(map.get(&n), Some(n));
    }
}
