//! Else a reference to a local could be left in the mutex, through its guard.

use gosync_mutex::{MappedMutexGuard, MutexGuard};

fn shorten<'a>(guard: MutexGuard<'a, &'static str>) -> MutexGuard<'a, &'a str> {
    guard
}

fn shorten_mapped<'a>(guard: MappedMutexGuard<'a, &'static str>) -> MappedMutexGuard<'a, &'a str> {
    guard
}

fn main() {}
