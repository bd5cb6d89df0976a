//! Under the model checker: an access that does not happen before the end of the WaitGroup is an
//! error, even if nothing comes of it.

use gosync_park::cell::UnsafeCell;

pub(super) struct Life(UnsafeCell<()>);

// SAFETY: there is nothing in the cell. Who accesses it when is what loom is asked to check.
unsafe impl Sync for Life {}

impl Life {
    pub(super) fn new() -> Self {
        Self(UnsafeCell::new(()))
    }

    pub(super) fn access(&self) {
        self.0.with(|_| ());
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.0.with_mut(|_| ());
    }
}
