//! Random sequences of operations, against plain variables and wrapping arithmetic.
#![cfg(not(gosync_loom))]

use std::{any::Any, panic::catch_unwind, sync::Arc};

use gosync_atomic::*;
use proptest::{prelude::*, sample::Index, test_runner::FileFailurePersistence};

/// Failures are kept, shrunk, and are tried first from then on.
fn config() -> ProptestConfig {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model.regressions");
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    }
}

/// An operation of an integer, with its operands.
#[derive(Clone, Copy, Debug)]
enum Op<N> {
    Load,
    Store(N),
    Swap(N),
    /// What is there, or else this; and what comes in its place.
    CompareAndSwap(Option<N>, N),
    Add(N),
    And(N),
    Or(N),
    Max(N),
    Min(N),
    Mut(N),
}

/// Any number, and often one at a limit.
fn number<N: Arbitrary + Copy + 'static>(limits: [N; 4]) -> impl Strategy<Value = N> + Clone
where
    N::Strategy: Clone,
{
    prop_oneof![any::<N>(), proptest::sample::select(limits.to_vec())]
}

fn op<N: Copy + std::fmt::Debug + 'static>(
    n: impl Strategy<Value = N> + Clone + 'static,
) -> impl Strategy<Value = Op<N>> {
    prop_oneof![
        Just(Op::Load),
        n.clone().prop_map(Op::Store),
        n.clone().prop_map(Op::Swap),
        (proptest::option::of(n.clone()), n.clone())
            .prop_map(|(old, new)| Op::CompareAndSwap(old, new)),
        n.clone().prop_map(Op::Add),
        n.clone().prop_map(Op::And),
        n.clone().prop_map(Op::Or),
        n.clone().prop_map(Op::Max),
        n.clone().prop_map(Op::Min),
        n.prop_map(Op::Mut),
    ]
}

macro_rules! integer {
    ($Name:ident, $int:ident, $swap:ident, $cas:ident, $add:ident, $and:ident, $or:ident, $load:ident, $store:ident) => {
        /// The same operations by method, by function, and on a plain variable.
        pub(super) fn $int(first: $int, ops: Vec<Op<$int>>) -> Result<(), TestCaseError> {
            let (mut method, function, mut plain) = ($Name::new(first), $Name::new(first), first);
            for op in ops {
                let old = plain;
                match op {
                    Op::Load => {}
                    Op::Store(n) => {
                        plain = n;
                        method.store(n);
                        $store(&function, n);
                    }
                    Op::Swap(n) => {
                        plain = n;
                        prop_assert_eq!((method.swap(n), $swap(&function, n)), (old, old));
                    }
                    Op::CompareAndSwap(expected, n) => {
                        let expected = expected.unwrap_or(plain);
                        let done = expected == plain;
                        if done {
                            plain = n;
                        }
                        prop_assert_eq!(method.compare_and_swap(expected, n), done);
                        prop_assert_eq!($cas(&function, expected, n), done);
                    }
                    Op::Add(n) => {
                        plain = plain.wrapping_add(n);
                        prop_assert_eq!((method.add(n), $add(&function, n)), (plain, plain));
                    }
                    Op::And(n) => {
                        plain &= n;
                        prop_assert_eq!((method.and(n), $and(&function, n)), (old, old));
                    }
                    Op::Or(n) => {
                        plain |= n;
                        prop_assert_eq!((method.or(n), $or(&function, n)), (old, old));
                    }
                    Op::Max(n) => {
                        plain = plain.max(n);
                        prop_assert_eq!(method.max(n), old);
                        $store(&function, plain);
                    }
                    Op::Min(n) => {
                        plain = plain.min(n);
                        prop_assert_eq!(method.min(n), old);
                        $store(&function, plain);
                    }
                    Op::Mut(n) => {
                        plain ^= n;
                        *method.get_mut() ^= n;
                        $store(&function, plain);
                    }
                }
                prop_assert_eq!((method.load(), $load(&function)), (plain, plain));
            }
            prop_assert_eq!((method.into_inner(), function.into_inner()), (plain, plain));
            Ok(())
        }
    };
}

#[rustfmt::skip]
mod plain {
    use super::*;

