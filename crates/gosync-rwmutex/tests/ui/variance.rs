//! Else a reference to a local could be left in the lock.

use gosync_rwmutex::RwMutex;

fn shorten<'a>(lock: &'a RwMutex<&'static str>) -> &'a RwMutex<&'a str> {
    lock
}

fn main() {
    let lock = RwMutex::new("a");
    *shorten(&lock).write() = "b";
}
