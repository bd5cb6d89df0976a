//! The user's code panics: the map is whole afterwards, and another thread goes on.
#![cfg(not(gosync_loom))]

mod common;

use std::{
    hash::{BuildHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    thread,
};

use common::{Census, Counted, Same};
use gosync_map::{Map, RandomState};

/// Which of the user's functions panic, for one test.
#[derive(Default)]
struct Bombs {
    hash: AtomicBool,
    eq: AtomicBool,
    clone: AtomicBool,
    value_eq: AtomicBool,
}

fn explode(bomb: &AtomicBool) {
    if bomb.load(SeqCst) {
        panic!("boom");
    }
}

/// A key that may panic, and is counted.
struct Key<'b>(Counted<u64>, &'b Bombs);

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        explode(&self.1.hash);
        self.0.hash(state);
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        explode(&self.1.eq);
        self.0 == other.0
    }
}

impl Eq for Key<'_> {}

/// A value that may panic, and is counted.
struct Value<'b>(Counted<u64>, &'b Bombs);

impl Clone for Value<'_> {
    fn clone(&self) -> Self {
        explode(&self.1.clone);
        Self(self.0.clone(), self.1)
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        explode(&self.1.value_eq);
        self.0 == other.0
    }
}

struct World<'b, S> {
    map: Map<Key<'b>, Value<'b>, S>,
    bombs: &'b Bombs,
    census: Census,
}

const KEYS: u64 = 40;

impl<'b, S: BuildHasher + Default + Send + Sync> World<'b, S> {
    fn new(bombs: &'b Bombs) -> Self {
        let world = Self {
            map: Map::default(),
            bombs,
            census: Census::default(),
        };
        for n in 0..KEYS {
            world.map.set(world.key(n), world.value(n));
        }
        world
    }

    fn key(&self, n: u64) -> Key<'b> {
        Key(self.census.born(n), self.bombs)
    }

    fn value(&self, n: u64) -> Value<'b> {
        Value(self.census.born(n), self.bombs)
    }

    /// Does all the operations that there are, each of which must panic.
    fn all_panic(&self, n: u64, bomb: &AtomicBool, operations: &[&Operation<Self>]) {
        for (index, operation) in operations.iter().enumerate() {
            bomb.store(true, SeqCst);
            let panic = catch_unwind(AssertUnwindSafe(|| operation(self, n)))
                .expect_err(&format!("operation {index} on {n}"));
            bomb.store(false, SeqCst);
            assert_eq!(panic.downcast_ref(), Some(&"boom"));
        }
    }

    /// All keys but those `gone` have their first value, and all operations work, elsewhere.
    fn is_whole(&self, gone: impl Fn(u64) -> bool + Sync) {
        let elsewhere = || {
            let mut seen = Vec::new();
            self.map.for_each(|key, value| {
                assert_eq!(key.0.what, value.0.what);
                seen.push(key.0.what);
            });
            seen.sort_unstable();
            assert_eq!(seen, (0..KEYS).filter(|&n| !gone(n)).collect::<Vec<_>>());
            for n in 0..KEYS {
                let is_gone = gone(n);
                let key = || self.key(n);
                let number = |value: Option<Value<'_>>| value.map(|value| value.0.what);
                let old = (!is_gone).then_some(n);
                assert_eq!(number(self.map.get(&key())), old);
                assert_eq!(number(self.map.insert(key(), self.value(n + 1))), old);
                assert!(
                    self.map
                        .compare_and_swap(&key(), &self.value(n + 1), self.value(n))
                );
                assert!(!self.map.compare_and_remove(&key(), &self.value(n + 1)));
                assert!(self.map.compare_and_remove(&key(), &self.value(n)));
                assert_eq!(number(self.map.remove(&key())), None);
                let (value, found) = self.map.get_or_insert(key(), self.value(n));
                assert_eq!((value.0.what, found), (n, false));
            }
            // It can grow as well.
            for n in KEYS..4 * KEYS {
                self.map.set(self.key(n), self.value(n));
            }
            for n in KEYS..4 * KEYS {
                assert!(self.map.discard(&self.key(n)));
            }
        };
        thread::scope(|s| s.spawn(elsewhere).join()).expect("another thread goes on");
    }

    /// Nothing was lost or dropped twice.
    fn ends(self) {
        drop(self.map);
        assert_eq!(self.census.living(), 0);
    }
}

