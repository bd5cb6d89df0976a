//! A counter with a mutex, passed by value: it is gone after the first call.

use gosync::Mutex;

struct Counter {
    n: Mutex<i32>,
}

fn incr(c: Counter) {
    *c.n.lock() += 1;
}

fn main() {
    let c = Counter { n: Mutex::new(40) };
    incr(c);
    incr(c);
}
