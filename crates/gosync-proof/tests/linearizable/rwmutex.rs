//! One writer or many readers; a try that fails had a reason.

use std::time::Duration;

use gosync_proof::history::{Model, Recorder};
use gosync_rwmutex::RawRwMutex;
use proptest::prelude::*;

use crate::{check, moment, program};

#[derive(Clone, Copy, Debug)]
enum Section {
    Read,
    /// At once, or for a time.
    TryRead(Option<Duration>),
    Write,
    TryWrite(Option<Duration>),
    Downgrade,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Read,
    TryRead,
    Write,
    TryWrite,
    Downgrade,
    UnlockRead,
    UnlockWrite,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    readers: u32,
    writer: bool,
}

impl Model for State {
    type Call = Call;
    type Return = bool;

    fn after(&self, call: &Call, got: &bool, beside: &[&Call]) -> Option<Self> {
        let State { readers, writer } = *self;
        let writes =
            |call: &&Call| matches!(call, Call::Write | Call::TryWrite | Call::UnlockWrite);
        let (may, readers, writer) = match (call, got) {
            (Call::Read | Call::TryRead, true) => (!writer, readers + 1, false),
            (Call::Write | Call::TryWrite, true) => (!writer && readers == 0, 0, true),
            // A writer is in, or waits, or is about to come or go.
            (Call::TryRead, false) => (writer || beside.iter().any(writes), readers, writer),
            (Call::TryWrite, false) => {
                let busy = writer || readers > 0 || !beside.is_empty();
                (busy, readers, writer)
            }
            (Call::Downgrade, _) => (writer, 1, false),
            (Call::UnlockRead, _) => (readers > 0, readers.wrapping_sub(1), writer),
            (Call::UnlockWrite, _) => (writer, 0, false),
            (Call::Read | Call::Write, false) => return None,
        };
        may.then_some(Self { readers, writer })
    }
}

fn section(lock: &RawRwMutex, section: &Section, recorder: &mut Recorder<'_, Call, bool>) {
    let mut call = |call, f: fn(&RawRwMutex)| {
        recorder.call(call, || {
            f(lock);
            true
        });
    };
    match section {
        Section::Read => {
            call(Call::Read, RawRwMutex::lock_shared);
            call(Call::UnlockRead, RawRwMutex::unlock_shared);
        }
        Section::Write => {
            call(Call::Write, RawRwMutex::lock_exclusive);
            call(Call::UnlockWrite, RawRwMutex::unlock_exclusive);
        }
        Section::Downgrade => {
            call(Call::Write, RawRwMutex::lock_exclusive);
            call(Call::Downgrade, RawRwMutex::downgrade);
            call(Call::UnlockRead, RawRwMutex::unlock_shared);
        }
        Section::TryRead(time) => {
            let mut got = false;
            recorder.call(Call::TryRead, || {
                got = match time {
                    None => lock.try_lock_shared(),
                    Some(most) => lock.try_lock_shared_for(*most),
                };
                got
            });
            if got {
                recorder.call(Call::UnlockRead, || {
                    lock.unlock_shared();
                    true
                });
            }
        }
        Section::TryWrite(time) => {
            let mut got = false;
            recorder.call(Call::TryWrite, || {
                got = match time {
                    None => lock.try_lock_exclusive(),
                    Some(most) => lock.try_lock_exclusive_for(*most),
                };
                got
            });
            if got {
                recorder.call(Call::UnlockWrite, || {
                    lock.unlock_exclusive();
                    true
                });
            }
        }
    }
}

#[test]
fn readers_or_a_writer() {
    let sections = prop_oneof![
        3 => Just(Section::Read),
        2 => proptest::option::of(moment()).prop_map(Section::TryRead),
        2 => Just(Section::Write),
        2 => proptest::option::of(moment()).prop_map(Section::TryWrite),
        1 => Just(Section::Downgrade),
    ];
    check(
        program(sections, 5),
        |_| {
            let free = State {
                readers: 0,
                writer: false,
            };
            (RawRwMutex::new(), free)
        },
        section,
    );
}
