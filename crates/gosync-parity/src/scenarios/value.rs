//! `atomic::Value`, `atomic::Pointer`, and the functions on pointers.

use std::{
    any::Any,
    ptr,
    sync::{Arc, atomic::AtomicPtr},
};

use gosync::{atomic, prelude::*};

use super::{Log, Scenario, differs, list, message, only, same, say, show};

pub(super) const SCENARIOS: &[Scenario] = &[
    same("value/store-and-load", store_and_load),
    same("value/swap", swap),
    same("value/compare-and-swap", compare_and_swap),
    same("value/compare-and-swap-from-nil", compare_and_swap_nil),
    same("value/compared-by-content", compared_by_content),
    same("value/store-of-another-type", store_other),
    same("value/swap-of-another-type", swap_other),
    same(
        "value/compare-and-swap-of-another-type",
        compare_and_swap_other,
    ),
    same("value/compare-and-swap-of-two-types", compare_and_swap_two),
    same("value/load-as-another-type", load_other),
    differs(
        "value/nil",
        "There is no nil to store. What Go finds at run time does not compile.",
        nil,
    ),
    differs(
        "value/what-cannot-be-compared",
        "What has no `==` does not compile. A list has one in Rust, and is compared by its content.",
        not_comparable,
    ),
    same("pointer/load-and-store", pointer_load_and_store),
    same("pointer/swap", pointer_swap),
    same("pointer/compare-and-swap", pointer_compare_and_swap),
    same("pointer/compared-by-identity", pointer_identity),
    same("pointer/functions", pointer_functions),
];

fn store_and_load(log: &Log) {
    let v = atomic::Value::new();
    say!(log, "new: {}", show(v.Load::<i32>()));
    v.Store(1);
    say!(log, "stored 1: {}", show(v.Load::<i32>()));
    v.Store(2);
    say!(log, "stored 2: {}", show(v.Load::<i32>()));
    let text = atomic::Value::new();
    text.Store("text");
    say!(log, "stored text: {}", show(text.Load::<&str>()));
}

fn swap(log: &Log) {
    let v = atomic::Value::new();
    say!(log, "first: {}", show(v.Swap(1)));
    say!(log, "second: {}", show(v.Swap(2)));
    say!(log, "now: {}", show(v.Load::<i32>()));
}

fn compare_and_swap(log: &Log) {
    let v = atomic::Value::new();
    say!(log, "new, 1 to 2: {}", v.CompareAndSwap(&1, 2));
    say!(log, "now: {}", show(v.Load::<i32>()));
    v.Store(1);
    say!(log, "1, 2 to 3: {}", v.CompareAndSwap(&2, 3));
    say!(log, "1, 1 to 2: {}", v.CompareAndSwap(&1, 2));
    say!(log, "now: {}", show(v.Load::<i32>()));
}

fn compare_and_swap_nil(log: &Log) {
    let v = atomic::Value::new();
    say!(log, "new, nil to 1: {}", v.CompareAndSwap(None, 1));
    say!(log, "1, nil to 2: {}", v.CompareAndSwap(None, 2));
    say!(log, "now: {}", show(v.Load::<i32>()));
}

fn compared_by_content(log: &Log) {
    #[derive(PartialEq)]
    struct Pair {
        a: i32,
        b: String,
    }
    let pair = |a, b: &str| Pair { a, b: b.into() };
    let v = atomic::Value::new();
    v.Store(pair(1, "x"));
    let swapped = v.CompareAndSwap(&pair(1, "y"), pair(2, "z"));
    say!(log, "another content: {swapped}");
    let swapped = v.CompareAndSwap(&pair(1, "x"), pair(2, "z"));
    say!(log, "the same content: {swapped}");
    let now = v.Load::<Pair>().expect("a pair");
    say!(log, "now: {} {}", now.a, now.b);
}

fn store_other(log: &Log) {
    let v = atomic::Value::new();
    v.Store(1_i32);
    say!(log, "{}", message(|| v.Store(2_i64)));
    say!(log, "{}", message(|| v.Store("2")));
    say!(log, "now: {}", show(v.Load::<i32>()));
    v.Store(3_i32);
    say!(log, "now: {}", show(v.Load::<i32>()));
}

fn swap_other(log: &Log) {
    let v = atomic::Value::new();
    v.Store(1_i32);
    say!(log, "{}", message(|| v.Swap(2_i64)));
    say!(log, "now: {}", show(v.Swap(3_i32)));
}

