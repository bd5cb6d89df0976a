//! A notification wakes the wait that began first, and says whether there was one; a wait that
//! gives up leaves the queue, or has been notified.
//!
//! A wait is two calls here: it enters the queue, and then sleeps.

use std::{cell::Cell, collections::VecDeque, time::Duration};

use gosync_cond::Cond;
use gosync_proof::history::{Model, Recorder};
use proptest::prelude::*;

use crate::{check, moment, program};

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(Duration),
    NotifyOne,
    NotifyAll,
}

/// With the number of the wait, so that each is told from the others.
#[derive(Clone, Copy, Debug)]
enum Call {
    Enter(u64),
    Sleep(u64),
    NotifyOne,
    NotifyAll,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Queue {
    waiting: VecDeque<u64>,
    notified: Vec<u64>,
}

impl Model for Queue {
    type Call = Call;
    type Return = bool;

    fn after(&self, call: &Call, returned: &bool, _: &[&Call]) -> Option<Self> {
        let mut next = self.clone();
        match *call {
            Call::Enter(wait) => next.waiting.push_back(wait),
            Call::Sleep(wait) if *returned => {
                let at = next.notified.iter().position(|its| *its == wait)?;
                next.notified.remove(at);
            }
            Call::Sleep(wait) => {
                let at = next.waiting.iter().position(|its| *its == wait)?;
                next.waiting.remove(at);
            }
            Call::NotifyOne => {
                let oldest = next.waiting.pop_front();
                if oldest.is_some() != *returned {
                    return None;
                }
                next.notified.extend(oldest);
            }
            Call::NotifyAll => next.notified.extend(next.waiting.drain(..)),
        }
        // In no order: they are all free to go.
        next.notified.sort_unstable();
        Some(next)
    }
}

fn step(cond: &Cond, step: &Step, recorder: &mut Recorder<'_, Call, bool>) {
    match *step {
        Step::NotifyOne => recorder.call(Call::NotifyOne, || cond.notify_one()),
        Step::NotifyAll => recorder.call(Call::NotifyAll, || {
            cond.notify_all();
            true
        }),
        Step::Wait(most) => {
            let start = recorder.now();
            let woken = Cell::new(false);
            let mut slept = start;
            cond.wait_with(Some(most), |sleep| {
                recorder.ended(start, Call::Enter(start), true);
                slept = recorder.now();
                woken.set(sleep());
            });
            recorder.ended(slept, Call::Sleep(start), woken.get());
        }
    }
}

#[test]
fn first_come_first_served() {
    let steps = prop_oneof![
        4 => moment().prop_map(Step::Wait),
        4 => Just(Step::NotifyOne),
        1 => Just(Step::NotifyAll),
    ];
    check(program(steps, 5), |_| (Cond::new(), Queue::default()), step);
}
