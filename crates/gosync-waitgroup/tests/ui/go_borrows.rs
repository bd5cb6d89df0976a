//! A thread of `go` may outlive the caller, so it cannot borrow from it.
use gosync_waitgroup::WaitGroup;
use std::sync::Arc;

fn main() {
    let group = Arc::new(WaitGroup::new());
    let local = 1;
    group.go(|| println!("{}", &local));
    group.wait();
}
