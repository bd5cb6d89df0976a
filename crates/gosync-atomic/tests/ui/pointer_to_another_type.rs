//! A `Pointer<A>` knows no `B`.

use std::sync::Arc;

use gosync_atomic::Pointer;

fn main() {
    let p: Pointer<u32> = Pointer::null();
    let other: Option<&Arc<i32>> = None;
    p.compare_and_swap(other, None);
}
