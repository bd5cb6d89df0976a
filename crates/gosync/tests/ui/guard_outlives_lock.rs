//! A guard borrows its lock, and so does an `RLocker`.

use gosync as sync;
use gosync::prelude::*;

fn main() {
    let guard = {
        let mu = sync::Mutex::new(1);
        mu.lock()
    };
    drop(guard);

    let guard = {
        let rw = sync::RWMutex::new(1);
        rw.read()
    };
    drop(guard);

    let l = {
        let rw = sync::RWMutex::new(());
        rw.RLocker()
    };
    l.Lock();
}
