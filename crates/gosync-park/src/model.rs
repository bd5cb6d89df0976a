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
    /// could have gone on). The environment's `LOOM_MAX_PREEMPTIONS` goes before it.
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

    /// Lets each moment look as if the one before had been long ago. Otherwise no time passes.
    #[must_use]
    pub fn long_ago(mut self) -> Self {
        self.long_ago = true;
        self
    }

    /// As [`check_here`](Self::check_here), in a process of its own: the test that calls it is run
    /// once more there, up to its end, and its other models are skipped. loom maps and unmaps a
    /// stack for each thread of each execution, and two models in one process hold each other up
    /// with that so much that both take three times as long.
    ///
    /// What `body` leaves in a `static` is seen in that other process only. If the tests run one
    /// at a time, all stay in this process.
    ///
    /// # Panics
    ///
    /// As [`check_here`](Self::check_here).
    pub fn check(self, body: impl Fn() + Send + Sync + 'static) {
        const ONLY: &str = "GOSYNC_LOOM_ONLY";
        match std::env::var(ONLY) {
            Ok(only) if only == self.name => return self.check_here(body),
            Ok(_) => return,
            Err(_) => {}
        }
        // The harness names the thread after the test, unless it runs all in one.
        let thread = std::thread::current();
        let Some(test) = thread.name().filter(|name| *name != "main") else {
            return self.check_here(body);
        };
        let output = std::env::current_exe().and_then(|program| {
            std::process::Command::new(program)
                .args(["--exact", test, "--nocapture", "--include-ignored"])
                .env(ONLY, self.name)
                .output()
        });
        let output = output.expect("the test starts itself");
        let stdout = String::from_utf8_lossy(&output.stdout);
        // Without what the harness says.
        let own = |line: &str| Some(line[line.find("model ")?..].to_owned());
        stdout
            .lines()
            .filter_map(own)
            .for_each(|line| println!("{line}"));
        assert!(
            output.status.success() && stdout.contains("model "),
            "model {} failed:\n{}",
            self.name,
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Runs `body` once per execution, and prints how many there were, the bound, and the time.
    ///
    /// If `GOSYNC_LOOM_DEEPER` is a number, it does so again with one preemption more, as long as there
    /// were fewer executions than that and more than the time before.
    ///
    /// # Panics
    ///
    /// If `body` panics in any execution, if any execution hangs, if there were too few.
    pub fn check_here(self, body: impl Fn() + Send + Sync + 'static) {
        let deeper = std::env::var("GOSYNC_LOOM_DEEPER").map(|below| below.parse::<usize>());
        let deeper = deeper.map_or(0, |below| below.expect("GOSYNC_LOOM_DEEPER is a number"));
        let (body, begin) = (Arc::new(body), std::time::Instant::now());
        let (mut bound, mut before, mut all) = (self.preemptions, 0, 0);
        loop {
            let explored = self.explore(&mut bound, Arc::clone(&body));
            assert!(
                explored >= self.at_least,
                "model {} explored {explored} executions, expected at least {}",
                self.name,
                self.at_least
            );
            all += explored;
            if explored >= deeper || explored == before {
                break;
            }
            (bound, before) = (bound + 1, explored);
        }
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "model {}: {all} executions, preemption bound {bound}, {seconds:.1} s",
            self.name
        );
    }

    /// Runs `body` once per execution, and returns how many there were. The environment's bound goes
    /// before this one.
    fn explore(&self, bound: &mut usize, body: Arc<impl Fn() + Send + Sync + 'static>) -> usize {
        let executions = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&executions);
        let long_ago = self.long_ago;
        let mut builder = loom::model::Builder::new();
        *bound = *builder.preemption_bound.get_or_insert(*bound);
        builder.max_branches = builder.max_branches.max(10_000);
        builder.check(move || {
            crate::futex::reset();
            crate::clock::set_long_ago(long_ago);
            crate::thread_index::imp::reset();
            counter.fetch_add(1, Relaxed);
            body();
        });
        executions.load(Relaxed)
    }
}
