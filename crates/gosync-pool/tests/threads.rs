//! Several threads: who can have what, and what becomes of it when threads end.
#![cfg(not(gosync_loom))]

mod common;

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
};

use common::{Census, Counted};
use gosync_pool::Pool;

#[test]
fn what_one_thread_put_another_gets() {
    // A Cell is Send and not Sync: that is enough.
    let pool = Pool::<Cell<u32>>::without_new();
    let (there, end) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|s| {
        s.spawn(|| {
            (0..50).for_each(|i| pool.put(Cell::new(i)));
            there.wait();
            end.wait();
        });
        there.wait();
        let mut got: Vec<_> = (0..50).map(|_| pool.try_get().unwrap().get()).collect();
        end.wait();
        assert_eq!(got[0], 0, "the oldest first");
        got.sort_unstable();
        assert_eq!(got, (0..50).collect::<Vec<_>>());
    });
    assert!(pool.try_get().is_none());
}

#[test]
fn items_flow_from_a_getter_to_a_putter() {
    // One thread only gets, the other only puts: the few items that there are go round.
    let census = Census::default();
    let pool = Pool::new(|| census.item());
    let (there, here) = mpsc::sync_channel::<Counted>(1);
    let (done, go_on) = mpsc::sync_channel(1);
    thread::scope(|s| {
        s.spawn(|| {
            for item in here {
                pool.put(item);
                done.send(()).unwrap();
            }
        });
        for _ in 0..1000 {
            there.send(pool.get()).unwrap();
            go_on.recv().unwrap();
        }
        drop(there);
    });
    assert_eq!(census.born(), 1, "each get was a hit");
}

#[test]
fn one_thread_can_have_everything() {
    // More threads than the table has near slots, all alive at once, one item each.
    const THREADS: usize = 100;
    let pool = Pool::<usize>::without_new();
    let ready = Barrier::new(THREADS + 1);
    let end = Barrier::new(THREADS + 1);
    thread::scope(|s| {
        for i in 0..THREADS {
            let (pool, ready, end) = (&pool, &ready, &end);
            s.spawn(move || {
                pool.put(i);
                ready.wait();
                end.wait();
            });
        }
        ready.wait();
        let got: HashSet<_> = std::iter::from_fn(|| pool.try_get()).collect();
        end.wait();
        assert_eq!(got, (0..THREADS).collect());
    });
}

#[test]
fn items_of_short_lived_threads_are_kept() {
    let census = Census::default();
    let pool = Pool::without_new();
    for _ in 0..1000 {
        thread::scope(|s| {
            s.spawn(|| (0..3).for_each(|_| pool.put(census.item())))
                .join()
                .unwrap();
        });
    }
    assert_eq!(census.born(), 3000);
    // Which numbers the threads had is the affair of the other tests in this process too.
    let seen = std::iter::from_fn(|| pool.try_get()).count();
    assert_eq!(
        census.alive(),
        0,
        "those that were taken are dropped, the others were before"
    );
    assert!(seen >= 64, "kept {seen}");
    drop(pool);
    assert_eq!(census.alive(), 0);
}

#[test]
fn a_pool_dropped_on_another_thread_drops_its_items_once() {
    let census = Census::default();
    let pool = Arc::new(Pool::without_new());
    let ready = Barrier::new(40);
    thread::scope(|s| {
        for _ in 0..40 {
            s.spawn(|| {
                ready.wait();
                (0..70).for_each(|_| pool.put(census.item()));
                (0..7).for_each(|_| drop(pool.try_get()));
            });
        }
    });
    assert!(census.alive() > 500);
    assert_eq!(census.alive(), pool.stats().idle);
    thread::spawn(move || drop(pool)).join().unwrap();
    assert_eq!((census.born(), census.alive()), (40 * 70, 0));
}

