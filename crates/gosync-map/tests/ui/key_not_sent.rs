//! A key is dropped by whichever thread removes it.

use std::{rc::Rc, thread};

use gosync_map::Map;

fn main() {
    let map = Map::from([(Rc::new(1), "a")]);
    thread::scope(|s| {
        s.spawn(|| map.discard(&1));
    });
}
