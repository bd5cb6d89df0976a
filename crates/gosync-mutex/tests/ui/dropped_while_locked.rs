//! A mutex cannot go while a guard is there: nobody waits for what is gone.

use gosync_mutex::Mutex;

fn main() {
    let mutex = Mutex::new(1);
    let guard = mutex.lock();
    drop(mutex);
    drop(guard);
}
