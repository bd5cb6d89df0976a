//! Any program of nested calls, against a model that has no threads, no atomics and no panics.
#![cfg(not(gosync_loom))]

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind},
};

use gosync_once::{Once, OnceValue};
use proptest::{collection::vec, prelude::*, test_runner::FileFailurePersistence};

const ONCES: usize = 3;
const INSIDE: &str =
    "gosync: Once called from inside its own f, where it could only wait for itself";
const USERS: &str = "the function's own panic";

#[derive(Clone, Copy, Debug)]
enum How {
    CallOnce,
    TryCallOnce,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Ok,
    Err,
    Panic,
}

/// One call, and what its function does if it is run.
#[derive(Clone, Debug)]
struct Call {
    target: usize,
    how: How,
    /// The calls that the function makes first. A panic in one of them ends it.
    body: Vec<Call>,
    end: End,
    /// Whether a panic of this call is caught by whoever makes it.
    caught: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Call(Call),
    Reset(usize),
}

/// What can be seen of a program: each line is one observation.
type Log = Vec<String>;

// The real thing.

fn real_call(onces: &[Once; ONCES], call: &Call, log: &Cell<Log>) -> Result<(), ()> {
    let function = || {
        note(log, format!("run {}", call.target));
        for inner in &call.body {
            // An error is seen in the log, and goes no further.
            _ = real_call(onces, inner, log);
        }
        note(
            log,
            format!("end {} {}", call.target, onces[call.target].is_done()),
        );
        match call.end {
            End::Ok => Ok(()),
            End::Err => Err(()),
            End::Panic => resume_unwind(Box::new(USERS)),
        }
    };
    let once = &onces[call.target];
    let outcome = catch_unwind(AssertUnwindSafe(|| match call.how {
        How::CallOnce => {
            once.call_once(|| _ = function());
            Ok(())
        }
        How::TryCallOnce => once.try_call_once(function),
    }));
    match outcome {
        Ok(result) => {
            note(log, format!("returned {result:?} {}", once.is_done()));
            result
        }
        Err(panic) => {
            note(
                log,
                format!("panicked {} {}", message(&*panic), once.is_done()),
            );
            if call.caught {
                Ok(())
            } else {
                resume_unwind(panic)
            }
        }
    }
}

fn note(log: &Cell<Log>, line: String) {
    let mut lines = log.take();
    lines.push(line);
    log.set(lines);
}

fn message(panic: &(dyn Any + Send)) -> String {
    match panic.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => panic.downcast_ref::<String>().expect("a message").clone(),
    }
}

// The model.

#[derive(Clone, Copy, PartialEq)]
enum State {
    Incomplete,
    Running,
    Done,
}

