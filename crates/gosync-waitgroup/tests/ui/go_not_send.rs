//! What a task owns goes to another thread.
use gosync_waitgroup::WaitGroup;
use std::{rc::Rc, sync::Arc};

fn main() {
    let group = Arc::new(WaitGroup::new());
    let shared = Rc::new(1);
    group.go(move || println!("{shared}"));
}
