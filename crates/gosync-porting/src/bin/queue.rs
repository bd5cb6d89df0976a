//! A shelf with room for two: who brings waits for room, who takes waits for goods.

use std::thread;

use gosync::{Mutex, cond::Cond};

const ROOM: u32 = 2;

#[derive(Default)]
struct Shelf {
    goods: Mutex<u32>,
    not_full: Cond,
    not_empty: Cond,
}

impl Shelf {
    fn bring(&self) {
        let mut goods = self.goods.lock();
        self.not_full.wait_while(&mut goods, |goods| *goods == ROOM);
        *goods += 1;
        self.not_empty.notify_one();
    }

    fn take(&self) {
        let mut goods = self.goods.lock();
        self.not_empty.wait_while(&mut goods, |goods| *goods == 0);
        *goods -= 1;
        self.not_full.notify_one();
    }
}

fn main() {
    let shelf = Shelf::default();
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| (0..100).for_each(|_| shelf.bring()));
            s.spawn(|| (0..99).for_each(|_| shelf.take()));
            shelf.take();
        }
    });
    println!("left: {}", shelf.goods.lock());
}
