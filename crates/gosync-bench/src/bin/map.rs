//! The map against its peers, and against Go's: `cargo xtask bench map [ROUNDS] [WORKLOAD ...]`.
//!
//! The workloads are those of Go's own benchmarks of `sync.Map`, by name. Keys and values are
//! numbers, in Go `int`s that are made `any`s as Go's users do. The peers take turns within each
//! round. Shown are millions of operations a second over all threads: medians over the rounds, with
//! the spread in brackets, and how the first compares to papaya, also with entries as large as its own,
//! and to Go.
//!
//! Where the map grows as long as the workload runs, all do the same number of operations, as in Go's
//! benchmarks: a faster map would get to larger tables. And they do it four times, on new maps, with
//! numbers that divide an octave: one alone may be just before a table is full for one map, and just
//! after that for another. The others run for the same time.
//!
//! All but one of the Rust maps have the same hasher. Go's map is `go/map/main.go`, built and run if
//! there is a `go`.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState as SipHash},
    hint::black_box,
    process::ExitCode,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use gosync_bench::{Options, Peer, Sample, Table, go, race, table};
use gosync_map::RandomState;

/// Which of Go's benchmarks.
#[derive(Clone, Copy, Debug)]
enum Workload {
    LoadMostlyHits,
    LoadMostlyMisses,
    LoadOrStoreBalanced,
    LoadOrStoreUnique,
    LoadAndDeleteBalanced,
    Range,
    AdversarialAlloc,
    DeleteCollision,
    SwapMostlyHits,
    CompareAndSwapCollision,
    CompareAndSwapMostlyHits,
    Clear,
}

use Workload::*;

const WORKLOADS: [Workload; 12] = [
    LoadMostlyHits,
    LoadMostlyMisses,
    LoadOrStoreBalanced,
    LoadOrStoreUnique,
    LoadAndDeleteBalanced,
    Range,
    AdversarialAlloc,
    DeleteCollision,
    SwapMostlyHits,
    CompareAndSwapCollision,
    CompareAndSwapMostlyHits,
    Clear,
];

impl Workload {
    /// How many operations there are, over all threads, with one new map after the other; none if
    /// there is one map and as many as get done. As in `go/map/main.go`.
    fn operations(self) -> &'static [u64] {
        match self {
            LoadOrStoreBalanced | LoadOrStoreUnique => &[500_000, 595_000, 707_000, 841_000],
            _ => &[],
        }
    }

    /// How many keys there are at the beginning.
    fn before(self) -> u64 {
        match self {
            LoadMostlyHits | SwapMostlyHits | CompareAndSwapMostlyHits => 1023,
            LoadMostlyMisses | DeleteCollision | CompareAndSwapCollision => 1,
            LoadOrStoreBalanced | LoadAndDeleteBalanced => 128,
            Range => 1024,
            LoadOrStoreUnique | AdversarialAlloc | Clear => 0,
        }
    }
}

/// What the maps have in common, in Go's terms.
trait Map: Default + Sync {
    fn load(&self, key: u64) -> Option<u64>;
    fn store(&self, key: u64, value: u64);
    fn load_or_store(&self, key: u64, value: u64) -> (u64, bool);
    fn load_and_delete(&self, key: u64) -> Option<u64>;
    fn delete(&self, key: u64);
    fn swap(&self, key: u64, value: u64) -> Option<u64>;
    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool;
    fn range(&self, f: impl FnMut(u64, u64));
    fn clear(&self);
}

impl<S: BuildHasher + Default + Send + Sync> Map for gosync_map::Map<u64, u64, S> {
    fn load(&self, key: u64) -> Option<u64> {
        self.get(&key)
    }

    fn store(&self, key: u64, value: u64) {
        self.set(key, value);
    }

    fn load_or_store(&self, key: u64, value: u64) -> (u64, bool) {
        self.get_or_insert(key, value)
    }

    fn load_and_delete(&self, key: u64) -> Option<u64> {
        self.remove(&key)
    }

    fn delete(&self, key: u64) {
        self.discard(&key);
    }

    fn swap(&self, key: u64, value: u64) -> Option<u64> {
        self.insert(key, value)
    }

    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool {
        Self::compare_and_swap(self, &key, &old, new)
    }

    fn range(&self, mut f: impl FnMut(u64, u64)) {
        self.for_each(|key, value| f(*key, *value));
    }

    fn clear(&self) {
        Self::clear(self);
    }
}

/// A value.
trait Value: Copy + Send + Sync {
    fn from(value: u64) -> Self;
    fn get(self) -> u64;
}

impl Value for u64 {
    fn from(value: u64) -> Self {
        value
    }

    fn get(self) -> u64 {
        self
    }
}

/// One that makes papaya's entries as large as those of gosync: 40 bytes, with the key.
#[derive(Clone, Copy)]
struct Wide([u64; 4]);

impl Value for Wide {
    fn from(value: u64) -> Self {
        Self([value; 4])
    }

    fn get(self) -> u64 {
        self.0[0]
    }
}

