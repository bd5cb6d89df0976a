//! What the operations do, on one thread.
#![cfg(not(gosync_loom))]

mod common;

use std::{cell::Cell, sync::Arc, thread};

use common::Census;
use gosync_pool::{Pool, Pooled, PooledArc};

fn small(buf: &Vec<u8>) -> bool {
    buf.capacity() <= 64
}

static PLAIN: Pool<String> = Pool::new(String::new);
static RULED: Pool<Vec<u8>> = Pool::builder()
    .keep(small)
    .reset(Vec::clear)
    .build(Vec::new);
static BARE: Pool<u32> = Pool::without_new();

#[test]
fn statics_need_no_type_for_init() {
    PLAIN.put("a".to_string());
    assert_eq!((PLAIN.get(), PLAIN.get()), ("a".to_string(), String::new()));

    RULED.put(vec![1, 2, 3]);
    let back = RULED.get();
    assert_eq!((back.len(), back.capacity()), (0, 3));
    RULED.put(Vec::with_capacity(65));
    assert_eq!(RULED.try_get(), None);

    assert_eq!(BARE.try_get(), None);
    BARE.put(1);
    assert_eq!(BARE.try_get(), Some(1));
}

#[test]
fn init_is_called_only_when_there_is_nothing() {
    let made = Cell::new(0);
    let pool = Pool::new(|| {
        made.set(made.get() + 1);
        made.get()
    });
    assert_eq!(pool.try_get(), None);
    assert_eq!(made.get(), 0);
    assert_eq!((pool.get(), pool.get()), (1, 2));
    pool.put(10);
    assert_eq!((pool.get(), pool.get()), (10, 3));
}

#[test]
fn newest_first() {
    let pool = Pool::builder().max_idle(4).build_without_new();
    (0..10).for_each(|i| pool.put(i));
    let order: Vec<_> = std::iter::from_fn(|| pool.try_get()).collect();
    assert_eq!(order, [3, 2, 1, 0]);
}

#[test]
fn nothing_is_lost_between_magazine_and_depot() {
    let pool = Pool::without_new();
    (0..1000).for_each(|i| pool.put(i));
    assert_eq!(pool.stats().idle, 1000);
    let mut all: Vec<_> = std::iter::from_fn(|| pool.try_get()).collect();
    assert_eq!(all[0], 999);
    all.sort_unstable();
    assert_eq!(all, (0..1000).collect::<Vec<_>>());
}

#[test]
fn a_guard_puts_back() {
    let pool = Pool::new(Vec::new);
    {
        let mut guard = pool.pull();
        guard.push(1);
        assert_eq!(guard.len(), 1);
        assert_eq!(format!("{guard:?}"), "Pooled([1])");
        assert_eq!(pool.try_get(), None, "it is out");
    }
    assert_eq!(pool.try_get(), Some(vec![1]));
    assert_eq!(pool.try_get(), None, "put back once");
    assert_eq!(Pool::new(|| 1.25).pull().to_string(), "1.25");
}

/// It goes where it likes, keeps the pool alive, puts back once, and the pool goes with the last of
/// those who share it.
#[test]
fn a_guard_that_shares_the_pool_puts_back() {
    let census = Census::default();
    let pool = Arc::new(Pool::new({
        let census = census.clone();
        move || census.item()
    }));
    let weak = Arc::downgrade(&pool);
    let (first, second) = (Pool::pull_arc(&pool), Pool::pull_arc(&pool));
    assert_eq!(Arc::strong_count(&pool), 3);
    thread::spawn(move || drop(first)).join().unwrap();
    assert!(pool.try_get().is_some(), "it was put back");
    assert!(pool.try_get().is_none(), "put back once");
    let mine = PooledArc::detach(Pool::pull_arc(&pool));
    assert_eq!(Arc::strong_count(&pool), 2);
    assert!(pool.try_get().is_none());
    drop((pool, mine));
    assert_eq!((weak.strong_count(), census.alive()), (1, 1));
    drop(second);
    assert_eq!((weak.strong_count(), census.alive()), (0, 0));
}

#[test]
fn a_guard_obeys_the_rules() {
    let pool = Pool::builder()
        .keep(small)
        .reset(Vec::clear)
        .build(Vec::new);
    pool.pull().push(1);
    assert_eq!(pool.try_get().map(|buf| buf.len()), Some(0));
    pool.pull().reserve(1000);
    assert_eq!(pool.try_get(), None);
}

