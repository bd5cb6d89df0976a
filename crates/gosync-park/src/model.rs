//! Model checking: every interleaving of a few threads, up to a stated bound.
//!
//! Only there with `--cfg gosync_loom`. `cargo xtask test-all loom` runs all models.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

pub use loom::sync::Arc as ModelArc;

/// A model, its bounds, and how many executions it must at least explore.
#[derive(Debug)]
pub struct Model {
    name: &'static str,
    preemptions: usize,
    at_least: usize,
    long_ago: bool,
}

impl Model {
    /// A model with at most three preemptions, which finds almost all faults.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            preemptions: 3,
            at_least: 2,
            long_ago: false,
        }
    }

    /// Explores executions with at most so many preemptions (switches away from a thread that
    /// could have gone on). The environment's `LOOM_MAX_PREEMPTIONS` goes before it, and its
    /// `GOSYNC_LOOM_DEEPER` adds to it.
    #[must_use]
    pub fn preemptions(mut self, bound: usize) -> Self {
        self.preemptions = bound;
        self
    }

    /// Fails if fewer executions than these were explored: a model that finds no choices to make
    /// proves nothing.
    #[must_use]
    pub fn at_least(mut self, executions: usize) -> Self {
        self.at_least = executions;
        self
    }

    /// Lets every wait look as if it had begun long ago. Otherwise no time passes.
    #[must_use]
    pub fn long_ago(mut self) -> Self {
        self.long_ago = true;
        self
    }

    /// Runs `body` once per execution, and prints how many there were, the bound, and the time.
    ///
    /// # Panics
    ///
    /// If `body` panics in any execution, if any execution hangs, if there were too few.
    pub fn check(self, body: impl Fn() + Send + Sync + 'static) {
        let executions = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&executions);
        let long_ago = self.long_ago;
        let mut builder = loom::model::Builder::new();
        let deeper = std::env::var("GOSYNC_LOOM_DEEPER").map(|by| by.parse::<usize>());
        let deeper = deeper.map_or(0, |by| by.expect("GOSYNC_LOOM_DEEPER is a number"));
        let bound = self.preemptions + deeper;
        let bound = *builder.preemption_bound.get_or_insert(bound);
        builder.max_branches = builder.max_branches.max(10_000);
        let begin = std::time::Instant::now();
        builder.check(move || {
            crate::futex::reset();
            crate::clock::set_long_ago(long_ago);
            crate::thread_index::imp::reset();
            counter.fetch_add(1, Relaxed);
            body();
        });
        let explored = executions.load(Relaxed);
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "model {}: {explored} executions, preemption bound {bound}, {seconds:.1} s",
            self.name
        );
        assert!(
            explored >= self.at_least,
            "model {} explored {explored} executions, expected at least {}",
            self.name,
            self.at_least
        );
    }
}
