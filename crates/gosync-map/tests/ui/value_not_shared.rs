//! Threads that read share the value.

use std::{cell::Cell, thread};

use gosync_map::Map;

fn main() {
    let map = Map::from([(1, Cell::new(1))]);
    thread::scope(|s| {
        s.spawn(|| map.get_with(&1, |n| n.set(2)));
    });
}
