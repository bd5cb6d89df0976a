//! What a thread of a round carries with it.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook},
    sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed},
};

use crate::weather::Weather;

/// What is seen of a thread from outside. On cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Seen {
    pub(crate) steps: AtomicU64,
    doing: AtomicU8,
    pub(crate) ended: AtomicBool,
}

/// What a thread is doing, for the report on a hang.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Doing {
    Between,
    /// Asks for a lock, an item, a turn.
    Asking,
    /// Has what it asked for.
    Inside,
    /// Waits for what others do.
    Waiting,
    Ended,
}

impl Doing {
    pub(crate) const ALL: [Self; 5] = [
        Self::Between,
        Self::Asking,
        Self::Inside,
        Self::Waiting,
        Self::Ended,
    ];
}

impl Seen {
    pub(crate) fn doing(&self) -> Doing {
        if self.ended.load(Relaxed) {
            return Doing::Ended;
        }
        Doing::ALL[usize::from(self.doing.load(Relaxed))]
    }
}

/// What a thread of a round carries with it.
pub(crate) struct Hand<'a> {
    pub(crate) number: usize,
    pub(crate) rng: fastrand::Rng,
    pub(crate) weather: &'a Weather,
    pub(crate) seen: &'a Seen,
    /// What the subject counts, to compare it at the end with what the primitive guarded.
    pub(crate) counted: [u64; 4],
    /// How often something was asserted.
    pub(crate) checks: u64,
}

impl Hand<'_> {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.rng.u32(..bound)
    }

    /// Says what the thread does next.
    pub(crate) fn now(&self, doing: Doing) {
        self.seen.doing.store(doing as u8, Relaxed);
    }

    /// Passes the time in a section.
    pub(crate) fn section(&mut self) {
        self.now(Doing::Inside);
        self.weather.inside.pass(&mut self.rng);
    }

    /// Passes the time between two steps.
    pub(crate) fn pause(&mut self) {
        self.now(Doing::Between);
        self.weather.between.pass(&mut self.rng);
    }

    pub(crate) fn count(&mut self, what: usize) {
        self.counted[what] += 1;
        self.checks += 1;
    }
}

/// The payload of a panic on purpose.
#[derive(Debug)]
struct OnPurpose;

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Panics that [`caught`] catches are not printed.
pub(crate) fn keep_expected_panics_quiet() {
    let hook = take_hook();
    set_hook(Box::new(move |info| {
        if !EXPECTED.get() {
            hook(info);
        }
    }));
}

/// Panics, and nothing is printed.
pub(crate) fn panic_on_purpose() -> ! {
    resume_unwind(Box::new(OnPurpose))
}

/// The panic of `f`, if it was on purpose. Others go on.
pub(crate) fn caught<R>(f: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(value) => Some(value),
        Err(payload) if payload.is::<OnPurpose>() => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// The payload of a panic of `f`, whose message is not printed.
pub(crate) fn refused<R>(f: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    EXPECTED.set(true);
    let result = catch_unwind(AssertUnwindSafe(f));
    EXPECTED.set(false);
    result
}
