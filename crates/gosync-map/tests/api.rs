//! What each operation does, on one thread; with a good hash, and with bad ones.
#![cfg(not(gosync_loom))]

mod common;

use std::{
    collections::BTreeMap,
    hash::BuildHasher,
    ops::ControlFlow::{Break, Continue},
};

use common::{Few, Identity, Same};
use gosync_map::{Map, RandomState};

/// All keys, each of which is visited once.
fn contents<K: Ord + Copy + std::hash::Hash + Eq, V: Clone, S: BuildHasher>(
    map: &Map<K, V, S>,
) -> BTreeMap<K, V> {
    let mut found = BTreeMap::new();
    map.for_each(|key, value| {
        assert!(found.insert(*key, value.clone()).is_none(), "visited twice");
    });
    found
}

fn operations<S: BuildHasher + Default>() {
    let map: Map<u64, String, S> = Map::default();
    assert!(map.is_empty());
    assert_eq!(map.get(&0), None);
    assert_eq!(map.remove(&0), None);
    assert!(!map.discard(&0));
    assert!(!map.compare_and_swap(&0, &String::new(), "new".into()));
    assert!(!map.compare_and_remove(&0, &String::new()));
    map.clear();
    map.flush();
    assert_eq!(contents(&map), BTreeMap::new());
    // None of it has made a table.
    assert!(map.hasher().is_none());

    const KEYS: u64 = 300;
    for key in 0..KEYS {
        let value = key.to_string();
        match key % 3 {
            0 => map.set(key, value),
            1 => assert_eq!(map.insert(key, value), None),
            _ => assert_eq!(map.get_or_insert(key, value.clone()), (value, false)),
        }
        assert_eq!(map.len() as u64, key + 1);
    }
    for key in 0..KEYS {
        assert_eq!(map.get(&key), Some(key.to_string()));
        assert_eq!(map.get_with(&key, String::len), Some(key.to_string().len()));
        assert!(map.contains_key(&key));
        assert_eq!(
            map.get_or_insert(key, "other".into()),
            (key.to_string(), true)
        );
    }
    assert!(!map.contains_key(&KEYS));
    assert_eq!(
        contents(&map),
        (0..KEYS).map(|key| (key, key.to_string())).collect()
    );

    for key in 0..KEYS {
        let (old, new) = (key.to_string(), format!("{key}!"));
        assert!(!map.compare_and_swap(&key, &new, "never".into()));
        assert!(map.compare_and_swap(&key, &old, new.clone()));
        assert!(!map.compare_and_swap(&key, &old, "never".into()));
        assert!(!map.compare_and_remove(&key, &old));
        assert_eq!(map.insert(key, old.clone()), Some(new));
        assert_eq!(map.get(&key), Some(old));
    }
    assert_eq!(map.len() as u64, KEYS);

    for key in (0..KEYS).filter(|key| key % 2 == 0) {
        match key % 3 {
            0 => assert_eq!(map.remove(&key), Some(key.to_string())),
            1 => assert!(map.discard(&key)),
            _ => assert!(map.compare_and_remove(&key, &key.to_string())),
        }
        assert_eq!(map.get(&key), None);
        assert_eq!(map.remove(&key), None);
        assert!(!map.discard(&key));
        assert!(!map.compare_and_remove(&key, &key.to_string()));
        assert!(!map.compare_and_swap(&key, &key.to_string(), "never".into()));
    }
    let odd: BTreeMap<_, _> = (0..KEYS)
        .filter(|key| key % 2 == 1)
        .map(|key| (key, key.to_string()))
        .collect();
    assert_eq!(contents(&map), odd);

    // They come back, some at other places.
    for key in 0..KEYS {
        assert_eq!(map.get_or_insert(key, "back".into()).1, key % 2 == 1);
    }
    assert_eq!(contents(&map).len() as u64, KEYS);
    for key in 0..KEYS {
        assert!(map.discard(&key));
    }
    assert_eq!(map.len(), 0);

    for key in 0..KEYS {
        map.set(key, "again".into());
    }
    map.clear();
    assert_eq!(map.len(), 0);
    assert_eq!(contents(&map), BTreeMap::new());
    map.set(1, "one".into());
    assert_eq!(contents(&map), [(1, "one".into())].into());
}

