//! Any sequence of calls by three threads, one after the other, against plain containers.
#![cfg(not(gosync_loom))]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use gosync_pool::{Pool, Stats};
use proptest::{prelude::*, test_runner::FileFailurePersistence};

const THREADS: usize = 3;
const MAX_IDLE: usize = 150;

/// How often a pool that is in use collects by itself, of which the model knows nothing.
const INTERVAL: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug)]
enum Op {
    /// Some puts or gets in a row, so that magazines become full and empty.
    Put(usize),
    Get(usize),
    Collect,
}

/// What the pool should hold: items, and how many collections each has seen.
#[derive(Default)]
struct Model {
    idle: BTreeMap<u32, u32>,
    stats: (usize, usize, usize),
    /// The thread that put last, and what, if nothing else has happened since.
    last: Option<(usize, u32)>,
    /// The threads that have got something. What a thread puts that others took from goes elsewhere.
    getters: BTreeSet<usize>,
}

impl Model {
    fn put(&mut self, thread: usize, item: u32, after: Stats) -> Result<(), TestCaseError> {
        if after.dropped == self.stats.2 {
            self.idle.insert(item, 0);
            self.last = Some((thread, item));
        } else {
            self.stats.2 += 1;
            self.last = None;
        }
        self.agrees(after)
    }

    fn get(&mut self, thread: usize, got: Option<u32>, after: Stats) -> Result<(), TestCaseError> {
        match got {
            Some(item) => {
                prop_assert!(self.idle.remove(&item).is_some(), "{item} is not there");
                self.stats.0 += 1;
            }
            None => {
                prop_assert!(self.idle.is_empty(), "missed {:?}", self.idle);
                self.stats.1 += 1;
            }
        }
        self.getters.insert(thread);
        if let Some((putter, item)) = self.last.take()
            && self.getters.iter().all(|&getter| getter == putter)
        {
            prop_assert_eq!(got, Some(item), "the newest of one's own");
        }
        self.agrees(after)
    }

    fn collect(&mut self, after: Stats) -> Result<(), TestCaseError> {
        let before = self.idle.len();
        self.idle.values_mut().for_each(|seen| *seen += 1);
        self.idle.retain(|_, seen| *seen < 2);
        self.stats.2 += before - self.idle.len();
        self.last = None;
        self.agrees(after)
    }

    fn agrees(&self, stats: Stats) -> Result<(), TestCaseError> {
        prop_assert!(stats.idle <= MAX_IDLE);
        prop_assert_eq!((stats.hits, stats.misses, stats.dropped), self.stats);
        prop_assert_eq!(stats.idle, self.idle.len());
        Ok(())
    }
}

type Command = (Op, u32, Pool<u32>);
type Answer = (Vec<(Option<u32>, Stats)>, Pool<u32>);

/// A thread that does to a pool what it is told, and passes it back.
fn worker(commands: &Receiver<Command>, answers: &Sender<Answer>) {
    while let Ok((op, first, pool)) = commands.recv() {
        let steps = match op {
            Op::Put(times) => (first..)
                .take(times)
                .map(|item| {
                    pool.put(item);
                    (None, pool.stats())
                })
                .collect(),
            Op::Get(times) => (0..times).map(|_| (pool.try_get(), pool.stats())).collect(),
            Op::Collect => {
                pool.collect();
                vec![(None, pool.stats())]
            }
        };
        answers.send((steps, pool)).unwrap();
    }
}

/// The threads, each with what it is told and what it answers.
struct Workers(Vec<(Sender<Command>, Receiver<Answer>)>);

impl Workers {
    fn new() -> Self {
        let start = |_| {
            let (command, commands) = channel();
            let (answer, answers) = channel();
            thread::spawn(move || worker(&commands, &answer));
            (command, answers)
        };
        Self((0..THREADS).map(start).collect())
    }

    /// Makes the calls, and compares. Nothing is known of calls that took as long as an interval: the machine
    /// was stopped.
    fn play(&self, calls: &[(usize, Op)]) -> Result<(), TestCaseError> {
        let begin = Instant::now();
        let played = self.compare(calls);
        if begin.elapsed() < INTERVAL {
            played
        } else {
            Ok(())
        }
    }

    fn compare(&self, calls: &[(usize, Op)]) -> Result<(), TestCaseError> {
        let mut pool = Pool::builder().max_idle(MAX_IDLE).build_without_new();
        let mut model = Model::default();
        for (first, &(thread, op)) in (0..).step_by(100).zip(calls) {
            let (command, answers) = &self.0[thread];
            command.send((op, first, pool)).unwrap();
            let (steps, back) = answers.recv().unwrap();
            pool = back;
            for (item, (got, stats)) in (first..).zip(steps) {
                match op {
                    Op::Put(_) => model.put(thread, item, stats)?,
                    Op::Get(_) => model.get(thread, got, stats)?,
                    Op::Collect => model.collect(stats)?,
                }
            }
        }
        let shown = format!("Pool {{ idle: {}, .. }}", model.idle.len());
        prop_assert_eq!(format!("{pool:?}"), shown);
        Ok(())
    }
}

#[test]
fn any_sequence_of_calls() {
    let workers = Workers::new();
    let op = prop_oneof![
        4 => (1..5_usize).prop_map(Op::Put),
        2 => (20..100_usize).prop_map(Op::Put),
        4 => (1..5_usize).prop_map(Op::Get),
        2 => (20..100_usize).prop_map(Op::Get),
        1 => Just(Op::Collect),
    ];
    let calls = prop::collection::vec((0..THREADS, op), 0..40);

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model.regressions");
    let config = ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    };
    proptest!(config, |(calls in calls)| workers.play(&calls)?);
}

/// What a collection drops of a thread's nobody else is in want of: the thread keeps what it puts.
#[test]
fn a_collection_is_no_theft() {
    let calls = [
        (2, Op::Put(20)),
        (0, Op::Collect),
        (1, Op::Get(3)),
        (0, Op::Collect),
        (1, Op::Put(3)),
        (1, Op::Get(1)),
    ];
    Workers::new().play(&calls).unwrap();
}
