//! As many threads as there are processors, each of which takes the next task until none is left.

use std::thread;

use gosync::atomic::Int64;

const TASKS: i64 = 100;

fn main() {
    let (started, sum) = (Int64::new(0), Int64::new(0));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|s| {
        for _ in 0..threads {
            s.spawn(|| {
                loop {
                    let task = started.add(1) - 1;
                    if task >= TASKS {
                        break;
                    }
                    sum.add(task * task);
                }
            });
        }
    });
    println!("sum: {}", sum.load());
}
