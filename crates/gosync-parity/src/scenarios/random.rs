//! Random programs: what several threads do at one primitive, in an order that dice decide. Go's
//! side has the same dice.

use std::{
    sync::{
        atomic::{
            AtomicBool, AtomicIsize,
            Ordering::{Relaxed, SeqCst},
        },
        mpsc,
    },
    thread::{self, Scope},
};

use gosync as sync;
use gosync::prelude::*;

use super::{
    Log, Scenario,
    asleep::{self, Thread},
    message, same, say,
};

pub(super) const SCENARIOS: &[Scenario] = &[
    same("random/mutex", |log| random(log, 6, sync::Mutex::default)),
    same("random/rwmutex", |log| {
        random(log, 6, sync::RWMutex::default);
    }),
    same("random/cond", |log| {
        random(log, 5, || sync::NewCond(sync::Mutex::default()));
    }),
    same("random/cond-of-readers", |log| {
        random(log, 5, || sync::NewCond(Readers::default()));
    }),
    same("random/waitgroup", |log| random(log, 4, Group::default)),
];

/// What a crew works at.
trait Place: Sync {
    /// Something that a worker does, if it does not wait, or that is done to all.
    fn step<'a>(&'a self, crew: &mut Crew<'a>, worker: usize);

    /// Takes a worker that is at something a step further, in the end.
    fn leave(&self, worker: &mut Worker<'_>);
}

/// Does what dice decide, a step after the other. After each it is shown what the workers are at:
/// `.` nothing, a small letter what is theirs, a capital one what they wait for.
struct Crew<'a> {
    dice: u64,
    workers: Vec<Worker<'a>>,
    threads: Vec<Thread>,
    line: Vec<String>,
}

struct Worker<'a> {
    calls: mpsc::Sender<Call<'a>>,
    waits: &'a AtomicBool,
    /// What it has, or what it waits for.
    what: char,
}

type Call<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Runs a few programs.
fn random<P: Place>(log: &Log, workers: usize, build: fn() -> P) {
    for seed in 0..6 {
        let place = build();
        let waits: Vec<_> = (0..workers).map(|_| AtomicBool::new(false)).collect();
        thread::scope(|scope| {
            let mut crew = Crew::new(scope, seed, &waits);
            for _ in 0..25 {
                let worker = crew.roll(workers);
                place.step(&mut crew, worker);
                crew.show();
            }
            say!(log, "{seed}: {}", crew.line.join(" "));
            while crew.show().contains(|state| state != '.') {
                for worker in crew.workers.iter_mut().filter(|worker| worker.what != '.') {
                    place.leave(worker);
                }
            }
        });
    }
}

impl<'a> Crew<'a> {
    fn new<'scope>(scope: &'scope Scope<'scope, '_>, dice: u64, waits: &'a [AtomicBool]) -> Self
    where
        'a: 'scope,
    {
        let start = |waits: &'a AtomicBool| {
            let (calls, called) = mpsc::channel::<Call<'a>>();
            let (begins, begun) = mpsc::sync_channel(1);
            scope.spawn(move || {
                begins.send(asleep::this_thread()).expect("it is awaited");
                for call in called {
                    call();
                    waits.store(false, SeqCst);
                }
            });
            let worker = Worker {
                calls,
                waits,
                what: '.',
            };
            (worker, begun.recv().expect("it begins"))
        };
        let (workers, threads) = waits.iter().map(start).unzip();
        Self {
            dice,
            workers,
            threads,
            line: Vec::new(),
        }
    }

    /// A number below `n`, the next one of those that the seed stands for.
    fn roll(&mut self, n: usize) -> usize {
        let product = self.dice.wrapping_mul(6_364_136_223_846_793_005);
        self.dice = product.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.dice >> 33).expect("31 bits") % n
    }

    fn note(&mut self, text: &str) {
        self.line.push(text.into());
    }

    /// Notes what all are at when nobody moves any more, and returns it.
    fn show(&mut self) -> String {
        asleep::wait_for(&self.threads);
        let states = self.workers.iter().map(|worker| match worker.what {
            what if worker.waits() => what.to_ascii_uppercase(),
            what => what,
        });
        let states: String = states.collect();
        self.note(&states);
        states
    }
}

impl<'a> Worker<'a> {
    fn waits(&self) -> bool {
        self.waits.load(SeqCst)
    }

