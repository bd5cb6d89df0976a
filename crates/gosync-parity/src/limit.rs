//! Runs what may panic, and what may never end.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

/// How long anything may take. What is random looks at its threads some five hundred times, a second
/// in all; on a machine that is busy with something else each took a quarter of one.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// Runs `f` on a thread of its own.
///
/// # Errors
///
/// If it panics, or has not ended after ten minutes. It is then left to itself.
pub(crate) fn run(f: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let panic = catch_unwind(AssertUnwindSafe(f));
        // Nobody listens any more if it took too long.
        let _ = ended.send(panic.map_err(|panic| text(&*panic)));
    });
    match end.recv_timeout(LIMIT) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(panic)) => Err(format!("panicked: {panic}")),
        Err(RecvTimeoutError::Timeout) => Err(format!("has not ended within {LIMIT:?}")),
        Err(RecvTimeoutError::Disconnected) => Err(String::from("ended without a word")),
    }
}

/// A panic's message. Where it is none, a scenario panics with a number.
pub(crate) fn text(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_string()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else if let Some(number) = panic.downcast_ref::<i32>() {
        number.to_string()
    } else {
        String::from("a panic without a message")
    }
}
