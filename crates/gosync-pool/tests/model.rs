//! Any sequence of calls by three threads, one after the other, against plain containers.
#![cfg(not(gosync_loom))]

use std::{
    collections::VecDeque,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use gosync_pool::Pool;
use proptest::prelude::*;

const THREADS: usize = 3;
const AT_HAND: usize = 4;
const SHARED: usize = 6;

#[derive(Clone, Copy, Debug)]
enum Op {
    Put,
    Get,
}

/// What the pool should hold.
#[derive(Default)]
struct Model {
    at_hand: [VecDeque<u32>; THREADS],
    shared: VecDeque<u32>,
}

impl Model {
    fn put(&mut self, thread: usize, item: u32) {
        if self.at_hand[thread].len() < AT_HAND {
            self.at_hand[thread].push_back(item);
        } else if self.shared.len() < SHARED {
            self.shared.push_back(item);
        }
    }

    /// What a get may return: whose oldest comes first, where there is more than one, is up to
    /// the threads' numbers.
    fn candidates(&self, thread: usize) -> Vec<u32> {
        if let Some(&newest) = self.at_hand[thread].back() {
            return vec![newest];
        }
        if let Some(&oldest) = self.shared.front() {
            return vec![oldest];
        }
        self.at_hand
            .iter()
            .filter_map(|items| items.front().copied())
            .collect()
    }

    fn remove(&mut self, item: u32) {
        for items in self.at_hand.iter_mut().chain([&mut self.shared]) {
            items.retain(|&other| other != item);
        }
    }
}

type Command = (Op, u32, Pool<u32>);

/// A thread that does to a pool what it is told, and passes it back.
fn worker(commands: &Receiver<Command>, answers: &Sender<(Option<u32>, Pool<u32>)>) {
    while let Ok((op, item, pool)) = commands.recv() {
        let got = match op {
            Op::Put => {
                pool.put(item);
                None
            }
            Op::Get => pool.try_get(),
        };
        answers.send((got, pool)).unwrap();
    }
}

#[test]
fn any_sequence_of_calls() {
    let workers: Vec<_> = (0..THREADS)
        .map(|_| {
            let (command, commands) = channel();
            let (answer, answers) = channel();
            thread::spawn(move || worker(&commands, &answer));
            (command, answers)
        })
        .collect();
    let op = prop_oneof![3 => Just(Op::Put), 2 => Just(Op::Get)];
    let calls = prop::collection::vec((0..THREADS, op), 0..80);

    // Failures print their calls; there is no need for a file of them.
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(calls in calls)| {
        let mut pool = Pool::builder().max_idle(SHARED).build_without_new();
        prop_assert_eq!((pool.max_idle_per_thread(), pool.max_idle_shared()), (AT_HAND, SHARED));
        let mut model = Model::default();
        for (item, &(thread, op)) in (0..).zip(&calls) {
            let (command, answers) = &workers[thread];
            command.send((op, item, pool)).unwrap();
            let (got, back) = answers.recv().unwrap();
            pool = back;
            match op {
                Op::Put => model.put(thread, item),
                Op::Get => {
                    let candidates = model.candidates(thread);
                    match got {
                        Some(item) => {
                            prop_assert!(candidates.contains(&item), "{item}, not {candidates:?}");
                            model.remove(item);
                        }
                        None => prop_assert!(candidates.is_empty(), "missed {candidates:?}"),
                    }
                }
            }
        }
        let held: usize = model.at_hand.iter().chain([&model.shared]).map(VecDeque::len).sum();
        prop_assert_eq!(format!("{pool:?}"), format!("Pool {{ idle: {held}, .. }}"));
    });
}
