//! [`OnceValue`], on which `OnceFunc` and `OnceValues` are built.
//!
//! # Invariants
//!
//! `slot` is written by the thread that has the `Running` of `once`, and, once that is done, never
//! again but by an owner that shares it with nobody.
//!
//! | `once` | `slot` | who may touch it |
//! |---|---|---|
//! | incomplete | `Call` | nobody: the next runner takes the function out |
//! | running | `Call`, then `Gone`, then `Value` or `Panicked` | the runner alone |
//! | done | `Value` or `Panicked` | everybody, to read |
//!
//! The run never ends undone: no `try_call_once` here.

use std::{
    fmt, mem,
    panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind, resume_unwind},
};

use gosync_park::{cell::UnsafeCell, const_fn};

use crate::{once::Once, panicked::Panicked};

/// A value that is made by a function, at its first use.
///
/// Go's `sync.OnceValue`, lending its value instead of copying it. [`OnceValues`] has two.
///
/// [`OnceValues`]: crate::OnceValues
///
/// ```
/// use gosync_once::OnceValue;
/// use std::collections::HashMap;
///
/// static PORTS: OnceValue<HashMap<&str, u16>> =
///     OnceValue::new(|| HashMap::from([("http", 80), ("https", 443)]));
///
/// assert_eq!(PORTS.get()["https"], 443);
/// ```
#[doc(alias = "sync.OnceValue")]
pub struct OnceValue<T, F = fn() -> T> {
    once: Once,
    slot: UnsafeCell<Slot<T, F>>,
}

/// What there is, from before the run to after it.
enum Slot<T, F> {
    Call(F),
    /// The function has been taken out and is running.
    Gone,
    Value(T),
    /// Boxed, so that a value pays one word for it and not three.
    Panicked(Box<Panicked>),
}

// SAFETY: threads that share it may share `&T` (Sync), and one makes the value that another drops
// (T: Send). `F` is only ever run or dropped, by one thread (F: Send). The accesses to `slot`
// never race, by the table above. What is kept of a panic is plain text.
unsafe impl<T: Send + Sync, F: Send> Sync for OnceValue<T, F> {}

// A panic cannot leave it half made: the slot is filled after the run, with the value or with the
// panic. `F` may be called through a shared reference, and `T` looked at, hence their bounds.
impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for OnceValue<T, F> {}

impl<T, F: FnOnce() -> T> OnceValue<T, F> {
    const_fn! {
        /// Binds `f`, and does not run it yet.
        ///
        /// ```
        /// use gosync_once::OnceValue;
        ///
        /// static ANSWER: OnceValue<u32> = OnceValue::new(|| 42);
        ///
        /// let name = String::from("gosync");
        /// let length = OnceValue::new(move || name.len());
        /// assert_eq!(length.get(), &6);
        /// assert_eq!(ANSWER.get(), &42);
        /// ```
        #[inline]
        #[must_use]
        pub const fn new(f: F) -> Self {
            Self { once: Once::new(), slot: UnsafeCell::new(Slot::Call(f)) }
        }
    }

    /// The value. The first call makes it; calls during that wait.
    ///
    /// Costs one `Acquire` load and a look at the value's tag once it is made. Waiting is as in
    /// [`Once::call_once`]. What the function does synchronizes with the return of every `get`.
    ///
    /// # Panics
    ///
    /// - If the function panics: in its caller with the original panic, in every other call, then
    ///   or later, with the same `&'static str` or `String`, or with a message that says that there
    ///   was a panic with another type.
    /// - If called from inside the function. See [`Once::call_once`] for what is not noticed.
    ///
    /// ```
    /// use gosync_once::OnceValue;
    /// use std::panic::catch_unwind;
    ///
    /// let value: OnceValue<u32> = OnceValue::new(|| panic!("cannot"));
    /// for _ in 0..2 {
    ///     let panic = catch_unwind(|| *value.get()).unwrap_err();
    ///     assert_eq!(panic.downcast_ref(), Some(&"cannot"));
    /// }
    /// ```
    #[inline]
    #[track_caller]
    pub fn get(&self) -> &T {
        self.force("OnceValue")
    }

    /// [`get`](Self::get) under the name that messages should give.
    #[inline]
    #[track_caller]
    pub(crate) fn force(&self, name: &str) -> &T {
        match self.try_get() {
            Some(value) => value,
            None => self.force_slow(name),
        }
    }

    /// [`force`](Self::force) where there is no value, or not yet.
    #[cold]
    #[track_caller]
    fn force_slow(&self, name: &str) -> &T {
        self.run(name);
        match self.made() {
            Slot::Value(value) => value,
            Slot::Panicked(panicked) => panicked.again(name),
            // Cannot be, as the run puts in either of the two. Better a message than a guess.
            Slot::Call(_) | Slot::Gone => Panicked::Other.again(name),
        }
    }

