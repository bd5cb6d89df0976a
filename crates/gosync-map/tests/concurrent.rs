//! Many threads. Nothing here depends on how fast they are: what is counted must come out right in
//! any order.
#![cfg(not(gosync_loom))]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{BuildHasher, Hash, Hasher},
    sync::{
        Barrier, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use common::{Census, Few, Same};
use gosync_map::{Map, RandomState};

const THREADS: u64 = 4;
const ALL: usize = 4;

/// Runs `body` on several threads at once.
fn together(body: impl Fn(u64) + Sync) {
    let start = Barrier::new(ALL);
    thread::scope(|s| {
        for thread in 0..THREADS {
            let (start, body) = (&start, &body);
            s.spawn(move || {
                start.wait();
                body(thread);
            });
        }
    });
}

/// A small source of numbers, another for each seed.
fn random(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) % below
    }
}

/// A test for each kind of hash: a good one, one with collisions, one with nothing else.
macro_rules! for_each_hash {
    ($($(#[$doc:meta])* fn $name:ident<$S:ident>() $body:block)*) => {
        $(
            $(#[$doc])*
            mod $name {
                use super::*;

                fn test<$S: BuildHasher + Default + Send + Sync>() $body

                #[test]
                fn good_hash() {
                    test::<RandomState>();
                }

                #[test]
                fn few_hashes() {
                    test::<Few>();
                }

                #[test]
                fn one_hash() {
                    test::<Same>();
                }
            }
        )*
    };
}

for_each_hash! {
    /// Increments by compare-and-swap: none is lost, none is done twice.
    fn chain_of_swaps<S>() {
        const TIMES: u64 = 2000;
        let map: Map<u64, u64, S> = (0..8).map(|key| (key, 0)).collect();
        together(|thread| {
            let mut random = random(thread);
            for _ in 0..TIMES {
                let key = random(8);
                loop {
                    let old = map.get(&key).unwrap();
                    if map.compare_and_swap(&key, &old, old + 1) {
                        break;
                    }
                }
            }
        });
        let mut sum = 0;
        map.for_each(|_, n| sum += n);
        assert_eq!(sum, THREADS * TIMES);
    }

    /// Of those who insert a missing key one does, and all get the same.
    fn one_inserts<S>() {
        const KEYS: u64 = 400;
        let map: Map<u64, u64, S> = Map::default();
        let got: BTreeMap<u64, Mutex<Vec<(u64, bool)>>> =
            (0..KEYS).map(|key| (key, Mutex::default())).collect();
        let start = Barrier::new(ALL);
        together(|thread| {
            for key in 0..KEYS {
                if key % 8 == 0 {
                    start.wait();
                }
                let result = map.get_or_insert(key, thread);
                got[&key].lock().unwrap().push(result);
            }
        });
        for (key, got) in got {
            let got = got.into_inner().unwrap();
            let value = map.get(&key).unwrap();
            assert!(got.iter().all(|result| result.0 == value), "{got:?}");
            assert_eq!(got.iter().filter(|result| !result.1).count(), 1, "{got:?}");
        }
    }

    /// Of those who remove a key one gets it; and of a swap and a removal that want the same value,
    /// one succeeds. (Go's issue 70970.)
    fn one_removes<S>() {
        const ROUNDS: u64 = 300;
        let map: Map<u64, u64, S> = (0..10).map(|key| (key, 0)).collect();
        let start = Barrier::new(ALL);
        let won = AtomicU64::new(0);
        together(|thread| {
            for round in 0..ROUNDS {
                let key = round % 10 + 100;
                if thread == 0 {
                    map.set(key, round);
                }
                start.wait();
                let success = match (round + thread) % 3 {
                    0 => map.compare_and_swap(&key, &round, u64::MAX),
                    1 => map.compare_and_remove(&key, &round),
                    _ => map.get(&key).is_some_and(|value| {
                        value == round && map.compare_and_remove(&key, &value)
                    }),
                };
                won.fetch_add(u64::from(success), SeqCst);
                if start.wait().is_leader() {
                    assert_eq!(won.swap(0, SeqCst), 1);
                    map.set(key, round);
                }
                start.wait();
                let success = if thread % 2 == 0 {
                    map.discard(&key)
                } else {
                    map.remove(&key) == Some(round)
                };
                won.fetch_add(u64::from(success), SeqCst);
                if start.wait().is_leader() {
                    assert_eq!(won.swap(0, SeqCst), 1);
                }
                start.wait();
            }
        });
        assert_eq!(map.len(), 10);
    }

    /// Each value that is put in comes out once: as what it was replaced by, as what was removed, or
    /// as what is left in the end. And all are dropped.
    fn nothing_is_lost<S>() {
        const TIMES: u64 = 3000;
        let census = Census::default();
        let map: Map<_, _, S> = Map::default();
        let (put, taken) = (Mutex::new(BTreeSet::new()), Mutex::new(Vec::new()));
        together(|thread| {
            let mut random = random(thread + 10);
            let (mut my_put, mut my_taken) = (Vec::new(), Vec::new());
            for time in 0..TIMES {
                let key = || census.born(0_u64);
                let key = |what| {
                    let mut key = key();
                    key.what = what;
                    key
                };
                // Few keys at a time, and others later.
                let k = random(12) + time / 500 * 6;
                let value = census.born(thread * TIMES + time);
                let id = value.what;
                match random(6) {
                    0 | 1 => {
                        my_put.push(id);
                        my_taken.extend(map.insert(key(k), value).map(|old| old.what));
                    }
                    2 => {
                        if !map.get_or_insert(key(k), value).1 {
                            my_put.push(id);
                        }
                    }
                    3 => my_taken.extend(map.remove(&key(k)).map(|old| old.what)),
                    4 => {
                        if let Some(old) = map.get(&key(k))
                            && map.compare_and_swap(&key(k), &old, value)
                        {
                            my_put.push(id);
                            my_taken.push(old.what);
                        }
                    }
                    _ => {
                        if let Some(old) = map.get(&key(k))
                            && map.compare_and_remove(&key(k), &old)
                        {
                            my_taken.push(old.what);
                        }
                    }
                }
            }
            put.lock().unwrap().extend(my_put);
            taken.lock().unwrap().extend(my_taken);
        });
        let mut taken = taken.into_inner().unwrap();
        map.for_each(|_, value| taken.push(value.what));
        let number = taken.len();
        let taken: BTreeSet<_> = taken.into_iter().collect();
        assert_eq!(taken.len(), number, "some came out twice");
        assert_eq!(taken, put.into_inner().unwrap());
        drop(map);
        assert_eq!(census.living(), 0);
    }

    /// Go's `TestConcurrentRange`: keys that are only overwritten are seen once each, with some value
    /// of theirs. And keys that come and go are seen once or not at all.
    fn walks_beside_writers<S>() {
        const KEYS: u64 = 60;
        const WALKS: usize = 200;
        let map: Map<u64, u64, S> = (1..=KEYS).map(|key| (key, key)).collect();
        let done = AtomicBool::new(false);
        let start = Barrier::new(ALL);
        thread::scope(|s| {
            for thread in 1..THREADS {
                let (map, done, start) = (&map, &done, &start);
                s.spawn(move || {
                    let mut random = random(thread);
                    start.wait();
                    while !done.load(SeqCst) {
                        let key = random(KEYS) + 1;
                        map.set(key, key * random(1000));
                        let other = KEYS + 1 + random(KEYS);
                        match random(4) {
                            0 => _ = map.discard(&other),
                            1 => _ = map.get_or_insert(other, other),
                            2 => {
                                map.discard(&other);
                                map.set(other, other * 2);
                            }
                            // Others, so that the table grows now and then.
                            _ => {
                                let far = 1000 + random(100_000);
                                map.set(far, far);
                                map.discard(&far);
                            }
                        }
                    }
                });
            }
            start.wait();
            let mut result = Ok(());
            for _ in 0..WALKS {
                let mut seen = BTreeMap::new();
                map.for_each(|key, value| {
                    *seen.entry(*key).or_insert(0) += 1;
                    if value % key != 0 {
                        result = Err(format!("{key} has {value}"));
                    }
                });
                if let Some((key, times)) = seen.iter().find(|&(_, &times)| times != 1) {
                    result = Err(format!("{key} was visited {times} times"));
                }
                if let Some(key) = (1..=KEYS).find(|key| !seen.contains_key(key)) {
                    result = Err(format!("{key} was not visited"));
                }
                if result.is_err() {
                    break;
                }
            }
            done.store(true, SeqCst);
            result.unwrap();
        });
    }

    /// What a thread knows to be in the map, by its own writing or from another thread, a walk that it
    /// begins then visits.
    fn walks_see_what_is_known<S>() {
        const KEYS: u64 = 400;
        let map: Map<u64, u64, S> = Map::default();
        together(|thread| {
            if thread % 2 == 0 {
                for key in (0..KEYS).filter(|key| key % THREADS == thread) {
                    map.set(key, key);
                }
            } else {
                for key in 0..KEYS {
                    // Another thread may be about to put it in; sometimes it is there.
                    if map.contains_key(&key) {
                        let mut seen = false;
                        map.for_each(|k, _| seen |= *k == key);
                        assert!(seen, "{key} is in the map, and was not visited");
                    }
                }
            }
        });
    }

    /// Go's `TestConcurrentClear`.
    fn clear_beside_others<S>() {
        let map: Map<u64, u64, S> = Map::default();
        together(|thread| {
            let mut random = random(thread);
            for _ in 0..300 {
                let key = random(20);
                match thread % 3 {
                    0 => map.set(key, key),
                    1 => assert!(map.get(&key).is_none_or(|value| value == key)),
                    _ => map.clear(),
                }
            }
        });
        map.clear();
        map.for_each(|key, _| panic!("{key} is left"));
        assert_eq!(map.len(), 0);
        for key in 0..20 {
            assert_eq!(map.get(&key), None);
            assert_eq!(map.get_or_insert(key, 1), (1, false));
        }
    }

    /// A `clear` takes all keys, also those that others are just about to swap or to compare: who only
    /// writes to keys that are there brings none back. (Go's `Clear` beside `CompareAndSwap`.)
    fn clear_beside_swaps<S>() {
        const KEYS: u64 = 30;
        const ROUNDS: u64 = 40;
        let map: Map<u64, u64, S> = Map::default();
        let start = Barrier::new(ALL);
        let (cleared, back) = (AtomicU64::new(0), AtomicU64::new(0));
        together(|thread| {
            for round in 1..=ROUNDS {
                if thread == 0 {
                    (0..KEYS).for_each(|key| map.set(key, 0));
                }
                start.wait();
                if thread == 0 {
                    thread::yield_now();
                    map.clear();
                    cleared.store(round, SeqCst);
                } else {
                    while cleared.load(SeqCst) < round {
                        for key in 0..KEYS {
                            map.compare_and_remove(&key, &u64::MAX);
                            map.compare_and_swap(&key, &0, 1);
                            map.compare_and_swap(&key, &1, 0);
                        }
                    }
                }
                if start.wait().is_leader() {
                    map.for_each(|_, _| _ = back.fetch_add(1, SeqCst));
                    let found = (0..KEYS).filter(|key| map.contains_key(key)).count();
                    back.fetch_add(found as u64 + map.len() as u64, SeqCst);
                }
                start.wait();
            }
        });
        assert_eq!(back.into_inner(), 0, "keys that are back");
    }

    /// Each thread has its own keys, and finds them as it left them while others make the table grow.
    fn own_keys<S>() {
        // Those that collide are looked through one by one.
        let collide = S::default().hash_one(1_u64) == S::default().hash_one(6_u64);
        let keys = if collide { 60 } else { 3000 };
        let map: Map<u64, u64, S> = Map::default();
        together(|thread| {
            let mine = |n| n * THREADS + thread;
            for n in 0..keys {
                assert_eq!(map.insert(mine(n), n), None);
                assert_eq!(map.get(&mine(n)), Some(n));
                let before = n / 2;
                assert_eq!(map.get(&mine(before)), Some(before));
                assert!(map.compare_and_swap(&mine(before), &before, before));
            }
            for n in 0..keys {
                assert_eq!(map.remove(&mine(n)), Some(n));
                assert_eq!(map.get(&mine(n)), None);
            }
        });
        assert_eq!(map.len(), 0);
    }
}

/// A write happens before the read that observes it: what was written beside it can be read.
#[test]
fn what_was_written_before_is_seen() {
    struct Plain(std::cell::UnsafeCell<u64>);
    // SAFETY: the test reads only what it has found to be written by then.
    unsafe impl Sync for Plain {}

    let beside: Vec<Plain> = (0..2000).map(|_| Plain(0.into())).collect();
    let map: Map<usize, ()> = Map::new();
    let ready = AtomicBool::new(false);
    together(|thread| {
        if thread == 0 {
            for (n, cell) in beside.iter().enumerate() {
                // SAFETY: nobody reads it before it finds `n` in the map.
                unsafe { *cell.0.get() = 42 };
                map.set(n, ());
            }
            ready.store(true, SeqCst);
        } else {
            let mut n = 0;
            while n < beside.len() {
                if map.contains_key(&n) {
                    // SAFETY: it was written before `n` was stored, and never again.
                    assert_eq!(unsafe { *beside[n].0.get() }, 42);
                    n += 1;
                } else {
                    assert!(!ready.load(SeqCst) || map.contains_key(&n));
                    thread::yield_now();
                }
            }
        }
    });
}

/// Keys that are counted together come and go: each is found while it is there, and not afterwards.
#[test]
fn neighbours() {
    const KEYS: u64 = 2000;
    let map: Map<u64, u64> = Map::new();
    together(|thread| {
        let own = || (0..KEYS).map(|n| n * THREADS + thread);
        for lap in 0..4 {
            for key in own() {
                assert_eq!(map.get_or_insert(key, lap), (lap, false));
                assert_eq!(map.get(&key), Some(lap));
            }
            for key in own() {
                assert_eq!(map.remove(&key), Some(lap));
                assert_eq!(map.get(&key), None);
            }
        }
    });
    assert!(map.is_empty());
}

/// All make the table at once; one stays.
#[test]
fn first_use() {
    for _ in 0..200 {
        let map: Map<u64, u64> = Map::new();
        together(|thread| {
            map.get(&0);
            map.set(thread, thread);
        });
        assert_eq!(map.len() as u64, THREADS);
    }
}

/// One thread at a time changes a row. Else who takes its last key out could end it before the key that
/// another is just putting there, and nobody would find that one.
#[test]
fn a_row_is_changed_by_one_at_a_time() {
    static PUTS: AtomicBool = AtomicBool::new(false);
    static COMPARES: AtomicBool = AtomicBool::new(false);
    static REMOVED: AtomicBool = AtomicBool::new(false);

    #[derive(Eq)]
    struct Key(u64);

    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            // With the lock of the row. Who removes 1 waits for it, so this is not to wait for that.
            if PUTS.load(SeqCst) && (self.0, other.0) == (1, 2) {
                COMPARES.store(true, SeqCst);
                let end = Instant::now() + Duration::from_millis(100);
                while !REMOVED.load(SeqCst) && Instant::now() < end {
                    thread::yield_now();
                }
            }
            self.0 == other.0
        }
    }

    let map: Map<Key, u64, Same> = [0, 1].map(|key| (Key(key), key)).into_iter().collect();
    thread::scope(|s| {
        s.spawn(|| {
            while !COMPARES.load(SeqCst) {
                thread::yield_now();
            }
            assert_eq!(map.remove(&Key(1)), Some(1));
            REMOVED.store(true, SeqCst);
        });
        // Made before the lock is taken, for a key that is known to be missing.
        let make = || {
            PUTS.store(true, SeqCst);
            2
        };
        assert_eq!(map.get_or_insert_with(Key(2), make), (2, false));
    });
    let found = [0, 1, 2].map(|key| map.get(&Key(key)));
    assert_eq!(found, [Some(0), None, Some(2)]);
}
