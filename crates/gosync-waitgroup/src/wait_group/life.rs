//! Under the model checker: an access that does not happen before the end of the WaitGroup is an
//! error, even if nothing comes of it. And how many had to wait, which nobody can tell from outside.

// Not loom's: to count is not to order.
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use gosync_park::cell::UnsafeCell;

pub(super) struct Life {
    access: UnsafeCell<()>,
    waits: AtomicUsize,
}

// SAFETY: there is nothing in the cell. Who accesses it when is what loom is asked to check.
unsafe impl Sync for Life {}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            access: UnsafeCell::new(()),
            waits: AtomicUsize::new(0),
        }
    }

    pub(super) fn access(&self) {
        self.access.with(|_| ());
    }

    /// A wait has found the count above zero.
    pub(super) fn is_waited_for(&self) {
        self.waits.fetch_add(1, Relaxed);
    }
}

impl super::WaitGroup {
    /// How many waits have found the count above zero.
    #[doc(hidden)]
    pub fn waits(&self) -> usize {
        self.life.waits.load(Relaxed)
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.access.with_mut(|_| ());
    }
}
