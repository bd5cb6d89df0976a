//! Threads that share a OnceValue share its value, which must allow that.

use std::cell::Cell;

use gosync_once::OnceValue;

fn shared<T: Sync>(_: &T) {}

fn main() {
    let value: OnceValue<Cell<u32>> = OnceValue::new(|| Cell::new(1));
    shared(&value);
}
