//! What `go vet` calls a copy of a lock is a move here, after which the first is gone.

use gosync as sync;
use gosync::prelude::*;

fn main() {
    let mu = sync::Mutex::new(());
    let copy = mu;
    mu.Lock();
    copy.Unlock();
}
