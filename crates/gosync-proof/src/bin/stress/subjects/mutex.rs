//! One thread at a time, whatever the way in; each sees what the one before it left.

use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use std::time::Duration;

use gosync_mutex::{Mutex, RawMutex};

use super::Subject;
use crate::{
    hand::{Doing, Hand, caught, panic_on_purpose},
    plain::{Pair, Plain},
};

#[derive(Debug, Default)]
pub(crate) struct Mutexes {
    typed: Mutex<Plain<Pair>>,
    raw: RawMutex,
    guarded: Plain<Pair>,
    /// Somebody has left `raw` locked, for the thread that watches to unlock.
    handed_over: AtomicBool,
}

const TYPED: usize = 0;
const RAW: usize = 1;

impl Mutexes {
    fn typed(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        let guard = match hand.below(8) {
            0 => self.typed.try_lock(),
            1 => {
                let most = Duration::from_micros(hand.rng.u64(..2000));
                self.typed.try_lock_for(most)
            }
            _ => Some(self.typed.lock()),
        };
        if let Some(pair) = guard {
            Pair::visit(&pair, || hand.section());
            hand.count(TYPED);
        }
    }

    fn panicking(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        caught(|| {
            let pair = self.typed.lock();
            Pair::visit(&pair, || hand.section());
            hand.count(TYPED);
            panic_on_purpose();
        });
    }

    fn raw(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        let got = match hand.below(8) {
            0 => self.raw.try_lock(),
            1 => {
                let most = Duration::from_micros(hand.rng.u64(..2000));
                self.raw.try_lock_for(most)
            }
            _ => {
                self.raw.lock();
                true
            }
        };
        if got {
            Pair::visit(&self.guarded, || hand.section());
            hand.count(RAW);
            if hand.below(500) == 0 {
                // Release pairs with the Acquire in `tick`: who unlocks must come after.
                self.handed_over.store(true, Release);
            } else {
                self.raw.unlock();
            }
        }
    }
}

impl Subject for Mutexes {
    fn step(&self, hand: &mut Hand<'_>) {
        match hand.below(64) {
            0 => self.panicking(hand),
            1..40 => self.typed(hand),
            _ => self.raw(hand),
        }
    }

    fn tick(&self, _: bool) {
        if self.handed_over.swap(false, Acquire) {
            self.raw.unlock();
        }
    }

    fn finish(self: Box<Self>, counted: [u64; 4]) {
        assert!(!self.typed.is_locked() && !self.raw.is_locked());
        assert_eq!(
            self.typed.into_inner().into_inner().visits(),
            counted[TYPED]
        );
        assert_eq!(self.guarded.into_inner().visits(), counted[RAW]);
    }
}
