//! Threads that wait share the Locker, which must allow that; and it outlives the `Cond`.

use std::cell::Cell;

use gosync as sync;

fn shared<T: Sync>(_: &T) {}

fn main() {
    let cond: sync::Cond<Cell<u8>> = sync::Cond::default();
    shared(&cond);

    let cond = {
        let mu = sync::Mutex::new(());
        sync::NewCond(&mu)
    };
    drop(cond);
}
