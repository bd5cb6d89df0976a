//! What the benchmarks share: arguments, interleaved rounds, medians, spreads, Go as a peer.

// The pool's own: hints, of which a second version would be no better.
#[path = "../../gosync-pool/src/fetch.rs"]
mod fetch;
pub mod go;
mod place;
pub mod plain;
mod ring;
pub mod table;

pub use place::Place;
pub use ring::Ring;
pub use table::{Peer, Table};

use std::{
    hint::black_box,
    path::PathBuf,
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// Keeps what it holds on cache lines of its own (two, as processors fetch them in pairs).
#[derive(Debug, Default)]
#[repr(align(256))]
pub struct Padded<T>(pub T);

/// Some work of the processor's own: `rounds` dependent multiplications, in registers.
///
/// It goes on from the result of the work before it, so that the processor cannot do two pieces
/// of work at once. Not inlined, so that it is the same code for every peer.
#[inline(never)]
#[must_use]
pub fn work(before: u64, rounds: u32) -> u64 {
    // Opaque: a function of its arguments alone could be moved out of the critical section.
    (0..rounds).fold(black_box(before), |x, _| {
        (x ^ (x >> 32)).wrapping_mul(0xD134_2543_DE82_EF95)
    })
}

/// How many rounds of [`work`] take so long, on this machine and at this moment.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small figure"
)]
#[must_use]
pub fn rounds_of(time: Duration) -> u32 {
    const ROUNDS: u32 = 100_000;
    let fastest = (0..20).map(|_| {
        let begin = Instant::now();
        black_box(work(1, ROUNDS));
        begin.elapsed()
    });
    let fastest = fastest.min().unwrap_or(time);
    (f64::from(ROUNDS) * time.as_secs_f64() / fastest.as_secs_f64()) as u32
}

/// The processor time that this process has taken, all threads together; `None` where the system
/// does not tell.
#[must_use]
pub fn processor_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        let mut time = std::mem::MaybeUninit::<libc::timespec>::uninit();
        let clock = libc::CLOCK_PROCESS_CPUTIME_ID;
        // SAFETY: the pointer is to room for a `timespec`.
        if unsafe { libc::clock_gettime(clock, time.as_mut_ptr()) } == 0 {
            // SAFETY: the call has filled it.
            let time = unsafe { time.assume_init() };
            let (seconds, rest) = (time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs());
            return Some(Duration::from_secs(seconds) + Duration::from_nanos(rest));
        }
    }
    None
}

/// What one round of one workload gave.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    /// Millions of operations a second, over all threads. More is better.
    pub rate: f64,
    /// A second figure, which most often is the longest that any operation took, in milliseconds.
    pub other: f64,
}

impl Sample {
    /// Of an operation that takes so long.
    #[must_use]
    pub fn of_time(nanoseconds: f64) -> Self {
        Self {
            rate: 1e3 / nanoseconds,
            other: 0.0,
        }
    }
}

/// Runs `body(thread, stop)` on `threads` threads at once for about `length`. `body` returns how
/// many operations it did and the longest wait. Time runs from the first worker's start.
///
/// # Panics
///
/// If `body` does.
pub fn race(
    threads: usize,
    length: Duration,
    body: impl Fn(usize, &AtomicBool) -> (u64, Duration) + Sync,
) -> Sample {
    let start = Barrier::new(threads);
    let stop = AtomicBool::new(false);
    let (body, start, stop) = (&body, &start, &stop);
    std::thread::scope(|s| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                s.spawn(move || {
                    start.wait();
                    let begin = Instant::now();
                    let (ops, longest) = body(thread, stop);
                    (begin, Instant::now(), ops, longest)
                })
            })
            .collect();
        std::thread::sleep(length);
        stop.store(true, Relaxed);
        let results: Vec<_> = workers.into_iter().map(|w| w.join().unwrap()).collect();
        let begin = results.iter().map(|r| r.0).min().unwrap();
        let end = results.iter().map(|r| r.1).max().unwrap();
        let ops: u64 = results.iter().map(|r| r.2).sum();
        let longest = results.iter().map(|r| r.3).max().unwrap();
        #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
        Sample {
            rate: ops as f64 / (end - begin).as_secs_f64() / 1e6,
            other: longest.as_secs_f64() * 1e3,
        }
    })
}

/// The median, the least and the greatest of some figures.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The figure in the middle.
    pub median: f64,
    /// The least.
    pub low: f64,
    /// The greatest.
    pub high: f64,
}

impl Spread {
    /// Of these figures, of which there is at least one.
    pub fn of(figures: impl Iterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.collect();
        figures.sort_by(f64::total_cmp);
        Self {
            median: figures[figures.len() / 2],
            low: figures[0],
            high: figures[figures.len() - 1],
        }
    }

    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self {
            median: f(self.median),
            low: f(self.low),
            high: f(self.high),
        }
    }
}

/// The median of the ratios of two peers' rates, round by round: within a round the machine was
/// the same for both.
fn ratio(mine: &[Sample], other: &[Sample]) -> f64 {
    Spread::of(
        mine.iter()
            .zip(other)
            .map(|(mine, other)| mine.rate / other.rate),
    )
    .median
}

/// The arguments of a benchmark: `[ROUNDS] [WORKLOAD ...] [--csv FILE]`.
#[derive(Debug)]
pub struct Options {
    /// How many rounds to run of each workload: one or more.
    pub rounds: usize,
    /// The beginnings of the names of the workloads that are wanted.
    wanted: Vec<String>,
    /// The file to which the samples are appended.
    csv: Option<PathBuf>,
}

impl Options {
    /// Those of this program; so many rounds if they do not say. Ends it if they make no sense.
    #[must_use]
    pub fn from_env(rounds: usize) -> Self {
        Self::parse(rounds, std::env::args().skip(1)).unwrap_or_else(|error| {
            eprintln!("error: {error}\nusage: [ROUNDS] [WORKLOAD ...] [--csv FILE]");
            std::process::exit(2)
        })
    }

    fn parse(rounds: usize, mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            rounds,
            wanted: Vec::new(),
            csv: None,
        };
        while let Some(argument) = arguments.next() {
            if argument == "--csv" {
                options.csv = Some(arguments.next().ok_or("no file after --csv")?.into());
            } else if let Ok(rounds) = argument.parse::<usize>() {
                options.rounds = rounds.max(1);
            } else if argument.starts_with('-') {
                return Err(format!("no such option: {argument}"));
            } else {
                options.wanted.push(argument);
            }
        }
        Ok(options)
    }

    /// Whether the workload of this name is to be run.
    #[must_use]
    pub fn wants(&self, workload: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|name| workload.starts_with(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_parsed() {
        let parsed = |text: &str| Options::parse(5, text.split_whitespace().map(String::from));
        let options = parsed("7 pair lock-2 --csv x.csv").unwrap();
        assert_eq!((options.rounds, options.csv), (7, Some("x.csv".into())));
        assert_eq!(options.wanted, ["pair", "lock-2"]);
        assert_eq!(parsed("").unwrap().rounds, 5);
        for wrong in ["--csv", "-5", "--plot"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}

/// The code of the repository's README is tested here, since no published crate contains it.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
