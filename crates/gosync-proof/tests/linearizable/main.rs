//! Random programs of a few threads for each primitive: some order of their calls explains all
//! that they returned, the failures of the try forms and of the timed forms included.
//!
//! Programs are made so that no call waits for ever. Each runs several times, since the threads
//! meet otherwise each time; that is also why a program that failed may have to run more often to
//! fail again. Failures are kept in `tests/linearizable.regressions`.
#![cfg(not(gosync_loom))]

mod atomic;
mod cond;
mod map;
mod mutex;
mod once;
mod pool;
mod rwmutex;
mod waitgroup;

use std::{fmt::Debug, time::Duration};

use gosync_proof::history::{Model, Recorder, explain, record};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{FileFailurePersistence, TestRunner},
};

/// How often each program runs.
const RUNS: usize = 12;

/// A program is what each thread calls, one after the other.
type Program<S> = Vec<Vec<S>>;

/// Two to four threads of up to so many steps.
fn program<S: Debug>(
    step: impl Strategy<Value = S>,
    most: usize,
) -> impl Strategy<Value = Program<S>> {
    vec(vec(step, 1..=most), 2..=4)
}

/// Runs random programs, each on an object of its own, which is as `start` says.
fn check<S, O, M>(
    programs: impl Strategy<Value = Program<S>>,
    new: impl Fn(&Program<S>) -> (O, M),
    run: impl Fn(&O, &S, &mut Recorder<'_, M::Call, M::Return>) + Sync,
) where
    S: Debug + Sync,
    O: Sync,
    M: Model<Call: Send, Return: Send>,
{
    let mut config = ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/linearizable.regressions"
        )))),
        ..ProptestConfig::default()
    };
    // The environment says how many for tests of one thread, of which one takes no time.
    config.cases = (config.cases / 4).max(1);
    let result = TestRunner::new(config).run(&programs, |program| {
        for _ in 0..RUNS {
            let (object, model) = new(&program);
            let events = record(&program, |steps, recorder| {
                for step in steps {
                    run(&object, step, recorder);
                }
            });
            explain(model, events).map_err(TestCaseError::fail)?;
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// A time that others have a chance to end.
fn moment() -> impl Strategy<Value = Duration> {
    (0..150_u64).prop_map(Duration::from_micros)
}
