//! Who writes may be another thread than who drops.

use std::{rc::Rc, thread};

use gosync_rwmutex::RwMutex;

fn main() {
    let lock = RwMutex::new(Rc::new(1));
    thread::spawn(move || drop(lock.into_inner()));
}
