use std::time::Duration;

use crate::{Spin, clock::Instant, hint, thread};

/// How long to poll for what others do in threads that run already, such as the end of tasks: for
/// about as long as it would take to go to sleep and to be woken.
///
/// A few polls close together, for what is about to happen, and then a yield before each poll for
/// 50 us. A wake-up costs whoever sends it a system call, and whoever gets it a processor that has gone
/// idle in between, which together is some 20 to 50 us; so whoever polls loses at most about as much as a
/// sleep would have cost. The yields leave the processor to any thread that wants it, the awaited ones
/// among them; where none does, a yield takes no longer than the pause between two polls should.
///
/// It is not for locks: there the one who holds it would have to be told not to take it again.
///
/// ```
/// use gosync_park::{Patience, atomic::{AtomicBool, Ordering::{Acquire, Release}}};
///
/// let ready = AtomicBool::new(false);
/// std::thread::scope(|s| {
///     s.spawn(|| ready.store(true, Release));
///     let mut patience = Patience::new();
///     while !ready.load(Acquire) && patience.again() {}
///     // Ready, or it is time to sleep.
/// });
/// ```
#[derive(Debug, Default)]
pub struct Patience {
    /// The polls that had no yield before them.
    close: u32,
    /// Since when it yields.
    since: Option<Instant>,
}

/// How many polls come first, each after one pause.
const CLOSE: u32 = 16;
/// For how long it yields.
const YIELDING: Duration = Duration::from_micros(50);

impl Patience {
    /// A fresh budget.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            close: 0,
            since: None,
        }
    }

    /// Pauses, and returns whether to poll again. Once it returns `false` it is time to sleep.
    pub fn again(&mut self) -> bool {
        if !Spin::can_help() {
            return false;
        }
        if self.close < CLOSE {
            self.close += 1;
            hint::spin_loop();
            return true;
        }
        if self.since.get_or_insert_with(Instant::now).elapsed() >= YIELDING {
            return false;
        }
        thread::yield_now();
        true
    }
}
