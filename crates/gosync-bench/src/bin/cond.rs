//! The condition variable against its peers: `cargo xtask bench cond [ROUNDS] [WORKLOAD ...]`.
//!
//! | workload | what it is |
//! |---|---|
//! | nobody | a notification that nobody waits for |
//! | ping-pong | two threads take turns; a turn |
//! | broadcast-N | N threads wait for the next round, and all are told; a round |

use std::{
    hint::black_box,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};

use gosync_bench::{Options, Padded, Peer, Sample, Table, go, race, table};

const LENGTH: Duration = Duration::from_millis(100);
const TIMES: u32 = 10_000_000;

/// A mutex over a number, and two condition variables.
trait Monitor: Sync + Default {
    /// Locks, waits at `at` for as long as the condition holds, changes the number, and unlocks.
    fn wait_while(&self, at: usize, holds: impl Fn(u32) -> bool, then: impl FnOnce(&mut u32));
    fn notify_one(&self, at: usize);
    fn notify_all(&self, at: usize);
}

macro_rules! monitor {
    ($ty:ident, $mutex:ty, $cond:ty, |$m:ident| $lock:expr, |$c:ident, $guard:ident| $wait:expr) => {
        #[derive(Default)]
        struct $ty {
            mutex: Padded<$mutex>,
            conds: [Padded<$cond>; 2],
        }

        impl Monitor for $ty {
            fn wait_while(
                &self,
                at: usize,
                holds: impl Fn(u32) -> bool,
                then: impl FnOnce(&mut u32),
            ) {
                let $c = &self.conds[at].0;
                let $m = &self.mutex.0;
                let mut $guard = $lock;
                while holds(*$guard) {
                    $wait;
                }
                then(&mut $guard);
            }

            #[inline]
            fn notify_one(&self, at: usize) {
                self.conds[at].0.notify_one();
            }

            #[inline]
            fn notify_all(&self, at: usize) {
                self.conds[at].0.notify_all();
            }
        }
    };
}

monitor!(
    Gosync,
    gosync_mutex::Mutex<u32>,
    gosync_cond::Cond,
    |mutex| mutex.lock(),
    |cond, guard| cond.wait(&mut guard)
);
monitor!(
    Std,
    std::sync::Mutex<u32>,
    std::sync::Condvar,
    |mutex| mutex.lock().unwrap(),
    |cond, guard| guard = cond.wait(guard).unwrap()
);
monitor!(
    ParkingLot,
    parking_lot::Mutex<u32>,
    parking_lot::Condvar,
    |mutex| mutex.lock(),
    |cond, guard| cond.wait(&mut guard)
);

fn nobody<M: Monitor>() -> Sample {
    let monitor = M::default();
    let begin = Instant::now();
    for _ in 0..TIMES {
        black_box(&monitor).notify_one(0);
    }
    Sample::of_time(begin.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES))
}

/// The number that tells all to end.
const END: u32 = u32::MAX;

fn ping_pong<M: Monitor>() -> Sample {
    let monitor = M::default();
    let body = |thread: usize, stop: &AtomicBool| {
        let mut turns = 0;
        let mut ended = false;
        while !ended {
            let holds = |turn| turn != END && turn as usize != thread;
            monitor.wait_while(thread, holds, |turn| {
                if *turn == END || stop.load(Relaxed) {
                    *turn = END;
                    ended = true;
                } else {
                    *turn = 1 - *turn;
                }
            });
            monitor.notify_one(1 - thread);
            turns += 1;
        }
        (turns, Duration::ZERO)
    };
    race(2, LENGTH, body)
}

/// A round begins with a notification to all at 0. The last of them to see it notifies the one
/// that begins the next, at 1.
fn broadcast<M: Monitor>(waiters: u32) -> Sample {
    let monitor = M::default();
    // The number: round * (waiters + 1) + how many have seen the round.
    let step = waiters + 1;
    std::thread::scope(|s| {
        for _ in 0..waiters {
            s.spawn(|| {
                let mut seen = 0;
                while seen != END {
                    let (before, mut last) = (seen, false);
                    monitor.wait_while(
                        0,
                        |now| now != END && now / step == before,
                        |now| {
                            if *now == END {
                                seen = END;
                            } else {
                                seen = *now / step;
                                *now += 1;
                                last = *now % step == waiters;
                            }
                        },
                    );
                    if last {
                        monitor.notify_one(1);
                    }
                }
            });
        }
        let (begin, mut rounds) = (Instant::now(), 0_u32);
        // The first round is over before it begins: nobody has to see it.
        monitor.wait_while(1, |_| false, |now| *now = waiters);
        while begin.elapsed() < LENGTH {
            monitor.wait_while(1, |now| now % step != waiters, |now| *now += 1);
            monitor.notify_all(0);
            rounds += 1;
        }
        let took = begin.elapsed();
        monitor.wait_while(1, |now| now % step != waiters, |now| *now = END);
        monitor.notify_all(0);
        Sample::of_time(took.as_secs_f64() * 1e9 / f64::from(rounds))
    })
}

#[derive(Clone, Copy)]
enum Workload {
    Nobody,
    PingPong,
    Broadcast(u32),
}
use Workload::*;

impl Workload {
    fn name(self) -> String {
        match self {
            Nobody => "nobody".to_owned(),
            PingPong => "ping-pong".to_owned(),
            Broadcast(waiters) => format!("broadcast-{waiters}"),
        }
    }

    fn run_go(self, program: &go::Program) -> Sample {
        let (name, threads) = match self {
            Nobody => ("nobody", 1),
            PingPong => ("ping-pong", 2),
            Broadcast(waiters) => ("broadcast", waiters as usize),
        };
        program.run(name, threads, LENGTH)
    }
}

fn run<M: Monitor>(workload: &Workload) -> Sample {
    match *workload {
        Nobody => nobody::<M>(),
        PingPong => ping_pong::<M>(),
        Broadcast(waiters) => broadcast::<M>(waiters),
    }
}

fn main() -> ExitCode {
    let mut peers = vec![
        Peer::new("gosync", run::<Gosync>),
        Peer::new("std", run::<Std>),
        Peer::new("parking_lot", run::<ParkingLot>),
    ];
    peers.extend(go::peer("cond", |program, workload: &Workload| {
        Some(workload.run_go(program))
    }));
    let comparisons = &[("std, p_l", &["std", "parking_lot"] as &[_])];
    let mut table = Table::new(Options::from_env(5), peers, comparisons);
    for workload in [Nobody, PingPong, Broadcast(2), Broadcast(8), Broadcast(32)] {
        table.row(&workload.name(), &workload, table::time);
    }
    table.end()
}
