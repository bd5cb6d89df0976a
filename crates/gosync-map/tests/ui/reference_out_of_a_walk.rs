//! What a callback is shown it must not keep.

use gosync_map::Map;

fn main() {
    let map = Map::from([(1, String::from("a"))]);
    let mut kept: Option<&String> = None;
    map.for_each(|_, value| kept = Some(value));
    let kept_too = map.get_with(&1, |value| value);
    drop((kept, kept_too));
}
