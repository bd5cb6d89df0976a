//! A clock that stands still: for the model checker, and for where std has none.
#![allow(missing_docs, clippy::unused_self, reason = "the twin of `system`")]

use std::{cell::Cell, time::Duration};

#[derive(Clone, Copy, Debug)]
pub struct Instant(());

#[derive(Clone, Copy, Debug)]
pub struct Deadline(());

thread_local! {
    // A model says which. Elsewhere nobody should poll until some time has passed.
    static LONG_AGO: Cell<bool> = const { Cell::new(cfg!(not(gosync_loom))) };
    static MICROS: Cell<u32> = const { Cell::new(0) };
}

/// No time passes: every moment is either now or long ago.
impl Instant {
    #[must_use]
    pub fn now() -> Self {
        Self(())
    }

    #[must_use]
    pub fn elapsed(self) -> Duration {
        if LONG_AGO.get() {
            Duration::MAX
        } else {
            Duration::ZERO
        }
    }
}

/// Between two looks passes a millisecond, or no time.
#[must_use]
pub fn micros() -> u32 {
    if LONG_AGO.get() {
        MICROS.set(MICROS.get().wrapping_add(1 << 10));
    }
    MICROS.get()
}

/// Every deadline passes as soon as the waiter looks. A model explores whether a wake-up comes
/// before that or after.
impl Deadline {
    #[must_use]
    pub fn after(_: Duration) -> Self {
        Self(())
    }

    #[must_use]
    pub fn has_passed(self) -> bool {
        true
    }

    #[must_use]
    pub fn remaining(self) -> Duration {
        Duration::ZERO
    }

    pub(crate) fn park(self) -> bool {
        false
    }
}

impl From<std::time::Instant> for Deadline {
    fn from(_: std::time::Instant) -> Self {
        Self(())
    }
}

#[cfg(gosync_loom)]
pub(crate) fn set_long_ago(long: bool) {
    LONG_AGO.set(long);
    MICROS.set(0);
}

#[cfg(all(test, not(gosync_loom)))]
mod tests {
    use super::*;

    /// Nobody polls for ever, and nobody goes to sleep until a time that never comes.
    #[test]
    fn no_wait_by_the_clock() {
        while Instant::now().elapsed() < Duration::from_secs(1) {}
        for timeout in [Duration::ZERO, Duration::from_secs(1), Duration::MAX] {
            let deadline = Deadline::after(timeout);
            assert!(deadline.has_passed() && deadline.remaining().is_zero());
            assert!(!deadline.park());
        }
        assert!(micros() < micros());
    }
}
