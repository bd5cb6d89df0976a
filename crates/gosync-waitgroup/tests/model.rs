//! Any sequence of calls on one thread, against a count that is a plain number.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use gosync_waitgroup::{ArcToken, WaitGroup};
use proptest::{prelude::*, test_runner::FileFailurePersistence};

const MAX: i64 = WaitGroup::MAX.cast_signed() as i64;

#[derive(Clone, Debug)]
enum Call {
    Add(i64),
    Done,
    Wait,
    TakeToken,
    DropToken,
    Go { panics: bool },
}

/// The reference.
#[derive(Debug, Default)]
struct Model {
    count: i64,
    task_panicked: bool,
}

type Outcome = Result<(), &'static str>;

impl Model {
    fn add(&mut self, delta: i64) -> Outcome {
        // Two numbers of 63 bits cannot overflow 127.
        let sum = i128::from(self.count) + i128::from(delta);
        if sum < 0 {
            return Err("sync: negative WaitGroup counter");
        }
        if sum > i128::from(MAX) {
            // Where Go's counter, of 32 bits, has its sign.
            return Err(if sum >> 31 & 1 == 1 {
                "sync: negative WaitGroup counter"
            } else {
                "gosync: WaitGroup counter overflow"
            });
        }
        self.count = i64::try_from(sum).unwrap();
        Ok(())
    }

    /// At zero only: otherwise it would not come back.
    fn wait(&mut self) -> Outcome {
        assert_eq!(self.count, 0);
        if std::mem::take(&mut self.task_panicked) {
            return Err("gosync: a task started by WaitGroup::Go panicked");
        }
        Ok(())
    }
}

fn observe<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| match payload.downcast::<&str>() {
        Ok(text) => (*text).to_owned(),
        Err(payload) => *payload.downcast::<String>().unwrap(),
    })
}

fn deltas() -> impl Strategy<Value = i64> {
    let least = isize::MIN as i64;
    let most = isize::MAX as i64;
    prop_oneof![
        8 => -3_i64..=3,
        2 => -MAX..=MAX,
        2 => (-2_i64..=2).prop_map(|n| MAX + n),
        2 => (-2_i64..=2).prop_map(|n| n - MAX),
        1 => (0_i64..=2).prop_map(move |n| most - n),
        1 => (0_i64..=2).prop_map(move |n| least + n),
        1 => (0..isize::BITS - 1).prop_map(|shift| 1_i64 << shift),
        1 => (0..isize::BITS - 1).prop_map(|shift| -(1_i64 << shift)),
    ]
}

fn calls() -> impl Strategy<Value = Call> {
    prop_oneof![
        6 => deltas().prop_map(Call::Add),
        4 => Just(Call::Done),
        3 => Just(Call::Wait),
        2 => Just(Call::TakeToken),
        2 => Just(Call::DropToken),
        1 => any::<bool>().prop_map(|panics| Call::Go { panics }),
    ]
}

/// Failures are kept, shrunk, and are tried first from then on.
fn config() -> ProptestConfig {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model.regressions");
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn as_a_plain_number(calls in prop::collection::vec(calls(), 1..60)) {
        let group = Arc::new(WaitGroup::new());
        let mut model = Model::default();
        let mut tokens: Vec<ArcToken> = Vec::new();
        for call in calls {
            let (expected, observed) = match call {
                Call::Add(delta) => {
                    let real = isize::try_from(delta).unwrap();
                    (model.add(delta), observe(|| group.add(real)))
                }
                Call::Done => (model.add(-1), observe(|| group.done())),
                Call::Wait if model.count == 0 => (model.wait(), observe(|| group.wait())),
                Call::Wait => continue,
                Call::TakeToken => {
                    let taken = observe(|| tokens.push(group.token_arc()));
                    (model.add(1), taken)
                }
                Call::DropToken => {
                    let Some(token) = tokens.pop() else { continue };
                    (model.add(-1), observe(|| drop(token)))
                }
                Call::Go { panics } => {
                    let started = observe(|| group.go(move || assert!(!panics, "as told")));
                    let expected = model.add(1);
                    if expected.is_ok() {
                        // The end of the task, before anything else happens.
                        model.add(-1).unwrap();
                        model.task_panicked |= panics;
                        while group.count() != usize::try_from(model.count).unwrap() {
                            thread::yield_now();
                        }
                    }
                    (expected, started)
                }
            };
            prop_assert_eq!(observed, expected.map_err(str::to_owned));
            prop_assert_eq!(i64::try_from(group.count()).unwrap(), model.count);
        }
        // Tokens whose share was taken by a `done` would panic here.
        tokens.into_iter().for_each(std::mem::forget);
    }
}
