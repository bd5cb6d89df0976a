//! Sleep while a word holds a value.
//!
//! A futex word is an ordinary [`AtomicU32`]: it costs nothing while nobody waits on it, and the
//! kernel forgets about it as soon as the last waiter has left.
//!
//! # What is promised
//!
//! - [`wait`] compares and goes to sleep as one step with respect to [`wake_one`] and
//!   [`wake_all`]: a wake-up that comes after the word was changed cannot fall between the two.
//! - [`wait`] may return for no reason. Look at the word again, in a loop.
//! - The calls order no memory. Whoever changes the word does so with `Release`, whoever reads it
//!   after a wait with `Acquire`.
//! - No order of service among the sleepers is promised.

use crate::atomic::AtomicU32;

// The list of platforms stands a second time in Cargo.toml: what atomic-wait supports.
cfg_select! {
    gosync_loom => {
        mod loom;
        use loom as backend;
        pub(crate) use loom::reset;
    }
    all(
        not(gosync_fallback),
        any(
            target_os = "linux",
            target_os = "android",
            target_os = "freebsd",
            target_os = "macos",
            target_os = "ios",
            target_os = "watchos",
            windows,
        ),
    ) => {
        use atomic_wait as backend;
    }
    _ => {
        mod table;
        use table as backend;
    }
}

/// Sleeps if `word` holds `expected`, until a wake-up on the same word, or for no reason.
///
/// Returns at once if `word` holds anything else. Costs one system call.
#[inline]
pub fn wait(word: &AtomicU32, expected: u32) {
    backend::wait(word, expected);
}

/// Wakes one thread that sleeps on `word`, if there is one. Costs one system call.
///
/// Only the address is used, never what it points to: a waiter that has seen the new value may
/// have freed the word by now, and the worst that can follow is that somebody else, who waits on
/// a new word at the same address, wakes for no reason.
#[inline]
pub fn wake_one(word: *const AtomicU32) {
    backend::wake_one(word);
}

/// Wakes every thread that sleeps on `word`. Costs one system call.
///
/// As with [`wake_one`], only the address is used.
#[inline]
pub fn wake_all(word: *const AtomicU32) {
    backend::wake_all(word);
}
