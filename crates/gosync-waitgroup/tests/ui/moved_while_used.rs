//! A WaitGroup stays where it is as long as anybody uses it: Go's "must not be copied".
use gosync_waitgroup::WaitGroup;

fn main() {
    let group = WaitGroup::new();
    let token = group.token();
    let moved = group;
    drop(token);
    moved.wait();
}
