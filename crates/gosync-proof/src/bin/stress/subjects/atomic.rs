//! No addition is lost; of those who swap from one value one succeeds; a pointer's target lives as
//! long as anybody has it, and is dropped once.

use std::sync::Arc;

use gosync_atomic::{Int32, Int64, Pointer, Value};

use super::{
    Subject,
    token::{self, Token},
};
use crate::hand::{Doing, Hand};

#[derive(Debug, Default)]
pub(crate) struct Atomics {
    added: Int64,
    swapped: Int32,
    pointer: Pointer<Token>,
    value: Value,
}

const ADDED: usize = 0;
const SWAPPED: usize = 1;
const POINTED: usize = 2;

impl Subject for Atomics {
    fn step(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        match hand.below(8) {
            0..3 => {
                self.added.add(1);
                hand.count(ADDED);
            }
            3..5 => {
                let old = self.swapped.load();
                hand.section();
                if self.swapped.compare_and_swap(old, old.wrapping_add(1)) {
                    hand.count(SWAPPED);
                }
            }
            5..7 => {
                let old = self.pointer.load();
                let number = old.as_ref().map_or(0, |token| token.number);
                hand.section();
                let new = Arc::new(Token::new(3, number + 1));
                if self.pointer.compare_and_swap(old.as_ref(), new) {
                    hand.count(POINTED);
                }
            }
            _ => {
                if let Some(token) = self.value.load::<Token>() {
                    token.check();
                }
                self.value.store(Token::new(4, hand.rng.u64(..)));
                hand.checks += 1;
            }
        }
    }

    fn finish(self: Box<Self>, counted: [u64; 4]) {
        assert_eq!(self.added.load().cast_unsigned(), counted[ADDED]);
        let swapped = i64::from(self.swapped.load().cast_unsigned());
        assert_eq!(swapped.cast_unsigned(), counted[SWAPPED] % (1 << 32));
        let pointed = self.pointer.load().map_or(0, |token| token.number);
        assert_eq!(pointed, counted[POINTED]);
        drop(self);
        token::all_gone();
    }
}
