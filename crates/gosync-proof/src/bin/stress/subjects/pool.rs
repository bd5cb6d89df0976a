//! An item is with one thread or in the pool; it comes out as it went in; none is lost, and none
//! is dropped twice.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
};

use gosync_pool::{Pool, Pooled};

use super::{
    Subject,
    token::{self, Token},
};
use crate::hand::{Doing, Hand, caught, panic_on_purpose};

/// What a pool holds. `taken` is plain memory: it is the owner's alone.
#[derive(Debug)]
struct Item {
    token: Token,
    taken: bool,
    uses: u64,
}

impl Item {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Self {
            token: Token::new(1, NUMBER.fetch_add(1, Relaxed)),
            taken: false,
            uses: 0,
        }
    }

    /// To be called by whoever got it.
    fn taken(&mut self) {
        assert!(!self.taken, "{self:?} is given out twice");
        self.token.check();
        self.taken = true;
        self.uses += 1;
    }
}

#[derive(Debug)]
pub(crate) struct Pools {
    plain: Pool<Item>,
    /// With rules: small, and items of many uses are not kept.
    ruled: Pool<Item>,
    empty: Pool<Item>,
}

impl Pools {
    pub(crate) fn new() -> Self {
        let ruled = Pool::builder()
            .keep(|item: &Item| item.uses < 50)
            .reset(|item| item.taken = false)
            .max_idle(8);
        Self {
            plain: Pool::new(Item::new),
            ruled: ruled.build(Item::new),
            empty: Pool::without_new(),
        }
    }

    fn get_and_put(pool: &Pool<Item>, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        let mut items: Vec<_> = (0..=hand.below(4)).map(|_| pool.get()).collect();
        items.iter_mut().for_each(Item::taken);
        hand.section();
        for mut item in items {
            assert!(item.taken, "{item:?} was with somebody else");
            item.token.check();
            item.taken = false;
            hand.checks += 1;
            if hand.below(64) != 0 {
                pool.put(item);
            }
        }
    }

    /// By guards, of which one is detached and one is dropped by a panic.
    fn pull(pool: &Pool<Item>, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        let mut item = pool.pull();
        item.taken();
        hand.section();
        item.taken = false;
        match hand.below(8) {
            0 => drop(Pooled::detach(item)),
            1 => {
                caught(|| {
                    let _item = item;
                    panic_on_purpose();
                });
            }
            _ => {}
        }
        hand.checks += 1;
    }

    /// Some threads put, others get: all items go from hand to hand.
    fn pass_on(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        if hand.number.is_multiple_of(2) {
            self.empty.put(Item::new());
        } else if let Some(mut item) = self.empty.try_get() {
            item.taken();
            hand.section();
            hand.checks += 1;
        }
    }

    /// A thread that ends with items of its own idle.
    fn short_lived(&self) {
        thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let mut items = [self.plain.get(), self.plain.get()];
                items.iter_mut().for_each(Item::taken);
                for mut item in items {
                    item.taken = false;
                    self.plain.put(item);
                }
            });
            thread.join().expect("the invariants hold in it");
        });
    }
}

impl Subject for Pools {
    fn step(&self, hand: &mut Hand<'_>) {
        match hand.below(512) {
            0 => self.short_lived(),
            1..200 => Self::get_and_put(&self.plain, hand),
            200..300 => Self::get_and_put(&self.ruled, hand),
            300..350 => Self::pull(&self.plain, hand),
            350..400 => Self::pull(&self.ruled, hand),
            _ => self.pass_on(hand),
        }
    }

    fn finish(self: Box<Self>, _: [u64; 4]) {
        drop(self);
        token::all_gone();
    }
}
