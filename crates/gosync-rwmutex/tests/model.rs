//! Any sequence of calls on one thread, against a model that anybody can check by eye: results
//! and panics are the same.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use gosync_rwmutex::RawRwMutex;
use proptest::{prelude::*, test_runner::FileFailurePersistence};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Model {
    Readers(usize),
    Writer,
}
use Model::{Readers, Writer};

#[derive(Clone, Copy, Debug)]
enum Call {
    TryShared,
    TryExclusive,
    /// The forms that wait are called only where they need not.
    Shared,
    Exclusive,
    UnlockShared,
    UnlockExclusive,
    Downgrade,
    /// They give up at once, where the others would wait for ever.
    TimedShared,
    TimedExclusive,
    /// So many reads that the bias comes on, if nobody is in.
    ManyReads,
    /// On another thread, so that the hold is in no slot of that one's own.
    UnlockSharedElsewhere,
}

type Outcome = Result<bool, &'static str>;

const UNLOCK: Outcome = Err("sync: Unlock of unlocked RWMutex");
const RUNLOCK: Outcome = Err("sync: RUnlock of unlocked RWMutex");

impl Model {
    /// What the call should do; `None` if it would wait for ever.
    fn apply(&mut self, call: Call) -> Option<Outcome> {
        let (next, outcome) = match (call, *self) {
            (Call::ManyReads, Writer) => return None,
            (Call::ManyReads, state) => (state, Ok(true)),
            (Call::TryShared | Call::TimedShared | Call::Shared, Readers(n)) => {
                (Readers(n + 1), Ok(true))
            }
            (Call::TryShared | Call::TimedShared, Writer) => (Writer, Ok(false)),
            (Call::TryExclusive | Call::TimedExclusive | Call::Exclusive, Readers(0)) => {
                (Writer, Ok(true))
            }
            (Call::TryExclusive | Call::TimedExclusive, state) => (state, Ok(false)),
            (Call::Shared | Call::Exclusive, _) => return None,
            (Call::UnlockShared | Call::UnlockSharedElsewhere, Readers(n @ 1..)) => {
                (Readers(n - 1), Ok(true))
            }
            (Call::UnlockShared | Call::UnlockSharedElsewhere, state) => (state, RUNLOCK),
            (Call::UnlockExclusive, Writer) => (Readers(0), Ok(true)),
            (Call::Downgrade, Writer) => (Readers(1), Ok(true)),
            (Call::UnlockExclusive | Call::Downgrade, state) => (state, UNLOCK),
        };
        *self = next;
        Some(outcome)
    }
}

fn apply(lock: &RawRwMutex, call: Call) -> Outcome {
    let call: fn(&RawRwMutex) -> bool = match call {
        Call::TryShared => RawRwMutex::try_lock_shared,
        Call::TryExclusive => RawRwMutex::try_lock_exclusive,
        Call::Shared => |lock| {
            lock.lock_shared();
            true
        },
        Call::Exclusive => |lock| {
            lock.lock_exclusive();
            true
        },
        Call::UnlockShared => |lock| {
            lock.unlock_shared();
            true
        },
        Call::UnlockExclusive => |lock| {
            lock.unlock_exclusive();
            true
        },
        Call::Downgrade => |lock| {
            lock.downgrade();
            true
        },
        Call::TimedShared => |lock| lock.try_lock_shared_for(Duration::ZERO),
        Call::TimedExclusive => |lock| lock.try_lock_exclusive_for(Duration::ZERO),
        Call::ManyReads => |lock| {
            lock.lock_shared();
            for _ in 0..1000 {
                lock.lock_shared();
                lock.unlock_shared();
            }
            lock.unlock_shared();
            true
        },
        Call::UnlockSharedElsewhere => |lock| {
            let unlock = || catch_unwind(AssertUnwindSafe(|| lock.unlock_shared()));
            match thread::scope(|s| s.spawn(unlock).join().unwrap()) {
                Ok(()) => true,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        },
    };
    catch_unwind(AssertUnwindSafe(|| call(lock))).map_err(|panic| {
        *panic
            .downcast_ref::<&str>()
            .expect("a panic with a message")
    })
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = prop_oneof![
        3 => Just(Call::TryShared),
        3 => Just(Call::TryExclusive),
        2 => Just(Call::Shared),
        2 => Just(Call::Exclusive),
        4 => Just(Call::UnlockShared),
        2 => Just(Call::UnlockExclusive),
        1 => Just(Call::Downgrade),
        1 => Just(Call::TimedShared),
        1 => Just(Call::TimedExclusive),
        2 => Just(Call::ManyReads),
        1 => Just(Call::UnlockSharedElsewhere),
    ];
    proptest::collection::vec(call, 0..60)
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
    fn one_thread_sees_what_the_model_says(calls in calls()) {
        let lock = RawRwMutex::new();
        let mut model = Readers(0);
        for call in calls {
            if let Some(expected) = model.apply(call) {
                prop_assert_eq!(apply(&lock, call), expected, "{:?}", call);
            }
            prop_assert_eq!(lock.is_locked(), model != Readers(0));
            prop_assert_eq!(lock.is_locked_exclusive(), model == Writer);
            let readers = if let Readers(n) = model { n } else { 0 };
            let shown = format!("{lock:?}");
            let expected = format!("readers: {readers}, queued_readers: 0");
            prop_assert!(shown.contains(&expected), "{} instead of {}", shown, expected);
        }
    }
}
