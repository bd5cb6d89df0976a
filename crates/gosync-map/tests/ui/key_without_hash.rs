//! Go panics when it is to hash such a key.

use gosync_map::Map;

fn main() {
    let map = Map::new();
    map.set(1.5, "a float");
}
