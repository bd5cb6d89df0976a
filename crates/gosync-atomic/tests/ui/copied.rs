//! An atomic cannot be copied, not even by mistake.

use gosync_atomic::Int64;

fn main() {
    let n = Int64::new(1);
    let copy = n;
    n.store(2);
    copy.store(3);
}
