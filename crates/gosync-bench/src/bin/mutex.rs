//! The mutex against its peers: `cargo xtask bench mutex [ROUNDS] [WORKLOAD ...]`.
//!
//! Each lock has its cache lines to itself; the peers take turns within each round. Shown are
//! medians over the rounds, with the spread in brackets; for waits, the median of each round's
//! longest.

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};

use gosync_bench::{Options, Padded, Sample, Spread, race, rounds_of, work};

trait Lock: Sync + Default {
    fn with<R>(&self, section: impl FnOnce() -> R) -> R;
}

macro_rules! peers {
    ($($name:literal $ty:ident = $inner:ty, |$mutex:ident| $lock:expr;)*) => {
        $(
            #[derive(Default)]
            struct $ty($inner);

            impl Lock for $ty {
                #[inline]
                fn with<R>(&self, section: impl FnOnce() -> R) -> R {
                    let $mutex = &self.0;
                    let _guard = $lock;
                    section()
                }
            }
        )*

        const PEERS: &[Peer] = &[$(Peer { name: $name, run: run::<$ty> }),*];
    };
}

struct Peer {
    name: &'static str,
    run: fn(Workload) -> Sample,
}

peers! {
    "gosync" Gosync = gosync_mutex::Mutex<()>, |m| m.lock();
    "std" Std = std::sync::Mutex<()>, |m| m.lock().unwrap();
    "parking_lot 0.13" ParkingLot = parking_lot::Mutex<()>, |m| m.lock();
    "parking_lot 0.12" ParkingLot12 = parking_lot_012::Mutex<()>, |m| m.lock();
    "usync" Usync = usync::Mutex<()>, |m| m.lock();
}

#[derive(Clone, Copy)]
enum Workload {
    /// One thread locks and unlocks.
    Alone,
    /// Threads work inside, and as much outside.
    Sections { threads: usize, rounds: u32 },
    /// The same, each wait measured.
    Waits { threads: usize, rounds: u32 },
    /// One thread holds, and takes again at once; others want it after each sleep of 100 us.
    Hog { hold: Duration, wanters: usize },
}

impl Workload {
    fn show(self, rates: Spread, longest: Spread) -> String {
        let Spread { median, low, high } = rates;
        match self {
            Self::Alone => format!("{:.2} ns", 1e3 / median),
            Self::Sections { .. } => format!("{median:.1} ({low:.1}-{high:.1}) M/s"),
            Self::Waits { .. } => format!("{median:.1} M/s {:.2} ms", longest.median),
            Self::Hog { .. } => format!("{:.0} /s {:.2} ms", median * 1e6, longest.median),
        }
    }
}

const SHORT: Duration = Duration::from_nanos(150);

const LENGTH: Duration = Duration::from_millis(100);

fn run<L: Lock>(workload: Workload) -> Sample {
    let lock = Padded(L::default());
    let lock = &lock.0;
    match workload {
        Workload::Alone => {
            const TIMES: u32 = 4_000_000;
            let begin = Instant::now();
            for _ in 0..TIMES {
                lock.with(|| black_box(()));
            }
            let rate = f64::from(TIMES) / begin.elapsed().as_secs_f64() / 1e6;
            Sample { rate, longest: 0.0 }
        }
        Workload::Sections { threads, rounds } => race(threads, LENGTH, |_, stop| {
            let (mut times, mut x) = (0, 1);
            while !stop.load(Relaxed) {
                lock.with(|| x = work(x, rounds));
                x = work(x, rounds);
                times += 1;
            }
            black_box(x);
            (times, Duration::ZERO)
        }),
        Workload::Waits { threads, rounds } => race(threads, LENGTH, |_, stop| {
            let mut x = 1;
            repeat(stop, || {
                let begin = Instant::now();
                let waited = lock.with(|| {
                    let waited = begin.elapsed();
                    x = work(x, rounds);
                    waited
                });
                x = work(x, rounds);
                waited
            })
        }),
        Workload::Hog { hold, wanters } => race(wanters + 1, 3 * LENGTH, |thread, stop| {
            if thread == 0 {
                while !stop.load(Relaxed) {
                    lock.with(|| {
                        let begin = Instant::now();
                        while begin.elapsed() < hold {}
                    });
                }
                return (0, Duration::ZERO);
            }
            repeat(stop, || {
                std::thread::sleep(Duration::from_micros(100));
                let begin = Instant::now();
                lock.with(|| begin.elapsed())
            })
        }),
    }
}

/// Calls `once` until told to stop; how often, and the longest that it returned.
fn repeat(stop: &AtomicBool, mut once: impl FnMut() -> Duration) -> (u64, Duration) {
    let (mut times, mut longest) = (0, Duration::ZERO);
    while !stop.load(Relaxed) {
        longest = longest.max(once());
        times += 1;
    }
    (times, longest)
}

fn workloads() -> Vec<(String, Workload)> {
    let mut all = vec![("alone".to_owned(), Workload::Alone)];
    for (name, rounds) in [("tiny", 0), ("short", rounds_of(SHORT))] {
        for threads in [2, 3, 4, 8, 16, 64, 256] {
            all.push((
                format!("{name}-{threads}"),
                Workload::Sections { threads, rounds },
            ));
        }
        for threads in [16, 64] {
            all.push((
                format!("{name}-{threads}-waits"),
                Workload::Waits { threads, rounds },
            ));
        }
    }
    for (us, wanters) in [(100, 1), (100, 8), (10, 1), (1000, 1)] {
        let hold = Duration::from_micros(us);
        all.push((
            format!("hog-{us}us-{wanters}"),
            Workload::Hog { hold, wanters },
        ));
    }
    all
}

fn main() {
    let options = Options::from_env(5);
    print!("{:16}", "");
    for peer in PEERS {
        print!("{:>26}", peer.name);
    }
    println!();
    for (name, workload) in workloads() {
        if !options.wants(&name) {
            continue;
        }
        let mut samples = vec![Vec::new(); PEERS.len()];
        for _ in 0..options.rounds {
            for (peer, samples) in PEERS.iter().zip(&mut samples) {
                samples.push((peer.run)(workload));
            }
        }
        print!("{name:16}");
        for samples in &samples {
            let rates = Spread::of(samples.iter().map(|sample| sample.rate));
            let longest = Spread::of(samples.iter().map(|sample| sample.longest));
            print!("{:>26}", workload.show(rates, longest));
        }
        println!();
    }
}