    /// Returns once the run is over: runs the function, or waits for the thread that does.
    #[track_caller]
    fn run(&self, name: &str) {
        let Some(running) = self.once.begin(name) else {
            return;
        };
        // SAFETY: while `running` lives, nobody else touches the slot.
        let taken = self
            .slot
            .with_mut(|slot| unsafe { mem::replace(&mut *slot, Slot::Gone) });
        let Slot::Call(f) = taken else {
            unreachable!("the first run finds the function");
        };
        // Whatever `f` broke is not hidden: the panic goes on below, and again in every call.
        let (filled, panic) = match catch_unwind(AssertUnwindSafe(f)) {
            Ok(value) => (Slot::Value(value), None),
            Err(payload) => (
                Slot::Panicked(Box::new(Panicked::new(&*payload))),
                Some(payload),
            ),
        };
        // SAFETY: as above.
        self.slot.with_mut(|slot| unsafe { *slot = filled });
        drop(running);
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
    }
}

impl<T, F> OnceValue<T, F> {
    /// Whether the run is over: [`get`](Self::get) will not wait any more. It lends the value, or
    /// panics if the function did.
    ///
    /// One load. If it says `true`, everything that the function did can be seen.
    ///
    /// ```
    /// let value = gosync_once::OnceValue::new(|| 1);
    /// assert!(!value.is_done());
    /// value.get();
    /// assert!(value.is_done());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.once.is_done()
    }

    /// The value, if it is made. `None` if the function has not run, is running, or panicked. Never
    /// runs it, and never waits.
    ///
    /// One load, and a look at the value's tag. Synchronizes as [`get`](Self::get) if there is one.
    ///
    /// ```
    /// let value = gosync_once::OnceValue::new(|| 1);
    /// assert_eq!(value.try_get(), None);
    /// value.get();
    /// assert_eq!(value.try_get(), Some(&1));
    /// ```
    #[inline]
    #[must_use]
    pub fn try_get(&self) -> Option<&T> {
        if self.once.is_done()
            && let Slot::Value(value) = self.made()
        {
            return Some(value);
        }
        None
    }

    /// The value in place, if it is made. `None` if the function has not run, or panicked. Never runs
    /// it.
    ///
    /// No atomic operation: the `&mut` shows that nobody else is there.
    ///
    /// ```
    /// let mut value = gosync_once::OnceValue::new(|| 1);
    /// assert_eq!(value.get_mut(), None);
    /// value.get();
    /// *value.get_mut().unwrap() += 1;
    /// assert_eq!(value.get(), &2);
    /// ```
    #[inline]
    #[must_use]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        // SAFETY: nobody else borrows `self`, so nobody runs the function or looks at the slot.
        match self.slot.with_mut(|slot| unsafe { &mut *slot }) {
            Slot::Value(value) => Some(value),
            Slot::Call(_) | Slot::Gone | Slot::Panicked(_) => None,
        }
    }

    /// The value, if it was made. `None` if the function did not run, or panicked; it does not run
    /// now, but is dropped.
    ///
    /// ```
    /// use gosync_once::OnceValue;
    ///
    /// let value = OnceValue::new(|| String::from("x"));
    /// value.get();
    /// assert_eq!(value.into_inner().as_deref(), Some("x"));
    /// assert_eq!(OnceValue::<u32>::new(|| 1).into_inner(), None);
    /// ```
    #[must_use]
    pub fn into_inner(self) -> Option<T> {
        match self.slot.into_inner() {
            Slot::Value(value) => Some(value),
            Slot::Call(_) | Slot::Gone | Slot::Panicked(_) => None,
        }
    }

    /// The slot. The caller has seen that the run is over.
    #[inline]
    fn made(&self) -> &Slot<T, F> {
        // SAFETY: it is done, so nobody writes the slot while `self` is borrowed. What the runner
        // wrote can be seen, by the Acquire that found it done.
        self.slot.with(|slot| unsafe { &*slot })
    }

    /// For `Debug`: the value, or what there is in its place.
    pub(crate) fn peek(&self) -> Result<&T, &'static str> {
        // Read first: the run may end at any moment, and "done" would not say how.
        let state = self.once.state();
        if !self.once.is_done() {
            return Err(state);
        }
        match self.made() {
            Slot::Value(value) => Ok(value),
            Slot::Call(_) | Slot::Gone | Slot::Panicked(_) => Err("panicked"),
        }
    }
}

impl<T: Default> Default for OnceValue<T> {
    /// A value to be made by `T::default`.
    fn default() -> Self {
        Self::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for OnceValue<T, F> {
    /// Shows the value if it is made, else the state. Never waits, never runs the function.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("OnceValue");
        match self.peek() {
            Ok(value) => tuple.field(value),
            Err(state) => tuple.field(&format_args!("<{state}>")),
        };
        tuple.finish()
    }
}
