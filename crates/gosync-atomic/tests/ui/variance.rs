//! Else a reference to a local could be left in the pointer.

use std::sync::Arc;

use gosync_atomic::Pointer;

fn shorten<'a>(pointer: &'a Pointer<&'static str>) -> &'a Pointer<&'a str> {
    pointer
}

fn main() {
    let pointer = Pointer::default();
    shorten(&pointer).store(Arc::new("a"));
}
