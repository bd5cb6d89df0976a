//! Else a reference to a local could be left in the map.

use gosync_map::Map;

fn shorten<'a>(map: &'a Map<u8, &'static str>) -> &'a Map<u8, &'a str> {
    map
}

fn main() {
    let map = Map::new();
    shorten(&map).insert(1, "a");
}
