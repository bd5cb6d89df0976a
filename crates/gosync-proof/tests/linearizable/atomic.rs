//! All calls on a number, a pointer or a value happen in one order.

use std::sync::Arc;

use gosync_atomic::{Int32, Pointer, Value};
use gosync_proof::history::Model;
use proptest::prelude::*;

use crate::{check, program};

#[derive(Clone, Copy, Debug)]
enum Call {
    Load,
    Store(i32),
    Swap(i32),
    CompareAndSwap(i32, i32),
    Add(i32),
    And(i32),
    Or(i32),
}

/// What was there, or what is there now; whether it was swapped.
type Return = (Option<i32>, bool);

/// `None` in a pointer or a value that nothing was put into yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Plain(Option<i32>);

impl Model for Plain {
    type Call = Call;
    type Return = Return;

    fn after(&self, call: &Call, returned: &Return, _: &[&Call]) -> Option<Self> {
        let old = self.0;
        let number = old.unwrap_or_default();
        let (expected, next) = match *call {
            Call::Load => ((old, true), old),
            Call::Store(new) => ((None, true), Some(new)),
            Call::Swap(new) => ((old, true), Some(new)),
            Call::CompareAndSwap(from, new) if old == Some(from) => ((None, true), Some(new)),
            Call::CompareAndSwap(..) => ((None, false), old),
            Call::Add(delta) => {
                let sum = Some(number.wrapping_add(delta));
                ((sum, true), sum)
            }
            Call::And(mask) => ((old, true), Some(number & mask)),
            Call::Or(mask) => ((old, true), Some(number | mask)),
        };
        (expected == *returned).then_some(Self(next))
    }
}

fn calls() -> impl Strategy<Value = Call> {
    let number = || 0..4_i32;
    prop_oneof![
        3 => Just(Call::Load),
        1 => number().prop_map(Call::Store),
        2 => number().prop_map(Call::Swap),
        3 => (number(), number()).prop_map(|(old, new)| Call::CompareAndSwap(old, new)),
    ]
}

#[test]
fn numbers() {
    let number = || -2..4_i32;
    let arithmetic = prop_oneof![
        2 => number().prop_map(Call::Add),
        1 => number().prop_map(Call::And),
        1 => number().prop_map(Call::Or),
    ];
    check(
        program(prop_oneof![calls(), arithmetic], 8),
        |_| (Int32::new(0), Plain(Some(0))),
        |number, call, recorder| {
            recorder.call(*call, || match *call {
                Call::Load => (Some(number.load()), true),
                Call::Store(new) => {
                    number.store(new);
                    (None, true)
                }
                Call::Swap(new) => (Some(number.swap(new)), true),
                Call::CompareAndSwap(old, new) => (None, number.compare_and_swap(old, new)),
                Call::Add(delta) => (Some(number.add(delta)), true),
                Call::And(mask) => (Some(number.and(mask)), true),
                Call::Or(mask) => (Some(number.or(mask)), true),
            });
        },
    );
}

/// By identity: each number has one target.
#[test]
fn pointers() {
    let targets: [_; 4] = std::array::from_fn(Arc::new);
    let target = |number: i32| &targets[usize::try_from(number).unwrap()];
    let number = |target: Option<Arc<usize>>| target.map(|its| i32::try_from(*its).unwrap());
    check(
        program(calls(), 8),
        |_| (Pointer::default(), Plain(None)),
        |pointer, call, recorder| {
            recorder.call(*call, || match *call {
                Call::Store(new) => {
                    pointer.store(Arc::clone(target(new)));
                    (None, true)
                }
                Call::Swap(new) => (number(pointer.swap(Arc::clone(target(new)))), true),
                Call::CompareAndSwap(old, new) => {
                    let new = Arc::clone(target(new));
                    (None, pointer.compare_and_swap(Some(target(old)), new))
                }
                _ => (number(pointer.load()), true),
            });
        },
    );
}

/// By equality. A value that is empty has no type to be equal in, so it begins with one.
#[test]
fn values() {
    check(
        program(calls(), 8),
        |_| {
            let value = Value::new();
            value.store(0);
            (value, Plain(Some(0)))
        },
        |value, call, recorder| {
            recorder.call(*call, || match *call {
                Call::Store(new) => {
                    value.store(new);
                    (None, true)
                }
                Call::Swap(new) => (value.swap(new).map(|old: Arc<i32>| *old), true),
                Call::CompareAndSwap(old, new) => (None, value.compare_and_swap(&old, new)),
                _ => (value.load().map(|number: Arc<i32>| *number), true),
            });
        },
    );
}
