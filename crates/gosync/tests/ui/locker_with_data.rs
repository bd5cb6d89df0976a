//! Nor is it a `Locker`.

use gosync as sync;
use gosync::prelude::*;

fn main() {
    let _: &dyn Locker = &sync::Mutex::new(1);
}
