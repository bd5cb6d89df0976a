//! A thread for each task.

use gosync as sync;
use gosync::prelude::*;

static SUM: sync::atomic::Int64 = sync::atomic::Int64::new(0);
static WG: sync::WaitGroup = sync::WaitGroup::new();

fn main() {
    for task in 0..100 {
        WG.Go(move || {
            SUM.Add(task * task);
        });
    }
    WG.Wait();
    println!("sum: {}", SUM.Load());
}
