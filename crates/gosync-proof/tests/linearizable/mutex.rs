//! At most one thread has the lock; a try that fails had a reason.

use std::time::Duration;

use gosync_mutex::RawMutex;
use gosync_proof::history::Model;
use proptest::prelude::*;

use crate::{check, moment, program};

#[derive(Clone, Debug)]
enum Way {
    Lock,
    Try,
    TryFor(Duration),
}

#[derive(Clone, Copy, Debug)]
enum Call {
    Lock,
    TryLock,
    TryLockFor,
    Unlock,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Locked(bool);

impl Model for Locked {
    type Call = Call;
    type Return = bool;

    fn after(&self, call: &Call, got: &bool, beside: &[&Call]) -> Option<Self> {
        let may = match (call, got) {
            (Call::Unlock, _) => self.0,
            (_, true) => !self.0,
            (Call::Lock, false) => false,
            // Not for nothing: another thread has the lock, or is about to have it.
            (Call::TryLock | Call::TryLockFor, false) => {
                let locks = |call: &&Call| !matches!(call, Call::Unlock);
                return (self.0 || beside.iter().any(locks)).then_some(self.clone());
            }
        };
        may.then_some(Self(!matches!(call, Call::Unlock)))
    }
}

#[test]
fn one_at_a_time() {
    let way = prop_oneof![
        3 => Just(Way::Lock),
        2 => Just(Way::Try),
        1 => moment().prop_map(Way::TryFor),
    ];
    check(
        program(way, 5),
        |_| (RawMutex::new(), Locked(false)),
        |mutex, way, recorder| {
            let mut got = true;
            match way {
                Way::Lock => recorder.call(Call::Lock, || {
                    mutex.lock();
                    true
                }),
                Way::Try => recorder.call(Call::TryLock, || {
                    got = mutex.try_lock();
                    got
                }),
                Way::TryFor(most) => recorder.call(Call::TryLockFor, || {
                    got = mutex.try_lock_for(*most);
                    got
                }),
            }
            if got {
                recorder.call(Call::Unlock, || {
                    mutex.unlock();
                    true
                });
            }
        },
    );
}
