//! Once against its peers: `cargo xtask bench once [ROUNDS] [WORKLOAD ...]`.
//!
//! | workload | what it is |
//! |---|---|
//! | done | a call when all is done |
//! | first | a new one, and its first call |
//! | contended-N | N threads call one new one after the other, and meet there; one of them |
//! | func, value | a call of an `OnceFunc`, an `OnceValue` when all is done; std's is `LazyLock` |

use std::{
    hint::black_box,
    process::ExitCode,
    sync::LazyLock,
    time::{Duration, Instant},
};

use gosync_bench::{Options, Padded, Peer, Sample, Table, go, race, table};
use gosync_once::{OnceFunc, OnceValue};

const TIMES: u32 = 1 << 24;
const LENGTH: Duration = Duration::from_millis(50);

trait Once: Sync {
    fn new() -> Self;
    fn call(&self, f: impl FnOnce());
}

macro_rules! once {
    ($($once:ty),*) => {$(
        impl Once for $once {
            #[inline]
            fn new() -> Self {
                <$once>::new()
            }

            #[inline]
            fn call(&self, f: impl FnOnce()) {
                self.call_once(f);
            }
        }
    )*};
}

once!(gosync_once::Once, std::sync::Once, parking_lot::Once);

/// What `body` takes. Written out sixteen times, so that little of it is the loop, whose speed
/// depends on where the linker puts it.
fn time(body: impl Fn()) -> Sample {
    let four = || {
        body();
        body();
        body();
        body();
    };
    let begin = Instant::now();
    for _ in 0..TIMES / 16 {
        four();
        four();
        four();
        four();
    }
    Sample::of_time(begin.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES))
}

/// A time on the way through a row of new ones, which all threads go as fast as they can.
fn contended<O: Once>(threads: usize) -> Sample {
    const ROW: u64 = 200_000;
    let row: Vec<_> = (0..ROW).map(|_| O::new()).collect();
    race(threads, Duration::ZERO, |thread, _| {
        for once in &row {
            once.call(|| {
                black_box(());
            });
        }
        (if thread == 0 { ROW } else { 0 }, Duration::ZERO)
    })
}

#[derive(Clone, Copy)]
enum Workload {
    Done,
    First,
    Contended(usize),
    Func,
    Value,
}
use Workload::*;

impl Workload {
    fn name(self) -> String {
        match self {
            Done => "done".to_owned(),
            First => "first".to_owned(),
            Contended(threads) => format!("contended-{threads}"),
            Func => "func".to_owned(),
            Value => "value".to_owned(),
        }
    }
}

fn run<O: Once>(workload: Workload, func: fn() -> Sample, value: fn() -> Sample) -> Sample {
    match workload {
        Done => {
            let once = Padded(O::new());
            time(|| black_box(&once).0.call(|| ()))
        }
        First => time(|| black_box(&O::new()).call(|| ())),
        Contended(threads) => contended::<O>(threads),
        Func => func(),
        Value => value(),
    }
}

fn func() -> Sample {
    let func = OnceFunc::new(|| {
        black_box(());
    });
    time(|| black_box(&func).call())
}

fn value() -> Sample {
    let value = OnceValue::new(|| 1_u64);
    time(|| {
        black_box(black_box(&value).get());
    })
}

/// The same for a function without a result, and one with.
fn lazy<T: From<u8>>() -> Sample {
    let lazy = LazyLock::new(|| T::from(1));
    time(|| {
        black_box(LazyLock::force(black_box(&lazy)));
    })
}

fn main() -> ExitCode {
    let mut peers = vec![
        Peer::new("gosync", |&workload| {
            run::<gosync_once::Once>(workload, func, value)
        }),
        Peer::new("std", |&workload| {
            run::<std::sync::Once>(workload, lazy::<u8>, lazy::<u64>)
        }),
        Peer::of_some("parking_lot", |&workload| match workload {
            Func | Value => None,
            _ => Some(run::<parking_lot::Once>(workload, func, value)),
        }),
    ];
    peers.extend(go::peer("once", |program, &workload| {
        let threads = match workload {
            Contended(threads) => threads,
            _ => 1,
        };
        let name = workload.name();
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
        Some(program.run(name.trim_end_matches('-'), threads, LENGTH))
    }));
    let comparisons = &[("std", &["std"] as &[_]), ("Go", &["Go"])];
    let mut table = Table::new(Options::from_env(5), peers, comparisons);
    for workload in [Done, First, Contended(2), Contended(8), Func, Value] {
        table.row(&workload.name(), &workload, table::time);
    }
    table.end()
}
