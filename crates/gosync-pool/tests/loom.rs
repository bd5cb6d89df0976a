//! The magazines and the table that leads to them, in every interleaving.
//!
//! Under loom a magazine has two cells and the table one near slot: see the constants. The queue of the
//! batches that are not hot is a stand-in whose steps loom does not see. Both halves of the fence are
//! whole ones.
#![cfg(gosync_loom)]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use gosync_park::{
    atomic::{
        AtomicBool,
        Ordering::{Acquire, Release},
    },
    cell::UnsafeCell,
    model::{Model, ModelArc},
    thread,
};
use gosync_pool::Pool;

/// By itself, since the fences of those who use it in the pool would make up for its orderings.
#[path = "../src/batches.rs"]
#[expect(dead_code, reason = "the shelf is what it is here for")]
mod batches;

/// An item whose writing and reading loom checks, and whose drops are counted.
struct Item {
    value: UnsafeCell<u32>,
    drops: Arc<AtomicUsize>,
}

// SAFETY: the cell is there for loom to see whether this is so.
unsafe impl Send for Item {}

impl Item {
    fn new(value: u32, drops: &Arc<AtomicUsize>) -> Self {
        let item = Self {
            value: UnsafeCell::new(0),
            drops: Arc::clone(drops),
        };
        // SAFETY: nobody else has the item; if the pool gets this wrong, loom says so.
        item.value.with_mut(|place| unsafe { *place = value });
        item
    }

    /// Who has the item may also write.
    fn take(self) -> u32 {
        // SAFETY: as in `new`.
        self.value
            .with_mut(|place| unsafe { std::mem::take(&mut *place) })
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.drops.fetch_add(1, SeqCst);
    }
}

fn set_up() -> (Arc<Pool<Item>>, Arc<AtomicUsize>) {
    (Arc::new(Pool::without_new()), Arc::default())
}

fn get(pool: &Pool<Item>) -> Option<u32> {
    pool.try_get().map(Item::take)
}

/// Another thread, and what it takes.
fn thief<T: 'static>(
    pool: &Arc<Pool<Item>>,
    takes: impl FnOnce(&Pool<Item>) -> T + 'static,
) -> thread::JoinHandle<T> {
    let pool = Arc::clone(pool);
    thread::spawn(move || takes(&pool))
}

/// What was got by all together, and what is left; sorted.
fn all(pool: &Pool<Item>, got: impl IntoIterator<Item = Option<u32>>) -> Vec<u32> {
    let mut all: Vec<_> = got.into_iter().flatten().collect();
    all.extend(std::iter::from_fn(|| get(pool)));
    all.sort_unstable();
    all
}

/// Two thieves and one item: at most one of them gets it, it sees what was written into it, and
/// if neither does, it is still there.
#[test]
fn two_thieves() {
    Model::new("pool: an item goes to one thief")
        .at_least(100)
        .check(|| {
            let (pool, drops) = set_up();
            pool.put(Item::new(1, &drops));
            let thieves = [(); 2].map(|()| thief(&pool, get));
            let got = thieves.map(|thief| thief.join().unwrap());
            assert!(
                got.iter().any(Option::is_some),
                "nobody else was there to have it"
            );
            assert_eq!(all(&pool, got), [1]);
            drop(pool);
            assert_eq!(drops.load(SeqCst), 1);
        });
}

/// The owner puts while a thief looks: the thief gets the item whole, or not at all.
#[test]
fn put_races_steal() {
    Model::new("pool: a put is seen whole")
        .at_least(100)
        .check(|| {
            let (pool, drops) = set_up();
            let thief = thief(&pool, |pool| [get(pool), get(pool)]);
            pool.put(Item::new(1, &drops));
            pool.put(Item::new(2, &drops));
            let got = thief.join().unwrap();
            assert_eq!(all(&pool, got), [1, 2]);
            drop(pool);
            assert_eq!(drops.load(SeqCst), 2);
        });
}

/// The owner gets while a thief steals: they never get the same item, and lose none.
#[test]
fn get_races_steal() {
    Model::new("pool: owner and thief get different items")
        .at_least(100)
        .check(|| {
            let (pool, drops) = set_up();
            pool.put(Item::new(1, &drops));
            pool.put(Item::new(2, &drops));
            let thief = thief(&pool, |pool| [get(pool), get(pool)]);
            let mine = [get(&pool), get(&pool)];
            let got = thief.join().unwrap();
            assert_eq!(all(&pool, mine.into_iter().chain(got)), [1, 2]);
            drop(pool);
            assert_eq!(drops.load(SeqCst), 2);
        });
}

