//! One run, whoever calls; nobody comes back before it is over, and everybody sees what it did.
//!
//! There is a row of cases, and all threads are at about the same one. Its number is handed on
//! without any order, so that nothing but the `Once` itself orders the run and the looks at it.

use std::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use gosync_once::{Once, OnceValue};

use super::Subject;
use crate::{
    hand::{Doing, Hand, caught, panic_on_purpose, refused},
    plain::{Pair, Plain},
};

const CASES: usize = 1 << 14;
const MESSAGE: &str = "there is no value";

pub(crate) struct Onces {
    cases: Box<[Case]>,
    current: AtomicUsize,
}

#[derive(Debug)]
struct Case {
    once: Once,
    runs: Plain<Pair>,
    value: OnceValue<Box<u64>>,
    broken: OnceValue<Box<u64>>,
}

impl Onces {
    pub(crate) fn new() -> Self {
        let case = |_| Case {
            once: Once::new(),
            runs: Plain::default(),
            value: OnceValue::new(|| Box::new(7)),
            broken: OnceValue::new(|| panic!("{MESSAGE}")),
        };
        Self {
            cases: (0..CASES).map(case).collect(),
            current: AtomicUsize::new(0),
        }
    }
}

impl Case {
    /// One of the ways to come to a run. Returns whether this thread ran it.
    fn call(&self, way: usize, hand: &mut Hand<'_>) -> u64 {
        let mut ran = 0;
        match way {
            0 => self.once.call_once(|| {
                Pair::visit(&self.runs, || hand.section());
                ran = 1;
            }),
            1 => {
                caught(|| {
                    self.once.call_once(|| {
                        Pair::visit(&self.runs, || hand.section());
                        ran = 1;
                        panic_on_purpose();
                    });
                });
            }
            _ => loop {
                let done = self.once.try_call_once(|| {
                    Pair::visit(&self.runs, || hand.section());
                    ran += 1;
                    if hand.below(3) == 0 { Ok(()) } else { Err(()) }
                });
                if done.is_ok() {
                    break;
                }
            },
        }
        ran
    }

    fn values(&self) {
        assert_eq!(**self.value.get(), 7);
        let payload = refused(|| self.broken.get()).expect_err("it cannot be made");
        let message = payload.downcast_ref::<String>().expect("its own message");
        assert_eq!(message, MESSAGE);
    }
}

impl Subject for Onces {
    fn step(&self, hand: &mut Hand<'_>) {
        // Relaxed, here and below: see the head of the file.
        let at = self.current.load(Relaxed);
        let case = &self.cases[at];
        hand.now(Doing::Asking);
        let ran = case.call(at % 3, hand);
        hand.counted[at % 3] += ran;
        assert!(case.once.is_done());
        let runs = Pair::look(&case.runs, || ());
        assert!(runs >= 1);
        assert!(at % 3 == 2 || runs == 1, "one run: {runs}");
        if at.is_multiple_of(8) {
            hand.now(Doing::Waiting);
            case.values();
        }
        hand.checks += 1;
        if at + 1 < CASES {
            let _ = self.current.compare_exchange(at, at + 1, Relaxed, Relaxed);
        }
    }

    fn finish(self: Box<Self>, counted: [u64; 4]) {
        let mut runs = [0; 4];
        for (at, case) in self.cases.into_iter().enumerate() {
            runs[at % 3] += case.runs.into_inner().visits();
        }
        assert_eq!(runs, counted);
    }
}

impl fmt::Debug for Onces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let current = self.current.load(Relaxed);
        f.debug_struct("Onces")
            .field("current", &current)
            .field("case", &self.cases[current])
            .field("before", &self.cases[current.saturating_sub(1)])
            .finish()
    }
}