fn compare_and_swap_other(log: &Log) {
    let v = atomic::Value::new();
    v.Store(1_i32);
    say!(log, "{}", message(|| v.CompareAndSwap(&1_i64, 2_i64)));
    say!(log, "{}", message(|| v.CompareAndSwap(None, 2_i64)));
    say!(log, "now: {}", show(v.Load::<i32>()));
}

fn compare_and_swap_two(log: &Log) {
    let v = atomic::Value::new();
    let old: &dyn Any = &1_i32;
    say!(log, "new: {}", message(|| v.CompareAndSwap(old, "2")));
    v.Store(1_i32);
    say!(log, "1: {}", message(|| v.CompareAndSwap(old, "2")));
    say!(log, "now: {}", show(v.Load::<i32>()));
}

fn load_other(log: &Log) {
    let v = atomic::Value::new();
    v.Store(1_i32);
    say!(log, "as another type: {}", v.Load::<i64>().is_some());
    say!(log, "as its own: {}", v.Load::<i32>().is_some());
}

fn nil(log: &Log) {
    only!(log, "does not compile");
}

fn not_comparable(log: &Log) {
    let v = atomic::Value::new();
    v.Store(vec![1]);
    only!(log, "{}", v.CompareAndSwap(&vec![1], vec![2]));
    only!(log, "now: {}", list(&v.Load::<Vec<i32>>().expect("a list")));
}

fn pointer_load_and_store(log: &Log) {
    let p = atomic::Pointer::null();
    say!(log, "new: {}", show(p.Load()));
    let a = Arc::new("a");
    p.Store(Arc::clone(&a));
    let same = p.Load().is_some_and(|now| Arc::ptr_eq(&now, &a));
    say!(log, "stored a: {}, the same: {same}", show(p.Load()));
    p.Store(None);
    say!(log, "stored nil: {}", show(p.Load()));
}

fn pointer_swap(log: &Log) {
    let p = atomic::Pointer::null();
    say!(log, "first: {}", show(p.Swap(Arc::new("a"))));
    say!(log, "second: {}", show(p.Swap(Arc::new("b"))));
    say!(log, "nil: {}", show(p.Swap(None)));
    say!(log, "now: {}", show(p.Load()));
}

fn pointer_compare_and_swap(log: &Log) {
    let p = atomic::Pointer::null();
    let (a, b) = (&Arc::new("a"), &Arc::new("b"));
    say!(log, "nil, a to b: {}", p.CompareAndSwap(Some(a), b.clone()));
    say!(log, "nil, nil to a: {}", p.CompareAndSwap(None, a.clone()));
    say!(log, "a, nil to b: {}", p.CompareAndSwap(None, b.clone()));
    say!(log, "a, b to nil: {}", p.CompareAndSwap(Some(b), None));
    say!(log, "a, a to b: {}", p.CompareAndSwap(Some(a), b.clone()));
    say!(log, "now: {}", show(p.Load()));
    say!(log, "b, b to nil: {}", p.CompareAndSwap(Some(b), None));
    say!(log, "now: {}", show(p.Load()));
}

fn pointer_identity(log: &Log) {
    let (a, same) = (Arc::new("a"), Arc::new("a"));
    let p = atomic::Pointer::new(Arc::clone(&a));
    say!(log, "an equal one: {}", p.CompareAndSwap(Some(&same), None));
    say!(log, "itself: {}", p.CompareAndSwap(Some(&a), same));
}

fn pointer_functions(log: &Log) {
    let (mut a, mut b) = (1, 2);
    let (a, b) = (&raw mut a, &raw mut b);
    // Go shows what they point to; here it is their identity that tells which it is.
    let which = |p| if p == a { 1 } else { 2 };
    let p = AtomicPtr::<i32>::default();
    say!(log, "new is nil: {}", atomic::LoadPointer(&p).is_null());
    atomic::StorePointer(&p, a);
    say!(log, "stored: {}", which(atomic::LoadPointer(&p)));
    say!(log, "swapped: {}", which(atomic::SwapPointer(&p, b)));
    let nil = ptr::null_mut();
    let swapped = atomic::CompareAndSwapPointer(&p, a, nil);
    say!(log, "compared with another: {swapped}");
    let swapped = atomic::CompareAndSwapPointer(&p, b, nil);
    say!(log, "compared with itself: {swapped}");
    say!(log, "now nil: {}", atomic::LoadPointer(&p).is_null());
}
