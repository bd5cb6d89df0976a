//! A `Cond` cannot go while somebody is about to wait.

use gosync_cond::Cond;
use gosync_mutex::Mutex;

fn main() {
    let (mutex, cond) = (Mutex::new(()), Cond::new());
    let wait = || cond.wait(&mut mutex.lock());
    drop(cond);
    wait();
}