#[test]
fn a_detached_item_does_not_go_back() {
    let census = Census::default();
    let pool = Pool::new(|| census.item());
    let item = Pooled::detach(pool.pull());
    assert!(pool.try_get().is_none());
    assert_eq!(census.alive(), 1);
    drop(item);
    assert_eq!((census.born(), census.alive()), (1, 0));
}

#[test]
fn keep_is_asked_before_reset() {
    let pool = Pool::builder()
        .reset(|v: &mut Vec<u8>| *v = Vec::new())
        .keep(|v| !v.is_empty())
        .build_without_new();
    pool.put(vec![1]);
    assert_eq!(pool.try_get(), Some(Vec::new()));
    pool.put(Vec::new());
    assert_eq!(pool.try_get(), None);
}

#[test]
fn no_more_than_the_bound_is_kept() {
    let census = Census::default();
    for max_idle in [
        None,
        Some(0),
        Some(1),
        Some(2),
        Some(5),
        Some(64),
        Some(2500),
    ] {
        let rules = Pool::builder();
        let pool = max_idle
            .map_or(rules, |n| rules.max_idle(n))
            .build_without_new();
        let bound = max_idle.unwrap_or(1024);
        assert_eq!(pool.max_idle(), bound);
        (0..3000).for_each(|_| pool.put(census.item()));
        assert_eq!(census.alive(), bound, "{max_idle:?}");
        assert_eq!(format!("{pool:?}"), format!("Pool {{ idle: {bound}, .. }}"));
        let taken: Vec<_> = std::iter::from_fn(|| pool.try_get()).collect();
        assert_eq!(taken.len(), bound, "{max_idle:?}");
        // And again, after all permits have been used.
        (0..3000).for_each(|_| pool.put(census.item()));
        assert_eq!(census.alive(), 2 * bound, "{max_idle:?}");
        let stats = pool.stats();
        assert_eq!((stats.hits, stats.misses), (bound, 1), "{max_idle:?}");
        assert_eq!(stats.dropped, 2 * (3000 - bound), "{max_idle:?}");
        drop(pool);
        assert_eq!(census.alive(), bound, "{max_idle:?}");
        drop(taken);
        assert_eq!(census.alive(), 0, "{max_idle:?}");
    }
}

#[test]
fn what_is_not_worth_keeping_is_dropped() {
    let census = Census::default();
    let pool = Pool::builder().keep(|_| false).build_without_new();
    pool.put(census.item());
    assert_eq!((census.born(), census.alive()), (1, 0));
    assert_eq!((pool.stats().dropped, pool.stats().idle), (1, 0));
}

#[test]
fn large_items() {
    let pool = Pool::without_new();
    (0..100).for_each(|i| pool.put([i; 512]));
    assert_eq!(pool.stats().idle, 100);
    let mut all: Vec<_> = std::iter::from_fn(|| pool.try_get())
        .map(|item: [u64; 512]| item[511])
        .collect();
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
}

#[test]
fn items_without_a_size() {
    let pool = Pool::without_new();
    (0..2000).for_each(|_| pool.put(()));
    assert_eq!(std::iter::from_fn(|| pool.try_get()).count(), 1024);
}

#[test]
fn items_of_large_alignment() {
    #[derive(Debug, PartialEq)]
    #[repr(align(256))]
    struct Wide(u8);

    let pool = Pool::without_new();
    (0..100).for_each(|i| pool.put(Wide(i)));
    for _ in 0..100 {
        let item = Box::new(pool.try_get().unwrap());
        assert!((&raw const *item).addr().is_multiple_of(256));
        assert!(item.0 < 100);
    }
    assert_eq!(pool.try_get(), None);
}

#[test]
fn the_default_is_gos_zero_value() {
    assert_eq!(Pool::<u8>::default().try_get(), None);
}

#[test]
fn builders_show_their_rules() {
    let rules = Pool::<u8>::builder();
    assert_eq!(
        format!("{rules:?}"),
        "Builder { keep: false, reset: false, max_idle: None }"
    );
    let rules = rules.keep(|_| true).reset(|_| ()).max_idle(3);
    assert_eq!(
        format!("{rules:?}"),
        "Builder { keep: true, reset: true, max_idle: Some(3) }"
    );
    let vast = Pool::<u8>::builder().max_idle(usize::MAX);
    assert!(vast.build_without_new().max_idle() > 1 << 30);
}
