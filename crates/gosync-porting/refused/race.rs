//! Two threads count, and would race.

use std::thread;

fn main() {
    let mut n = 0;
    let one = || n += 1;
    let other = || n += 1;
    thread::scope(|s| {
        s.spawn(one);
        s.spawn(other);
    });
    println!("n: {n}");
}
