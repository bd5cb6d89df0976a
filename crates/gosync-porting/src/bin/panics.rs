//! Panics that are caught.

use std::panic::{self, AssertUnwindSafe, catch_unwind};

use gosync as sync;
use gosync::prelude::*;
use scopeguard::defer;

fn attempt(f: impl FnOnce()) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else {
        return;
    };
    let message = match panic.downcast_ref::<&str>() {
        Some(text) => text,
        None => panic.downcast_ref::<String>().map_or("?", String::as_str),
    };
    println!("recovered: {message}");
}

fn main() {
    // Every panic is reported on stderr, even one that is caught. Not here, please.
    panic::set_hook(Box::new(|_| {}));

    let wg = sync::WaitGroup::new();
    attempt(|| wg.Done());

    let v = sync::atomic::Value::new();
    v.Store(1);
    attempt(|| v.Store("one"));

    let load = sync::OnceFunc(|| panic!("no configuration"));
    attempt(&load);
    attempt(&load);

    let mu = sync::Mutex::new(());
    attempt(|| {
        mu.Lock();
        defer! { mu.Unlock() }
        panic!("in the section");
    });
    println!("the lock is free: {}", mu.TryLock());
}
