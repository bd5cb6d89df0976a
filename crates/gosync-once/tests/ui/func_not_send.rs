//! The function runs on whichever thread comes first, with what it captured.

use std::rc::Rc;

use gosync_once::OnceValue;

fn shared<T: Sync>(_: &T) {}

fn main() {
    let counter: Rc<()> = Rc::new(());
    let value = OnceValue::new(move || Rc::strong_count(&counter));
    shared(&value);
}
