//! Go panics when it is to compare such a value.

use gosync_map::Map;

#[derive(Clone)]
struct NotComparable;

fn main() {
    let map = Map::from([(1, NotComparable)]);
    map.get(&1);
    map.compare_and_swap(&1, &NotComparable, NotComparable);
}
