//! Runs a round, watches it, and says what hangs.

use std::{
    fmt::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    process,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use crate::{
    hand::{Doing, Hand, Seen},
    subjects::{Kind, Subject},
    weather::Weather,
};

/// How often a round is looked at.
const TICK: Duration = Duration::from_millis(1);

/// One primitive, some threads, a weather.
pub(crate) struct Round<'a> {
    pub(crate) kind: &'a Kind,
    pub(crate) seed: u64,
    pub(crate) weather: &'a Weather,
    pub(crate) time: Duration,
    /// If no thread takes a step for so long it is a hang.
    pub(crate) hang: Duration,
    /// Whether to print the state at the end.
    pub(crate) show: bool,
    /// The command that brings this round again.
    pub(crate) repeat: String,
}

/// How often threads did something, and how often something was asserted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) steps: u64,
    pub(crate) checks: u64,
}

impl Round<'_> {
    /// Ends the program if something does not hold.
    pub(crate) fn run(&self, mut tick: impl FnMut(u64)) -> Counts {
        let threads = self.weather.threads;
        let subject = (self.kind.make)(threads);
        let seen: Vec<Seen> = (0..threads).map(|_| Seen::default()).collect();
        let stop = AtomicBool::new(false);
        let ends = thread::scope(|scope| {
            let shared = &*subject;
            let handles: Vec<_> = seen
                .iter()
                .enumerate()
                .map(|(number, seen)| {
                    let stop = &stop;
                    let body = move || self.thread(number, shared, seen, stop);
                    let thread = thread::Builder::new().stack_size(128 * 1024);
                    thread.spawn_scoped(scope, body).expect("a thread")
                })
                .collect();
            self.watch(shared, &seen, &stop, &mut tick);
            // One by one, which a sanitizer sees, where it does not see the end of a scope.
            // All of them: for one that panicked and is not joined the scope itself would panic.
            let ends: Vec<_> = handles.into_iter().map(|handle| handle.join()).collect();
            ends.into_iter().collect::<Result<Vec<_>, _>>()
        });
        let Ok(ends) = ends else {
            self.broken("an invariant is broken, as said above");
        };
        let mut counted = [0; 4];
        let mut counts = Counts {
            steps: steps(&seen),
            checks: 0,
        };
        for (its, checks) in ends {
            for (sum, count) in counted.iter_mut().zip(its) {
                *sum += count;
            }
            counts.checks += checks;
        }
        let state = format!("{subject:#?}");
        if self.show {
            println!("{}: {state}", self.kind.name);
        }
        if catch_unwind(AssertUnwindSafe(|| subject.finish(counted))).is_err() {
            self.broken(&format!("at the end of the round it was\n{state}"));
        }
        counts
    }

    /// Says what is known, and ends the program: what hangs cannot be joined.
    fn broken(&self, report: &str) -> ! {
        let (name, weather) = (self.kind.name, self.weather);
        eprintln!(
            "\n{name}: {report}\nweather: {weather}\nrepeat: {}",
            self.repeat
        );
        process::exit(1)
    }

    /// What each thread does.
    fn thread(
        &self,
        number: usize,
        subject: &dyn Subject,
        seen: &Seen,
        stop: &AtomicBool,
    ) -> ([u64; 4], u64) {
        struct End<'a>(&'a Seen, &'a AtomicBool);

        impl Drop for End<'_> {
            fn drop(&mut self) {
                self.0.ended.store(true, Relaxed);
                if thread::panicking() {
                    self.1.store(true, Relaxed);
                }
            }
        }

        let _end = End(seen, stop);
        let mut hand = Hand {
            number,
            // Any two numbers that are far apart.
            rng: fastrand::Rng::with_seed(
                self.seed ^ (number as u64 + 1).wrapping_mul(0x9E37_79B9),
            ),
            weather: self.weather,
            seen,
            counted: [0; 4],
            checks: 0,
        };
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        let _signals = brave(&mut hand);
        while !stop.load(Relaxed) {
            subject.step(&mut hand);
            hand.pause();
            // This thread alone writes it.
            seen.steps.store(seen.steps.load(Relaxed) + 1, Relaxed);
        }
        (hand.counted, hand.checks)
    }

    /// Until all threads have ended. If they hang, the program ends.
    fn watch(
        &self,
        subject: &dyn Subject,
        seen: &[Seen],
        stop: &AtomicBool,
        tick: &mut impl FnMut(u64),
    ) {
        let start = Instant::now();
        let (mut before, mut still, mut last) = (0, Duration::ZERO, start);
        loop {
            if start.elapsed() >= self.time {
                stop.store(true, Relaxed);
            }
            if seen.iter().all(|seen| seen.ended.load(Relaxed)) {
                return;
            }
            subject.tick(stop.load(Relaxed));
            let steps = steps(seen);
            // A machine that slept, or a program that was stopped, is no hang.
            still += last.elapsed().min(100 * TICK);
            last = Instant::now();
            if steps != before {
                (before, still) = (steps, Duration::ZERO);
            } else if still >= self.hang {
                self.broken(&self.report(subject, seen));
            }
            tick(steps);
            thread::sleep(TICK);
        }
    }

    /// What is known of a hang.
    fn report(&self, subject: &dyn Subject, seen: &[Seen]) -> String {
        let mut text = format!("it hangs: no thread took a step for {:?}\n", self.hang);
        let _ = writeln!(text, "state: {subject:#?}");
        for doing in Doing::ALL {
            let its = |(_, seen): &(usize, &Seen)| seen.doing() == doing;
            let threads: Vec<_> = seen.iter().enumerate().filter(its).collect();
            if let Some(&(first, one)) = threads.first() {
                let steps = one.steps.load(Relaxed);
                let number = threads.len();
                let _ = writeln!(
                    text,
                    "{doing:?}: {number} threads, such as number {first} after {steps} steps"
                );
            }
        }
        text
    }
}

/// Puts this thread into the weather.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn brave(hand: &mut Hand<'_>) -> Option<crate::linux::Signals> {
    use crate::linux;

    if let Some(cores) = hand.weather.cores {
        linux::pin(cores);
    }
    if hand.weather.priorities {
        linux::be_nice(hand.rng.i32(0..20));
    }
    // To be refused a timer, of which a system has only so many, is the weather too.
    hand.weather
        .signals
        .and_then(|gap| linux::Signals::every(gap).ok())
}

fn steps(seen: &[Seen]) -> u64 {
    seen.iter().map(|seen| seen.steps.load(Relaxed)).sum()
}
