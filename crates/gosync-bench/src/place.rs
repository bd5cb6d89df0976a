use std::{
    hint::spin_loop,
    sync::{
        Mutex,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    thread,
};

use crate::{
    Padded,
    fetch::{To, fetch},
};

/// A thing on its way from one thread to another.
///
/// The cheapest hand-over that there is, so that it is the primitive that is measured: a place is
/// read and written by one thread at a time, its word is polled by nobody but who waits for it, and its
/// cache lines come all at once.
#[derive(Debug)]
pub struct Place<T> {
    full: Padded<AtomicBool>,
    thing: Padded<Mutex<T>>,
    looks: u32,
}

impl<T> Place<T> {
    /// An empty place. Who waits for it looks so many times before each yield.
    pub fn new(thing: T, looks: u32) -> Self {
        Self {
            full: Padded(AtomicBool::new(false)),
            thing: Padded(Mutex::new(thing)),
            looks,
        }
    }

    /// Uses the thing when the place is full, or empty, and leaves it the other way; unless it is
    /// time to `stop`. Returns whether it did.
    ///
    /// # Panics
    ///
    /// If a use of it has panicked.
    pub fn when(&self, full: bool, stop: &AtomicBool, use_it: impl FnOnce(&mut T)) -> bool {
        let mut looks = 0_u32;
        while self.full.0.load(Acquire) != full {
            looks += 1;
            if looks.is_multiple_of(self.looks) {
                if stop.load(Relaxed) {
                    return false;
                }
                thread::yield_now();
            }
            spin_loop();
        }
        self.fetch(full);
        // Never waits: the other thread has left.
        use_it(&mut self.thing.0.lock().expect("nobody panics"));
        self.full.0.store(!full, Release);
        true
    }

    fn fetch(&self, full: bool) {
        let first = (&raw const self.thing.0).cast::<u8>();
        // The lock is there, and how many things there are.
        fetch(To::Write, first, 1);
        let to = if full { To::Read } else { To::Write };
        fetch(to, first, size_of::<Mutex<T>>());
    }

    /// What is in the place.
    ///
    /// # Panics
    ///
    /// If a use of it has panicked.
    pub fn into_inner(self) -> T {
        self.thing.0.into_inner().expect("nobody panics")
    }
}
