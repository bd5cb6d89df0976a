//! [`OnceFunc`].

use std::fmt;

use gosync_park::const_fn;

use crate::OnceValue;

/// A function that runs at its first call, and only then.
///
/// Go's `sync.OnceFunc`. It differs from a [`Once`](crate::Once) in that the function is bound to
/// it, is dropped after its run, and that a panic of it comes again in every call.
///
/// ```
/// use gosync_once::OnceFunc;
/// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
///
/// static RUNS: AtomicU32 = AtomicU32::new(0);
/// static START: OnceFunc = OnceFunc::new(|| _ = RUNS.fetch_add(1, Relaxed));
///
/// START.call();
/// START.call();
/// assert_eq!(RUNS.load(Relaxed), 1);
/// ```
#[doc(alias = "sync.OnceFunc")]
pub struct OnceFunc<F = fn()>(OnceValue<(), F>);

impl<F: FnOnce()> OnceFunc<F> {
    const_fn! {
        /// Binds `f`, and does not run it yet.
        ///
        /// ```
        /// let words = vec!["a", "b"];
        /// let print = gosync_once::OnceFunc::new(move || println!("{words:?}"));
        /// print.call();
        /// ```
        #[inline]
        #[must_use]
        pub const fn new(f: F) -> Self {
            Self(OnceValue::new(f))
        }
    }

    /// Runs the function if this is the first call, else waits until its run is over.
    ///
    /// Costs one `Acquire` load and a look at how the run ended once that is over. What the
    /// function does synchronizes with the return of every `call`.
    ///
    /// # Panics
    ///
    /// - If the function panics: in its caller with the original panic, in every other call, then
    ///   or later, with the same `&'static str` or `String`, or with a message that says that there
    ///   was a panic with another type.
    /// - If called from inside the function. See [`Once::call_once`](crate::Once::call_once) for
    ///   what is not noticed.
    ///
    /// ```
    /// use gosync_once::OnceFunc;
    /// use std::panic::catch_unwind;
    ///
    /// let f: OnceFunc = OnceFunc::new(|| panic!("cannot"));
    /// for _ in 0..2 {
    ///     let panic = catch_unwind(|| f.call()).unwrap_err();
    ///     assert_eq!(panic.downcast_ref(), Some(&"cannot"));
    /// }
    /// ```
    #[inline]
    #[track_caller]
    pub fn call(&self) {
        self.0.force("OnceFunc");
    }
}

impl<F> OnceFunc<F> {
    /// Whether the run is over, by return or by panic. One load.
    ///
    /// ```
    /// let f = gosync_once::OnceFunc::new(|| ());
    /// assert!(!f.is_done());
    /// f.call();
    /// assert!(f.is_done());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.0.is_done()
    }
}

impl<F> fmt::Debug for OnceFunc<F> {
    /// Shows the state. Never waits, never runs the function.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.peek().err().unwrap_or("done");
        f.debug_struct("OnceFunc")
            .field("state", &format_args!("{state}"))
            .finish()
    }
}
