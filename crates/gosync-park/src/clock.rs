//! The clock by which waiting is measured: std's, or one that a model sets.

use std::time::Duration;

/// A moment.
#[derive(Clone, Copy, Debug)]
pub struct Instant(#[cfg(not(gosync_loom))] std::time::Instant);

/// The moment until which a wait may last.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(#[cfg(not(gosync_loom))] Option<std::time::Instant>);

#[cfg(not(gosync_loom))]
impl Instant {
    /// This moment. Costs one reading of the system's monotonic clock.
    #[must_use]
    pub fn now() -> Self {
        Self(std::time::Instant::now())
    }

    /// How long ago it was.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Microseconds since a moment that is the same for the whole process, modulo 2^32. For those who
/// have room for no more than a few bits of a moment.
#[cfg(not(gosync_loom))]
#[expect(clippy::cast_possible_truncation, reason = "modulo 2^32")]
#[must_use]
pub fn micros() -> u32 {
    static BEGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    BEGIN
        .get_or_init(std::time::Instant::now)
        .elapsed()
        .as_micros() as u32
}

#[cfg(not(gosync_loom))]
impl Deadline {
    /// `timeout` from now. A time that the clock cannot express never comes.
    #[must_use]
    pub fn after(timeout: Duration) -> Self {
        Self(std::time::Instant::now().checked_add(timeout))
    }

    /// Whether it has passed.
    #[must_use]
    pub fn has_passed(self) -> bool {
        self.0.is_some_and(|end| end <= std::time::Instant::now())
    }

    /// How long until it passes: nothing if it has, [`Duration::MAX`] if it never does.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.map_or(Duration::MAX, |end| {
            end.saturating_duration_since(std::time::Instant::now())
        })
    }

    /// Parks this thread until it is unparked, until the deadline, or for no reason. Returns
    /// `false`, and does not park, if the deadline has passed.
    pub(crate) fn park(self) -> bool {
        let Some(end) = self.0 else {
            std::thread::park();
            return true;
        };
        let left = end.saturating_duration_since(std::time::Instant::now());
        if left.is_zero() {
            return false;
        }
        std::thread::park_timeout(left);
        true
    }
}

#[cfg(not(gosync_loom))]
impl From<std::time::Instant> for Deadline {
    fn from(end: std::time::Instant) -> Self {
        Self(Some(end))
    }
}

#[cfg(gosync_loom)]
thread_local! {
    static LONG_AGO: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    static MICROS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Under the model checker no time passes: every moment is either now or long ago.
#[cfg(gosync_loom)]
#[expect(missing_docs, reason = "see the twin above")]
impl Instant {
    #[must_use]
    pub fn now() -> Self {
        Self()
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

/// Under the model checker a millisecond passes between two looks, or none.
#[cfg(gosync_loom)]
#[must_use]
pub fn micros() -> u32 {
    if LONG_AGO.get() {
        MICROS.set(MICROS.get().wrapping_add(1 << 10));
    }
    MICROS.get()
}

/// Under the model checker every deadline passes as soon as the waiter looks: the model explores
/// whether a wake-up comes before that or after.
#[cfg(gosync_loom)]
#[expect(missing_docs, reason = "see the twin above")]
impl Deadline {
    #[must_use]
    pub fn after(_: Duration) -> Self {
        Self()
    }

    #[must_use]
    pub fn has_passed(self) -> bool {
        true
    }

    #[must_use]
    pub fn remaining(self) -> Duration {
        Duration::ZERO
    }

    #[expect(clippy::unused_self, reason = "see the twin above")]
    pub(crate) fn park(self) -> bool {
        false
    }
}

#[cfg(gosync_loom)]
impl From<std::time::Instant> for Deadline {
    fn from(_: std::time::Instant) -> Self {
        Self()
    }
}

#[cfg(gosync_loom)]
pub(crate) fn set_long_ago(long: bool) {
    LONG_AGO.set(long);
    MICROS.set(0);
}
