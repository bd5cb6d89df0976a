//! std's clock.

use std::time::Duration;

/// A moment.
#[derive(Clone, Copy, Debug)]
pub struct Instant(std::time::Instant);

/// The moment until which a wait may last.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<std::time::Instant>);

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
#[expect(clippy::cast_possible_truncation, reason = "modulo 2^32")]
#[must_use]
pub fn micros() -> u32 {
    static BEGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    BEGIN
        .get_or_init(std::time::Instant::now)
        .elapsed()
        .as_micros() as u32
}

impl Deadline {
    /// `timeout` from now. A time that the clock cannot express never comes.
    ///
    /// # Panics
    ///
    /// If std has destroyed all that is this thread's own, as it has when the destructors of the C
    /// library's thread-specific data run late.
    #[must_use]
    pub fn after(timeout: Duration) -> Self {
        Self::at(std::time::Instant::now().checked_add(timeout))
    }

    fn at(end: Option<std::time::Instant>) -> Self {
        // A wait until then parks this thread, and needs its handle. If there is none any more std
        // panics: now, and not when the wait has begun.
        drop(std::thread::current());
        Self(end)
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

impl From<std::time::Instant> for Deadline {
    fn from(end: std::time::Instant) -> Self {
        Self::at(Some(end))
    }
}
