//! A task of `Go` may outlive the function that starts it. (`GoScoped` is for those that do not.)

use std::sync::Arc;

use gosync as sync;
use gosync::prelude::*;

fn a_group_that_is_borrowed() {
    let wg = sync::WaitGroup::new();
    wg.Go(|| ());
    wg.Wait();
}

fn a_task_that_borrows() {
    let wg = Arc::new(sync::WaitGroup::new());
    let n = sync::atomic::Int64::new(0);
    wg.Go(|| {
        n.Add(1);
    });
    wg.Wait();
}

fn main() {
    a_group_that_is_borrowed();
    a_task_that_borrows();
}
