//! A token that nobody keeps is done at once.
#![deny(unused_must_use)]
use gosync_waitgroup::WaitGroup;
use std::sync::Arc;

fn main() {
    let group = Arc::new(WaitGroup::new());
    group.token();
    group.token_arc();
}
