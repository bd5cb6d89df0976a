//! What the pool says when it is asked for what it cannot do, and that it works afterwards.
#![cfg(not(gosync_loom))]

mod common;

use common::panic_message;
use gosync_pool::Pool;

const EMPTY: &str = "gosync: get on an empty Pool without New; use try_get";

#[test]
fn get_on_an_empty_pool_without_new() {
    let pool = Pool::without_new();
    assert_eq!(panic_message(|| pool.get()), EMPTY, "before the first put");
    pool.put(1);
    assert_eq!(pool.get(), 1);
    assert_eq!(panic_message(|| pool.get()), EMPTY, "after it");
    assert_eq!(panic_message(|| *pool.pull()), EMPTY, "with a guard");
    std::thread::scope(|s| {
        s.spawn(|| {
            pool.put(2);
            assert_eq!(pool.get(), 2);
            pool.put(3);
        });
    });
    assert_eq!(pool.get(), 3);
}

#[test]
fn the_panic_names_the_caller() {
    use std::sync::{Arc, Mutex};

    let place = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&place);
    let me = std::thread::current().id();
    let old = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == me {
            *seen.lock().unwrap() = info.location().map(|at| at.file().to_string());
        }
    }));
    let pool: Pool<u8> = Pool::default();
    let message = panic_message(|| pool.get());
    std::panic::set_hook(old);
    assert_eq!(message, EMPTY);
    assert_eq!(place.lock().unwrap().as_deref(), Some(file!()));
}
