use std::{
    fmt,
    ops::Deref,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

/// Go's `atomic.Bool`: a flag that threads read and write without a lock.
///
/// Every method is sequentially consistent and costs what [`AtomicBool`] costs with that ordering.
/// An operation synchronizes with each later one that reads what it wrote.
///
/// It dereferences to [`AtomicBool`], for all that std has beyond Go:
///
/// ```
/// use std::sync::atomic::Ordering;
///
/// use gosync_atomic::Bool;
///
/// static READY: Bool = Bool::new(false);
///
/// READY.store(true);
/// assert!(READY.fetch_not(Ordering::AcqRel)); // std's
/// assert!(!(*READY).load(Ordering::Acquire)); // std's: both have a `load`
/// assert!(!READY.load()); // this type's
/// ```
#[derive(Default)]
#[repr(transparent)]
pub struct Bool(AtomicBool);

impl Bool {
    /// A flag that holds `value`.
    ///
    /// ```
    /// use gosync_atomic::Bool;
    ///
    /// static READY: Bool = Bool::new(true);
    /// assert!(READY.load());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new(value: bool) -> Self {
        Self(AtomicBool::new(value))
    }

    /// The value.
    ///
    /// ```
    /// assert!(gosync_atomic::Bool::new(true).load());
    /// ```
    #[doc(alias = "Load")]
    #[inline]
    pub fn load(&self) -> bool {
        self.0.load(SeqCst)
    }

    /// Puts `value` in.
    ///
    /// ```
    /// let ready = gosync_atomic::Bool::default();
    /// ready.store(true);
    /// assert!(ready.load());
    /// ```
    #[doc(alias = "Store")]
    #[inline]
    pub fn store(&self, value: bool) {
        self.0.store(value, SeqCst);
    }

    /// Puts `new` in and returns the old value.
    ///
    /// ```
    /// let ready = gosync_atomic::Bool::new(false);
    /// assert!(!ready.swap(true));
    /// assert!(ready.load());
    /// ```
    #[doc(alias = "Swap")]
    #[inline]
    pub fn swap(&self, new: bool) -> bool {
        self.0.swap(new, SeqCst)
    }

    /// Puts `new` in if the value is `old`, and says whether it was. Never fails spuriously. One
    /// that fails is a sequentially consistent load.
    ///
    /// ```
    /// let claimed = gosync_atomic::Bool::new(false);
    /// assert!(claimed.compare_and_swap(false, true));
    /// assert!(!claimed.compare_and_swap(false, true));
    /// ```
    #[doc(alias = "CompareAndSwap")]
    #[inline]
    pub fn compare_and_swap(&self, old: bool, new: bool) -> bool {
        self.0.compare_exchange(old, new, SeqCst, SeqCst).is_ok()
    }

    /// The value in place. No atomic operation: the `&mut` shows that nobody else is there.
    ///
    /// ```
    /// let mut ready = gosync_atomic::Bool::new(false);
    /// *ready.get_mut() = true;
    /// assert!(ready.load());
    /// ```
    #[inline]
    pub fn get_mut(&mut self) -> &mut bool {
        self.0.get_mut()
    }

    /// The value, without its atomic. No atomic operation.
    ///
    /// ```
    /// assert!(gosync_atomic::Bool::new(true).into_inner());
    /// ```
    #[inline]
    #[must_use]
    pub const fn into_inner(self) -> bool {
        self.0.into_inner()
    }
}

impl Deref for Bool {
    type Target = AtomicBool;

    #[inline]
    fn deref(&self) -> &AtomicBool {
        &self.0
    }
}

impl From<bool> for Bool {
    #[inline]
    fn from(value: bool) -> Self {
        Self::new(value)
    }
}

/// Shows the value, as [`AtomicBool`] does.
impl fmt::Debug for Bool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.load(), f)
    }
}
