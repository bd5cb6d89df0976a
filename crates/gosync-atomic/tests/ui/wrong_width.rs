//! A function takes the atomic of its own width only.

use gosync_atomic::{Int32, add_int64};

fn main() {
    let n = Int32::new(1);
    add_int64(&n, 1);
}
