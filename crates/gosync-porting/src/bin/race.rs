//! Two threads count, with an atomic.

use std::thread;

use gosync::atomic::Int64;

fn main() {
    let n = Int64::new(0);
    thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| n.add(1));
        }
    });
    println!("n: {}", n.load());
}
