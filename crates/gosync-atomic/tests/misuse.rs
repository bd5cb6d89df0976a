//! Go's messages, word for word. After each, the value is what it was, and another thread goes on.
#![cfg(not(gosync_loom))]

use std::{
    any::Any,
    panic::{Location, catch_unwind},
    thread,
};

use gosync_atomic::Value;

/// What `misuse` panics with. Then another thread finds `before`, and puts its own value in.
#[track_caller]
fn message<R>(v: &Value, misuse: impl FnOnce(&Value) -> R) -> String {
    let before = *v.load::<i32>().expect("an i32");
    let payload = catch_unwind(std::panic::AssertUnwindSafe(|| drop(misuse(v)))).unwrap_err();
    thread::scope(|s| {
        s.spawn(|| {
            assert_eq!(*v.load::<i32>().unwrap(), before);
            assert!(v.compare_and_swap(&before, before + 1));
            assert_eq!(*v.swap(before + 2).unwrap(), before + 1);
            v.store(before + 3);
            assert_eq!(*v.load::<i32>().unwrap(), before + 3);
        });
    });
    text(&*payload)
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|&text| text.to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .expect("a text")
}

fn a_value() -> Value {
    let v = Value::new();
    v.store(42);
    v
}

#[test]
fn store_of_another_type() {
    let v = a_value();
    for _ in 0..2 {
        let text = message(&v, |v| v.store("foo"));
        assert_eq!(
            text,
            "sync/atomic: store of inconsistently typed value into Value"
        );
    }
}

#[test]
fn swap_of_another_type() {
    let v = a_value();
    for _ in 0..2 {
        let text = message(&v, |v| v.swap(42_u32));
        assert_eq!(
            text,
            "sync/atomic: swap of inconsistently typed value into Value"
        );
    }
}

#[test]
fn compare_and_swap_of_another_type() {
    const INTO: &str = "sync/atomic: compare and swap of inconsistently typed value into Value";
    let v = a_value();
    assert_eq!(message(&v, |v| v.compare_and_swap(&true, true)), INTO);
    assert_eq!(
        message(&v, |v| v.compare_and_swap_any(Some(&true), true)),
        INTO
    );
    // Go's nil as the old value is of no type: the new one's counts.
    assert_eq!(message(&v, |v| v.compare_and_swap_any(None, true)), INTO);
}

#[test]
fn compare_and_swap_of_two_types() {
    const VALUES: &str = "sync/atomic: compare and swap of inconsistently typed values";
    let v = a_value();
    assert_eq!(
        message(&v, |v| v.compare_and_swap_any(Some(&true), 43)),
        VALUES
    );
    assert_eq!(
        message(&v, |v| v.compare_and_swap_any(Some(&42), true)),
        VALUES
    );

    // The two are looked at before the `Value`: an empty one panics just so, and stays empty.
    let v = Value::new();
    let payload = catch_unwind(|| v.compare_and_swap_any(Some(&true), 43)).unwrap_err();
    assert_eq!(text(&*payload), VALUES);
    thread::scope(|s| {
        s.spawn(|| assert!(v.load_any().is_none()));
    });
    v.store("of any type");
}

/// A refused value is dropped, once.
#[test]
fn refused_values_are_dropped() {
    let v = a_value();
    let refused = std::sync::Arc::new(());
    message(&v, |v| v.store(refused.clone()));
    message(&v, |v| v.swap(refused.clone()));
    message(&v, |v| v.compare_and_swap(&refused, refused.clone()));
    message(&v, |v| v.compare_and_swap_any(Some(&1), refused.clone()));
    assert_eq!(std::sync::Arc::strong_count(&refused), 1);
}

/// The panic names the line of the misuse, not one of this crate.
#[test]
fn names_the_caller() {
    use std::{panic, sync::Mutex};

    static WHERE: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let this_test = thread::current().id();
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == this_test {
            let place = info.location().map(Location::file).unwrap_or_default();
            WHERE.lock().unwrap().push(place.to_owned());
        } else {
            hook(info);
        }
    }));
    let v = a_value();
    let _ = catch_unwind(|| v.store(true));
    let _ = catch_unwind(|| v.swap(true));
    let _ = catch_unwind(|| v.compare_and_swap(&true, true));
    let _ = catch_unwind(|| v.compare_and_swap_any(None, true));
    let _ = catch_unwind(|| v.compare_and_swap_any(Some(&1), true));
    let places = WHERE.lock().unwrap().clone();
    assert_eq!(places, [file!(); 5]);
}
