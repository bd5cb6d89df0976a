use std::fmt;

use gosync_park::const_fn;

use crate::{Pool, store::Plan};

/// What a pool keeps, and in which state.
pub(crate) struct Rules<T> {
    pub(crate) keep: Option<fn(&T) -> bool>,
    pub(crate) reset: Option<fn(&mut T)>,
    /// [`UNSET`], or the most that is kept.
    max_idle: u32,
    /// Whether [`crate::collect`] reaches the pool.
    listed: bool,
}

/// Items that a pool keeps if nobody says otherwise.
const DEFAULT_MAX_IDLE: usize = 1024;

/// Nobody said how many.
const UNSET: u32 = u32::MAX;

impl<T> Clone for Rules<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Rules<T> {}

impl<T> Rules<T> {
    pub(crate) const NONE: Self = Self {
        keep: None,
        reset: None,
        max_idle: UNSET,
        listed: true,
    };

    const fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    pub(crate) fn plan(&self) -> Plan {
        Plan {
            max_idle: if self.max_idle == UNSET {
                DEFAULT_MAX_IDLE
            } else {
                self.max_idle as usize
            },
            listed: self.listed,
        }
    }
}

/// The rules of a pool to be. Made by [`Pool::builder`]; usable in a `static`.
///
/// The rules are `fn` pointers, not closures that capture. So the type of a pool says nothing
/// about its rules, the pool stays small and fits in a `static`, and a `put` does not go through
/// a table of functions. A rule that needs data finds it in the item, or in a `static`. A closure
/// that captures nothing is as good as a `fn`.
///
/// ```
/// use gosync_pool::Pool;
///
/// static BUFS: Pool<Vec<u8>> = Pool::builder()
///     .keep(|buf: &Vec<u8>| buf.capacity() <= 64 * 1024)
///     .reset(Vec::clear)
///     .max_idle(16)
///     .build(Vec::new);
///
/// BUFS.put(vec![1, 2, 3]);
/// assert!(BUFS.get().is_empty());
/// ```
#[must_use = "call build, or build_without_new"]
pub struct Builder<T> {
    rules: Rules<T>,
}

impl<T> Builder<T> {
    pub(crate) const fn new() -> Self {
        Self { rules: Rules::NONE }
    }

    /// Keeps only items for which `keep` returns `true`. The others are dropped by
    /// [`put`](Pool::put), which asks before it resets.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::builder().keep(|s: &String| s.capacity() < 100).build_without_new();
    /// pool.put("x".repeat(1000));
    /// assert_eq!(pool.try_get(), None);
    /// ```
    pub const fn keep(mut self, keep: fn(&T) -> bool) -> Self {
        self.rules.keep = Some(keep);
        self
    }

    /// Calls `reset` on each item that [`put`](Pool::put) is about to keep.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::builder().reset(String::clear).build_without_new();
    /// pool.put("gone".to_string());
    /// assert_eq!(pool.try_get(), Some(String::new()));
    /// ```
    pub const fn reset(mut self, reset: fn(&mut T)) -> Self {
        self.rules.reset = Some(reset);
        self
    }

    /// Keeps at most `n` items, those of all threads together, also of threads that ended. It is
    /// 1024 if this is not said; with 0 nothing is kept. See [`Pool::max_idle`].
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::builder().max_idle(6).build(String::new);
    /// (0..100).for_each(|_| pool.put(String::new()));
    /// assert_eq!(pool.stats().idle, 6);
    /// ```
    pub const fn max_idle(mut self, n: usize) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "compared with a u32 before"
        )]
        let n = if n < UNSET as usize {
            n as u32
        } else {
            UNSET - 1
        };
        self.rules.max_idle = n;
        self
    }

    const_fn! {
        /// The pool, which makes an item by calling `init` where it has none.
        ///
        /// ```
        /// use gosync_pool::Pool;
        ///
        /// let pool = Pool::builder().reset(Vec::clear).build(|| vec![1]);
        /// assert_eq!(pool.get(), [1]);
        /// ```
        #[doc(alias = "New")]
        #[must_use]
        pub const fn build<F: Fn() -> T>(self, init: F) -> Pool<T, F>
        where
            T: Send + 'static,
        {
            Pool::with_rules(self.rules, Some(init))
        }
    }

    const_fn! {
        /// The pool, which makes no items by itself: see [`Pool::without_new`].
        ///
        /// ```
        /// use gosync_pool::Pool;
        ///
        /// let pool: Pool<u8> = Pool::builder().max_idle(1).build_without_new();
        /// assert_eq!(pool.try_get(), None);
        /// ```
        #[must_use]
        pub const fn build_without_new(self) -> Pool<T>
        where
            T: Send + 'static,
        {
            Pool::with_rules(self.rules, None)
        }
    }

    const_fn! {
        /// The pool, for items that may borrow: see [`Pool::scoped`].
        ///
        /// ```
        /// use gosync_pool::Pool;
        ///
        /// let text = String::from("a b");
        /// let words = Pool::builder().reset(Vec::clear).build_scoped(Vec::new);
        /// words.pull().extend(text.split(' '));
        /// ```
        #[doc(alias = "New")]
        #[must_use]
        pub const fn build_scoped<F: Fn() -> T>(self, init: F) -> Pool<T, F> {
            Pool::with_rules(self.rules.unlisted(), Some(init))
        }
    }

    const_fn! {
        /// The pool, for items that may borrow, which makes none by itself: see [`Pool::scoped`] and
        /// [`Pool::without_new`].
        ///
        /// ```
        /// use gosync_pool::Pool;
        ///
        /// let text = String::from("a b");
        /// let words = Pool::builder().build_scoped_without_new();
        /// words.put(text.split(' ').collect::<Vec<_>>());
        /// ```
        #[must_use]
        pub const fn build_scoped_without_new(self) -> Pool<T> {
            Pool::with_rules(self.rules.unlisted(), None)
        }
    }
}

impl<T> Clone for Builder<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Builder<T> {}

impl<T> Default for Builder<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("keep", &self.rules.keep.is_some())
            .field("reset", &self.rules.reset.is_some())
            .field(
                "max_idle",
                &Some(self.rules.max_idle).filter(|&n| n != UNSET),
            )
            .finish()
    }
}