type World0<'a, 'b, S> = &'a World<'b, S>;

/// Something that is done with a key.
type Operation<W> = dyn Fn(&W, u64);

/// Those that look for a key.
macro_rules! searches {
    ($S:ty) => {
        &[
            &|w: World0<'_, '_, $S>, n| drop(w.map.get(&w.key(n))),
            &|w, n| assert!(!w.map.contains_key(&w.key(n))),
            &|w, n| assert!(w.map.get_with(&w.key(n), |_| ()).is_none()),
            &|w, n| w.map.set(w.key(n), w.value(99)),
            &|w, n| drop(w.map.insert(w.key(n), w.value(99))),
            &|w, n| drop(w.map.get_or_insert(w.key(n), w.value(99))),
            &|w, n| drop(w.map.get_or_insert_with(w.key(n), || w.value(99))),
            &|w, n| drop(w.map.remove(&w.key(n))),
            &|w, n| assert!(!w.map.discard(&w.key(n))),
            &|w, n| {
                let _ = w.map.compare_and_swap(&w.key(n), &w.value(n), w.value(99));
            },
            &|w, n| {
                let _ = w.map.compare_and_remove(&w.key(n), &w.value(n));
            },
        ]
    };
}

#[test]
fn hash() {
    let bombs = Bombs::default();
    let world = World::<RandomState>::new(&bombs);
    for n in [0, 7, KEYS - 1, KEYS, 1000] {
        world.all_panic(n, &bombs.hash, searches!(RandomState));
    }
    world.is_whole(|_| false);
    world.ends();
}

/// Keys in the map are not hashed again, so that one whose `Hash` panics cannot stop the table from
/// growing.
#[test]
fn hash_of_a_key_that_is_there() {
    /// Panics from the second time on.
    #[derive(PartialEq, Eq)]
    struct Once(u64, AtomicBoolEq);
    struct AtomicBoolEq(AtomicBool);
    impl PartialEq for AtomicBoolEq {
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }
    impl Eq for AtomicBoolEq {}
    impl Hash for Once {
        fn hash<H: Hasher>(&self, state: &mut H) {
            assert!(!self.1.0.swap(true, SeqCst), "hashed twice");
            self.0.hash(state);
        }
    }
    let once = |n| Once(n, AtomicBoolEq(AtomicBool::new(false)));
    let map: Map<Once, u64> = Map::new();
    for n in 0..5000 {
        map.set(once(n), n);
    }
    for n in 0..5000 {
        assert_eq!(map.get(&once(n)), Some(n));
    }
    map.for_each(|_, _| ());
    map.clear();
    assert!(map.is_empty());
}

