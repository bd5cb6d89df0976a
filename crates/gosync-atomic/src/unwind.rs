//! What is done about a panic inside of arc-swap.

use std::{mem, process};

/// Calls arc-swap, and ends the process if that panics where a pointer has 32 bits.
///
/// A thread's loads are numbered there, in all bits of a word but two. arc-swap 1.9.5 does not survive
/// the number that comes round again: it panics, and leaves behind a load that others go on to help,
/// with references that are counted for nobody. (A destructor of the user's that panics in here ends the
/// process, too, so the others are run outside.)
#[inline]
pub(crate) fn or_abort<R>(call: impl FnOnce() -> R) -> R {
    struct Abort;
    impl Drop for Abort {
        fn drop(&mut self) {
            process::abort();
        }
    }

    let abort = cfg!(target_pointer_width = "32").then(|| Abort);
    let result = call();
    mem::forget(abort);
    result
}

#[cfg(test)]
mod tests {
    use std::{
        env,
        panic::catch_unwind,
        process::{Command, Stdio},
    };

    use super::*;

    #[test]
    fn a_panic_ends_the_process_where_it_must() {
        const CHILD: &str = "GOSYNC_ATOMIC_PANICS";
        if env::var_os(CHILD).is_some() {
            let caught = catch_unwind(|| or_abort(|| panic!("the number comes round")));
            process::exit(if caught.is_err() { 42 } else { 43 });
        }
        let test = "unwind::tests::a_panic_ends_the_process_where_it_must";
        let ended = Command::new(env::current_exe().unwrap())
            .args(["--exact", test])
            .env(CHILD, "")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        // Where it need not, it is a panic like any other.
        let aborts = cfg!(target_pointer_width = "32");
        assert_eq!(ended.code() == Some(42), !aborts, "{ended}");
        assert_ne!(ended.code(), Some(43), "{ended}");
    }
}