    integer!(Int32, i32, swap_int32, compare_and_swap_int32, add_int32, and_int32, or_int32, load_int32, store_int32);
    integer!(Int64, i64, swap_int64, compare_and_swap_int64, add_int64, and_int64, or_int64, load_int64, store_int64);
    integer!(Uint32, u32, swap_uint32, compare_and_swap_uint32, add_uint32, and_uint32, or_uint32, load_uint32, store_uint32);
    integer!(Uint64, u64, swap_uint64, compare_and_swap_uint64, add_uint64, and_uint64, or_uint64, load_uint64, store_uint64);
    integer!(Uintptr, usize, swap_uintptr, compare_and_swap_uintptr, add_uintptr, and_uintptr, or_uintptr, load_uintptr, store_uintptr);
}

fn ops<N: Arbitrary + Copy + 'static>(limits: [N; 4]) -> impl Strategy<Value = Vec<Op<N>>>
where
    N::Strategy: Clone,
{
    proptest::collection::vec(op(number(limits)), 0..50)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn int32(first: i32, ops in ops([0, 1, i32::MIN, i32::MAX])) {
        plain::i32(first, ops)?;
    }

    #[test]
    fn int64(first: i64, ops in ops([0, 1, i64::MIN, i64::MAX])) {
        plain::i64(first, ops)?;
    }

    #[test]
    fn uint32(first: u32, ops in ops([0, 1, u32::MIN, u32::MAX])) {
        plain::u32(first, ops)?;
    }

    #[test]
    fn uint64(first: u64, ops in ops([0, 1, u64::MIN, u64::MAX])) {
        plain::u64(first, ops)?;
    }

    #[test]
    fn uintptr(first: usize, ops in ops([0, 1, usize::MIN, usize::MAX])) {
        plain::usize(first, ops)?;
    }
}

/// An operation of a `Bool` (`N = bool`), a `Pointer` (`N`: which object) or a `Value`.
#[derive(Clone, Debug)]
enum Cell<N> {
    Load,
    Store(N),
    Swap(N),
    CompareAndSwap(N, N),
}

fn cell<N: Clone + std::fmt::Debug + 'static>(
    n: impl Strategy<Value = N> + Clone + 'static,
) -> impl Strategy<Value = Vec<Cell<N>>> {
    let op = prop_oneof![
        Just(Cell::Load),
        n.clone().prop_map(Cell::Store),
        n.clone().prop_map(Cell::Swap),
        (n.clone(), n).prop_map(|(old, new)| Cell::CompareAndSwap(old, new)),
    ];
    proptest::collection::vec(op, 0..100)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn bool(first: bool, ops in cell(any::<bool>())) {
        let (flag, mut plain) = (Bool::new(first), first);
        for op in ops {
            match op {
                Cell::Load => {}
                Cell::Store(new) => {
                    plain = new;
                    flag.store(new);
                }
                Cell::Swap(new) => {
                    prop_assert_eq!(flag.swap(new), plain);
                    plain = new;
                }
                Cell::CompareAndSwap(old, new) => {
                    prop_assert_eq!(flag.compare_and_swap(old, new), old == plain);
                    plain = if old == plain { new } else { plain };
                }
            }
            prop_assert_eq!(flag.load(), plain);
        }
    }

    #[test]
    fn pointer(ops in cell(any::<Option<Index>>())) {
        // Equal objects, so that a comparison of values would show.
        let objects: [_; 3] = std::array::from_fn(|_| Arc::new(5));
        let object = |index: Option<Index>| index.map(|index| index.get(&objects).clone());
        let address = |object: &Option<Arc<i32>>| object.as_ref().map(Arc::as_ptr);
        let (p, mut plain) = (Pointer::null(), None);
        for op in ops {
            match op {
                Cell::Load => {}
                Cell::Store(new) => {
                    plain = object(new);
                    p.store(plain.clone());
                }
                Cell::Swap(new) => {
                    let old = p.swap(object(new));
                    prop_assert_eq!(address(&old), address(&plain));
                    plain = object(new);
                }
                Cell::CompareAndSwap(old, new) => {
                    let done = address(&object(old)) == address(&plain);
                    prop_assert_eq!(p.compare_and_swap(object(old).as_ref(), object(new)), done);
                    plain = if done { object(new) } else { plain };
                }
            }
            prop_assert_eq!(address(&p.load()), address(&plain));
        }
        drop((p, plain));
        prop_assert!(objects.iter().all(|object| Arc::strong_count(object) == 1));
    }

    #[test]
    fn value(ops in cell(dynamic())) {
        let (v, mut plain) = (Value::new(), None);
        for op in ops {
            // Results and messages alike.
            match op {
                Cell::Load => {}
                Cell::Store(new) => {
                    let done = text(|| new.store(&v));
                    let expected = swapped(&plain, &new, "store of inconsistently typed value into Value");
                    prop_assert_eq!(done, expected.map(drop));
                    plain = v_after(plain, new);
                }
                Cell::Swap(new) => {
                    let old = text(|| new.swap(&v));
                    let expected = swapped(&plain, &new, "swap of inconsistently typed value into Value");
                    prop_assert_eq!(old, expected);
                    plain = v_after(plain, new);
                }
                Cell::CompareAndSwap(old, new) => {
                    let done = text(|| new.compare_and_swap(&v, &old));
                    let expected = compared(&plain, &old, &new);
                    prop_assert_eq!(&done, &expected);
                    plain = if done == Ok(true) { Some(new) } else { plain };
                }
            }
            prop_assert_eq!(Dynamic::load(&v), plain.clone());
        }
    }
}

