//! What is got was put, and not got before; a get finds nothing only where there is nothing, or
//! where somebody else is at it.

use std::collections::BTreeSet;

use gosync_pool::Pool;
use gosync_proof::history::Model;
use proptest::prelude::*;

use crate::{check, program};

#[derive(Clone, Copy, Debug)]
enum Step {
    Put,
    Get,
}

#[derive(Clone, Copy, Debug)]
enum Call {
    Put(u64),
    Get,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Items(BTreeSet<u64>);

impl Model for Items {
    type Call = Call;
    type Return = Option<u64>;

    fn after(&self, call: &Call, got: &Option<u64>, beside: &[&Call]) -> Option<Self> {
        let mut next = self.clone();
        let may = match (call, got) {
            (Call::Put(item), _) => next.0.insert(*item),
            (Call::Get, Some(item)) => next.0.remove(item),
            (Call::Get, None) => self.0.is_empty() || !beside.is_empty(),
        };
        may.then_some(next)
    }
}

#[test]
fn each_item_once() {
    let steps = prop_oneof![Just(Step::Put), Just(Step::Get)];
    check(
        program(steps, 8),
        |_| (Pool::without_new(), Items::default()),
        |pool, step, recorder| match step {
            Step::Put => {
                let start = recorder.now();
                pool.put(start);
                recorder.ended(start, Call::Put(start), None);
            }
            Step::Get => recorder.call(Call::Get, || pool.try_get()),
        },
    );
}
