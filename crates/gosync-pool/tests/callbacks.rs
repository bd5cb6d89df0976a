//! Callbacks and destructors that panic, or use the pool themselves.
#![cfg(not(gosync_loom))]

mod common;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use common::{Census, Counted, panic_message};
use gosync_pool::Pool;

#[test]
fn a_panicking_init_leaves_the_pool_whole() {
    let fail = AtomicBool::new(true);
    let pool = Pool::new(|| {
        assert!(!fail.load(SeqCst), "init failed");
        5
    });
    assert_eq!(panic_message(|| pool.get()), "init failed");
    pool.put(1);
    assert_eq!(pool.get(), 1);
    fail.store(false, SeqCst);
    assert_eq!(pool.get(), 5);
}

/// When an item panics.
#[derive(Clone, Copy, PartialEq)]
enum Panics {
    Never,
    InReset,
    InKeep,
    InDrop,
}

use Panics::{InDrop, InKeep, InReset, Never};

struct Moody(Panics, #[expect(dead_code, reason = "counts")] Counted);

impl Moody {
    fn reset(&mut self) {
        assert!(self.0 != InReset, "reset failed");
    }

    fn keep(&self) -> bool {
        assert!(self.0 != InKeep, "keep failed");
        true
    }
}

impl Drop for Moody {
    fn drop(&mut self) {
        assert!(self.0 != InDrop, "drop failed");
    }
}

#[test]
fn panicking_rules_lose_their_item_alone() {
    let census = Census::default();
    let pool = Pool::builder()
        .reset(Moody::reset)
        .keep(Moody::keep)
        .build_without_new();
    (0..70).for_each(|_| pool.put(Moody(Never, census.item())));
    let bad = Moody(InReset, census.item());
    assert_eq!(panic_message(|| pool.put(bad)), "reset failed");
    assert_eq!(census.alive(), 70);
    let bad = Moody(InKeep, census.item());
    assert_eq!(panic_message(|| pool.put(bad)), "keep failed");
    assert_eq!(census.alive(), 70);
    assert_eq!(std::iter::from_fn(|| pool.try_get()).count(), 70);
    assert_eq!(census.alive(), 0);
}

#[test]
fn a_refused_item_may_panic_when_dropped() {
    let census = Census::default();
    let pool = Pool::builder().max_idle(2).build_without_new();
    pool.put(Moody(Never, census.item()));
    pool.put(Moody(Never, census.item()));
    let bad = Moody(InDrop, census.item());
    assert_eq!(panic_message(|| pool.put(bad)), "drop failed");
    assert_eq!(census.alive(), 2);
    assert_eq!(std::iter::from_fn(|| pool.try_get()).count(), 2);
    pool.put(Moody(Never, census.item()));
    assert!(pool.try_get().is_some());
}

#[test]
fn an_item_that_panics_when_the_pool_is_dropped_keeps_no_other_alive() {
    // At hand, and in the shared part.
    for place in [0, 30, 63, 64, 99] {
        let census = Census::default();
        let pool = Pool::without_new();
        for i in 0..100 {
            pool.put(Moody(
                if i == place { InDrop } else { Never },
                census.item(),
            ));
        }
        assert_eq!(panic_message(|| drop(pool)), "drop failed");
        assert_eq!(census.alive(), 0, "{place}");
    }
}

#[test]
fn a_guard_puts_back_while_unwinding() {
    let pool = Pool::builder()
        .reset(String::clear)
        .build(|| "made".to_string());
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let mut guard = pool.pull();
        guard.push_str("half");
        panic!("in the middle");
    }));
    assert!(unwound.is_err());
    assert_eq!(pool.try_get(), Some(String::new()));
    assert_eq!(pool.try_get(), None);
}

#[test]
fn init_may_use_the_pool() {
    static DEPTH: AtomicUsize = AtomicUsize::new(0);
    static POOL: Pool<usize> = Pool::new(|| {
        let depth = DEPTH.fetch_add(1, SeqCst);
        if depth < 10 {
            let inner = POOL.get();
            POOL.put(inner);
            POOL.put(depth);
        }
        depth
    });
    assert_eq!(POOL.get(), 0);
    let mut kept: Vec<_> = std::iter::from_fn(|| POOL.try_get()).collect();
    kept.sort_unstable();
    let mut expected: Vec<_> = (0..10).flat_map(|depth| [depth, depth + 1]).collect();
    expected.sort_unstable();
    assert_eq!(kept, expected);
}

#[test]
fn rules_may_use_the_pool() {
    static POOL: Pool<u32> = Pool::builder().keep(keep).reset(reset).build(|| 0);

    fn keep(&item: &u32) -> bool {
        if item >= 100 {
            POOL.put(item - 100);
        }
        item < 100
    }

    fn reset(item: &mut u32) {
        if *item >= 10 {
            if let Some(other) = POOL.try_get() {
                POOL.put(other);
            }
            *item %= 10;
        }
    }

    POOL.put(1);
    POOL.put(12);
    let rest = || std::iter::from_fn(|| POOL.try_get()).collect::<Vec<_>>();
    assert_eq!(rest(), [2, 1]);
    POOL.put(345);
    assert_eq!(rest(), [5], "345 put 245, which put 145, which put 45");
}

#[test]
fn a_destructor_may_use_the_pool() {
    static POOL: Pool<Phoenix> = Pool::builder().max_idle(2).build_without_new();
    static REBORN: AtomicUsize = AtomicUsize::new(0);

    struct Phoenix(u32);

    impl Drop for Phoenix {
        fn drop(&mut self) {
            if self.0 > 0 {
                REBORN.fetch_add(1, SeqCst);
                POOL.put(Phoenix(self.0 - 1));
                if let Some(other) = POOL.try_get() {
                    std::mem::forget(other);
                }
            }
        }
    }

    // Four are kept; from then on each put drops, and each drop puts.
    (0..10).for_each(|_| POOL.put(Phoenix(3)));
    assert!(REBORN.load(SeqCst) >= 3);
    while let Some(item) = POOL.try_get() {
        std::mem::forget(item);
    }
    POOL.put(Phoenix(0));
    assert!(POOL.try_get().is_some());
}

#[test]
fn pools_in_pools() {
    let census = Census::default();
    let outer: Pool<Pool<Counted>> = Pool::without_new();
    for _ in 0..70 {
        let inner = outer.try_get().unwrap_or_default();
        inner.put(census.item());
        inner.put(census.item());
        outer.put(inner);
        outer.put(Pool::without_new());
    }
    assert_eq!(census.alive(), 140);
    drop(outer);
    assert_eq!(census.alive(), 0);
}
