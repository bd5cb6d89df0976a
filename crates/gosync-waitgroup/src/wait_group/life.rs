//! Under the model checker: an access that does not happen before the end of the WaitGroup is an
//! error, even if nothing comes of it. And how many had to wait, which nobody can tell from outside.

use std::cell::Cell;

use gosync_park::cell::UnsafeCell;

pub(super) struct Life {
    access: UnsafeCell<()>,
    waits: Cell<usize>,
}

// SAFETY: there is nothing in loom's cell: who accesses it when is what loom is asked to check. And loom
// runs one thread at a time.
unsafe impl Sync for Life {}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            access: UnsafeCell::new(()),
            waits: Cell::new(0),
        }
    }

    pub(super) fn access(&self) {
        self.access.with(|_| ());
    }

    /// A wait has found the count above zero.
    pub(super) fn is_waited_for(&self) {
        self.waits.set(self.waits.get() + 1);
    }
}

impl super::WaitGroup {
    /// How many waits have found the count above zero.
    #[doc(hidden)]
    pub fn waits(&self) -> usize {
        self.life.waits.get()
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.access.with_mut(|_| ());
    }
}
