//! Any sequence of calls on one thread, against a plain model: results and panics compared.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use gosync_mutex::RawMutex;
use proptest::{prelude::*, test_runner::FileFailurePersistence};

#[derive(Clone, Copy, Debug)]
enum Call {
    /// Only made when the model says that it will not wait.
    Lock,
    TryLock,
    TryLockFor,
    Unlock,
    IsLocked,
}

const UNLOCKED: &str = "sync: unlock of unlocked mutex";

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        Just(Call::Lock),
        Just(Call::TryLock),
        Just(Call::TryLockFor),
        Just(Call::Unlock),
        Just(Call::IsLocked)
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
    fn matches_the_model(calls in prop::collection::vec(call(), 0..60)) {
        let mutex = RawMutex::new();
        let mut locked = false;
        for call in calls {
            match call {
                Call::Lock if locked => {}
                Call::Lock => {
                    mutex.lock();
                    locked = true;
                }
                Call::TryLock => {
                    prop_assert_eq!(mutex.try_lock(), !locked);
                    locked = true;
                }
                Call::TryLockFor => {
                    prop_assert_eq!(mutex.try_lock_for(Duration::ZERO), !locked);
                    locked = true;
                }
                Call::Unlock => {
                    let end = catch_unwind(AssertUnwindSafe(|| mutex.unlock()));
                    let message = end.map_err(|panic| *panic.downcast::<&str>().unwrap());
                    prop_assert_eq!(message, if locked { Ok(()) } else { Err(UNLOCKED) });
                    locked = false;
                }
                Call::IsLocked => prop_assert_eq!(mutex.is_locked(), locked),
            }
        }
    }
}
