//! The futex's twin for the model checker.
//!
//! loom runs one thread at a time and switches only inside its own operations. So the list of
//! sleepers can be a plain list: between the load in [`wait`] and the entry into the list there
//! is no switch, which makes the two one step, as in the kernel.

use std::cell::RefCell;

use loom::{sync::atomic::Ordering::Relaxed, thread};

use crate::atomic::AtomicU32;

struct Sleeper {
    address: usize,
    thread: thread::Thread,
}

thread_local! {
    // All of loom's threads of one model are coroutines on one thread of the system.
    static SLEEPERS: RefCell<Vec<Sleeper>> = const { RefCell::new(Vec::new()) };
}

/// Forgets what an execution that failed may have left.
pub(crate) fn reset() {
    SLEEPERS.with_borrow_mut(Vec::clear);
}

pub(super) fn wait(word: &AtomicU32, expected: u32) {
    let address = std::ptr::from_ref(word).addr();
    let me = thread::current();
    // A compare-exchange sees the newest value, as the kernel does, where a load may see an older
    // one. It is made to fail, since the kernel does not write. Relaxed, so that the futex orders
    // nothing that the caller did not.
    let impossible = !expected;
    if word.compare_exchange(impossible, impossible, Relaxed, Relaxed) == Err(expected) {
        let id = me.id();
        SLEEPERS.with_borrow_mut(|list| list.push(Sleeper { address, thread: me }));
        thread::park();
        // The wake-up took the entry out, unless the park ended for no reason.
        SLEEPERS.with_borrow_mut(|list| list.retain(|sleeper| sleeper.thread.id() != id));
    }
}

pub(super) fn wake_one(word: *const AtomicU32) {
    wake(word, 1);
}

pub(super) fn wake_all(word: *const AtomicU32) {
    wake(word, usize::MAX);
}

fn wake(word: *const AtomicU32, mut count: usize) {
    let address = word.addr();
    let woken: Vec<Sleeper> = SLEEPERS.with_borrow_mut(|list| {
        list.extract_if(.., |sleeper| {
            let hit = sleeper.address == address && count > 0;
            count -= usize::from(hit);
            hit
        })
        .collect()
    });
    for sleeper in woken {
        sleeper.thread.unpark();
    }
}