#[test]
fn thread_local_destructors_may_use_the_pool() {
    static POOL: Pool<Vec<u8>> = Pool::new(|| vec![0]);
    static ENDED: AtomicUsize = AtomicUsize::new(0);

    struct AtTheEnd(u8);

    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            POOL.put(vec![self.0]);
            assert_eq!(POOL.get().len(), 1);
            POOL.put(vec![self.0]);
            ENDED.fetch_add(1, SeqCst);
        }
    }

    thread_local! {
        static BEFORE: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
        static AFTER: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
    }

    for _ in 0..10 {
        thread::spawn(|| {
            // One destructor registered before the thread asks for its number and one after it:
            // whatever the order of destruction, one of them runs without a number.
            BEFORE.set(Some(AtTheEnd(1)));
            POOL.put(vec![2]);
            AFTER.set(Some(AtTheEnd(3)));
        })
        .join()
        .unwrap();
    }
    assert_eq!(ENDED.load(SeqCst), 20);
    let mut left: Vec<_> = std::iter::from_fn(|| POOL.try_get()).flatten().collect();
    assert_eq!(left.len(), 30);
    left.sort_unstable();
    left.dedup();
    assert_eq!(left, [1, 2, 3]);
}

/// Threads take and put at random; each item knows whether somebody has it.
fn stress(threads: usize, rounds: usize, pool: &Pool<Arc<AtomicBool>>) {
    let made = AtomicUsize::new(0);
    let start = Barrier::new(threads);
    let take = || {
        let item = pool.try_get().unwrap_or_else(|| {
            made.fetch_add(1, SeqCst);
            Arc::default()
        });
        assert!(!item.swap(true, SeqCst), "handed out twice");
        item
    };
    let give = |item: Arc<AtomicBool>| {
        assert!(item.swap(false, SeqCst));
        pool.put(item);
    };
    thread::scope(|s| {
        for t in 0..threads {
            let (start, take, give) = (&start, &take, &give);
            s.spawn(move || {
                let mut held = Vec::new();
                let mut seed = 88_172_645_463_325_252_u64 + t as u64;
                start.wait();
                for _ in 0..rounds {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    // Half of the threads tend to take, the other half to give.
                    if seed % 8 < if t % 2 == 0 { 5 } else { 3 } || held.is_empty() {
                        held.push(take());
                    } else {
                        let i = usize::try_from(seed >> 40).unwrap() % held.len();
                        give(held.swap_remove(i));
                    }
                    if held.len() > 20 {
                        held.drain(..).for_each(give);
                    }
                }
            });
        }
    });
    let mut left = HashSet::new();
    while let Some(item) = pool.try_get() {
        assert!(!item.load(SeqCst));
        assert_eq!(Arc::strong_count(&item), 1);
        let address = Arc::as_ptr(&item).addr();
        assert!(left.insert(address), "twice in the pool");
        std::mem::forget(item);
    }
    assert!(left.len() <= made.load(SeqCst));
}

#[test]
fn no_item_is_handed_out_twice() {
    stress(8, 20_000, &Pool::without_new());
}

#[test]
fn no_item_is_handed_out_twice_from_tiny_magazines() {
    for max_idle in [1, 2, 4] {
        stress(
            6,
            10_000,
            &Pool::builder().max_idle(max_idle).build_without_new(),
        );
    }
}

#[test]
fn every_item_is_dropped_once_under_contention() {
    let census = Census::default();
    let pool = Pool::builder().max_idle(3).build(|| census.item());
    thread::scope(|s| {
        for _ in 0..6 {
            s.spawn(|| {
                for i in 0..3000 {
                    let (a, b, c) = (pool.get(), pool.pull(), pool.get());
                    pool.put(a);
                    if i % 3 == 0 {
                        drop(c);
                    } else {
                        pool.put(c);
                    }
                    drop(b);
                }
            });
        }
    });
    drop(pool);
    assert!(census.born() > 0);
    assert_eq!(census.alive(), 0);
}