#[test]
fn with_the_default_hash() {
    operations::<RandomState>();
}

#[test]
fn with_std_s_hash() {
    operations::<std::hash::RandomState>();
}

/// As Go's map is tested: all keys collide.
#[test]
fn with_one_hash_for_all_keys() {
    operations::<Same>();
}

#[test]
fn with_few_hashes() {
    operations::<Few>();
}

/// The numbers differ in their high bits alone, of which a table has no use.
#[test]
fn with_a_hash_that_is_the_key() {
    operations::<Identity>();
    for shift in [0, 6, 16, 32, 40, 50] {
        let map = Map::with_hasher(Identity::default());
        for key in 0..2000_u64 {
            map.set(key << shift, key);
        }
        for key in 0..2000_u64 {
            assert_eq!(map.get(&(key << shift)), Some(key));
        }
        assert_eq!(map.len(), 2000);
    }
}

#[test]
fn a_static() {
    static MAP: Map<&str, i32> = Map::new();
    static OTHER: Map<String, i32, Identity> = Map::with_default_hasher();
    MAP.set("a", 1);
    assert_eq!(MAP.get("a"), Some(1));
    assert!(OTHER.is_empty());
}

/// Keys are found by what they borrow as, the value need not be `Clone` where it is not cloned.
#[test]
fn borrowed_keys_and_values_without_clone() {
    #[derive(Debug, PartialEq)]
    struct NotClone(i32);

    let map: Map<String, NotClone> = Map::new();
    map.set("a".into(), NotClone(1));
    assert_eq!(map.get_with("a", |value| value.0), Some(1));
    assert!(map.compare_and_swap("a", &NotClone(1), NotClone(2)));
    assert!(map.compare_and_remove("a", &NotClone(2)));
    map.set("b".into(), NotClone(3));
    assert!(map.discard("b"));

    // Neither keys nor values need to be 'static.
    let text = String::from("a b");
    let words: Map<&str, &str> = text.split(' ').map(|word| (word, word)).collect();
    assert_eq!(words.get("b"), Some("b"));
}

#[test]
fn get_or_insert_with_calls_once_if_at_all() {
    let map = Map::with_hasher(Same);
    for key in 0..40 {
        let mut calls = 0;
        let made = map.get_or_insert_with(key, || {
            calls += 1;
            key * 2
        });
        assert_eq!((made, calls), ((key * 2, false), 1));
        let found = map.get_or_insert_with(key, || unreachable!("it is there"));
        assert_eq!(found, (key * 2, true));
    }
}

/// The function may use the map: even store the key.
#[test]
fn get_or_insert_with_inside_itself() {
    for map in [Map::with_hasher(Few::default())] {
        for key in 0..40_u64 {
            let (value, found) = map.get_or_insert_with(key, || {
                map.set(key, "inner");
                map.set(key + 1000, "another");
                "outer"
            });
            assert_eq!((value, found), ("inner", true));
            assert_eq!(map.get(&key), Some("inner"));
        }
    }
}

#[test]
fn a_walk_ends_early() {
    let map: Map<_, _> = (0..100).map(|n| (n, n)).collect();
    let mut visited = 0;
    let ended = map.try_for_each(|_, value| {
        visited += 1;
        if visited == 10 {
            Break(*value)
        } else {
            Continue(())
        }
    });
    assert_eq!(visited, 10);
    assert!(matches!(ended, Break(value) if map.contains_key(&value)));
}

/// Whatever the callback does: no key twice, and those that it leaves alone once.
fn walks_that_write<S: BuildHasher + Default>() {
    for removed in 0..=1 {
        let map: Map<u64, u64, S> = (0..60).map(|n| (n, n)).collect();
        let mut seen = BTreeMap::new();
        map.for_each(|key, _| {
            *seen.entry(*key).or_insert(0) += 1;
            // Keys go and come back, most of them further on; others are new.
            for other in [*key, (key + 1) % 60] {
                if other % 3 == removed {
                    map.discard(&other);
                    map.set(other, 0);
                }
            }
            if *key < 1000 {
                map.set(key + 1000, 0);
            }
        });
        assert!(seen.values().all(|&times| times == 1), "{seen:?}");
        for key in (0..60).filter(|key| key % 3 != removed) {
            assert!(seen.contains_key(&key), "{key} was there all the time");
        }
        // The next walk sees all.
        let added = seen.keys().filter(|&&key| key < 1000).count();
        assert_eq!(contents(&map).len(), 60 + added);
    }
}

