//! Random sequences of calls by one thread, against what a queue that is always empty returns.
#![cfg(not(gosync_loom))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use gosync_cond::Cond;
use gosync_mutex::Mutex;
use proptest::{collection::vec, prelude::*, test_runner::FileFailurePersistence};

/// Failures are kept, shrunk, and are tried first from then on.
fn config() -> ProptestConfig {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model.regressions");
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    }
}

#[derive(Clone, Copy, Debug)]
enum Call {
    NotifyOne,
    NotifyAll,
    WaitTimeout(u64),
    WaitUntil(u64),
    /// The condition is false at the first look: for a second one it would have to be notified.
    WaitWhileNot,
    /// The condition panics.
    WaitWhilePanics,
    /// Without sleeping: what runs unlocked returns this.
    WaitWith(u8),
    /// The same, by a panic.
    WaitWithPanics,
    /// With a time, and asleep twice: the second time, too, says what the first said.
    WaitWithTwice,
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        Just(Call::NotifyOne),
        Just(Call::NotifyAll),
        (0..20_u64).prop_map(Call::WaitTimeout),
        (0..20_u64).prop_map(Call::WaitUntil),
        Just(Call::WaitWhileNot),
        Just(Call::WaitWhilePanics),
        any::<u8>().prop_map(Call::WaitWith),
        Just(Call::WaitWithPanics),
        Just(Call::WaitWithTwice),
    ]
}

/// What `f` panics with.
fn panic_of(f: impl FnOnce()) -> Option<u8> {
    let payload = catch_unwind(AssertUnwindSafe(f)).err()?;
    payload.downcast_ref().copied()
}

fn boom(with: u8) -> ! {
    std::panic::resume_unwind(Box::new(with))
}

proptest! {
    #![proptest_config(config())]

    /// Nobody else is there: a notification finds nobody, whatever waits came before it and however
    /// they ended, and a wait ends by its time alone. It has the mutex again then.
    #[test]
    fn nobody_else_is_there(calls in vec(call(), 0..30)) {
        let (mutex, cond) = (Mutex::new(0), Cond::new());
        let mut locked = 0;
        for call in calls {
            match call {
                Call::NotifyOne => prop_assert!(!cond.notify_one()),
                Call::NotifyAll => cond.notify_all(),
                Call::WaitTimeout(micros) => {
                    let mut guard = mutex.lock();
                    prop_assert!(!cond.wait_timeout(&mut guard, Duration::from_micros(micros)));
                    *guard += 1;
                    locked += 1;
                }
                Call::WaitUntil(micros) => {
                    let mut guard = mutex.lock();
                    let deadline = Instant::now() + Duration::from_micros(micros);
                    prop_assert!(!cond.wait_until(&mut guard, deadline));
                    prop_assert!(Instant::now() >= deadline);
                    *guard += 1;
                    locked += 1;
                }
                Call::WaitWhileNot => {
                    let mut guard = mutex.lock();
                    cond.wait_while(&mut guard, |count| {
                        *count += 1;
                        false
                    });
                    locked += 1;
                }
                Call::WaitWhilePanics => {
                    let mut guard = mutex.lock();
                    let panic = panic_of(|| cond.wait_while(&mut guard, |_| boom(1)));
                    prop_assert_eq!(panic, Some(1));
                }
                Call::WaitWith(value) => {
                    prop_assert_eq!(cond.wait_with(None, |_| value), value);
                }
                Call::WaitWithPanics => {
                    let panic = panic_of(|| cond.wait_with(None, |_| boom(2)));
                    prop_assert_eq!(panic, Some(2));
                }
                Call::WaitWithTwice => {
                    let time = Some(Duration::ZERO);
                    let slept = cond.wait_with(time, |sleep| (sleep(), sleep()));
                    prop_assert_eq!(slept, (false, false));
                }
            }
            prop_assert!(!mutex.is_locked());
            prop_assert_eq!(format!("{cond:?}"), "Cond { waiters: false }");
        }
        prop_assert_eq!(mutex.into_inner(), locked);
    }
}
