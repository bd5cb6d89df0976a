use crate::hint;

/// How long to poll before going to sleep: one policy for all primitives.
///
/// Polls are far apart and few. Each poll takes the cache line from the thread that is about to
/// change it, so polling often slows down the very thing that is waited for. Where there is one
/// processor only, the other side cannot run while we spin, and there is no spinning at all.
///
/// ```
/// use gosync_park::{Spin, atomic::{AtomicBool, Ordering::Acquire}};
///
/// fn poll(ready: &AtomicBool) -> bool {
///     let mut spin = Spin::new();
///     loop {
///         if ready.load(Acquire) {
///             return true;
///         }
///         if !spin.again() {
///             return false; // time to sleep
///         }
///     }
/// }
/// # assert!(poll(&AtomicBool::new(true)));
/// # assert!(!poll(&AtomicBool::new(false)));
/// ```
#[derive(Debug, Default)]
pub struct Spin {
    round: u32,
}

/// Rounds of polling. Round `n` pauses `2^n * FIRST_PAUSES` times before the next poll.
#[cfg(not(gosync_loom))]
const ROUNDS: u32 = 4;
/// Under loom a poll more is only a larger model.
#[cfg(gosync_loom)]
const ROUNDS: u32 = 0;

const FIRST_PAUSES: u32 = 8;

impl Spin {
    /// A fresh budget.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self { round: 0 }
    }

    /// Pauses, and returns whether to poll again. Once it returns `false` it does so for good:
    /// the budget is used up and it is time to sleep.
    #[inline]
    pub fn again(&mut self) -> bool {
        if self.round >= ROUNDS || !can_help() {
            return false;
        }
        for _ in 0..FIRST_PAUSES << self.round {
            hint::spin_loop();
        }
        self.round += 1;
        true
    }
}

/// Whether another processor can be at work while this one spins.
#[cfg(not(gosync_loom))]
fn can_help() -> bool {
    use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

    const UNKNOWN: u8 = 0;
    const ALONE: u8 = 1;
    const MANY: u8 = 2;
    static PROCESSORS: AtomicU8 = AtomicU8::new(UNKNOWN);

    #[cold]
    fn count() -> u8 {
        let many = std::thread::available_parallelism().is_ok_and(|n| n.get() > 1);
        let answer = if many { MANY } else { ALONE };
        // Relaxed: whoever races here finds the same answer.
        PROCESSORS.store(answer, Relaxed);
        answer
    }

    let known = match PROCESSORS.load(Relaxed) {
        UNKNOWN => count(),
        known => known,
    };
    known == MANY
}

#[cfg(gosync_loom)]
fn can_help() -> bool {
    true
}
