//! Else a reference to a local could be left in the lock, through its guard.

use gosync_rwmutex::{MappedRwMutexWriteGuard, RwMutexWriteGuard};

fn shorten<'a>(guard: RwMutexWriteGuard<'a, &'static str>) -> RwMutexWriteGuard<'a, &'a str> {
    guard
}

fn shorten_mapped<'a>(
    guard: MappedRwMutexWriteGuard<'a, &'static str>,
) -> MappedRwMutexWriteGuard<'a, &'a str> {
    guard
}

fn main() {}
