//! Counts by name. The mutex stands beside the data, and the author vouches for the two.

use std::sync::Arc;

use gosync as sync;
use gosync::prelude::*;

use counters::Counters;

mod counters {
    use std::{cell::UnsafeCell, collections::HashMap};

    use gosync as sync;
    use gosync::prelude::*;
    use scopeguard::defer;

    #[derive(Default)]
    pub(super) struct Counters {
        mu: sync::Mutex, // private: who can unlock it could break the promise below
        n: UnsafeCell<HashMap<String, u64>>,
    }

    // SAFETY: this module touches `n` only while it has `mu` locked.
    unsafe impl Sync for Counters {}

    impl Counters {
        pub(super) fn incr(&self, name: &str) {
            self.mu.Lock();
            defer! { self.mu.Unlock() }
            // SAFETY: `mu` is locked.
            let n = unsafe { &mut *self.n.get() };
            *n.entry(name.to_owned()).or_default() += 1;
        }

        pub(super) fn get(&self, name: &str) -> u64 {
            self.mu.Lock();
            defer! { self.mu.Unlock() }
            // SAFETY: `mu` is locked.
            let n = unsafe { &*self.n.get() };
            n.get(name).copied().unwrap_or_default()
        }
    }
}

fn main() {
    let c = Arc::new(Counters::default());
    let wg = Arc::new(sync::WaitGroup::new());
    for _ in 0..4 {
        let c = Arc::clone(&c);
        wg.Go(move || {
            for _ in 0..1000 {
                c.incr("gopher");
            }
        });
    }
    wg.Wait();
    println!("gopher: {}", c.get("gopher"));
}
