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
    /// With the number of the try, as that which follows has it.
    TryWrite(u64),
    /// The end of a try that has waited in vain, and until then has kept others out: maybe when there was
    /// no reason for it to wait any more.
    Withdraw(u64),
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
        let writes = |call: &&Call| {
            use Call::{TryWrite, UnlockWrite, Withdraw, Write};
            matches!(call, Write | TryWrite(_) | Withdraw(_) | UnlockWrite)
        };
        let (may, readers, writer) = match (call, got) {
            (Call::Read | Call::TryRead, true) => (!writer, readers + 1, false),
            (Call::Write | Call::TryWrite(_), true) => (!writer && readers == 0, 0, true),
            // A writer is in, or waits, or is about to come or go.
            (Call::TryRead, false) => (writer || beside.iter().any(writes), readers, writer),
            (Call::TryWrite(its), false) => {
                let another = |call: &&Call| **call != Call::Withdraw(*its);
                let busy = writer || readers > 0 || beside.iter().any(another);
                (busy, readers, writer)
            }
            (Call::Withdraw(_), _) => (true, readers, writer),
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
            let start = recorder.now();
            let got = match time {
                None => lock.try_lock_exclusive(),
                Some(most) => lock.try_lock_exclusive_for(*most),
            };
            recorder.ended(start, Call::TryWrite(start), got);
            if !got && time.is_some() {
                recorder.ended(start, Call::Withdraw(start), true);
            }
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