#[test]
fn walks_that_write_visit_no_key_twice() {
    walks_that_write::<RandomState>();
    walks_that_write::<Same>();
    walks_that_write::<Few>();
    walks_that_write::<Identity>();
}

/// Go's `TestMapRangeNestedCall`, with a third level.
#[test]
fn walks_within_walks() {
    let map: Map<_, _> = ["one", "two", "three"].into_iter().zip(1..).collect();
    let mut inner = 0;
    map.for_each(|key, value| {
        map.for_each(|k, v| {
            inner += 1;
            assert_eq!(map.get(k), Some(*v));
            assert_eq!(map.get_or_insert("dummy", 0), (0, false));
            map.set("dummy", 1);
            assert_eq!(map.remove("dummy"), Some(1));
            map.for_each(|_, _| assert!(!map.discard("dummy")));
        });
        assert!(map.compare_and_remove(key, value));
        assert_eq!(map.get(key), None);
        map.set("late", 9);
    });
    // Three, two and one of the keys from the beginning, and the late one.
    assert_eq!(inner, 3 + (2 + 1) + (1 + 1));
    assert_eq!(contents(&map), [("late", 9)].into());
}

/// It goes on, as Go's does, but not to what is stored since.
#[test]
fn a_walk_over_a_map_that_it_clears() {
    let map: Map<_, _> = (0..100).map(|n| (n, n)).collect();
    let mut visited = 0;
    map.for_each(|key, value| {
        visited += 1;
        assert_eq!(key, value);
        map.clear();
        map.set(*key, -1);
        map.set((key + 1) % 100, -1);
        map.set(100 + key, -1);
    });
    assert!((1..=100).contains(&visited));
    assert_eq!(map.len(), 3);
    map.clear();
    assert!(map.is_empty());
}

#[test]
fn collections() {
    let mut map: Map<i32, &str> = [(1, "a"), (2, "b"), (1, "c")].into();
    assert_eq!(contents(&map), [(1, "c"), (2, "b")].into());
    map.extend([(3, "d")]);
    (&map).extend([(4, "e")]);
    assert_eq!(map.len(), 4);
    let one: Map<i32, &str, Same> = [(1, "a")].into_iter().collect();
    assert_eq!(format!("{one:?}"), r#"{1: "a"}"#);
    assert_eq!(format!("{:?}", Map::<i32, i32>::new()), "{}");
    assert_eq!(format!("{:?}", RandomState::new()), "RandomState");
}

/// Each map has a seed of its own.
#[test]
fn seeds_differ() {
    let hash = |map: &Map<i32, i32>| map.hasher().unwrap().hash_one("gopher");
    let maps = [
        Map::from([(1, 1)]),
        Map::from([(1, 1)]),
        Map::from([(1, 1)]),
    ];
    assert!(hash(&maps[0]) != hash(&maps[1]) || hash(&maps[0]) != hash(&maps[2]));
}

/// Entries come and go for long: the table does not grow with those that have gone.
#[test]
fn churn() {
    let map: Map<u64, u64> = Map::new();
    let few: Map<u64, u64, Few> = Map::default();
    for n in 0..50_000 {
        map.set(n, n);
        assert_eq!(map.remove(&n), Some(n));
        if n < 5000 {
            few.set(n, n);
            assert_eq!(few.remove(&(n.wrapping_sub(7))), n.checked_sub(7));
        }
    }
    assert!(map.is_empty());
    assert_eq!(contents(&few).len(), 7);
    // Dead ones wait in the midst of rows, for the next newcomer.
    assert!((7..20).contains(&few.len()), "{}", few.len());
}
