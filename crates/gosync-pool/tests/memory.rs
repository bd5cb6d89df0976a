//! What a pool keeps, in bytes, by an allocator that counts them.
#![cfg(not(gosync_loom))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Barrier,
        atomic::{AtomicIsize, Ordering::SeqCst},
    },
    thread,
};

use gosync_pool::Pool;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static BYTES: AtomicIsize = AtomicIsize::new(0);

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size().cast_signed(), SeqCst);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size().cast_signed(), SeqCst);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

const KIB: isize = 1024;
const BUFFER: usize = 64 * 1024;

fn bytes() -> isize {
    BYTES.load(SeqCst)
}

/// One test, so that no other one allocates meanwhile. But the harness may still be at what it does when it has
/// started the test's thread, for which it takes almost a KiB.
#[test]
fn memory_is_bounded_and_comes_back() {
    short_lived_threads_leave_nothing();
    a_burst_is_let_go();
    empty_batches_are_freed();
}

fn short_lived_threads_leave_nothing() {
    const AT_ONCE: usize = 8;
    let pool = Pool::new(|| Vec::<u8>::with_capacity(BUFFER));
    let all_at_once = || {
        let there = Barrier::new(AT_ONCE);
        thread::scope(|s| {
            for _ in 0..AT_ONCE {
                s.spawn(|| {
                    let buffer = pool.get();
                    there.wait();
                    pool.put(buffer);
                });
            }
        });
    };
    all_at_once();
    let before = bytes();
    for _ in 0..1000 {
        thread::scope(|s| {
            s.spawn(|| pool.put(pool.get())).join().unwrap();
        });
    }
    let more = bytes() - before;
    assert!(more < 4 * KIB, "1000 threads left {more} bytes behind");
    assert_eq!(pool.stats().misses, AT_ONCE, "the others found a buffer");
}

fn a_burst_is_let_go() {
    const BURST: usize = 100;
    let before = bytes();
    let pool = Pool::new(|| Vec::<u8>::with_capacity(BUFFER));
    let burst: Vec<_> = (0..BURST).map(|_| pool.get()).collect();
    burst.into_iter().for_each(|buffer| pool.put(buffer));
    assert!(bytes() - before > (BURST * BUFFER).cast_signed());
    pool.collect();
    pool.collect();
    let kept = bytes() - before;
    assert!(kept < 8 * KIB, "kept {kept} bytes");
    drop(pool);
    let kept = bytes() - before;
    assert!(kept < 4 * KIB, "kept {kept} bytes after the pool");
}

/// What items came in from the depot is kept for the next ones, until the next collection.
fn empty_batches_are_freed() {
    let pool = Pool::without_new();
    (0..200).for_each(|item| pool.put(item));
    while pool.try_get().is_some() {}
    let before = bytes();
    pool.collect();
    let freed = before - bytes();
    assert!(freed > 0, "freed {freed} bytes");
}
