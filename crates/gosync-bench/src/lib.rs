//! What the benchmarks share: interleaved rounds, medians, spreads, tables.

use std::{
    hint::black_box,
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

/// Some work of the processor's own, about as long as `rounds` dependent multiplications.
#[inline]
pub fn work(rounds: u32) {
    let mut x = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..rounds {
        x = black_box(x)
            .wrapping_mul(0xD134_2543_DE82_EF95)
            .wrapping_add(1);
    }
    black_box(x);
}

/// What one round of one workload gave.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    /// Millions of operations a second, over all threads.
    pub rate: f64,
    /// The longest that any operation took, in milliseconds.
    pub longest: f64,
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
            longest: longest.as_secs_f64() * 1e3,
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
}

/// The code of the repository's README is tested here, since no published crate contains it.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
