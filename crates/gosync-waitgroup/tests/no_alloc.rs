//! `add`, `done`, `wait` and tokens allocate no memory.
#![cfg(not(gosync_loom))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::Barrier,
    thread,
};

use gosync_waitgroup::WaitGroup;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, which counts for each thread.
struct Counting;

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn calls_of(f: impl FnOnce()) -> usize {
    let before = CALLS.get();
    f();
    CALLS.get() - before
}

#[test]
fn the_counter_counts() {
    assert!(calls_of(|| drop(Box::new(1))) >= 2);
}

#[test]
fn counting_allocates_nothing() {
    let group = WaitGroup::new();
    let calls = calls_of(|| {
        group.add(2);
        group.done();
        group.add(-1);
        drop(group.token());
        group.wait();
        assert_eq!(group.count(), 0);
    });
    assert_eq!(calls, 0);
}

#[test]
fn sleeping_and_waking_allocate_nothing() {
    let group = WaitGroup::new();
    let both = Barrier::new(2);
    let calls = thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let mut calls = 0;
            for _ in 0..200 {
                both.wait();
                calls += calls_of(|| group.wait());
                both.wait();
            }
            calls
        });
        let mut calls = 0;
        for round in 0..200 {
            group.add(1);
            both.wait();
            // Time to fall asleep, or not: both ways must do.
            for _ in 0..round {
                thread::yield_now();
            }
            calls += calls_of(|| group.done());
            both.wait();
        }
        calls + waiter.join().unwrap()
    });
    assert_eq!(calls, 0);
}
