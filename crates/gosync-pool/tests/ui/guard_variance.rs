//! A guard puts its item back: else a reference to a local could be left in the pool by it.

use gosync_pool::Pooled;

fn shorten<'a>(item: Pooled<'a, &'static str>) -> Pooled<'a, &'a str> {
    item
}

fn main() {}
