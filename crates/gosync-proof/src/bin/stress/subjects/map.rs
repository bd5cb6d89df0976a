//! A thread's own keys are as it left them, whatever others do to theirs; any other key has a value
//! of its own, or none; no successful compare-and-swap is lost; a walk meets no key twice.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use gosync_map::Map;

use super::{
    Subject,
    token::{self, Token},
};
use crate::hand::{Doing, Hand};

/// Keys of each thread.
const OWN: u64 = 32;
/// Keys below it are counters, for all.
const COUNTERS: u64 = 4;

#[derive(Debug)]
pub(crate) struct Maps {
    map: Map<u64, Token>,
    /// What each thread left in its own keys. Nobody else locks it.
    left: Box<[Mutex<HashMap<u64, u64>>]>,
    /// Cleared by anybody at any time.
    wild: Map<u64, Token>,
    /// The same, with values that stand in the map's own memory: any number is `key` modulo `KEYS`.
    numbers: Map<u64, u64>,
}

/// Keys of `wild` and `numbers`.
const KEYS: u64 = 64;

impl Maps {
    pub(crate) fn new(threads: usize) -> Self {
        let map = Map::new();
        for key in 0..COUNTERS {
            map.set(key, Token::new(key, 0));
        }
        Self {
            map,
            left: (0..threads).map(|_| Mutex::default()).collect(),
            wild: Map::new(),
            numbers: Map::new(),
        }
    }

    /// A call on a key of this thread's, and the same on the plain map.
    fn own(&self, hand: &mut Hand<'_>) {
        let mut left = self.left[hand.number].lock().expect("it is its own");
        let key = COUNTERS + hand.number as u64 * OWN + hand.rng.u64(..OWN);
        let number = hand.rng.u64(..);
        let token = |number| Token::new(key, number);
        let numbers = |token: Option<Token>| token.map(|token| token.number);
        let was = left.get(&key).copied();
        hand.now(Doing::Asking);
        match hand.below(8) {
            0 => {
                self.map.set(key, token(number));
                left.insert(key, number);
            }
            1 => {
                let before = numbers(self.map.insert(key, token(number)));
                assert_eq!(before, left.insert(key, number));
            }
            2 => {
                let (got, there) = self.map.get_or_insert_with(key, || token(number));
                assert_eq!((got.number, there), (was.unwrap_or(number), was.is_some()));
                left.entry(key).or_insert(number);
            }
            3 => assert_eq!(numbers(self.map.remove(&key)), left.remove(&key)),
            4 => assert_eq!(self.map.discard(&key), left.remove(&key).is_some()),
            5 => {
                let old = if hand.below(4) == 0 {
                    1
                } else {
                    was.unwrap_or(2)
                };
                let swapped = self.map.compare_and_swap(&key, &token(old), token(number));
                assert_eq!(swapped, was == Some(old));
                if swapped {
                    left.insert(key, number);
                }
            }
            6 => {
                let old = was.unwrap_or(2);
                let removed = self.map.compare_and_remove(&key, &token(old));
                assert_eq!(removed, left.remove(&key).is_some());
            }
            _ => assert_eq!(numbers(self.map.get(&key)), was),
        }
        hand.checks += 1;
    }

    fn any(&self, hand: &mut Hand<'_>) {
        let key = hand.rng.u64(..COUNTERS + self.left.len() as u64 * OWN);
        hand.now(Doing::Asking);
        if let Some(token) = self.map.get(&key) {
            assert_eq!(token.key, key, "the value of another key");
            token.check();
        }
        hand.checks += 1;
    }

    fn add(&self, hand: &mut Hand<'_>) {
        let key = hand.rng.u64(..COUNTERS);
        hand.now(Doing::Asking);
        let old = self.map.get(&key).expect("counters stay");
        let new = Token::new(key, old.number + 1);
        hand.section();
        if self.map.compare_and_swap(&key, &old, new) {
            hand.count(usize::try_from(key).expect("a few counters"));
        }
    }

    /// A walk meets each key that is there from its beginning to its end, once: all of this
    /// thread's own, and the counters.
    fn walk(&self, hand: &mut Hand<'_>) {
        let left = self.left[hand.number].lock().expect("it is its own");
        let mut met = HashSet::new();
        hand.now(Doing::Inside);
        self.map.for_each(|key, token| {
            assert!(met.insert(*key), "key {key} was met twice");
            assert_eq!(*key, token.key);
        });
        let missed = left.keys().find(|key| !met.contains(key));
        assert_eq!(
            missed, None,
            "a key was there all the time, and was not met"
        );
        assert!((0..COUNTERS).all(|key| met.contains(&key)));
        hand.checks += 1;
    }

    fn wild(&self, hand: &mut Hand<'_>) {
        let key = hand.rng.u64(..KEYS);
        hand.now(Doing::Asking);
        match hand.below(64) {
            0 => self.wild.clear(),
            1..24 => self.wild.set(key, Token::new(key, 0)),
            24..40 => {
                self.wild.discard(&key);
            }
            _ => assert!(self.wild.get(&key).is_none_or(|token| token.key == key)),
        }
        hand.checks += 1;
    }

    fn numbers(&self, hand: &mut Hand<'_>) {
        let key = hand.rng.u64(..KEYS);
        let number = |hand: &mut Hand<'_>| key + KEYS * hand.rng.u64(..4);
        let fits = |number: u64| number % KEYS == key;
        hand.now(Doing::Asking);
        match hand.below(64) {
            0 => self.numbers.clear(),
            1 => self.numbers.flush(),
            2..12 => {
                let before = self.numbers.insert(key, number(hand));
                assert!(before.is_none_or(fits));
            }
            12..22 => assert!(fits(self.numbers.get_or_insert(key, number(hand)).0)),
            22..32 => {
                let [old, new] = [number(hand), number(hand)];
                self.numbers.compare_and_swap(&key, &old, new);
            }
            32..42 => assert!(self.numbers.remove(&key).is_none_or(fits)),
            _ => assert!(self.numbers.get(&key).is_none_or(fits)),
        }
        hand.checks += 1;
    }
}

impl Subject for Maps {
    fn step(&self, hand: &mut Hand<'_>) {
        match hand.below(256) {
            0 => self.walk(hand),
            1..120 => self.own(hand),
            120..160 => self.any(hand),
            160..200 => self.add(hand),
            200..230 => self.wild(hand),
            _ => self.numbers(hand),
        }
    }

    fn finish(self: Box<Self>, counted: [u64; 4]) {
        for (key, counted) in (0..COUNTERS).zip(counted) {
            let number = self.map.get(&key).map(|token| token.number);
            assert_eq!(number, Some(counted), "counter {key}");
        }
        drop(self);
        token::all_gone();
    }
}
