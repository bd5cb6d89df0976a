//! A wait ends at a moment when the count is zero; one that gives up, when it is not.

use std::time::Duration;

use gosync_proof::history::{Model, Recorder};
use gosync_waitgroup::WaitGroup;
use proptest::{collection::vec, prelude::*};

use crate::{Program, check, moment};

/// A thread either works, and then the count is above zero until its last step, or waits: so no
/// program is a misuse, and none hangs.
#[derive(Clone, Debug)]
enum Step {
    /// Adds so many, and takes them off again, all but one at a time.
    AddAndDone(u8),
    /// The last step of a worker.
    Done,
    Wait,
    WaitFor(Duration),
    Count,
}

#[derive(Clone, Copy, Debug)]
enum Call {
    Add(isize),
    Wait,
    WaitFor,
    Count,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Return {
    Nothing,
    Waited(bool),
    Count(usize),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Count(usize);

impl Model for Count {
    type Call = Call;
    type Return = Return;

    fn after(&self, call: &Call, returned: &Return, _: &[&Call]) -> Option<Self> {
        let zero = self.0 == 0;
        match (call, returned) {
            (Call::Add(delta), _) => self.0.checked_add_signed(*delta).map(Self),
            (Call::Wait, _) => zero.then_some(self.clone()),
            (_, Return::Waited(done)) => (zero == *done).then_some(self.clone()),
            (_, Return::Count(count)) => (self.0 == *count).then_some(self.clone()),
            (_, Return::Nothing) => None,
        }
    }
}

fn programs() -> impl Strategy<Value = Program<Step>> {
    let work = prop_oneof![
        3 => (1..4_u8).prop_map(Step::AddAndDone),
        1 => moment().prop_map(Step::WaitFor),
        1 => Just(Step::Count),
    ];
    let worker = vec(work, 0..4).prop_map(|mut steps| {
        steps.push(Step::Done);
        steps
    });
    let wait = prop_oneof![
        2 => Just(Step::Wait),
        2 => moment().prop_map(Step::WaitFor),
        1 => Just(Step::Count),
    ];
    (vec(worker, 1..=2), vec(vec(wait, 1..5), 1..=2))
        .prop_map(|(workers, waiters)| [workers, waiters].concat())
}

fn workers(program: &Program<Step>) -> usize {
    let is_worker = |steps: &&Vec<Step>| matches!(steps.last(), Some(Step::Done));
    program.iter().filter(is_worker).count()
}

fn step(group: &WaitGroup, step: &Step, recorder: &mut Recorder<'_, Call, Return>) {
    let mut add = |delta| {
        recorder.call(Call::Add(delta), || {
            group.add(delta);
            Return::Nothing
        });
    };
    match *step {
        Step::AddAndDone(number) => {
            add(isize::from(number));
            (0..number).for_each(|_| add(-1));
        }
        Step::Done => add(-1),
        Step::Wait => recorder.call(Call::Wait, || {
            group.wait();
            Return::Nothing
        }),
        Step::WaitFor(most) => {
            recorder.call(Call::WaitFor, || Return::Waited(group.wait_timeout(most)));
        }
        Step::Count => recorder.call(Call::Count, || Return::Count(group.count())),
    }
}

#[test]
fn waits_end_at_zero() {
    check(
        programs(),
        |program| {
            let group = WaitGroup::new();
            let workers = workers(program);
            group.add(workers.cast_signed());
            (group, Count(workers))
        },
        step,
    );
}
