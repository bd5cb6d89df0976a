//! A lock that holds data has no `Lock`: only a guard lends what it holds.

use gosync as sync;
use gosync::prelude::*;

fn main() {
    sync::Mutex::new(1).Lock();
    sync::Mutex::new(1).TryLock();
    sync::RWMutex::new(1).Lock();
    sync::RWMutex::new(1).RLock();
    sync::RWMutex::new(1).RLocker();
}
