//! Old and new value of `compare_and_swap` are of one type.

use gosync_atomic::Value;

fn main() {
    let v = Value::new();
    v.store(1);
    v.compare_and_swap(&1, "two");
}