impl<V: Value> Map for papaya::HashMap<u64, V, RandomState> {
    fn load(&self, key: u64) -> Option<u64> {
        self.pin().get(&key).map(|value| value.get())
    }

    fn store(&self, key: u64, value: u64) {
        self.pin().insert(key, V::from(value));
    }

    fn load_or_store(&self, key: u64, value: u64) -> (u64, bool) {
        match self.pin().try_insert(key, V::from(value)) {
            Ok(value) => (value.get(), false),
            Err(found) => (found.current.get(), true),
        }
    }

    fn load_and_delete(&self, key: u64) -> Option<u64> {
        self.pin().remove(&key).map(|value| value.get())
    }

    fn delete(&self, key: u64) {
        self.pin().remove(&key);
    }

    fn swap(&self, key: u64, value: u64) -> Option<u64> {
        let old = self.pin().insert(key, V::from(value)).copied();
        old.map(V::get)
    }

    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool {
        let compute = |entry: Option<(&u64, &V)>| match entry {
            Some((_, value)) if value.get() == old => papaya::Operation::Insert(V::from(new)),
            _ => papaya::Operation::Abort(()),
        };
        matches!(
            self.pin().compute(key, compute),
            papaya::Compute::Updated { .. }
        )
    }

    fn range(&self, mut f: impl FnMut(u64, u64)) {
        for (key, value) in &self.pin() {
            f(*key, value.get());
        }
    }

    fn clear(&self) {
        self.pin().clear();
    }
}

impl Map for dashmap::DashMap<u64, u64, RandomState> {
    fn load(&self, key: u64) -> Option<u64> {
        self.get(&key).map(|value| *value)
    }

    fn store(&self, key: u64, value: u64) {
        self.insert(key, value);
    }

    fn load_or_store(&self, key: u64, value: u64) -> (u64, bool) {
        match self.entry(key) {
            dashmap::Entry::Occupied(entry) => (*entry.get(), true),
            dashmap::Entry::Vacant(entry) => (*entry.insert(value), false),
        }
    }

    fn load_and_delete(&self, key: u64) -> Option<u64> {
        self.remove(&key).map(|entry| entry.1)
    }

    fn delete(&self, key: u64) {
        self.remove(&key);
    }

    fn swap(&self, key: u64, value: u64) -> Option<u64> {
        self.insert(key, value)
    }

    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool {
        match self.get_mut(&key) {
            Some(mut value) if *value == old => {
                *value = new;
                true
            }
            _ => false,
        }
    }

    fn range(&self, mut f: impl FnMut(u64, u64)) {
        for entry in self {
            f(*entry.key(), *entry.value());
        }
    }

    fn clear(&self) {
        Self::clear(self);
    }
}

/// What one makes of std's map and lock.
#[derive(Default)]
struct Locked(RwLock<HashMap<u64, u64, RandomState>>);

