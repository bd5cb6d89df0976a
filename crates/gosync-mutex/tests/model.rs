//! Any sequence of calls on one thread, against a plain model: results and panics compared.
#![cfg(not(gosync_loom))]

use std::panic::{AssertUnwindSafe, catch_unwind};

use gosync_mutex::RawMutex;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Call {
    /// Only made when the model says that it will not wait.
    Lock,
    TryLock,
    Unlock,
    IsLocked,
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        Just(Call::Lock),
        Just(Call::TryLock),
        Just(Call::Unlock),
        Just(Call::IsLocked)
    ]
}

proptest! {
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
                Call::Unlock => {
                    let ok = catch_unwind(AssertUnwindSafe(|| mutex.unlock())).is_ok();
                    prop_assert_eq!(ok, locked);
                    locked = false;
                }
                Call::IsLocked => prop_assert_eq!(mutex.is_locked(), locked),
            }
        }
    }
}
