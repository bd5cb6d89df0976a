//! A counter with a mutex, returned by value and passed by reference.

use gosync::Mutex;

struct Counter {
    n: Mutex<i32>,
}

impl Counter {
    fn new(n: i32) -> Self {
        Self { n: Mutex::new(n) }
    }
}

fn incr(c: &Counter) {
    *c.n.lock() += 1;
}

fn main() {
    let c = Counter::new(40);
    incr(&c);
    incr(&c);
    println!("n: {}", c.n.into_inner());
}
