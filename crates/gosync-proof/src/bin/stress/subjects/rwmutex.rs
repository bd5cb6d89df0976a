//! One writer or many readers; a reader sees all of a write or nothing; no write is lost.

use gosync_rwmutex::{RawRwMutex, RwMutex, RwMutexWriteGuard};

use super::Subject;
use crate::{
    hand::{Doing, Hand, caught, panic_on_purpose},
    plain::{Pair, Plain},
};

#[derive(Debug, Default)]
pub(crate) struct RwMutexes {
    typed: RwMutex<Plain<Pair>>,
    raw: RawRwMutex,
    guarded: Plain<Pair>,
}

const TYPED: usize = 0;
const RAW: usize = 1;

impl RwMutexes {
    fn read(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        let guard = match hand.below(4) {
            0 => self.typed.try_read(),
            _ => Some(self.typed.read()),
        };
        if let Some(pair) = guard {
            Pair::look(&pair, || hand.section());
            hand.checks += 1;
        }
    }

    fn write(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        let guard = match hand.below(4) {
            0 => self.typed.try_write(),
            _ => Some(self.typed.write()),
        };
        let Some(pair) = guard else {
            return;
        };
        Pair::visit(&pair, || hand.section());
        hand.count(TYPED);
        if hand.below(4) == 0 {
            let visits = Pair::look(&pair, || ());
            let pair = RwMutexWriteGuard::downgrade(pair);
            let after = Pair::look(&pair, || hand.section());
            assert_eq!(visits, after, "another writer came in during a downgrade");
        }
    }

    fn panicking(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        caught(|| {
            if hand.below(2) == 0 {
                let pair = self.typed.write();
                Pair::visit(&pair, || hand.section());
                hand.count(TYPED);
                panic_on_purpose();
            }
            let pair = self.typed.read();
            Pair::look(&pair, || hand.section());
            panic_on_purpose();
        });
    }

    fn raw(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        if hand.below(4) != 0 {
            self.raw.lock_shared();
            Pair::look(&self.guarded, || hand.section());
            self.raw.unlock_shared();
            hand.checks += 1;
        } else {
            self.raw.lock_exclusive();
            Pair::visit(&self.guarded, || hand.section());
            hand.count(RAW);
            self.raw.unlock_exclusive();
        }
    }
}

impl Subject for RwMutexes {
    fn step(&self, hand: &mut Hand<'_>) {
        match hand.below(64) {
            0 => self.panicking(hand),
            1..30 => self.read(hand),
            30..40 => self.write(hand),
            _ => self.raw(hand),
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
