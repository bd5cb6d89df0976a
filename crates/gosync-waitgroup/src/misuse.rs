//! What a caller is told who broke a rule, in Go's words where Go has any.
//!
//! Each of these is called when the WaitGroup is as if the call had never been made.

use std::thread;

#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn negative_counter() -> ! {
    panic!("sync: negative WaitGroup counter");
}

#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn too_many(count: usize) -> ! {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what Go's counter would be"
    )]
    let in_go = (count as u32).cast_signed();
    if in_go < 0 {
        negative_counter();
    }
    panic!("gosync: WaitGroup counter overflow");
}

#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn add_concurrent_with_wait() -> ! {
    panic!("sync: WaitGroup misuse: Add called concurrently with Wait");
}

#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn reused_too_early() -> ! {
    panic!("sync: WaitGroup is reused before previous Wait has returned");
}

/// Returns if the thread is unwinding: a second panic would end the process, and the first says enough.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn task_panicked() {
    if !thread::panicking() {
        panic!("gosync: a task started by WaitGroup::Go panicked");
    }
}

#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn no_thread(error: &std::io::Error) -> ! {
    panic!("gosync: WaitGroup::Go could not start a thread: {error}");
}
