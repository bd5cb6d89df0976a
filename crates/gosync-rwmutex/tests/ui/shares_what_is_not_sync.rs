use std::{cell::Cell, thread};

use gosync_rwmutex::RwMutex;

static LOCK: RwMutex<Cell<i32>> = RwMutex::new(Cell::new(1));

fn main() {
    thread::spawn(|| LOCK.read().set(2));
}