fn eq<S: BuildHasher + Default + Send + Sync>(
    missing: bool,
    searches: &[&Operation<World<'static, S>>],
) {
    // The type of the operations says how long it lives: as long as can be.
    let bombs: &'static Bombs = Box::leak(Box::default());
    let world = World::<S>::new(bombs);
    for n in [0, 7, KEYS - 1] {
        world.all_panic(n, &bombs.eq, searches);
    }
    if missing {
        world.all_panic(1000, &bombs.eq, searches);
    }
    world.is_whole(|_| false);
    world.ends();
}

#[test]
fn eq_of_keys() {
    eq::<RandomState>(false, searches!(RandomState));
}

/// Where all keys collide, missing ones are compared as well, and some of it is done with a lock.
#[test]
fn eq_of_keys_that_collide() {
    eq::<Same>(true, searches!(Same));
}

fn eq_of_values<S: BuildHasher + Default + Send + Sync>() {
    let bombs = Bombs::default();
    let world = World::<S>::new(&bombs);
    for n in [0, 7, KEYS - 1] {
        world.all_panic(
            n,
            &bombs.value_eq,
            &[
                &|w: World0<'_, '_, S>, n| {
                    let _ = w.map.compare_and_swap(&w.key(n), &w.value(n), w.value(99));
                },
                &|w, n| {
                    let _ = w.map.compare_and_remove(&w.key(n), &w.value(n));
                },
            ],
        );
    }
    world.is_whole(|_| false);
    world.ends();
}

/// In Go this leaves a lock locked for ever.
#[test]
fn partial_eq() {
    eq_of_values::<RandomState>();
    eq_of_values::<Same>();
}

fn clones<S: BuildHasher + Default + Send + Sync>() {
    let bombs = Bombs::default();
    let world = World::<S>::new(&bombs);
    for n in [0, 7, KEYS - 1] {
        world.all_panic(
            n,
            &bombs.clone,
            &[
                &|w: World0<'_, '_, S>, n| drop(w.map.get(&w.key(n))),
                &|w, n| drop(w.map.get_or_insert(w.key(n), w.value(99))),
                // It is stored by then.
                &|w, n| drop(w.map.insert(w.key(n), w.value(n))),
                // And removed.
                &|w, n| drop(w.map.remove(&w.key(n))),
            ],
        );
    }
    world.is_whole(|n| [0, 7, KEYS - 1].contains(&n));
    world.ends();
}

#[test]
fn clone() {
    clones::<RandomState>();
    clones::<Same>();
}

fn callbacks<S: BuildHasher + Default + Send + Sync>() {
    let bombs = Bombs::default();
    let world = World::<S>::new(&bombs);
    let w = &world;
    let mut visited = 0;
    let calls: [&mut dyn FnMut(); 5] = [
        &mut || w.map.for_each(|_, _| panic!("boom")),
        &mut || w.map.retain(|_, _| panic!("boom")),
        &mut || {
            w.map.for_each(|_, _| {
                visited += 1;
                assert!(visited <= 20, "boom");
            });
        },
        &mut || {
            w.map.get_with(&w.key(7), |_| panic!("boom"));
        },
        &mut || {
            w.map.get_or_insert_with(w.key(1000), || panic!("boom"));
        },
    ];
    for call in calls {
        let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"boom"));
    }
    world.is_whole(|_| false);

    // One that deletes, and then panics.
    let panic = catch_unwind(AssertUnwindSafe(|| {
        world.map.for_each(|key, _| {
            let n = key.0.what;
            assert!(world.map.discard(&world.key(n)));
            if n == 7 {
                for other in 0..KEYS {
                    world.map.discard(&world.key(other));
                }
                panic!("boom");
            }
        });
    }));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"boom"));
    world.is_whole(|_| true);
    world.ends();
}

#[test]
fn callback() {
    callbacks::<RandomState>();
    callbacks::<Same>();
}

/// A hasher that cannot be made: nothing has happened, and the next try may do.
#[test]
fn default_of_the_hasher() {
    static BROKEN: AtomicBool = AtomicBool::new(true);
    struct Fragile(RandomState);
    impl Default for Fragile {
        fn default() -> Self {
            explode(&BROKEN);
            Self(RandomState::new())
        }
    }
    impl BuildHasher for Fragile {
        type Hasher = <RandomState as BuildHasher>::Hasher;
        fn build_hasher(&self) -> Self::Hasher {
            self.0.build_hasher()
        }
    }
    static MAP: Map<i32, i32, Fragile> = Map::with_default_hasher();
    catch_unwind(|| MAP.set(1, 1)).unwrap_err();
    assert_eq!(MAP.get(&1), None);
    BROKEN.store(false, SeqCst);
    thread::spawn(|| MAP.set(1, 2)).join().unwrap();
    assert_eq!(MAP.get(&1), Some(2));
}

