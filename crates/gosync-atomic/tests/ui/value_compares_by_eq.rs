//! `compare_and_swap` needs `==`; Go finds out when the program runs.

use gosync_atomic::Value;

struct Uncomparable;

fn main() {
    let v = Value::new();
    v.store(Uncomparable);
    v.compare_and_swap(&Uncomparable, Uncomparable);
}
