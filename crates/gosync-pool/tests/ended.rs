//! What threads leave behind that end. Alone in its process: nobody else gets their numbers.
#![cfg(not(gosync_loom))]

use std::{
    sync::{Arc, Barrier},
    thread,
};

use gosync_pool::Pool;

/// So many threads at once put so many items, get `got` of them back, and end.
fn threads_put_and_get(pool: &Arc<Pool<usize>>, threads: usize, put: usize, got: usize) {
    let barrier = Arc::new(Barrier::new(threads));
    let threads: Vec<_> = (0..threads)
        .map(|_| {
            let (pool, barrier) = (Arc::clone(pool), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                (0..put).for_each(|item| pool.put(item));
                assert!((0..got).all(|_| pool.try_get().is_some()));
                barrier.wait();
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

/// Threads that have had all the room, and have ended, do not keep it: after a collection the pool holds
/// as much as before.
#[test]
fn room_comes_back() {
    // This thread has a number before the others.
    Pool::without_new().put(0);
    let pool: Arc<Pool<usize>> = Arc::new(Pool::without_new());
    let most = pool.max_idle();
    threads_put_and_get(&pool, 16, 64, 64);
    assert_eq!(pool.stats().idle, 0);
    pool.collect();
    (0..2 * most).for_each(|item| pool.put(item));
    assert_eq!(pool.stats().idle, most);
    assert!((0..most).all(|_| pool.try_get().is_some()));

    // What they still have stays, and keeps its room.
    threads_put_and_get(&pool, 16, 64, 32);
    let left = pool.stats().idle;
    assert_ne!(left, 0);
    pool.collect();
    assert_eq!(pool.stats().idle, left);
    (0..2 * most).for_each(|item| pool.put(item));
    assert_eq!(pool.stats().idle, most);
    assert!((0..most).all(|_| pool.try_get().is_some()));
    assert_eq!(pool.try_get(), None);
}
