//! What threads may not share cannot be stored in a `Value`.

use std::rc::Rc;

use gosync_atomic::Value;

fn main() {
    let v = Value::new();
    v.store(Rc::new(1));
}
