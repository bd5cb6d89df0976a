//! The WaitGroup against its peers: `cargo xtask bench waitgroup [ROUNDS] [WORKLOAD ...]`.
//!
//! | workload | what it is |
//! |---|---|
//! | add-done-N | N threads count up and down again, each as fast as it can |
//! | tasks | eight tasks are handed to two threads, each through a place that its thread polls, and waited for |
//! | tasks-channel | the same, through a channel of std's for each thread, which may sleep |

use std::{
    process::ExitCode,
    sync::{
        Condvar, Mutex,
        atomic::{
            AtomicBool, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use gosync_bench::{Options, Padded, Peer, Place, Sample, Table, go, race, table};

const LENGTH: Duration = Duration::from_millis(100);
const WORKERS: usize = 2;
const TASKS: usize = 8;

/// What can be waited for, again and again.
trait Group: Sync + Default {
    /// What is waited for once.
    type Round<'a>: Round<Share: 'a>
    where
        Self: 'a;
    fn round(&self) -> Self::Round<'_>;
}

trait Round {
    /// One in the count, until it is dropped.
    type Share: Send;
    fn share(&self) -> Self::Share;
    fn wait(self);
}

impl Group for gosync_waitgroup::WaitGroup {
    type Round<'a> = &'a Self;

    fn round(&self) -> &Self {
        self
    }
}

impl<'a> Round for &'a gosync_waitgroup::WaitGroup {
    type Share = gosync_waitgroup::Token<'a>;

    #[inline]
    fn share(&self) -> Self::Share {
        self.token()
    }

    fn wait(self) {
        gosync_waitgroup::WaitGroup::wait(self);
    }
}

/// It is used up by a wait, so there is a new one for each round.
#[derive(Default)]
struct Crossbeam;

impl Group for Crossbeam {
    type Round<'a> = crossbeam_utils::sync::WaitGroup;

    fn round(&self) -> Self::Round<'_> {
        crossbeam_utils::sync::WaitGroup::new()
    }
}

impl Round for crossbeam_utils::sync::WaitGroup {
    type Share = Self;

    #[inline]
    fn share(&self) -> Self {
        self.clone()
    }

    fn wait(self) {
        Self::wait(self);
    }
}

/// What one writes by hand.
#[derive(Default)]
struct ByHand {
    count: Mutex<usize>,
    zero: Condvar,
}

struct ByHandShare<'a>(&'a ByHand);

impl Drop for ByHandShare<'_> {
    #[inline]
    fn drop(&mut self) {
        let mut count = self.0.count.lock().unwrap();
        *count -= 1;
        if *count == 0 {
            self.0.zero.notify_all();
        }
    }
}

impl Group for ByHand {
    type Round<'a> = &'a Self;

    fn round(&self) -> &Self {
        self
    }
}

impl<'a> Round for &'a ByHand {
    type Share = ByHandShare<'a>;

    #[inline]
    fn share(&self) -> Self::Share {
        *self.count.lock().unwrap() += 1;
        ByHandShare(self)
    }

    fn wait(self) {
        let count = self.count.lock().unwrap();
        drop(self.zero.wait_while(count, |count| *count > 0).unwrap());
    }
}

/// A count and nothing else, polled without an end: what of `tasks` is the hand-over's.
#[derive(Default)]
struct Polled(AtomicUsize);

struct PolledShare<'a>(&'a AtomicUsize);

impl Drop for PolledShare<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.fetch_sub(1, Release);
    }
}

impl Group for Polled {
    type Round<'a> = &'a Self;

    fn round(&self) -> &Self {
        self
    }
}

impl<'a> Round for &'a Polled {
    type Share = PolledShare<'a>;

    #[inline]
    fn share(&self) -> Self::Share {
        self.0.fetch_add(1, Relaxed);
        PolledShare(&self.0)
    }

    fn wait(self) {
        while self.0.load(Acquire) != 0 {
            std::hint::spin_loop();
        }
    }
}

