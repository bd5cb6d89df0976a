//! The map must not outlive what its values borrow.

use gosync_map::Map;

fn main() {
    let map = Map::new();
    {
        let text = String::from("a");
        map.set(1, text.as_str());
    }
    map.get(&1);
}