    /// Has it call `f`, after which `what` is its own.
    fn start(&mut self, what: char, f: impl FnOnce() + Send + 'a) {
        self.what = what;
        self.waits.store(true, SeqCst);
        self.calls.send(Box::new(f)).expect("it listens");
    }
}

/// A lock.
trait Lock: Sync + Sized + 'static {
    const WAYS: &[Way<Self>];
}

/// A way into a lock.
struct Way<L> {
    what: char,
    lock: fn(&L),
    try_lock: fn(&L) -> bool,
    unlock: fn(&L),
}

impl Lock for sync::Mutex {
    const WAYS: &[Way<Self>] = &[Way {
        what: 'w',
        lock: Self::Lock,
        try_lock: Self::TryLock,
        unlock: Self::Unlock,
    }];
}

impl Lock for sync::RWMutex {
    const WAYS: &[Way<Self>] = &[
        Way {
            what: 'r',
            lock: Self::RLock,
            try_lock: Self::TryRLock,
            unlock: Self::RUnlock,
        },
        Way {
            what: 'w',
            lock: Self::Lock,
            try_lock: Self::TryLock,
            unlock: Self::Unlock,
        },
    ];
}

impl<L: Lock> Place for L {
    fn step<'a>(&'a self, crew: &mut Crew<'a>, worker: usize) {
        let (way, tries) = (&L::WAYS[crew.roll(L::WAYS.len())], crew.roll(4) == 0);
        for Way { what, unlock, .. } in L::WAYS {
            let has_it = |worker: &Worker<'_>| worker.what == *what && !worker.waits();
            // Go would die of an unlock too many. Here it changes nothing.
            if !crew.workers.iter().any(has_it) && message(|| unlock(self)) == "no panic" {
                crew.note("an unlock too many was not noticed");
            }
        }
        let worker = &mut crew.workers[worker];
        match worker.what {
            _ if worker.waits() => {}
            '.' if !tries => worker.start(way.what, || (way.lock)(self)),
            '.' if (way.try_lock)(self) => {
                worker.what = way.what;
                crew.note("try");
            }
            '.' => crew.note("fail"),
            _ => self.leave(worker),
        }
    }

    fn leave(&self, worker: &mut Worker<'_>) {
        if let Some(way) = L::WAYS.iter().find(|way| way.what == worker.what)
            && !worker.waits()
        {
            worker.what = '.';
            (way.unlock)(self);
        }
    }
}

/// The read lock, and what it belongs to.
#[derive(Default)]
struct Readers(sync::RWMutex);

impl Locker for Readers {
    fn Lock(&self) {
        self.0.RLocker().Lock();
    }

    fn Unlock(&self) {
        self.0.RLocker().Unlock();
    }
}

/// Workers return from Wait with the lock, and keep it for a while.
impl<L: Locker + Sync> Place for sync::Cond<L> {
    fn step<'a>(&'a self, crew: &mut Crew<'a>, worker: usize) {
        if crew.roll(3) == 0 {
            self.Signal();
            crew.note("signal");
            return;
        }
        let worker = &mut crew.workers[worker];
        match worker.what {
            _ if worker.waits() => {}
            '.' => worker.start('c', || {
                self.L.Lock();
                self.Wait();
            }),
            _ => {
                worker.what = '.';
                self.L.Unlock();
            }
        }
    }

    fn leave(&self, worker: &mut Worker<'_>) {
        self.Signal();
        if !worker.waits() {
            worker.what = '.';
            self.L.Unlock();
        }
    }
}

#[derive(Default)]
struct Group {
    wg: sync::WaitGroup,
    count: AtomicIsize,
}

impl Place for Group {
    fn step<'a>(&'a self, crew: &mut Crew<'a>, worker: usize) {
        let (most, least) = (i32::MAX as isize, i32::MIN as isize);
        let delta = [-2, -1, -1, 1, 1, 2, most, least][crew.roll(8)];
        if crew.roll(3) == 0 {
            let worker = &mut crew.workers[worker];
            if !worker.waits() {
                worker.start('w', || self.wg.Wait());
            }
        } else if message(|| self.wg.Add(delta)) == "no panic" {
            self.count.fetch_add(delta, Relaxed);
            crew.note("add");
        } else {
            crew.note("panic");
        }
    }

    fn leave(&self, worker: &mut Worker<'_>) {
        self.wg.Add(-self.count.swap(0, Relaxed));
        if !worker.waits() {
            worker.what = '.';
        }
    }
}
