//! `old` and `new` of different types, where both are known.

use gosync::{atomic, prelude::*};

fn main() {
    let v = atomic::Value::new();
    v.Store(1_i32);
    v.CompareAndSwap(&1_i32, 2_i64);
}