/// The owner fills a cell again that a thief is emptying: the thief has read the old item before
/// the new one is written.
#[test]
fn put_after_steal() {
    Model::new("pool: a cell is filled again")
        .at_least(50)
        .check(|| {
            let (pool, drops) = set_up();
            pool.put(Item::new(1, &drops));
            pool.put(Item::new(2, &drops));
            let thief = thief(&pool, |pool| [get(pool), get(pool)]);
            // The magazine is full until the thief has been: one of these goes where its item was, or
            // both into the shared part.
            pool.put(Item::new(3, &drops));
            let mine = get(&pool);
            pool.put(Item::new(4, &drops));
            let got = thief.join().unwrap();
            assert_eq!(all(&pool, got.into_iter().chain([mine])), [1, 2, 3, 4]);
            drop(pool);
            assert_eq!(drops.load(SeqCst), 4);
        });
}

/// The owner gets and puts in its own way while a thief goes in: the thief does not see an item that
/// is being put.
#[test]
fn refill_races_steal() {
    Model::new("pool: the owner goes round while a thief goes in")
        .preemptions(4)
        .at_least(1000)
        .check(|| {
            let (pool, drops) = set_up();
            pool.put(Item::new(1, &drops));
            let thief = thief(&pool, get);
            let mine = get(&pool);
            pool.put(Item::new(2, &drops));
            let got = thief.join().unwrap();
            assert_eq!(all(&pool, [mine, got]), [1, 2]);
            drop(pool);
            assert_eq!(drops.load(SeqCst), 2);
        });
}

/// A thread that had no room for all that it put has sent a batch to the depot, and two others want one:
/// they get different items.
#[test]
fn a_batch_goes_to_one_thread() {
    Model::new("pool: a batch is taken once")
        .at_least(500)
        .check(|| {
            let (pool, drops) = set_up();
            (1..=3).for_each(|value| pool.put(Item::new(value, &drops)));
            let takers = [(); 2].map(|()| thief(&pool, get));
            let got = takers.map(|taker| taker.join().unwrap());
            assert_eq!(all(&pool, got), [1, 2, 3]);
            drop(pool);
            assert_eq!(drops.load(SeqCst), 3);
        });
}

/// What one thread puts on a shelf another one takes whole, and one alone.
#[test]
fn a_hot_batch_is_seen_whole() {
    Model::new("pool: what is on a shelf goes to one thread")
        .at_least(50)
        .check(|| {
            let (shelf, drops) = (Arc::new(batches::Shelf::new()), Arc::default());
            let other = {
                let (shelf, drops) = (Arc::clone(&shelf), Arc::clone(&drops));
                thread::spawn(move || {
                    let put = shelf.push(Box::new(Item::new(1, &drops)));
                    assert!(put.is_ok(), "there is room for two");
                    shelf.pop().map(|item| item.take())
                })
            };
            assert!(shelf.push(Box::new(Item::new(2, &drops))).is_ok());
            let mine = shelf.pop().map(|item| item.take());
            let others = other.join().unwrap();
            let left = std::iter::from_fn(|| shelf.pop()).map(|item| Some(item.take()));
            let mut all: Vec<_> = left.chain([mine, others]).flatten().collect();
            all.sort_unstable();
            assert_eq!(all, [1, 2]);
        });
}

/// The owner moves an item down to where another one was dropped, while a thief goes in: the thief
/// knows where the oldest one is.
#[test]
fn settle_races_steal() {
    Model::new("pool: items are moved while a thief goes in")
        .at_least(100)
        .check(|| {
            let (pool, drops) = set_up();
            pool.put(Item::new(1, &drops));
            pool.collect();
            pool.put(Item::new(2, &drops));
            // The first one is old now.
            pool.collect();
            assert_eq!(drops.load(SeqCst), 1);
            let thief = thief(&pool, get);
            pool.put(Item::new(3, &drops));
            let got = thief.join().unwrap();
            assert_eq!(all(&pool, [got]), [2, 3]);
            drop(pool);
            assert_eq!(drops.load(SeqCst), 3);
        });
}

/// A put that happened before a get is found by it, also while a third thread takes something
/// else.
#[test]
fn a_put_that_happened_before_is_found() {
    Model::new("pool: a known item is found")
        .at_least(100)
        .check(|| {
            let (pool, drops) = set_up();
            let ready = Arc::new(AtomicBool::new(false));
            pool.put(Item::new(1, &drops));
            let putter = {
                let (pool, drops, ready) =
                    (Arc::clone(&pool), Arc::clone(&drops), Arc::clone(&ready));
                thread::spawn(move || {
                    pool.put(Item::new(2, &drops));
                    ready.store(true, Release);
                })
            };
            let other = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || get(&pool))
            };
            // The third thread takes one item: if both were put before, one is left.
            let mine = ready
                .load(Acquire)
                .then(|| get(&pool).expect("an item is there"));
            putter.join().unwrap();
            let others = other.join().unwrap();
            assert_eq!(all(&pool, [mine, others]), [1, 2]);
        });
}

