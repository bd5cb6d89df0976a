//! What happens when numbers start anew, of which there are few under test.

use std::hash::{BuildHasher, Hasher};

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