impl Locked {
    fn read(&self) -> impl std::ops::Deref<Target = HashMap<u64, u64, RandomState>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> impl std::ops::DerefMut<Target = HashMap<u64, u64, RandomState>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Map for Locked {
    fn load(&self, key: u64) -> Option<u64> {
        self.read().get(&key).copied()
    }

    fn store(&self, key: u64, value: u64) {
        self.write().insert(key, value);
    }

    fn load_or_store(&self, key: u64, value: u64) -> (u64, bool) {
        if let Some(found) = self.load(key) {
            return (found, true);
        }
        let mut map = self.write();
        let found = map.contains_key(&key);
        (*map.entry(key).or_insert(value), found)
    }

    fn load_and_delete(&self, key: u64) -> Option<u64> {
        self.write().remove(&key)
    }

    fn delete(&self, key: u64) {
        self.write().remove(&key);
    }

    fn swap(&self, key: u64, value: u64) -> Option<u64> {
        self.write().insert(key, value)
    }

    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool {
        match self.write().get_mut(&key) {
            Some(value) if *value == old => {
                *value = new;
                true
            }
            _ => false,
        }
    }

    fn range(&self, mut f: impl FnMut(u64, u64)) {
        for (key, value) in &*self.read() {
            f(*key, *value);
        }
    }

    fn clear(&self) {
        self.write().clear();
    }
}

const LENGTH: Duration = Duration::from_millis(60);

/// A workload, and on how many threads.
type Threaded = (Workload, usize);

fn run<M: Map>(&(workload, threads): &Threaded) -> Sample {
    let counts = workload.operations();
    if counts.is_empty() {
        return run_on_one::<M>(workload, threads, None);
    }
    #[expect(clippy::cast_precision_loss, reason = "far from that many")]
    let count = |n: u64| n as f64;
    let time: f64 = counts
        .iter()
        .map(|&n| count(n) / run_on_one::<M>(workload, threads, Some(n)).rate)
        .sum();
    Sample {
        rate: count(counts.iter().sum()) / time,
        other: 0.0,
    }
}

/// With one map, so many operations, or for so long.
fn run_on_one<M: Map>(workload: Workload, threads: usize, operations: Option<u64>) -> Sample {
    let map = M::default();
    for i in 0..workload.before() {
        map.load_or_store(i, i);
    }
    let body = |thread: usize, stop: &std::sync::atomic::AtomicBool| {
        // Another number each time, and for each thread.
        let begin = (thread as u64) << 40;
        let end = operations.map(|n| begin + n / threads as u64);
        let mut i = begin;
        each(workload, &map, |operation| {
            while end.map_or_else(|| !stop.load(Relaxed), |end| i < end) {
                operation(i);
                i += 1;
            }
        });
        (i - begin, Duration::ZERO)
    };
    let length = operations.map_or(LENGTH, |_| Duration::ZERO);
    race(threads, length, body)
}

/// Hands the workload's operation to `repeat`. Called by a pointer for all peers, as in Go.
fn each<M: Map>(workload: Workload, map: &M, repeat: impl FnOnce(&mut dyn FnMut(u64))) {
    match workload {
        LoadMostlyHits | LoadMostlyMisses => repeat(&mut |i| {
            black_box(map.load(i % 1024));
        }),
        LoadOrStoreBalanced => repeat(&mut |i| {
            let key = if i % 256 < 128 { i % 256 } else { i };
            black_box(map.load_or_store(key, i));
        }),
        LoadOrStoreUnique => repeat(&mut |i| {
            black_box(map.load_or_store(i, i));
        }),
        LoadAndDeleteBalanced => repeat(&mut |i| {
            let key = if i % 256 < 128 { i % 256 } else { i };
            black_box(map.load_and_delete(key));
        }),
        Range => walk(map, repeat),
        AdversarialAlloc => {
            let (mut stores, mut since) = (0, 0);
            repeat(&mut |i| {
                black_box(map.load(i));
                since += 1;
                if since > stores {
                    map.load_or_store(i, stores);
                    since = 0;
                    stores += 1;
                }
            });
        }
        DeleteCollision => repeat(&mut |_| map.delete(black_box(0))),
        SwapMostlyHits => repeat(&mut |i| {
            let key = i % 1024;
            if key < 1023 {
                black_box(map.swap(key, key));
            } else {
                black_box(map.swap(i, i));
                map.delete(i);
            }
        }),
        CompareAndSwapCollision => repeat(&mut |_| {
            if map.compare_and_swap(0, 0, 42) {
                map.compare_and_swap(0, 42, 0);
            }
        }),
        CompareAndSwapMostlyHits => repeat(&mut |i| {
            let key = if i % 1024 < 1023 { i % 1024 } else { i };
            black_box(map.compare_and_swap(key, key, key));
        }),
        Clear => repeat(&mut |i| {
            map.clear();
            map.store(i % 256, i % 256);
        }),
    }
}

/// `Range`, by another copy of the loop each time. A walk of so few instructions an entry takes up to
/// half as long again where its loop lies badly, be it of whichever map.
fn walk<M: Map>(map: &M, repeat: impl FnOnce(&mut dyn FnMut(u64))) {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    fn copy<M: Map, const N: usize>(map: &M) {
        // Or the copies would be found to be the same, and be one.
        black_box(N);
        map.range(|key, value| {
            black_box((key, value));
        });
    }
    macro_rules! copies {
        ($($n:literal)*) => { [$(copy::<M, $n>),*] };
    }
    // A prime number of them: each peer comes by all, however many peers and threads there are.
    let copies = copies!(0 1 2 3 4 5 6 7 8 9 10 11 12);
    let copy = copies[TURN.fetch_add(1, Relaxed) % copies.len()];
    repeat(&mut |_| copy(map));
}

fn peers() -> Vec<Peer<Threaded>> {
    let mut peers = vec![
        Peer::new("gosync", run::<gosync_map::Map<u64, u64>>),
        Peer::new("papaya", run::<papaya::HashMap<u64, u64, RandomState>>),
        Peer::new(
            "papaya (40 B)",
            run::<papaya::HashMap<u64, Wide, RandomState>>,
        ),
        Peer::new("dashmap", run::<dashmap::DashMap<u64, u64, RandomState>>),
        Peer::new("RwLock<HashMap>", run::<Locked>),
        Peer::new(
            "gosync (SipHash)",
            run::<gosync_map::Map<u64, u64, SipHash>>,
        ),
    ];
    peers.extend(go::peer(
        "map",
        |program, (workload, threads): &Threaded| {
            Some(program.run(&format!("{workload:?}"), *threads, LENGTH))
        },
    ));
    peers
}

fn main() -> ExitCode {
    let comparisons = &[
        ("papaya", &["papaya"] as &[_]),
        ("papaya (40 B)", &["papaya (40 B)"]),
        ("Go", &["Go"]),
    ];
    let mut table = Table::new(Options::from_env(5), peers(), comparisons);
    for workload in WORKLOADS {
        for threads in [1, 2, 8] {
            let name = format!("{workload:?}-{threads}");
            table.row(&name, &(workload, threads), table::rate);
        }
    }
    table.end()
}
