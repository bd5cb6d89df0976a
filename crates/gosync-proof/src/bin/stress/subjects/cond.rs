//! Waits end in the order in which they began; each notification ends one wait and is never
//! lost, nor taken by a wait that gives up.

use std::{collections::VecDeque, time::Duration};

use gosync_cond::Cond;
use gosync_mutex::Mutex;

use super::Subject;
use crate::hand::{Doing, Hand, caught, panic_on_purpose};

#[derive(Debug, Default)]
pub(crate) struct Conds {
    tickets: Mutex<Tickets>,
    next: Cond,
    store: Mutex<Store>,
    filled: Cond,
    left: Cond,
}

/// Who waits has a ticket, and none without the mutex: their order is that of the queue.
#[derive(Debug, Default)]
struct Tickets {
    given: u64,
    /// Those below it are notified.
    notified: u64,
    closed: bool,
}

/// What is put into it comes out once. Who waits for it does not wait for ever.
#[derive(Debug, Default)]
struct Store {
    items: VecDeque<u64>,
    put: u64,
    taken: u64,
}

const WAITS: usize = 0;
const SENT: usize = 1;
const RECEIVED: usize = 2;

impl Conds {
    fn wait(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        let mut tickets = self.tickets.lock();
        if tickets.closed {
            return;
        }
        let mine = tickets.given;
        tickets.given += 1;
        hand.now(Doing::Waiting);
        self.next.wait(&mut tickets);
        assert!(
            mine < tickets.notified,
            "ticket {mine} came back, and {} are notified",
            tickets.notified
        );
        hand.count(WAITS);
        hand.section();
    }

    fn notify(&self, all: bool) {
        let mut tickets = self.tickets.lock();
        if all {
            self.next.notify_all();
            tickets.notified = tickets.given;
        } else {
            let anybody = tickets.notified < tickets.given;
            assert_eq!(self.next.notify_one(), anybody, "whether anybody waits");
            tickets.notified += u64::from(anybody);
        }
    }

    fn take(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        let mut store = self.store.lock();
        if store.items.is_empty() {
            hand.now(Doing::Waiting);
            let most = Duration::from_micros(hand.rng.u64(..1500));
            if self.filled.wait_timeout(&mut store, most) {
                hand.count(RECEIVED);
            }
        }
        if let Some(item) = store.items.pop_front() {
            assert_eq!(item, store.taken, "items come in order");
            store.taken += 1;
            hand.section();
        }
    }

    fn put(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Asking);
        let mut store = self.store.lock();
        let item = store.put;
        store.items.push_back(item);
        store.put += 1;
        if hand.below(2) == 0 {
            drop(store);
        }
        if self.filled.notify_one() {
            hand.count(SENT);
        }
    }

    /// Waits of which some end by a panic before they have slept, when they may have been chosen
    /// already: nobody may be left in the queue, whose place on the stack is gone.
    fn panicking(&self, hand: &mut Hand<'_>) {
        hand.now(Doing::Waiting);
        let panics = hand.below(2) == 0;
        let most = Duration::from_micros(hand.rng.u64(..200));
        caught(|| {
            self.left.wait_with(Some(most), |sleep| {
                self.left.notify_one();
                hand.section();
                if panics {
                    panic_on_purpose();
                }
                sleep()
            })
        });
        hand.checks += 1;
    }
}

impl Subject for Conds {
    fn step(&self, hand: &mut Hand<'_>) {
        match hand.below(64) {
            0 => self.panicking(hand),
            1..4 => {
                hand.now(Doing::Asking);
                self.notify(true);
            }
            4..20 => {
                hand.now(Doing::Asking);
                self.notify(false);
            }
            20..32 => self.wait(hand),
            32..48 => self.take(hand),
            _ => self.put(hand),
        }
    }

    /// All others may wait.
    fn tick(&self, closing: bool) {
        self.tickets.lock().closed |= closing;
        self.notify(closing);
    }

    fn finish(self: Box<Self>, counted: [u64; 4]) {
        assert!(
            !self.next.notify_one() && !self.filled.notify_one(),
            "nobody waits"
        );
        let tickets = self.tickets.into_inner();
        assert_eq!(tickets.given, tickets.notified);
        assert_eq!(tickets.given, counted[WAITS]);
        assert_eq!(
            counted[SENT], counted[RECEIVED],
            "no notification is swallowed"
        );
        let store = self.store.into_inner();
        assert_eq!(store.put, store.taken + store.items.len() as u64);
    }
}
