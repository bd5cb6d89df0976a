//! Of two values neither may be bound to a thread.

use std::rc::Rc;

use gosync_once::OnceValues;

fn shared<T: Sync>(_: &T) {}

fn main() {
    let values: OnceValues<u8, Rc<u8>> = OnceValues::new(|| (1, Rc::new(2)));
    shared(&values);
}