/// No `AssertUnwindSafe` is needed for a map of things that need none.
#[test]
fn unwind_safe() {
    let map = Map::from([(1, String::from("a"))]);
    catch_unwind(|| map.for_each(|_, _| panic!("boom"))).unwrap_err();
    assert_eq!(map.get(&1).as_deref(), Some("a"));
}

/// A destructor that panics costs what is beside it, not the map.
#[test]
fn drop_of_a_value() {
    struct Fragile(u64);
    impl Drop for Fragile {
        fn drop(&mut self) {
            if self.0 == 13 && !thread::panicking() {
                panic!("boom");
            }
        }
    }
    let map = Map::new();
    for n in 0..100 {
        map.set(n, Fragile(n));
    }
    let dropped = catch_unwind(AssertUnwindSafe(|| {
        for n in 0..100 {
            map.discard(&n);
        }
        map.flush();
    }));
    assert!(dropped.is_err());
    for n in 0..100 {
        map.discard(&n);
        map.set(n, Fragile(1000 + n));
    }
    assert_eq!(map.len(), 100);
    assert_eq!(map.get_with(&13, |value| value.0), Some(1013));
}

/// The same when the map is dropped, be it of a value that waits for its batch or of one in the map.
#[test]
fn drop_of_a_value_with_the_map() {
    struct Fragile(u64);
    impl Drop for Fragile {
        fn drop(&mut self) {
            if self.0 == 13 && !thread::panicking() {
                panic!("boom");
            }
        }
    }
    for removed in [0, 100] {
        let map = Map::new();
        for n in 0..100 {
            map.set(n, Fragile(n));
        }
        for n in 0..removed {
            assert!(map.discard(&n));
        }
        let panic = catch_unwind(AssertUnwindSafe(|| drop(map))).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"boom"));
    }
}

/// The same of keys that wait for a table from which they were being moved, which waits for its batch.
#[test]
fn drop_of_a_key_with_the_map() {
    static ARMED: AtomicBool = AtomicBool::new(false);
    #[derive(PartialEq, Eq, Hash)]
    struct Fragile(u64);
    impl Drop for Fragile {
        fn drop(&mut self) {
            if ARMED.swap(false, SeqCst) {
                panic!("boom");
            }
        }
    }
    for keys in (700..1500).step_by(8) {
        let map = Map::new();
        for n in 0..keys {
            map.set(Fragile(n), n);
        }
        for n in 0..3 {
            assert!(map.discard(&Fragile(n)));
        }
        map.flush();
        let grow = || (keys..3 * keys).for_each(|n| map.set(Fragile(n), n));
        thread::scope(|s| s.spawn(grow).join()).unwrap();
        ARMED.store(true, SeqCst);
        let panic = catch_unwind(AssertUnwindSafe(|| drop(map))).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"boom"));
    }
}

/// A destructor may use the map.
#[test]
fn drop_that_uses_the_map() {
    struct Node<'m>(u64, &'m Tree<'m>);
    #[derive(Default)]
    struct Tree<'m>(Map<u64, Option<u64>>, std::marker::PhantomData<&'m ()>);
    impl Drop for Node<'_> {
        fn drop(&mut self) {
            self.1.0.set(self.0, None);
            assert!(self.1.0.contains_key(&self.0));
            self.1.0.discard(&self.0);
        }
    }
    let tree = Tree::default();
    let map = Map::new();
    for n in 0..1000 {
        map.set(n % 10, Node(n, &tree));
    }
    map.flush();
    drop(map);
    assert!(tree.0.is_empty());

    // Its own map, too.
    static OWN: Map<u64, Own> = Map::new();
    struct Own(u64);
    impl Drop for Own {
        fn drop(&mut self) {
            if self.0 > 0 {
                OWN.set(self.0 - 1, Own(self.0 - 1));
            }
        }
    }
    OWN.set(50, Own(50));
    for n in (0..=50).rev() {
        assert!(OWN.discard(&n), "{n}");
        OWN.flush();
    }
    assert!(OWN.is_empty());
}
