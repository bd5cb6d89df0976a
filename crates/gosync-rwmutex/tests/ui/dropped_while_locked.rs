//! A lock cannot go while a guard is there: nobody waits for what is gone.

use gosync_rwmutex::RwMutex;

fn main() {
    let lock = RwMutex::new(1);
    let guard = lock.read();
    drop(lock);
    drop(guard);
}
