//! Collections in all pools of the process. So the tests here take turns: a collection by another one
//! might still be dropping what this one looks for.
#![cfg(not(gosync_loom))]

mod common;

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use common::{Census, Counted};
use gosync_pool::Pool;

static EVERYWHERE: Pool<Counted> = Pool::without_new();
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn collect_reaches_all_pools_but_scoped_ones() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let census = Census::default();
    let local = Pool::without_new();
    let text = "text".to_string();
    let scoped = Pool::builder().build_scoped_without_new();
    EVERYWHERE.put(census.item());
    local.put(census.item());
    scoped.put((census.item(), &text));
    (0..2).for_each(|_| gosync_pool::collect());
    assert_eq!((EVERYWHERE.stats().idle, local.stats().idle), (0, 0));
    assert_eq!((scoped.stats().idle, census.alive()), (1, 1));
    scoped.collect();
    scoped.collect();
    assert_eq!((scoped.stats().idle, census.alive()), (0, 0));
}

/// Whichever of them is dropped first, the others are still reached.
#[test]
fn pools_leave_in_any_order() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for first in 0..3 {
        for second in 0..2 {
            let census = Census::default();
            let mut pools: Vec<_> = (0..3).map(|_| Pool::without_new()).collect();
            pools.iter().for_each(|pool| pool.put(census.item()));
            drop(pools.remove(first));
            assert_eq!(census.alive(), 2);
            gosync_pool::collect();
            drop(pools.remove(second));
            assert_eq!(census.alive(), 1);
            gosync_pool::collect();
            assert_eq!(census.alive(), 0);
        }
    }
}

#[test]
fn a_destructor_may_use_the_pool_that_collects() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    static POOL: Pool<Phoenix> = Pool::without_new();
    static REBORN: AtomicUsize = AtomicUsize::new(0);

    struct Phoenix(u32);

    impl Drop for Phoenix {
        fn drop(&mut self) {
            if self.0 > 0 {
                REBORN.fetch_add(1, SeqCst);
                POOL.put(Phoenix(self.0 - 1));
                POOL.collect();
                gosync_pool::collect();
            }
        }
    }

    (0..10).for_each(|_| POOL.put(Phoenix(1)));
    (0..10).for_each(|_| POOL.collect());
    assert_eq!((REBORN.load(SeqCst), POOL.stats().idle), (10, 0));
}

#[test]
fn pools_come_and_go_while_all_are_collected() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let census = Census::default();
    thread::scope(|s| {
        for _ in 0..3 {
            s.spawn(|| {
                for _ in 0..300 {
                    let pool = Pool::without_new();
                    (0..70).for_each(|_| pool.put(census.item()));
                    drop(pool.try_get());
                }
            });
        }
        (0..300).for_each(|_| gosync_pool::collect());
    });
    assert_eq!(census.born(), 3 * 300 * 70);
    assert_eq!(census.alive(), 0);
}