/// Two threads put first of all, at once: both need the table and the same bucket, and one of
/// them loses each race. Neither item is lost with it.
#[test]
fn two_first_puts() {
    Model::new("pool: racing allocators")
        .at_least(100)
        .check(|| {
            let (pool, drops) = set_up();
            // This thread takes the near number, so that the other two meet in a bucket.
            assert!(gosync_park::thread_index().is_some());
            let putters = [1, 2].map(|value| {
                let (pool, drops) = (Arc::clone(&pool), Arc::clone(&drops));
                thread::spawn(move || {
                    pool.put(Item::new(value, &drops));
                    get(&pool)
                })
            });
            let got = putters.map(|putter| putter.join().unwrap());
            assert!(
                got.iter().all(Option::is_some),
                "each finds its own, or the other's"
            );
            assert_eq!(all(&pool, got), [1, 2]);
            drop(pool);
            assert_eq!(drops.load(SeqCst), 2);
        });
}

/// A pool that is dropped drops what is left, once, whatever thread put it.
#[test]
fn drop_after_a_race() {
    Model::new("pool: dropped with what is left")
        .at_least(100)
        .check(|| {
            let (pool, drops) = (ModelArc::new(Pool::without_new()), Arc::default());
            let other = {
                let (pool, drops) = (ModelArc::clone(&pool), Arc::clone(&drops));
                thread::spawn(move || {
                    let got = get(&pool);
                    pool.put(Item::new(2, &drops));
                    got
                })
            };
            pool.put(Item::new(1, &drops));
            // Who lets go last drops the pool.
            drop(pool);
            other.join().unwrap();
            assert_eq!(drops.load(SeqCst), 2);
        });
}

/// A collection while the owner puts and gets: each item is got or dropped, once, and the owner
/// fills no cell that the collector is still reading.
#[test]
fn collect_races_owner() {
    Model::new("pool: the collector and the owner get different items")
        .at_least(500)
        .check(|| {
            let (pool, drops) = set_up();
            pool.put(Item::new(1, &drops));
            pool.put(Item::new(2, &drops));
            // Now they are one generation old.
            pool.collect();
            let collector = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.collect())
            };
            let mine = get(&pool);
            pool.put(Item::new(3, &drops));
            collector.join().unwrap();
            let got = all(&pool, [mine]);
            assert_eq!(got.last(), Some(&3), "too young to be dropped");
            assert_eq!(drops.load(SeqCst), 3, "those that were got are dropped too");
            assert!(got.len() <= 3);
            drop(pool);
            assert_eq!(drops.load(SeqCst), 3);
        });
}

/// A collection while another thread steals: an item goes to one of them.
#[test]
fn collect_races_thief() {
    Model::new("pool: the collector and a thief get different items")
        .at_least(100)
        .check(|| {
            let (pool, drops) = set_up();
            pool.put(Item::new(1, &drops));
            pool.put(Item::new(2, &drops));
            pool.collect();
            let collector = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.collect())
            };
            let thief = thief(&pool, get);
            collector.join().unwrap();
            let got = all(&pool, [thief.join().unwrap()]);
            assert!(got.len() <= 2 && got.iter().all(|item| [1, 2].contains(item)));
            assert_eq!(drops.load(SeqCst), 2);
        });
}

/// Permits go with the items, also when a thief and the owner's puts meet: so there are never more
/// items than permits.
#[test]
fn the_bound_holds() {
    Model::new("pool: never more than max_idle")
        .at_least(500)
        .check(|| {
            let drops = Arc::default();
            let pool = Arc::new(Pool::builder().max_idle(1).build_without_new());
            pool.put(Item::new(1, &drops));
            let thief = {
                let (pool, drops) = (Arc::clone(&pool), Arc::clone(&drops));
                thread::spawn(move || {
                    let got = get(&pool);
                    pool.put(Item::new(2, &drops));
                    got
                })
            };
            pool.put(Item::new(3, &drops));
            let mine = get(&pool);
            pool.put(Item::new(4, &drops));
            let got = thief.join().unwrap();
            let idle = 4 - drops.load(SeqCst);
            assert!(idle <= 1, "{idle} are idle");
            assert_eq!(idle, pool.stats().idle);
            let left = all(&pool, []);
            assert_eq!(left.len(), idle);
            let mut all = all(&pool, left.into_iter().map(Some).chain([mine, got]));
            all.dedup();
            assert_eq!(
                all.len(),
                idle + usize::from(mine.is_some()) + usize::from(got.is_some())
            );
        });
}
