//! A `Pointer` lends what it points at to any thread, which must allow that.

use std::{cell::Cell, sync::Arc};

use gosync_atomic::Pointer;

static POINTER: Pointer<Cell<u8>> = Pointer::null();

fn main() {
    POINTER.store(Arc::new(Cell::new(1)));
}
