//! Counts by name. The mutex holds what it protects.

use std::{collections::HashMap, thread};

use gosync::Mutex;

#[derive(Default)]
struct Counters {
    n: Mutex<HashMap<String, u64>>,
}

impl Counters {
    fn incr(&self, name: &str) {
        *self.n.lock().entry(name.to_owned()).or_default() += 1;
    }

    fn get(&self, name: &str) -> u64 {
        self.n.lock().get(name).copied().unwrap_or_default()
    }
}

fn main() {
    let c = Counters::default();
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| (0..1000).for_each(|_| c.incr("gopher")));
        }
    });
    println!("gopher: {}", c.get("gopher"));
}