/// A value whose type is known at run time only; `Nil` is Go's.
#[derive(Clone, Debug, PartialEq)]
enum Dynamic {
    Nil,
    Byte(u8),
    Text(String),
}
use Dynamic::{Byte, Nil, Text};

/// Few values of two types, mostly of one, and as an old value sometimes nil.
fn dynamic() -> impl Strategy<Value = Dynamic> + Clone {
    prop_oneof![
        8 => (0_u8..3).prop_map(Byte),
        2 => "[ab]?".prop_map(Text),
        1 => Just(Nil),
    ]
}

impl Dynamic {
    fn load(v: &Value) -> Option<Self> {
        let any = v.load_any()?;
        let byte = any.downcast_ref().map(|&byte| Byte(byte));
        byte.or_else(|| any.downcast_ref().cloned().map(Text))
    }

    /// `Nil` cannot be stored: it stands for no call at all.
    fn store(&self, v: &Value) {
        match self.clone() {
            Nil => {}
            Byte(byte) => v.store(byte),
            Text(text) => v.store(text),
        }
    }

    fn swap(&self, v: &Value) -> Option<Self> {
        match self.clone() {
            Nil => Self::load(v),
            Byte(byte) => v.swap(byte).map(|old| Byte(*old)),
            Text(text) => v.swap(text).map(|old| Text((*old).clone())),
        }
    }

    fn compare_and_swap(&self, v: &Value, old: &Self) -> bool {
        let any: Option<&dyn Any> = match old {
            Nil => None,
            Byte(byte) => Some(byte),
            Text(text) => Some(text),
        };
        match (self.clone(), old) {
            (Nil, _) => false,
            // The typed form where it can be written, the dynamic one elsewhere.
            (Byte(new), Byte(old)) => v.compare_and_swap(old, new),
            (Byte(new), _) => v.compare_and_swap_any(any, new),
            (Text(new), _) => v.compare_and_swap_any(any, new),
        }
    }

    fn same_type(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// What `f` returns, or else what it panics with.
fn text<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(std::panic::AssertUnwindSafe(f))
        .map_err(|payload| payload.downcast_ref::<&str>().expect("a text").to_string())
}

fn swapped(
    plain: &Option<Dynamic>,
    new: &Dynamic,
    misuse: &str,
) -> Result<Option<Dynamic>, String> {
    match plain {
        Some(there) if *new != Nil && !there.same_type(new) => {
            Err(format!("sync/atomic: {misuse}"))
        }
        _ => Ok(plain.clone()),
    }
}

fn v_after(plain: Option<Dynamic>, new: Dynamic) -> Option<Dynamic> {
    match plain {
        _ if new == Nil => plain,
        Some(there) if !there.same_type(&new) => Some(there),
        _ => Some(new),
    }
}

fn compared(plain: &Option<Dynamic>, old: &Dynamic, new: &Dynamic) -> Result<bool, String> {
    const VALUES: &str = "sync/atomic: compare and swap of inconsistently typed values";
    const INTO: &str = "sync/atomic: compare and swap of inconsistently typed value into Value";
    match plain {
        _ if *new == Nil => Ok(false),
        _ if *old != Nil && !old.same_type(new) => Err(VALUES.into()),
        None => Ok(*old == Nil),
        Some(there) if !there.same_type(new) => Err(INTO.into()),
        Some(there) => Ok(there == old),
    }
}
