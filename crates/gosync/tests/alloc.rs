//! What the functions that Go's `OnceFunc` and kin return allocate, and what they keep.
#![cfg(not(gosync_loom))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    hint::black_box,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use gosync as sync;

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

fn allocations<R>(f: impl FnOnce() -> R) -> (R, usize) {
    let before = ALLOCATIONS.get();
    let result = f();
    (result, ALLOCATIONS.get() - before)
}

/// One allocation, to be cloned; none for a clone or a call, the first included. (Go: at most two, and
/// none.)
#[test]
fn one_to_make_and_none_to_call() {
    sync::OnceFunc(|| ())(); // the thread's number may cost something, once
    let number = black_box(7);

    let (func, made) = allocations(|| sync::OnceFunc(|| _ = black_box(number)));
    let ((), called) = allocations(|| (0..3).for_each(|_| func.clone()()));
    assert_eq!((made, called), (1, 0));

    let (value, made) = allocations(|| sync::OnceValue(|| number));
    let (sum, called) = allocations(|| (0..3).map(|_| value.clone()()).sum::<i32>());
    assert_eq!((sum, made, called), (21, 1, 0));

    let (values, made) = allocations(|| sync::OnceValues(|| (number, ())));
    let (sum, called) = allocations(|| (0..3).map(|_| values.clone()().0).sum::<i32>());
    assert_eq!((sum, made, called), (21, 1, 0));
}

/// What `f` has captured goes with its run, also if that panics, while the function that calls it
/// and its clones live on.
#[test]
fn f_is_dropped_after_its_run() {
    fn check<R>(captured: &Arc<()>, f: impl Fn() -> R + Clone) {
        let clone = f.clone();
        assert_eq!(Arc::strong_count(captured), 2, "too early");
        for f in [&f, &clone] {
            _ = catch_unwind(AssertUnwindSafe(f));
            assert_eq!(Arc::strong_count(captured), 1);
        }
    }

    for panics in [false, true] {
        let captured = Arc::new(());
        let run = || {
            let own = Arc::clone(&captured);
            move || assert!(!panics, "with {own:?}")
        };
        check(&captured, sync::OnceFunc(run()));
        check(&captured, sync::OnceValue(run()));
        let f = run();
        check(&captured, sync::OnceValues(move || (f(), 1)));
    }
}
