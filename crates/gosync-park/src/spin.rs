use crate::{hint, thread};

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
#[derive(Debug)]
pub struct Spin {
    /// Polls to come, each after a pause.
    close: u32,
    /// Then so many, each after 64 pauses.
    apart: u32,
    /// Then so many polls with a yield before each: where threads outnumber the processors, that
    /// lets those run that are waited for.
    yields: u32,
}

impl Spin {
    /// A fresh budget.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            close: 0,
            apart: 2,
            yields: 8,
        }
    }

    /// A budget for one who is the only one to poll, and knows that what it waits for changes
    /// more slowly than a cache line travels: many polls, close together, and no yields.
    #[inline]
    #[must_use]
    pub const fn close() -> Self {
        Self {
            close: 64,
            apart: 0,
            yields: 0,
        }
    }

    /// As [`close`](Self::close), and then some more polls, further apart: together about as long
    /// as it takes to go to sleep, to be woken, and to wait for a processor.
    #[inline]
    #[must_use]
    pub const fn close_then_apart() -> Self {
        Self {
            close: 64,
            apart: 24,
            yields: 0,
        }
    }

    /// No budget: not one poll more.
    #[inline]
    #[must_use]
    pub const fn none() -> Self {
        Self {
            close: 0,
            apart: 0,
            yields: 0,
        }
    }

    /// Pauses, and returns whether to poll again. Once it returns `false` it does so for good:
    /// the budget is used up and it is time to sleep.
    #[inline]
    pub fn again(&mut self) -> bool {
        if !Self::can_help() {
            return false;
        }
        if self.close > 0 {
            self.close -= 1;
            pause(1);
        } else if self.apart > 0 {
            self.apart -= 1;
            pause(64);
        } else if self.yields > 0 {
            self.yields -= 1;
            thread::yield_now();
        } else {
            return false;
        }
        true
    }

    /// Whether it makes sense to spin at all: not where there is one processor only, so that no other
    /// can be at work meanwhile.
    #[must_use]
    pub fn can_help() -> bool {
        use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

        const UNKNOWN: u8 = 0;
        const ALONE: u8 = 1;
        const MANY: u8 = 2;
        static PROCESSORS: AtomicU8 = AtomicU8::new(UNKNOWN);

        #[cold]
        fn find_out() -> u8 {
            // Under loom a poll more is only a larger model.
            let many = !cfg!(gosync_loom) && processors() > 1;
            let answer = if many { MANY } else { ALONE };
            // Relaxed: whoever races here finds the same answer.
            PROCESSORS.store(answer, Relaxed);
            answer
        }

        let known = match PROCESSORS.load(Relaxed) {
            UNKNOWN => find_out(),
            known => known,
        };
        known == MANY
    }
}

impl Default for Spin {
    fn default() -> Self {
        Self::new()
    }
}

/// Tells the processor so many times that this thread is waiting.
#[inline]
pub fn pause(times: u32) {
    (0..times).for_each(|_| hint::spin_loop());
}

/// How many processors this process may run on. Allocates nothing, where std's count on Linux
/// does: it reads files.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn processors() -> usize {
    // SAFETY: a set of processors is plain bits, for which all zero is a value.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a set of the given size. 0 is this thread.
    let failed = unsafe { libc::sched_getaffinity(0, size_of_val(&set), &raw mut set) };
    if failed != 0 {
        // More processors than the set has room for.
        return usize::MAX;
    }
    // SAFETY: it counts the bits of a set that the call above has filled.
    let count = unsafe { libc::CPU_COUNT(&set) };
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
