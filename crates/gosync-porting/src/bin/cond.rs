//! Three who wait for a ticket, and one who brings three.

use std::thread;

use gosync::{Mutex, cond::Cond};

#[derive(Default)]
struct Tickets {
    left: Mutex<u32>,
    some: Cond,
}

impl Tickets {
    fn take(&self) {
        let mut left = self.left.lock();
        self.some.wait_while(&mut left, |left| *left == 0);
        *left -= 1;
    }

    fn bring(&self) {
        *self.left.lock() += 1;
        self.some.notify_one();
    }
}

fn main() {
    let tickets = Tickets::default();
    thread::scope(|s| {
        for _ in 0..3 {
            s.spawn(|| tickets.take());
        }
        for _ in 0..3 {
            tickets.bring();
        }
    });
    println!("left: {}", tickets.left.lock());
}