fn add_done<G: Group>(threads: usize) -> Sample
where
    for<'a> G::Round<'a>: Sync,
{
    let group = Padded(G::default());
    let round = Padded(group.0.round());
    let body = |_, stop: &AtomicBool| {
        let mut times = 0;
        while !stop.load(Relaxed) {
            for _ in 0..16 {
                drop(round.0.share());
            }
            times += 16;
        }
        (times, Duration::ZERO)
    };
    race(threads, LENGTH, body)
}

/// Runs rounds of `hand_out` for a while.
fn rounds<'a, G: Group>(group: &'a G, mut hand_out: impl FnMut(&G::Round<'a>)) -> Sample {
    let (begin, mut times) = (Instant::now(), 0_u32);
    while begin.elapsed() < LENGTH {
        let round = group.round();
        hand_out(&round);
        round.wait();
        times += 1;
    }
    Sample::of_time(begin.elapsed().as_secs_f64() * 1e9 / f64::from(times))
}

fn tasks<G: Group>() -> Sample {
    const PLACES: usize = TASKS / WORKERS;
    // Three threads may have two processors: who waits does not keep one for long.
    const LOOKS: u32 = 50;
    let group = Padded(G::default());
    let place = || Place::<Option<<G::Round<'_> as Round>::Share>>::new(None, LOOKS);
    let workers = [(); WORKERS].map(|()| [(); PLACES].map(|()| place()));
    let stop = AtomicBool::new(false);
    thread::scope(|s| {
        for places in &workers {
            let stop = &stop;
            s.spawn(move || {
                let mut places = places.iter().cycle();
                while places
                    .next()
                    .unwrap()
                    .when(true, stop, |share| drop(share.take()))
                {}
            });
        }
        let sample = rounds(&group.0, |round| {
            for i in 0..TASKS {
                let place = &workers[i % WORKERS][i / WORKERS];
                let share = round.share();
                assert!(place.when(false, &stop, |place| *place = Some(share)));
            }
        });
        stop.store(true, Relaxed);
        sample
    })
}

fn tasks_channel<G: Group>() -> Sample {
    let group = Padded(G::default());
    thread::scope(|s| {
        let workers = [(); WORKERS].map(|()| {
            let (send, receive) = mpsc::channel::<<G::Round<'_> as Round>::Share>();
            s.spawn(move || receive.iter().for_each(drop));
            send
        });
        rounds(&group.0, |round| {
            for i in 0..TASKS {
                workers[i % WORKERS].send(round.share()).unwrap();
            }
        })
    })
}

enum Workload {
    AddDone(usize),
    Tasks,
    TasksChannel,
}
use Workload::*;

impl Workload {
    fn name(&self) -> String {
        match self {
            AddDone(threads) => format!("add-done-{threads}"),
            Tasks => "tasks".to_owned(),
            TasksChannel => "tasks-channel".to_owned(),
        }
    }
}

fn run<G: Group>(workload: &Workload) -> Sample
where
    for<'a> G::Round<'a>: Sync,
{
    match *workload {
        AddDone(threads) => add_done::<G>(threads),
        Tasks => tasks::<G>(),
        TasksChannel => tasks_channel::<G>(),
    }
}

fn main() -> ExitCode {
    let mut peers = vec![
        Peer::new("gosync", run::<gosync_waitgroup::WaitGroup>),
        Peer::new("crossbeam", run::<Crossbeam>),
        Peer::new("mutex + condvar", run::<ByHand>),
        Peer::new("a count (polled)", run::<Polled>),
    ];
    peers.extend(go::peer("waitgroup", |program, workload| {
        Some(match *workload {
            AddDone(threads) => program.run("add-done", threads, LENGTH),
            // A channel of Go's is as cheap as a place is here.
            Tasks | TasksChannel => program.run("tasks", 1, LENGTH),
        })
    }));
    let comparisons = &[("crossbeam", &["crossbeam"] as &[_]), ("Go", &["Go"])];
    let mut table = Table::new(Options::from_env(5), peers, comparisons);
    for workload in [AddDone(1), AddDone(2), AddDone(8), Tasks, TasksChannel] {
        table.row(&workload.name(), &workload, table::time);
    }
    table.end()
}