struct Panic(&'static str);

fn model_call(
    states: &mut [State; ONCES],
    call: &Call,
    log: &mut Log,
) -> Result<Result<(), ()>, Panic> {
    let outcome = match states[call.target] {
        State::Done => Ok(Ok(())),
        State::Running => Err(Panic(INSIDE)),
        State::Incomplete => {
            states[call.target] = State::Running;
            let outcome = model_function(states, call, log);
            let undone = matches!((call.how, &outcome), (How::TryCallOnce, Ok(Err(()))));
            states[call.target] = if undone {
                State::Incomplete
            } else {
                State::Done
            };
            match call.how {
                How::CallOnce => outcome.map(|_| Ok(())),
                How::TryCallOnce => outcome,
            }
        }
    };
    let done = states[call.target] == State::Done;
    match outcome {
        Ok(result) => {
            log.push(format!("returned {result:?} {done}"));
            Ok(result)
        }
        Err(Panic(text)) => {
            log.push(format!("panicked {text} {done}"));
            if call.caught {
                Ok(Ok(()))
            } else {
                Err(Panic(text))
            }
        }
    }
}

fn model_function(
    states: &mut [State; ONCES],
    call: &Call,
    log: &mut Log,
) -> Result<Result<(), ()>, Panic> {
    log.push(format!("run {}", call.target));
    for inner in &call.body {
        _ = model_call(states, inner, log)?;
    }
    log.push(format!("end {} false", call.target));
    match call.end {
        End::Ok => Ok(Ok(())),
        End::Err => Ok(Err(())),
        End::Panic => Err(Panic(USERS)),
    }
}

// The programs.

fn call() -> impl Strategy<Value = Call> {
    let how = || prop_oneof![Just(How::CallOnce), Just(How::TryCallOnce)];
    let end = || prop_oneof![3 => Just(End::Ok), 3 => Just(End::Err), 1 => Just(End::Panic)];
    let leaf =
        (0..ONCES, how(), end(), any::<bool>()).prop_map(|(target, how, end, caught)| Call {
            target,
            how,
            body: Vec::new(),
            end,
            caught,
        });
    leaf.prop_recursive(4, 24, 4, move |inner| {
        (0..ONCES, how(), vec(inner, 0..4), end(), any::<bool>()).prop_map(
            |(target, how, body, end, caught)| Call {
                target,
                how,
                body,
                end,
                caught,
            },
        )
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![5 => call().prop_map(Step::Call), 1 => (0..ONCES).prop_map(Step::Reset)]
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
    fn once_is_as_its_model(program in vec(step(), 0..12)) {
        let mut onces: [Once; ONCES] = Default::default();
        let real = Cell::new(Log::new());
        let mut states = [State::Incomplete; ONCES];
        let mut expected = Log::new();
        for step in &program {
            match step {
                Step::Call(call) => {
                    let call = Call { caught: true, ..call.clone() };
                    _ = real_call(&onces, &call, &real);
                    _ = model_call(&mut states, &call, &mut expected);
                }
                Step::Reset(target) => {
                    onces[*target].reset();
                    states[*target] = State::Incomplete;
                }
            }
        }
        prop_assert_eq!(real.take(), expected);
        for (once, state) in onces.iter().zip(states) {
            prop_assert_eq!(once.is_done(), state == State::Done);
        }
    }
}

/// How the function of a `OnceValue` ends.
#[derive(Clone, Debug)]
enum Made {
    Value(u32),
    Str,
    String(String),
    Other(u32),
}

proptest! {
    #![proptest_config(config())]

    /// A value, once made, stays; a panic, once raised, comes again.
    #[test]
    fn once_value_is_as_its_model(
        made in prop_oneof![
            any::<u32>().prop_map(Made::Value),
            Just(Made::Str),
            "[a-z]{0,8}".prop_map(Made::String),
            any::<u32>().prop_map(Made::Other),
        ],
        calls in 0..5_usize,
    ) {
        let runs = Cell::new(0);
        let value = OnceValue::new(|| {
            runs.set(runs.get() + 1);
            match made.clone() {
                Made::Value(value) => value,
                Made::Str => resume_unwind(Box::new(USERS)),
                Made::String(text) => resume_unwind(Box::new(text)),
                Made::Other(value) => panic_any(value),
            }
        });
        for nth in 0..calls {
            prop_assert_eq!(value.is_done(), nth > 0);
            let got = catch_unwind(AssertUnwindSafe(|| *value.get()));
            match (&made, got) {
                (Made::Value(expected), Ok(got)) => prop_assert_eq!(*expected, got),
                (Made::Str, Err(panic)) => {
                    prop_assert_eq!(panic.downcast_ref::<&str>(), Some(&USERS));
                }
                (Made::String(text), Err(panic)) => {
                    prop_assert_eq!(panic.downcast_ref::<String>(), Some(text));
                }
                (Made::Other(first), Err(panic)) if nth == 0 => {
                    prop_assert_eq!(panic.downcast_ref::<u32>(), Some(first));
                }
                (Made::Other(_), Err(panic)) => prop_assert_eq!(
                    message(&*panic),
                    "gosync: f of this OnceValue panicked before, with a value that is no message"
                ),
                (made, got) => prop_assert!(false, "{:?} gave {:?}", made, got),
            }
            prop_assert_eq!(runs.get(), 1);
        }
        let kept = match made {
            Made::Value(value) if calls > 0 => Some(value),
            _ => None,
        };
        prop_assert_eq!(value.into_inner(), kept);
    }
}
