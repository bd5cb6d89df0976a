//! What ends a Go program, and is a panic here.

use std::{
    panic::{self, catch_unwind},
    thread,
};

use gosync as sync;
use gosync::prelude::*;
use scopeguard::defer;

static MU: sync::Mutex = sync::Mutex::new(());
static WG: sync::WaitGroup = sync::WaitGroup::new();

fn attempt(f: fn()) {
    if let Err(panic) = catch_unwind(f) {
        println!("caught: {}", panic.downcast_ref().unwrap_or(&"?"));
    }
}

fn main() {
    panic::set_hook(Box::new(|_| {}));

    attempt(|| MU.Unlock());
    attempt(|| {
        WG.Go(|| panic!("in a task"));
        WG.Wait();
    });

    // Counted by hand: `Wait` knows nothing of the panic, and without the `defer!` it would not return.
    attempt(|| {
        WG.Add(1);
        thread::spawn(|| {
            defer! { WG.Done() }
            panic!("beside the group");
        });
        WG.Wait();
        println!("not caught");
    });

    // Both are as they were, for every thread.
    WG.Go(|| MU.Lock());
    WG.Wait();
    let unlocks = thread::spawn(|| MU.Unlock()).join().is_ok();
    println!("goes on: {unlocks}");
}
