//! What allocates, and what does not.
#![cfg(not(gosync_loom))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use gosync_map::Map;

/// Counts the allocations of each thread.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: passes on to `System`. Counting allocates nothing: the variable needs no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(ptr, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(f: impl FnOnce()) -> usize {
    let before = COUNT.get();
    f();
    COUNT.get() - before
}

/// Before the first write, and in reads and walks at any time.
#[test]
fn none() {
    let empty = || {
        let map: Map<u64, u64> = Map::new();
        map.get(&1);
        map.remove(&1);
        map.compare_and_swap(&1, &1, 1);
        map.for_each(|_, _| ());
        map.clear();
    };
    assert_eq!(allocations(empty), 0);

    let map: Map<u64, u64> = (0..1000).map(|n| (n, n)).collect();
    let reads = || {
        map.get(&1);
        map.get(&5000);
        map.get_or_insert(1, 2);
        map.compare_and_swap(&1, &2, 3);
        map.compare_and_remove(&1, &2);
        map.remove(&5000);
        let mut sum = 0;
        map.for_each(|_, n| sum += n);
        assert_eq!(map.len(), 1000);
    };
    assert_eq!(allocations(reads), 0);
}

/// A value that replaces another is one allocation, and so is a new key if its value is no larger
/// than a word and needs no drop.
#[test]
fn one() {
    let map: Map<u64, u64> = (0..10).map(|n| (n, n)).collect();
    // The first that a thread removes makes the batch, in the collector's memory.
    map.set(1, 1);
    map.set(1, 1);
    assert_eq!(allocations(|| map.set(1, 2)), 1);
    assert_eq!(allocations(|| assert!(map.compare_and_swap(&1, &2, 3))), 1);
    assert_eq!(allocations(|| assert!(map.discard(&1))), 0);
    assert_eq!(allocations(|| map.set(1, 1)), 1);
    assert_eq!(allocations(|| assert!(map.discard(&1))), 0);
    assert_eq!(allocations(|| _ = map.get_or_insert(1, 1)), 1);
    // What has been cleared is replaced.
    assert_eq!(allocations(|| map.clear()), 0);
    assert_eq!(allocations(|| map.set(1, 1)), 1);
}

/// A new key with another value: its slot, and the value.
#[test]
fn two() {
    let map: Map<u64, [u64; 2]> = Map::new();
    map.set(0, [0; 2]);
    assert_eq!(allocations(|| map.set(1, [1; 2])), 2);
    let map: Map<u64, Box<u64>> = Map::new();
    let [one, two] = [1, 2].map(Box::new);
    map.set(0, one);
    assert_eq!(allocations(|| map.set(1, two)), 2);
}
