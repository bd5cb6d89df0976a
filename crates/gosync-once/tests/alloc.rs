//! No call allocates once all is done, and none of the types allocates to be built.
#![cfg(not(gosync_loom))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    hint::black_box,
};

use gosync_once::{Once, OnceFunc, OnceValue, OnceValues};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting for each thread.
struct Counting;

// SAFETY: it hands everything on to `System`. The counter does not allocate: it is constant and has
// no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn allocations(f: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    f();
    ALLOCATIONS.get() - before
}

#[test]
fn it_counts() {
    assert_eq!(allocations(|| drop(black_box(Box::new(1)))), 1);
}

#[test]
fn building_and_running_allocate_nothing() {
    Once::new().call_once(|| ()); // the thread's number may cost something, once
    let count = allocations(|| {
        let number = black_box(7);
        Once::new().call_once(|| ());
        OnceFunc::new(|| _ = black_box(number)).call();
        black_box(OnceValue::new(|| number).get());
        black_box(OnceValues::new(|| (number, number)).get());
    });
    assert_eq!(count, 0);
}

#[test]
fn a_call_allocates_nothing_once_all_is_done() {
    let once = Once::new();
    let func = OnceFunc::new(|| ());
    let value = OnceValue::new(|| vec![1, 2, 3]);
    let values = OnceValues::new(|| (String::from("a"), vec![1]));
    let call_all = || {
        once.call_once(|| ());
        assert_eq!(once.try_call_once(|| Err(())), Ok(()));
        func.call();
        black_box(value.get());
        black_box(values.get());
    };
    call_all();
    assert_eq!(
        allocations(|| {
            for _ in 0..10 {
                call_all();
            }
        }),
        0
    );
}
