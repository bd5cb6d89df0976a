//! A token does not outlive its WaitGroup.
use gosync_waitgroup::WaitGroup;

fn main() {
    let token = {
        let group = WaitGroup::new();
        group.token()
    };
    drop(token);
}
