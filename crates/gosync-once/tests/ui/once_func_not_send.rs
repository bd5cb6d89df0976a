//! The function runs on whichever thread comes first, with what it captured.

use std::rc::Rc;

use gosync_once::OnceFunc;

fn shared<T: Sync>(_: &T) {}

fn main() {
    let counter: Rc<()> = Rc::new(());
    let func = OnceFunc::new(move || drop(counter));
    shared(&func);
}
