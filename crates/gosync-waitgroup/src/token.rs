//! A share in a WaitGroup's count that cannot be forgotten on the way out.

use std::{sync::Arc, thread};

use crate::{WaitGroup, misuse};

impl WaitGroup {
    /// Adds one to the count, and takes it off again when the token is dropped.
    ///
    /// Costs what [`add`](Self::add) and [`done`](Self::done) cost.
    ///
    /// # Panics
    ///
    /// As [`add`](Self::add).
    ///
    /// ```
    /// let group = gosync_waitgroup::WaitGroup::new();
    /// std::thread::scope(|scope| {
    ///     let token = group.token();
    ///     scope.spawn(move || {
    ///         let _token = token; // done at the end of the closure, whatever happens in it
    ///     });
    ///     group.wait();
    /// });
    /// ```
    #[doc(alias = "Add")]
    #[inline]
    #[track_caller]
    pub fn token(&self) -> Token<'_> {
        self.enter(1);
        Token { group: self }
    }

    /// As [`token`](Self::token), for a token that keeps the WaitGroup alive and can go anywhere.
    ///
    /// Costs in addition what it costs to clone and drop an [`Arc`].
    ///
    /// # Panics
    ///
    /// As [`add`](Self::add).
    ///
    /// ```
    /// # use std::sync::Arc;
    /// let group = Arc::new(gosync_waitgroup::WaitGroup::new());
    /// let token = group.token_arc();
    /// std::thread::spawn(move || drop(token));
    /// group.wait();
    /// ```
    #[doc(alias = "Add")]
    #[inline]
    #[track_caller]
    pub fn token_arc(self: &Arc<Self>) -> ArcToken {
        self.enter(1);
        ArcToken {
            group: Arc::clone(self),
        }
    }

    /// What a destructor does in place of [`done`](Self::done). The same, but on a thread that is
    /// unwinding it keeps quiet about a missing count: a second panic would end the process.
    #[inline]
    pub(crate) fn done_in_drop(&self) {
        if !self.leave(1) && !thread::panicking() {
            misuse::negative_counter();
        }
    }
}

/// One in the count of a [`WaitGroup`], taken off when this is dropped, also while unwinding.
///
/// From [`WaitGroup::token`]. The drop synchronizes with the `wait` that it releases. One that is
/// leaked stays in the count for good. A clone counts for itself, so that a task may pass shares on
/// to others, also while somebody waits.
///
/// The drop panics as [`WaitGroup::done`] does if some other call has taken the token's share;
/// but not on a thread that is unwinding already.
///
/// ```
/// let group = gosync_waitgroup::WaitGroup::new();
/// let token = group.token();
/// assert_eq!(group.count(), 1);
/// drop(token);
/// assert_eq!(group.count(), 0);
/// ```
#[doc(alias = "Done")]
#[derive(Debug)]
#[must_use = "the count goes down again as soon as the token is dropped"]
pub struct Token<'a> {
    group: &'a WaitGroup,
}

impl Clone for Token<'_> {
    /// One more in the count. Costs, and panics, as [`WaitGroup::token`].
    #[inline]
    #[track_caller]
    fn clone(&self) -> Self {
        self.group.token()
    }
}

impl Drop for Token<'_> {
    #[inline]
    fn drop(&mut self) {
        self.group.done_in_drop();
    }
}

/// A [`Token`] that keeps its [`WaitGroup`] alive.
///
/// From [`WaitGroup::token_arc`].
///
/// ```
/// # use std::sync::Arc;
/// let group = Arc::new(gosync_waitgroup::WaitGroup::new());
/// let token = group.token_arc();
/// assert_eq!((group.count(), Arc::strong_count(&group)), (1, 2));
/// drop(token);
/// assert_eq!((group.count(), Arc::strong_count(&group)), (0, 1));
/// ```
#[doc(alias = "Done")]
#[derive(Debug)]
#[must_use = "the count goes down again as soon as the token is dropped"]
pub struct ArcToken {
    group: Arc<WaitGroup>,
}

impl Clone for ArcToken {
    /// One more in the count. Costs, and panics, as [`WaitGroup::token_arc`].
    #[inline]
    #[track_caller]
    fn clone(&self) -> Self {
        self.group.token_arc()
    }
}

impl Drop for ArcToken {
    #[inline]
    fn drop(&mut self) {
        self.group.done_in_drop();
    }
}
