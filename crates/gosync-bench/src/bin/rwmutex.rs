//! The reader-writer lock against its peers: `cargo xtask bench rwmutex [ROUNDS] [WORKLOAD ...]`.
//!
//! Each lock has its cache lines to itself; the peers take turns within each round. Shown are
//! medians over the rounds, with the spread in brackets; for waits, the median over the rounds of
//! each round's median and of each round's longest. The last columns compare the first peer to the
//! best of the others that are named, round by round: above 1 it is the better one.
//!
//! `plain` is Go's algorithm in Rust (`src/plain.rs`), `Go` is `go/rwmutex/main.go`, built and run
//! if there is a `go`.

use std::{
    hint::black_box,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use gosync_bench::{
    Options, Padded, Peer, Sample, Spread, Table, go,
    plain::Plain,
    race,
    table::{self, Comparison},
};

trait Lock: Sync + Default {
    fn read<R>(&self, section: impl FnOnce() -> R) -> R;
    fn write<R>(&self, section: impl FnOnce() -> R) -> R;
}

macro_rules! locks {
    ($($name:ident = $inner:ty, |$lock:ident| $read:expr, $write:expr;)*) => {$(
        #[derive(Default)]
        struct $name($inner);

        impl Lock for $name {
            #[inline]
            fn read<R>(&self, section: impl FnOnce() -> R) -> R {
                let $lock = &self.0;
                let _guard = $read;
                section()
            }

            #[inline]
            fn write<R>(&self, section: impl FnOnce() -> R) -> R {
                let $lock = &self.0;
                let _guard = $write;
                section()
            }
        }
    )*};
}

locks! {
    Gosync = gosync_rwmutex::RwMutex<()>, |lock| lock.read(), lock.write();
    Std = std::sync::RwLock<()>, |lock| lock.read().unwrap(), lock.write().unwrap();
    ParkingLot = parking_lot::RwLock<()>, |lock| lock.read(), lock.write();
    Usync = usync::RwLock<()>, |lock| lock.read(), lock.write();
    Crossbeam = crossbeam_utils::sync::ShardedLock<()>,
        |lock| lock.read().unwrap(), lock.write().unwrap();
}

impl Lock for Plain {
    #[inline]
    fn read<R>(&self, section: impl FnOnce() -> R) -> R {
        self.lock_shared();
        let result = section();
        self.unlock_shared();
        result
    }

    #[inline]
    fn write<R>(&self, section: impl FnOnce() -> R) -> R {
        self.lock_exclusive();
        let result = section();
        self.unlock_exclusive();
        result
    }
}

#[derive(Clone, Copy)]
enum Workload {
    /// One thread reads.
    ReadAlone,
    /// One thread writes.
    WriteAlone,
    /// All threads read, and one time in so many they write; not at all if 0.
    Mixed { threads: usize, one_in: u64 },
    /// The same on a thousand locks, another one each time.
    Locks { threads: usize, one_in: u64 },
    /// A writer comes each millisecond, to readers that hold for 50 us and come again at once.
    WriterEachMs { readers: usize },
    /// A reader comes after each sleep of 100 us, to writers that hold for 20 us and come again at
    /// once.
    ReaderAmongWriters { writers: usize },
}
use Workload::{Locks, Mixed, ReadAlone, ReaderAmongWriters, WriteAlone, WriterEachMs};

impl Workload {
    fn all() -> Vec<(String, Self)> {
        let mut all = vec![
            ("read-alone".to_owned(), ReadAlone),
            ("write-alone".to_owned(), WriteAlone),
        ];
        for one_in in [0, 100, 10, 2] {
            for threads in [1, 2, 4, 16] {
                let name = match one_in {
                    0 => format!("readers-{threads}"),
                    _ => format!("write-1in{one_in}-{threads}"),
                };
                all.push((name, Mixed { threads, one_in }));
            }
        }
        for one_in in [0, 100] {
            for threads in [2, 16] {
                let name = match one_in {
                    0 => format!("locks-{threads}"),
                    _ => format!("locks-1in{one_in}-{threads}"),
                };
                all.push((name, Locks { threads, one_in }));
            }
        }
        for readers in [2, 8] {
            all.push((format!("writer-ms-{readers}"), WriterEachMs { readers }));
        }
        for writers in [1, 2, 4] {
            all.push((
                format!("reader-among-{writers}"),
                ReaderAmongWriters { writers },
            ));
        }
        all
    }

    fn threads(self) -> usize {
        match self {
            ReadAlone | WriteAlone => 1,
            Mixed { threads, .. } | Locks { threads, .. } => threads,
            WriterEachMs { readers } => readers + 1,
            ReaderAmongWriters { writers } => writers + 1,
        }
    }

    fn length(self) -> Duration {
        match self {
            WriterEachMs { .. } | ReaderAmongWriters { .. } => Duration::from_millis(300),
            _ => Duration::from_millis(100),
        }
    }

    fn show(self) -> table::Show {
        match self {
            ReadAlone | WriteAlone => table::time,
            Mixed { .. } | Locks { .. } => table::rate,
            WriterEachMs { .. } | ReaderAmongWriters { .. } => table::time_and_longest,
        }
    }
}

const HOLD_READING: Duration = Duration::from_micros(50);
const HOLD_WRITING: Duration = Duration::from_micros(20);

fn hold(length: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < length {}
}

fn alone(once: impl Fn()) -> Sample {
    const TIMES: u32 = 4_000_000;
    let begin = Instant::now();
    for _ in 0..TIMES {
        once();
    }
    Sample::of_time(begin.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES))
}

