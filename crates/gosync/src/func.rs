//! Go's functions `OnceFunc`, `OnceValue` and `OnceValues`, which return functions.

#![expect(non_snake_case, reason = "Go's names")]

use std::sync::Arc;

use crate::once;

/// Returns a function that calls `f` the first time it is called, and never again: Go's
/// `sync.OnceFunc`.
///
/// As in Go the function may be called on several threads at once, and its copies (here: clones)
/// are the same function. No call returns before `f` has returned. That it can be cloned costs an
/// allocation, once; [`once::OnceFunc`], the type behind it, needs none and fits in a `static`.
///
/// # Panics
///
/// If `f` panics, so does every call of the function, the later ones with the message of the
/// first; and so does a call from inside `f`.
///
/// ```
/// use gosync as sync;
///
/// let start = sync::OnceFunc(|| println!("printed once"));
/// let also = start.clone();
/// std::thread::spawn(move || also()).join().unwrap();
/// start();
/// ```
pub fn OnceFunc<F>(f: F) -> impl Fn() + Clone + Send + Sync
where
    F: FnOnce() + Send,
{
    let once = Arc::new(once::OnceFunc::new(f));
    move || once.call()
}

/// Returns a function that calls `f` the first time it is called, and returns a clone of what that
/// returned each time: Go's `sync.OnceValue`.
///
/// As in Go the function may be called on several threads at once, and its copies (here: clones)
/// are the same function. [`once::OnceValue`], the type behind it, lends the value, so that it
/// need not be `Clone`, and fits in a `static`.
///
/// # Panics
///
/// If `f` panics, so does every call of the function, the later ones with the message of the
/// first; and so does a call from inside `f`.
///
/// ```
/// use gosync as sync;
///
/// let sum = sync::OnceValue(|| (1..=10).sum::<i32>());
/// assert_eq!(sum(), 55);
/// assert_eq!(sum.clone()(), 55);
/// ```
pub fn OnceValue<T, F>(f: F) -> impl Fn() -> T + Clone + Send + Sync
where
    T: Clone + Send + Sync,
    F: FnOnce() -> T + Send,
{
    let once = Arc::new(once::OnceValue::new(f));
    move || once.get().clone()
}

/// Returns a function that calls `f` the first time it is called, and returns clones of the two
/// values that it returned each time: Go's `sync.OnceValues`.
///
/// In Go the second is most often an error. One that is kept is kept for good: `f` is not tried
/// again. [`once::OnceValues`], the type behind it, lends the values, so that they need not be
/// `Clone`, and fits in a `static`.
///
/// # Panics
///
/// If `f` panics, so does every call of the function, the later ones with the message of the
/// first; and so does a call from inside `f`.
///
/// ```
/// use gosync as sync;
///
/// let port = sync::OnceValues(|| match "8o80".parse::<u16>() {
///     Ok(port) => (port, None),
///     Err(err) => (0, Some(err)),
/// });
/// let (_, err) = port();
/// assert_eq!(err.unwrap().to_string(), "invalid digit found in string");
/// ```
pub fn OnceValues<T1, T2, F>(f: F) -> impl Fn() -> (T1, T2) + Clone + Send + Sync
where
    T1: Clone + Send + Sync,
    T2: Clone + Send + Sync,
    F: FnOnce() -> (T1, T2) + Send,
{
    let once = Arc::new(once::OnceValues::new(f));
    move || {
        let (a, b) = once.get();
        (a.clone(), b.clone())
    }
}
