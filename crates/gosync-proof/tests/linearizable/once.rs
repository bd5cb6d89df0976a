//! One function runs to its end, all others return after it; one that fails does not count.
//!
//! A call that runs its function is two calls here: it begins the run, and it ends it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

use gosync_once::Once;
use gosync_proof::history::{Model, Recorder};
use proptest::prelude::*;

use crate::{check, program};

#[derive(Clone, Copy, Debug)]
enum Step {
    Run(End),
    IsDone,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Returns,
    Panics,
    Fails,
}

#[derive(Clone, Copy, Debug)]
enum Call {
    Begin,
    End(End),
    /// A call that had nothing to do.
    Pass,
    IsDone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Incomplete,
    Running,
    Done,
}

impl Model for State {
    type Call = Call;
    type Return = bool;

    fn after(&self, call: &Call, returned: &bool, _: &[&Call]) -> Option<Self> {
        use State::{Done, Incomplete, Running};

        match (call, self) {
            (Call::Begin, Incomplete) => Some(Running),
            (Call::End(End::Fails), Running) => Some(Incomplete),
            (Call::End(End::Returns | End::Panics), Running) | (Call::Pass, Done) => Some(Done),
            (Call::IsDone, state) => ((*state == Done) == *returned).then_some(*state),
            _ => None,
        }
    }
}

fn step(once: &Once, step: &Step, recorder: &mut Recorder<'_, Call, bool>) {
    let end = match *step {
        Step::IsDone => return recorder.call(Call::IsDone, || once.is_done()),
        Step::Run(end) => end,
    };
    let start = recorder.now();
    let mut ran = None;
    let mut body = || {
        recorder.ended(start, Call::Begin, true);
        // Time for others to come.
        thread::yield_now();
        ran = Some(recorder.now());
    };
    match end {
        End::Returns => once.call_once(body),
        End::Panics => {
            let panics = || {
                body();
                resume_unwind(Box::new(()));
            };
            let _ = catch_unwind(AssertUnwindSafe(|| once.call_once(panics)));
        }
        End::Fails => {
            let _ = once.try_call_once(|| {
                body();
                Err(())
            });
        }
    }
    match ran {
        Some(ended) => recorder.ended(ended, Call::End(end), true),
        None => recorder.ended(start, Call::Pass, true),
    }
}

#[test]
fn one_run() {
    let steps = prop_oneof![
        2 => Just(Step::Run(End::Returns)),
        1 => Just(Step::Run(End::Panics)),
        4 => Just(Step::Run(End::Fails)),
        3 => Just(Step::IsDone),
    ];
    check(
        program(steps, 5),
        |_| (Once::new(), State::Incomplete),
        step,
    );
}
