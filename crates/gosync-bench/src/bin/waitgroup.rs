//! The WaitGroup against its peers: `cargo xtask bench waitgroup [ROUNDS] [WORKLOAD ...]`.
//!
//! | workload | what it is |
//! |---|---|
//! | add-done-N | N threads count up and down again, each as fast as it can |
//! | tasks | eight tasks are handed to two threads, by a channel of std's for each, and waited for |

use std::{
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

use gosync_bench::{Options, Padded, Peer, go, race, versus};

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

/// A count and nothing else, polled without an end: what of `tasks` is the channel's.
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

fn add_done<G: Group>(threads: usize) -> f64
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
    race(threads, LENGTH, body).nanoseconds()
}

fn tasks<G: Group>() -> f64 {
    let group = Padded(G::default());
    thread::scope(|s| {
        let workers = [(); WORKERS].map(|()| {
            let (send, receive) = mpsc::channel::<<G::Round<'_> as Round>::Share>();
            s.spawn(move || receive.iter().for_each(drop));
            send
        });
        let (begin, mut times) = (Instant::now(), 0_u32);
        while begin.elapsed() < LENGTH {
            let round = group.0.round();
            for i in 0..TASKS {
                workers[i % WORKERS].send(round.share()).unwrap();
            }
            round.wait();
            times += 1;
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(times)
    })
}

fn main() {
    let options = Options::from_env(5);
    let program = go::Program::build("waitgroup");
    if let Err(why) = &program {
        println!("Go: skipped: {why}");
    }
    let go = |workload: &'static str, threads| {
        program.as_ref().ok().map(|program| -> Peer<'_> {
            let run = move || program.run(workload, threads, LENGTH).nanoseconds();
            ("Go", Box::new(run))
        })
    };
    for threads in [1, 2, 8] {
        let mut peers: Vec<Peer<'_>> = vec![
            (
                "gosync",
                Box::new(move || add_done::<gosync_waitgroup::WaitGroup>(threads)),
            ),
            (
                "crossbeam",
                Box::new(move || add_done::<Crossbeam>(threads)),
            ),
            (
                "mutex + condvar",
                Box::new(move || add_done::<ByHand>(threads)),
            ),
        ];
        peers.extend(go("add-done", threads));
        versus(&options, &format!("add-done-{threads}"), &peers);
    }
    let mut peers: Vec<Peer<'_>> = vec![
        ("gosync", Box::new(tasks::<gosync_waitgroup::WaitGroup>)),
        ("crossbeam", Box::new(tasks::<Crossbeam>)),
        ("mutex + condvar", Box::new(tasks::<ByHand>)),
        ("a count, polled", Box::new(tasks::<Polled>)),
    ];
    peers.extend(go("tasks", 1));
    versus(&options, "tasks", &peers);
}
