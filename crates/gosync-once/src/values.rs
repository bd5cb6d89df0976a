//! [`OnceValues`].

use std::fmt;

use gosync_park::const_fn;

use crate::OnceValue;

/// Two values that are made together by one function, at their first use.
///
/// Go's `sync.OnceValues`, where the second is most often an error. In Rust a
/// `OnceValue<Result<T, E>>` says that better. An error is kept like any other value; see
/// [`Once::try_call_once`](crate::Once::try_call_once) for one that is tried again.
///
/// ```
/// use gosync_once::OnceValues;
///
/// static LIMITS: OnceValues<u32, u32> = OnceValues::new(|| (1, 9));
///
/// let (low, high) = LIMITS.get();
/// assert_eq!(low + high, 10);
/// ```
#[doc(alias = "sync.OnceValues")]
pub struct OnceValues<A, B, F = fn() -> (A, B)>(OnceValue<(A, B), F>);

impl<A, B, F: FnOnce() -> (A, B)> OnceValues<A, B, F> {
    const_fn! {
        /// Binds `f`, and does not run it yet.
        ///
        /// ```
        /// use gosync_once::OnceValues;
        ///
        /// let text = String::from("7 apples");
        /// let parts = OnceValues::new(move || (text.len(), text));
        /// assert_eq!(parts.get().0, &8);
        /// ```
        #[inline]
        #[must_use]
        pub const fn new(f: F) -> Self {
            Self(OnceValue::new(f))
        }
    }

    /// The values. The first call makes them; calls during that wait.
    ///
    /// Costs one `Acquire` load and a look at the values' tag once they are made. What the function
    /// does synchronizes with the return of every `get`.
    ///
    /// # Panics
    ///
    /// As [`OnceValue::get`].
    ///
    /// ```
    /// let pair = gosync_once::OnceValues::new(|| (1, "one"));
    /// assert_eq!(pair.get(), (&1, &"one"));
    /// ```
    #[inline]
    #[track_caller]
    pub fn get(&self) -> (&A, &B) {
        let (a, b) = self.0.force("OnceValues");
        (a, b)
    }
}

impl<A, B, F> OnceValues<A, B, F> {
    /// Whether the run is over: [`get`](Self::get) will not wait any more. One load.
    ///
    /// ```
    /// let pair = gosync_once::OnceValues::new(|| (1, 2));
    /// assert!(!pair.is_done());
    /// pair.get();
    /// assert!(pair.is_done());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.0.is_done()
    }

    /// The values, if they are made. As [`OnceValue::try_get`].
    ///
    /// ```
    /// let pair = gosync_once::OnceValues::new(|| (1, 2));
    /// assert_eq!(pair.try_get(), None);
    /// pair.get();
    /// assert_eq!(pair.try_get(), Some((&1, &2)));
    /// ```
    #[inline]
    #[must_use]
    pub fn try_get(&self) -> Option<(&A, &B)> {
        self.0.try_get().map(|(a, b)| (a, b))
    }

    /// The values in place, if they are made. As [`OnceValue::get_mut`].
    ///
    /// ```
    /// let mut pair = gosync_once::OnceValues::new(|| (1, 2));
    /// pair.get();
    /// *pair.get_mut().unwrap().0 += 1;
    /// assert_eq!(pair.get(), (&2, &2));
    /// ```
    #[inline]
    #[must_use]
    pub fn get_mut(&mut self) -> Option<(&mut A, &mut B)> {
        self.0.get_mut().map(|(a, b)| (a, b))
    }

    /// The values, if they were made. `None` if the function did not run, or panicked.
    ///
    /// ```
    /// let pair = gosync_once::OnceValues::new(|| (1, 2));
    /// pair.get();
    /// assert_eq!(pair.into_inner(), Some((1, 2)));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> Option<(A, B)> {
        self.0.into_inner()
    }
}

impl<A: Default, B: Default> Default for OnceValues<A, B> {
    /// Two values to be made by their `default`.
    fn default() -> Self {
        Self::new(Default::default)
    }
}

impl<A: fmt::Debug, B: fmt::Debug, F> fmt::Debug for OnceValues<A, B, F> {
    /// Shows the values if they are made, else the state. Never waits, never runs the function.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("OnceValues");
        match self.0.peek() {
            Ok((a, b)) => tuple.field(a).field(b),
            Err(state) => tuple.field(&format_args!("<{state}>")),
        };
        tuple.finish()
    }
}
