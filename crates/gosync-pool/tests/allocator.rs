//! A global allocator that has a pool for each class of sizes, and uses it at each turn: it hangs nobody.
#![cfg(not(gosync_loom))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::{
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};

use gosync_pool::Pool;

struct Pools;

static CLASSES: [Pool<usize>; usize::BITS as usize] = [const { Pool::without_new() }; _];
static GOT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// How much deeper this thread may get. Only where the test says so: its failure must get out.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

fn use_a_pool(size: usize) {
    let depth = DEPTH.get();
    if depth == 0 {
        return;
    }
    DEPTH.set(depth - 1);
    let class = &CLASSES[size.ilog2() as usize];
    class.put(size);
    GOT.fetch_add(usize::from(class.try_get().is_some()), Relaxed);
    DEPTH.set(depth);
}

// SAFETY: `System` does it all. A pool of numbers does not unwind.
unsafe impl GlobalAlloc for Pools {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        use_a_pool(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        use_a_pool(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Pools = Pools;

#[test]
fn an_allocator_may_use_pools() {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        DEPTH.set(4);
        for power in 0..16 {
            let pool = Pool::new(|| vec![0_u8; 1 << power]);
            pool.put(pool.get());
            gosync_pool::collect();
        }
        DEPTH.set(0);
        done.send(()).unwrap();
    });
    // By looks, not by the clock: a machine that was stopped has given nobody time.
    let look = || is_done.recv_timeout(Duration::from_millis(1)).is_ok();
    assert!((0..60_000).any(|_| look()), "nobody hangs");
    assert!(GOT.load(Relaxed) > 0);
}
