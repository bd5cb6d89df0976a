//! A closure that borrows, on a thread that may live longer than what it borrows.

use std::sync::Arc;

use gosync as sync;
use gosync::prelude::*;

fn main() {
    let n = sync::Mutex::new(0);
    let wg = Arc::new(sync::WaitGroup::new());
    wg.Go(|| *n.lock() += 1);
    wg.Wait();
}
