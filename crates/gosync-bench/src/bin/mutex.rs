//! The mutex against its peers: `cargo xtask bench mutex [ROUNDS] [WORKLOAD ...]`.
//!
//! | workload | what it is |
//! |---|---|
//! | alone | one thread locks and unlocks |
//! | tiny-N | N threads lock and unlock, as fast as they can. What one makes is more than several can make by turns |
//! | short-N | N threads work for 0.15 us inside, and as long outside |
//! | tiny-N-waits, short-N-waits | the same, each wait measured |
//! | hog-H-N | one thread holds for H us, and takes again at once; N others want it after each sleep of 100 us: how often they get it |
//! | sweep-C-R-N | N threads work for C us at a time, the part R of it inside: the sweep of golang/go issue 33747 |
//! | idle | 64 threads wait for a second: the processor time that they take, together |
//!
//! Each lock has its cache lines to itself; the peers take turns within each round. Shown are
//! medians over the rounds, with the spread in brackets; for waits, the median of each round's
//! longest. The last column is the rate of gosync as a multiple of the best peer's.

use std::{
    hint::black_box,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};

use gosync_bench::{
    Options, Padded, Peer, Sample, Table, go, processor_time, race, rounds_of, table, work,
};

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

        /// The first one is ours.
        fn peers() -> Vec<Peer<Workload>> {
            vec![$(Peer::new($name, run::<$ty>)),*]
        }
    };
}

peers! {
    "gosync" Gosync = gosync_mutex::Mutex<()>, |m| m.lock();
    "std" Std = std::sync::Mutex<()>, |m| m.lock().unwrap();
    "parking_lot 0.13" ParkingLot = parking_lot::Mutex<()>, |m| m.lock();
    "parking_lot 0.12" ParkingLot12 = parking_lot_012::Mutex<()>, |m| m.lock();
    "usync" Usync = usync::Mutex<()>, |m| m.lock();
}

/// What the threads do.
#[derive(Clone, Copy)]
enum Kind {
    Alone,
    Sections,
    Waits,
    Hog,
    Idle,
}

struct Workload {
    name: String,
    kind: Kind,
    threads: usize,
    /// The time of a section, and between two sections.
    times: [Duration; 2],
}

const LENGTH: Duration = Duration::from_millis(100);

impl Workload {
    fn new(name: String, kind: Kind, threads: usize, times: [Duration; 2]) -> Self {
        Self {
            name,
            kind,
            threads,
            times,
        }
    }

    fn all() -> Vec<Self> {
        let us = |us: f64| Duration::from_secs_f64(us * 1e-6);
        let none = [Duration::ZERO; 2];
        let mut all = vec![Self::new("alone".to_owned(), Kind::Alone, 1, none)];
        for (name, time) in [("tiny", 0.0), ("short", 0.15)] {
            let times = [us(time); 2];
            for n in [1, 2, 3, 4, 8, 16, 64, 256] {
                all.push(Self::new(format!("{name}-{n}"), Kind::Sections, n, times));
            }
            for n in [16, 64] {
                let name = format!("{name}-{n}-waits");
                all.push(Self::new(name, Kind::Waits, n, times));
            }
        }
        for (hold, wanters) in [(100.0, 1), (100.0, 8), (10.0, 1), (1000.0, 1)] {
            let name = format!("hog-{hold}-{wanters}");
            let times = [us(hold), us(100.0)];
            all.push(Self::new(name, Kind::Hog, wanters + 1, times));
        }
        for cost in [1.0, 10.0, 100.0] {
            for part in [0.01, 0.1, 0.5] {
                for n in [2, 16, 256] {
                    let name = format!("sweep-{cost}-{part}-{n}");
                    let times = [us(cost * part), us(cost * (1.0 - part))];
                    all.push(Self::new(name, Kind::Sections, n, times));
                }
            }
        }
        if processor_time().is_some() {
            all.push(Self::new("idle".to_owned(), Kind::Idle, 64, none));
        }
        all
    }

    fn length(&self) -> Duration {
        match self.kind {
            Kind::Hog => 3 * LENGTH,
            _ => LENGTH,
        }
    }

    /// The Go program's turn, if it has this workload.
    fn run_go(&self, program: &go::Program) -> Option<Sample> {
        let kind = match self.kind {
            Kind::Alone => "alone",
            Kind::Sections => "sections",
            Kind::Waits => "waits",
            Kind::Hog => "hog",
            Kind::Idle => return None,
        };
        let [inside, outside] = self.times.map(|time| time.as_nanos());
        let workload = format!("{kind}-{inside}-{outside}");
        Some(program.run(&workload, self.threads, self.length()))
    }

    fn show(&self) -> table::Show {
        match self.kind {
            Kind::Alone | Kind::Idle => table::time,
            Kind::Sections => table::rate,
            Kind::Waits | Kind::Hog => table::rate_and_longest,
        }
    }
}

fn run<L: Lock>(workload: &Workload) -> Sample {
    let lock = Padded(L::default());
    let lock = &lock.0;
    // Anew for each turn, as Go does: the machine's speed changes.
    let [inside, outside] = workload.times.map(rounds_of);
    match workload.kind {
        Kind::Alone => race(1, workload.length(), |_, stop| {
            let mut times = 0;
            while !stop.load(Relaxed) {
                for _ in 0..64 {
                    lock.with(|| black_box(()));
                }
                times += 64;
            }
            (times, Duration::ZERO)
        }),
        Kind::Sections => race(workload.threads, workload.length(), |_, stop| {
            let (mut times, mut x) = (0, 1);
            while !stop.load(Relaxed) {
                lock.with(|| x = work(x, inside));
                x = work(x, outside);
                times += 1;
            }
            black_box(x);
            (times, Duration::ZERO)
        }),
        Kind::Waits => race(workload.threads, workload.length(), |_, stop| {
            let mut x = 1;
            let waits = repeat(stop, || {
                let begin = Instant::now();
                let waited = lock.with(|| {
                    let waited = begin.elapsed();
                    x = work(x, inside);
                    waited
                });
                x = work(x, outside);
                waited
            });
            black_box(x);
            waits
        }),
        Kind::Hog => race(workload.threads, workload.length(), |thread, stop| {
            let [hold, pause] = workload.times;
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
                std::thread::sleep(pause);
                let begin = Instant::now();
                lock.with(|| begin.elapsed())
            })
        }),
        Kind::Idle => std::thread::scope(|s| {
            lock.with(|| {
                for _ in 0..workload.threads {
                    s.spawn(|| lock.with(|| ()));
                }
                // Until they have all come, and gone to sleep: that costs a little, too.
                std::thread::sleep(LENGTH);
                let before = processor_time();
                std::thread::sleep(Duration::from_secs(1) - LENGTH);
                let taken = before
                    .zip(processor_time())
                    .map(|(before, now)| now - before);
                Sample::of_time(taken.unwrap_or_default().as_secs_f64() * 1e9)
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

fn main() -> ExitCode {
    let mut peers = peers();
    peers.extend(go::peer("mutex", |program, workload: &Workload| {
        workload.run_go(program)
    }));
    let mut table = Table::new(Options::from_env(5), peers, &[("best", &[])]);
    for workload in Workload::all() {
        table.row(&workload.name, &workload, workload.show());
    }
    table.end()
}
