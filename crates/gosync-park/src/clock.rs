//! The clock by which waiting is measured: std's, or one that stands still.
//!
//! The latter is for models, and for `wasm32-unknown-unknown`, where std has no clock: there a wait
//! with a deadline gives up where it would go to sleep.

cfg_select! {
    any(gosync_loom, all(target_family = "wasm", target_os = "unknown")) => {
        mod still;
        #[cfg(gosync_loom)]
        pub(crate) use still::set_long_ago;
        pub use still::{Deadline, Instant, micros};
    }
    _ => {
        #[cfg(test)]
        #[expect(unreachable_pub, reason = "only tested here")]
        mod still;
        mod system;
        pub use system::{Deadline, Instant, micros};
    }
}
