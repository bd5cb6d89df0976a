//! A global allocator that asks for the number of its thread at each turn: it hangs nobody.
#![cfg(not(gosync_loom))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    collections::HashSet,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
};

use gosync_park::thread_index;

struct Asks;

static ANSWERS: AtomicU64 = AtomicU64::new(0);

fn ask() {
    ANSWERS.fetch_add(u64::from(thread_index().is_some()), Relaxed);
}

// SAFETY: `System` does it all. `thread_index` does not unwind.
unsafe impl GlobalAlloc for Asks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ask();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        ask();
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Asks = Asks;

#[test]
fn an_allocator_may_ask() {
    for _ in 0..10 {
        let numbers: HashSet<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..20).map(|_| scope.spawn(thread_index)).collect();
            let numbers = threads.into_iter().map(|thread| thread.join().unwrap());
            numbers.collect()
        });
        assert!(!numbers.contains(&None));
    }
    assert!(ANSWERS.load(Relaxed) > 0);
}
