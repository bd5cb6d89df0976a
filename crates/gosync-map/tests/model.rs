//! Any sequence of operations does what it does to std's `HashMap`.
#![cfg(not(gosync_loom))]

mod common;

use std::{collections::HashMap, hash::BuildHasher};

use common::{Few, Same};
use gosync_map::{Map, RandomState};
use proptest::{collection::vec, prelude::*, test_runner::FileFailurePersistence};

#[derive(Clone, Debug)]
enum Op {
    Get(u8),
    Set(u8, u8),
    Insert(u8, u8),
    GetOrInsert(u8, u8),
    CompareAndSwap(u8, u8, u8),
    Remove(u8),
    Discard(u8),
    CompareAndRemove(u8, u8),
    Walk,
    /// A walk that does these where it visits a key.
    WalkAnd(Vec<Op>),
    /// Keeps the keys with at least this value.
    Retain(u8),
    Clear,
    Flush,
}

/// Few keys and values, so that they meet; sometimes more, so that the table grows.
fn op() -> impl Strategy<Value = Op> {
    let key = || prop_oneof![4 => 0..6_u8, 1 => any::<u8>()];
    let value = || 0..3_u8;
    let simple = prop_oneof![
        6 => key().prop_map(Op::Get),
        6 => (key(), value()).prop_map(|(k, v)| Op::Set(k, v)),
        6 => (key(), value()).prop_map(|(k, v)| Op::Insert(k, v)),
        6 => (key(), value()).prop_map(|(k, v)| Op::GetOrInsert(k, v)),
        6 => (key(), value(), value()).prop_map(|(k, o, n)| Op::CompareAndSwap(k, o, n)),
        6 => key().prop_map(Op::Remove),
        3 => key().prop_map(Op::Discard),
        6 => (key(), value()).prop_map(|(k, o)| Op::CompareAndRemove(k, o)),
        2 => Just(Op::Walk),
        1 => value().prop_map(Op::Retain),
        1 => Just(Op::Clear),
        1 => Just(Op::Flush),
    ];
    simple.prop_recursive(2, 16, 4, |inner| {
        prop_oneof![
            8 => inner.clone(),
            1 => vec(inner, 1..4).prop_map(Op::WalkAnd),
        ]
    })
}

/// std's map, and all that was ever put into it: a walk may show what was there in between.
#[derive(Default)]
struct Model {
    map: HashMap<u8, u8>,
    stored: Vec<(u8, u8)>,
}

impl Model {
    fn insert(&mut self, key: u8, value: u8) -> Option<u8> {
        self.stored.push((key, value));
        self.map.insert(key, value)
    }
}

/// Does it to both, and compares what comes of it.
fn apply<S: BuildHasher>(map: &Map<u8, u8, S>, model: &mut Model, op: &Op) {
    match *op {
        Op::Get(k) => {
            let expected = model.map.get(&k).copied();
            assert_eq!(map.get(&k), expected);
            assert_eq!(map.contains_key(&k), expected.is_some());
        }
        Op::Set(k, v) => {
            map.set(k, v);
            model.insert(k, v);
        }
        Op::Insert(k, v) => assert_eq!(map.insert(k, v), model.insert(k, v)),
        Op::GetOrInsert(k, v) => {
            let expected = match model.map.get(&k) {
                Some(v) => (*v, true),
                None => {
                    model.insert(k, v);
                    (v, false)
                }
            };
            assert_eq!(map.get_or_insert(k, v), expected);
        }
        Op::CompareAndSwap(k, old, new) => {
            let expected = model.map.get(&k) == Some(&old);
            if expected {
                model.insert(k, new);
            }
            assert_eq!(map.compare_and_swap(&k, &old, new), expected);
        }
        Op::Remove(k) => assert_eq!(map.remove(&k), model.map.remove(&k)),
        Op::Discard(k) => assert_eq!(map.discard(&k), model.map.remove(&k).is_some()),
        Op::CompareAndRemove(k, old) => {
            let expected = model.map.get(&k) == Some(&old);
            if expected {
                model.map.remove(&k);
            }
            assert_eq!(map.compare_and_remove(&k, &old), expected);
        }
        Op::Walk => {
            let mut seen = HashMap::new();
            map.for_each(|k, v| assert!(seen.insert(*k, *v).is_none(), "{k} twice"));
            assert_eq!(seen, model.map);
        }
        Op::WalkAnd(ref ops) => {
            // What was there when the walk began; and what of that has stayed.
            let (before, since) = (model.map.clone(), model.stored.len());
            let mut stayed = before.clone();
            let mut seen = HashMap::new();
            map.for_each(|k, v| {
                assert!(seen.insert(*k, *v).is_none(), "{k} twice");
                let had = before.get(k) == Some(v) || model.stored[since..].contains(&(*k, *v));
                assert!(had, "{k} never had {v}");
                for op in ops {
                    apply(map, model, op);
                    stayed.retain(|k, _| model.map.contains_key(k) && !removes(op, *k));
                }
            });
            for k in stayed.keys() {
                assert!(seen.contains_key(k), "{k} was there all the time");
            }
        }
        Op::Retain(least) => {
            map.retain(|k, v| {
                assert_eq!(model.map.get(k), Some(v), "what there was, once each");
                if *v < least {
                    model.map.remove(k);
                }
                *v >= least
            });
            assert!(
                model.map.values().all(|v| *v >= least),
                "all were asked about"
            );
        }
        Op::Clear => {
            map.clear();
            model.map.clear();
        }
        Op::Flush => map.flush(),
    }
}

/// Whether the key may have been gone for a moment.
fn removes(op: &Op, key: u8) -> bool {
    match op {
        Op::Remove(k) | Op::Discard(k) | Op::CompareAndRemove(k, _) => *k == key,
        Op::WalkAnd(ops) => ops.iter().any(|op| removes(op, key)),
        Op::Retain(_) | Op::Clear => true,
        _ => false,
    }
}

fn check<S: BuildHasher + Default>(ops: &[Op]) {
    let (map, mut model) = (Map::<u8, u8, S>::default(), Model::default());
    for op in ops {
        apply(&map, &mut model, op);
    }
    apply(&map, &mut model, &Op::Walk);
}

/// Failures are kept, shrunk, and are tried first from then on.
fn config() -> ProptestConfig {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model.regressions");
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn as_a_hash_map(ops in vec(op(), 0..120)) {
        check::<RandomState>(&ops);
    }

    #[test]
    fn as_a_hash_map_with_few_hashes(ops in vec(op(), 0..120)) {
        check::<Few>(&ops);
    }

    #[test]
    fn as_a_hash_map_with_one_hash(ops in vec(op(), 0..120)) {
        check::<Same>(&ops);
    }
}
