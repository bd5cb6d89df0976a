//! Go's method of `Once`.

use super::sealed::Sealed;
use crate::Once;

impl Sealed for Once {}

/// Go's method of [`Once`].
pub trait OnceMethods: Sealed {
    /// Calls `f` if this is the first call of `Do` on this `Once`, and does nothing otherwise,
    /// whatever `f` is.
    ///
    /// No call returns before that one `f` has returned, and all of them see what it wrote. If
    /// `f` panics, the panic goes to its caller and the `Once` counts as done all the same.
    ///
    /// # Panics
    ///
    /// If `f` itself calls `Do` on the same `Once`. (Go waits for ever.)
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let once = sync::Once::new();
    /// let mut calls = 0;
    /// once.Do(|| calls += 1);
    /// once.Do(|| calls += 1);
    /// assert_eq!(calls, 1);
    /// ```
    fn Do<F: FnOnce()>(&self, f: F);
}

impl OnceMethods for Once {
    #[inline]
    #[track_caller]
    fn Do<F: FnOnce()>(&self, f: F) {
        self.call_once(f);
    }
}
