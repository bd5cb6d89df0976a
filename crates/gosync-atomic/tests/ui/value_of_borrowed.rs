//! A `Value` owns what it holds.

use gosync_atomic::Value;

fn main() {
    let v = Value::new();
    let local = 1;
    v.store(&local);
}