/// `threads` threads do `once` with a number that counts up.
fn mixed(threads: usize, length: Duration, once: impl Fn(u64) + Sync) -> Sample {
    race(threads, length, |thread, stop| {
        // So that the threads do not write at the same time.
        let first = thread as u64 * 37;
        let mut i = first;
        while !stop.load(Relaxed) {
            once(i);
            i += 1;
        }
        (i - first, Duration::ZERO)
    })
}

/// One thread waits, again and again, for what the others do not let go.
fn waits(
    workload: Workload,
    pause: Duration,
    wait: impl Fn(Instant) -> Duration + Sync,
    others: impl Fn() + Sync,
) -> Sample {
    let waited = Mutex::new(Vec::new());
    let until = |stop: &AtomicBool, body: &dyn Fn()| {
        while !stop.load(Relaxed) {
            body();
        }
    };
    let sample = race(workload.threads(), workload.length(), |thread, stop| {
        if thread != 0 {
            until(stop, &others);
            return (0, Duration::ZERO);
        }
        let mut mine = Vec::new();
        while !stop.load(Relaxed) {
            std::thread::sleep(pause);
            mine.push(wait(Instant::now()));
        }
        let longest = mine.iter().copied().max().unwrap_or_default();
        *waited.lock().unwrap() = mine;
        (0, longest)
    });
    let waited = waited.into_inner().unwrap();
    let median = Spread::of(waited.iter().map(|wait| wait.as_secs_f64() * 1e6)).median;
    Sample {
        rate: 1.0 / median,
        other: sample.other,
    }
}

fn run<L: Lock>(workload: Workload) -> Sample {
    let lock = Padded(L::default());
    let lock = &lock.0;
    let length = workload.length();
    match workload {
        ReadAlone => alone(|| lock.read(|| black_box(()))),
        WriteAlone => alone(|| lock.write(|| black_box(()))),
        Mixed { threads, one_in: 0 } => mixed(threads, length, |_| lock.read(|| black_box(()))),
        Mixed { threads, one_in } => mixed(threads, length, |i| {
            if i.is_multiple_of(one_in) {
                lock.write(|| black_box(()));
            } else {
                lock.read(|| black_box(()));
            }
        }),
        Locks { threads, one_in } => {
            let locks: Vec<_> = (0..1000).map(|_| Padded(L::default())).collect();
            mixed(threads, length, |i| {
                let lock = &locks[(i % 1000) as usize].0;
                // Another one of the locks each time round.
                if one_in != 0 && (i + i / 1000).is_multiple_of(one_in) {
                    lock.write(|| black_box(()));
                } else {
                    lock.read(|| black_box(()));
                }
            })
        }
        WriterEachMs { .. } => waits(
            workload,
            Duration::from_millis(1),
            |begin| lock.write(|| begin.elapsed()),
            || lock.read(|| hold(HOLD_READING)),
        ),
        ReaderAmongWriters { .. } => waits(
            workload,
            Duration::from_micros(100),
            |begin| lock.read(|| begin.elapsed()),
            || lock.write(|| hold(HOLD_WRITING)),
        ),
    }
}

/// A workload and its name.
type Named = (String, Workload);

fn peers() -> Vec<Peer<Named>> {
    fn peer<L: Lock>(name: &'static str) -> Peer<Named> {
        Peer::new(name, |(_, workload): &Named| run::<L>(*workload))
    }
    let mut peers = vec![
        peer::<Gosync>("gosync"),
        peer::<Plain>("plain"),
        peer::<Std>("std"),
        peer::<ParkingLot>("parking_lot"),
        peer::<Usync>("usync"),
        peer::<Crossbeam>("ShardedLock"),
    ];
    peers.extend(go::peer("rwmutex", |program, (name, workload): &Named| {
        let sample = program.run(name, workload.threads(), workload.length());
        Some(match workload {
            // It prints waits.
            WriterEachMs { .. } | ReaderAmongWriters { .. } => Sample {
                rate: 1.0 / sample.rate,
                ..sample
            },
            _ => sample,
        })
    }));
    peers
}

/// What the figures of the first peer are compared to: all single-word locks and Go, the plain
/// lock, `ShardedLock`.
const COMPARISONS: &[Comparison] = &[
    ("std, p_l, Go", &["std", "parking_lot", "Go"]),
    ("plain", &["plain"]),
    ("ShardedLock", &["ShardedLock"]),
];

fn main() -> ExitCode {
    let mut table = Table::new(Options::from_env(5), peers(), COMPARISONS);
    for named in Workload::all() {
        table.row(&named.0, &named, named.1.show());
    }
    table.end()
}
