//! Tasks of a scope run until it ends, so the WaitGroup has to live longer.
use gosync_waitgroup::WaitGroup;

fn main() {
    std::thread::scope(|scope| {
        let group = WaitGroup::new();
        group.go_scoped(scope, || ());
        group.wait();
    });
}
