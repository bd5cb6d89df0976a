//! `go_static` is for a WaitGroup that lives for ever.
use gosync_waitgroup::WaitGroup;

fn main() {
    let group = WaitGroup::new();
    group.go_static(|| ());
}
