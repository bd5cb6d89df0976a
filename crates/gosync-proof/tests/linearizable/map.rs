//! All calls on a key, and so on all keys, happen in one order; also those that clear the map.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, Hasher},
};

use gosync_map::{Map, RandomState};
use gosync_proof::history::Model;
use proptest::prelude::*;

use crate::{check, program};

#[derive(Clone, Copy, Debug)]
enum Call {
    Get(u8),
    Set(u8, u8),
    Insert(u8, u8),
    GetOrInsert(u8, u8),
    CompareAndSwap(u8, u8, u8),
    Remove(u8),
    Discard(u8),
    CompareAndRemove(u8, u8),
    Clear,
}

/// What was there, and whether something was done.
type Return = (Option<u8>, bool);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Plain(BTreeMap<u8, u8>);

impl Model for Plain {
    type Call = Call;
    type Return = Return;

    fn after(&self, call: &Call, returned: &Return, _: &[&Call]) -> Option<Self> {
        let mut next = self.clone();
        let expected = match *call {
            Call::Get(key) => (next.0.get(&key).copied(), true),
            Call::Set(key, value) => {
                next.0.insert(key, value);
                (None, true)
            }
            Call::Insert(key, value) => (next.0.insert(key, value), true),
            Call::GetOrInsert(key, value) => {
                let there = next.0.contains_key(&key);
                (Some(*next.0.entry(key).or_insert(value)), there)
            }
            Call::CompareAndSwap(key, old, new) => {
                let swaps = next.0.get(&key) == Some(&old);
                if swaps {
                    next.0.insert(key, new);
                }
                (None, swaps)
            }
            Call::Remove(key) => (next.0.remove(&key), true),
            Call::Discard(key) => (None, next.0.remove(&key).is_some()),
            Call::Clear => {
                next.0.clear();
                (None, true)
            }
            Call::CompareAndRemove(key, old) => {
                let removes = next.0.get(&key) == Some(&old);
                if removes {
                    next.0.remove(&key);
                }
                (None, removes)
            }
        };
        (expected == *returned).then_some(next)
    }
}

fn make<S: BuildHasher>(map: &Map<u8, u8, S>, call: Call) -> Return {
    match call {
        Call::Get(key) => (map.get(&key), true),
        Call::Set(key, value) => {
            map.set(key, value);
            (None, true)
        }
        Call::Insert(key, value) => (map.insert(key, value), true),
        Call::GetOrInsert(key, value) => {
            let (value, there) = map.get_or_insert(key, value);
            (Some(value), there)
        }
        Call::CompareAndSwap(key, old, new) => (None, map.compare_and_swap(&key, &old, new)),
        Call::Remove(key) => (map.remove(&key), true),
        Call::Discard(key) => (None, map.discard(&key)),
        Call::CompareAndRemove(key, old) => (None, map.compare_and_remove(&key, &old)),
        Call::Clear => {
            map.clear();
            (None, true)
        }
    }
}

/// All keys are the same to it.
#[derive(Clone, Copy, Default)]
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

#[test]
fn one_order() {
    check_with::<RandomState>();
}

/// The keys of one hash stand in a row, and are put there and taken from there under a lock.
#[test]
fn one_order_in_a_row() {
    check_with::<Same>();
}

fn check_with<S: BuildHasher + Default + Send + Sync>() {
    let key = || 0..2_u8;
    let value = || 0..3_u8;
    let call = prop_oneof![
        2 => key().prop_map(Call::Get),
        1 => (key(), value()).prop_map(|(k, v)| Call::Set(k, v)),
        2 => (key(), value()).prop_map(|(k, v)| Call::Insert(k, v)),
        2 => (key(), value()).prop_map(|(k, v)| Call::GetOrInsert(k, v)),
        2 => (key(), value(), value()).prop_map(|(k, o, n)| Call::CompareAndSwap(k, o, n)),
        2 => key().prop_map(Call::Remove),
        1 => key().prop_map(Call::Discard),
        1 => (key(), value()).prop_map(|(k, o)| Call::CompareAndRemove(k, o)),
        1 => Just(Call::Clear),
    ];
    check(
        program(call, 8),
        |_| (Map::<u8, u8, S>::with_default_hasher(), Plain::default()),
        |map, call, recorder| recorder.call(*call, || make(map, *call)),
    );
}
