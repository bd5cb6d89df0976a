//! Mutual exclusion: a map in which many threads count.
//!
//! ```go
//! type SafeMap struct {
//!     sync.Mutex // not safe to copy
//!     m map[string]int
//! }
//!
//! func (s *SafeMap) Incr(key string) {
//!     s.Lock()
//!     defer s.Unlock()
//!     s.m[key]++
//! }
//! ```
//!
//! Only one thread at a time may be between `Lock` and `Unlock`, the critical section. Run it:
//! `cargo run -p gosync --example safe_map`

use std::{fmt, thread};

/// A lock beside the data, and no guard.
///
/// The compiler cannot know that `mu` protects `m`, so the author has to vouch for it.
#[expect(non_snake_case, reason = "Go's spelling")]
mod go_spelled {
    use std::{cell::UnsafeCell, collections::HashMap};

    use gosync as sync;
    use gosync::prelude::*;

    #[derive(Default)]
    pub(super) struct SafeMap {
        // Go embeds it, which lends `Lock` to everybody. The promise below needs it private.
        mu: sync::Mutex,
        m: UnsafeCell<HashMap<String, i64>>,
    }

    // SAFETY: `m` is touched only by who has locked `mu`.
    unsafe impl Sync for SafeMap {}

    /// Go's `defer` for an Unlock: it comes at the end of the block, also when that panics.
    struct DeferUnlock<'a>(&'a dyn Locker);

    impl Drop for DeferUnlock<'_> {
        fn drop(&mut self) {
            self.0.Unlock();
        }
    }

    impl SafeMap {
        pub(super) fn Incr(&self, key: &str) {
            self.mu.Lock();
            let _defer = DeferUnlock(&self.mu);

            // SAFETY: `mu` is locked.
            let m = unsafe { &mut *self.m.get() };
            *m.entry(key.to_owned()).or_default() += 1;
        }

        pub(super) fn Get(&self, key: &str) -> i64 {
            self.mu.Lock();
            let _defer = DeferUnlock(&self.mu);

            // SAFETY: `mu` is locked.
            let m = unsafe { &*self.m.get() };
            m.get(key).copied().unwrap_or_default()
        }
    }
}

/// The data inside its lock. The guard is the only way to it, and unlocks when it goes: nothing to
/// vouch for, nothing to defer.
mod idiomatic {
    use std::collections::HashMap;

    use gosync::Mutex;

    #[derive(Default)]
    pub(super) struct SafeMap(Mutex<HashMap<String, i64>>);

    impl SafeMap {
        pub(super) fn incr(&self, key: &str) {
            *self.0.lock().entry(key.to_owned()).or_default() += 1;
        }

        pub(super) fn get(&self, key: &str) -> i64 {
            self.0.lock().get(key).copied().unwrap_or_default()
        }
    }
}

const THREADS: i64 = 8;
const TIMES: i64 = 1000;

/// Calls `incr` on many threads at once, each of them many times.
fn hammer(incr: impl Fn() + Sync) {
    thread::scope(|s| {
        for _ in 0..THREADS {
            s.spawn(|| (0..TIMES).for_each(|_| incr()));
        }
    });
}

/// Counts in both maps.
pub(crate) fn run() -> impl fmt::Display {
    let map = go_spelled::SafeMap::default();
    hammer(|| map.Incr("gopher"));
    let go = map.Get("gopher");
    assert_eq!(go, THREADS * TIMES);

    let map = idiomatic::SafeMap::default();
    hammer(|| map.incr("gopher"));
    let rust = map.get("gopher");
    assert_eq!(rust, THREADS * TIMES);

    format!(
        "\
safe_map: mutual exclusion with a Mutex
  {THREADS} threads increment the same key, {TIMES} times each
    Go's spelling     s.Incr(\"gopher\")    -> {go}
    Rust's spelling   map.incr(\"gopher\")  -> {rust}
  Shown: one thread at a time is in the section, and no increment is lost."
    )
}

pub(crate) fn main() {
    println!("{}", run());
}

#[cfg(test)]
mod tests {
    use super::{go_spelled, idiomatic};

    #[test]
    fn keys_are_counted_apart() {
        let (go, rust) = (
            go_spelled::SafeMap::default(),
            idiomatic::SafeMap::default(),
        );
        for key in ["a", "b", "a"] {
            go.Incr(key);
            rust.incr(key);
        }
        for (key, count) in [("a", 2), ("b", 1), ("c", 0)] {
            assert_eq!(go.Get(key), count);
            assert_eq!(rust.get(key), count);
        }
    }
}
