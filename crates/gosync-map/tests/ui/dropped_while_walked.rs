//! A map cannot go while somebody is about to walk it.

use gosync_map::Map;

fn main() {
    let map = Map::from([(1, "a")]);
    let walk = || map.for_each(|_, _| ());
    drop(map);
    walk();
}
