//! What is wrong on purpose, to see that it is noticed and reported. Not among the primitives.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
};

use gosync_mutex::RawMutex;

use super::{Kind, Subject};
use crate::{
    hand::{Doing, Hand},
    plain::{Pair, Plain},
};

pub(crate) const BROKEN: [Kind; 2] = [
    Kind {
        name: "hangs",
        make: |_| Box::new(Hangs::default()),
    },
    Kind {
        name: "races",
        make: |_| Box::new(Races::default()),
    },
];

/// Whoever comes first keeps the lock.
#[derive(Debug, Default)]
struct Hangs(RawMutex);

impl Subject for Hangs {
    fn step(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        self.0.lock();
    }

    fn finish(self: Box<Self>, _: [u64; 4]) {}
}

/// Nothing keeps anybody out.
#[derive(Debug, Default)]
struct Races {
    here: AtomicUsize,
    pair: Plain<Pair>,
}

impl Subject for Races {
    fn step(&self, _: &mut Hand<'_>) {
        self.here.fetch_add(1, Relaxed);
        Pair::visit(&self.pair, || {
            while self.here.load(Relaxed) < 2 {
                thread::yield_now();
            }
        });
    }

    fn finish(self: Box<Self>, _: [u64; 4]) {}
}
