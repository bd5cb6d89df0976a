//! A fence in two halves: the one for the side that passes all the time costs nothing, the one for
//! the side that hardly ever does costs microseconds.
//!
//! Two threads that each write a word and then read the other's need a fence between, or both may
//! read the old value. Where one of them does so millions of times a second and the other one
//! hardly ever, the first calls [`light`] and the second [`heavy`]: one of the two sees what the
//! other wrote, as if both had called [`fence(SeqCst)`](crate::atomic::fence).
//!
//! On Linux `light` only keeps the compiler from moving accesses, and `heavy` asks the kernel to
//! pass a fence on each processor that runs a thread of this process (`membarrier`). That takes some
//! microseconds. To be allowed to, the process registers once, which takes as long as some ten
//! milliseconds if it has several threads already. Where there is no such call, or, as on Android, not
//! always, both are fences.

#[cfg(gosync_loom)]
pub use model::{heavy, light, prepare};
#[cfg(not(gosync_loom))]
pub use real::{heavy, light, prepare};

#[cfg(not(gosync_loom))]
mod real {
    use std::sync::atomic::{
        AtomicU8,
        Ordering::{Relaxed, SeqCst},
        compiler_fence, fence,
    };

    /// Nobody has asked the kernel yet: fences will do on this side, not on the other.
    const UNKNOWN: u8 = 0;
    /// The kernel has no such call.
    const FENCES: u8 = 1;
    /// The kernel passes the fences of `light`.
    const KERNEL: u8 = 2;

    /// Leaves `UNKNOWN` once, and then stays as it is.
    static STATE: AtomicU8 = AtomicU8::new(UNKNOWN);

    /// Finds out whether the kernel helps, unless that is known. The first call in a process may
    /// take milliseconds; until then [`light`] is a fence.
    #[inline]
    pub fn prepare() {
        state();
    }

    fn state() -> u8 {
        match STATE.load(Relaxed) {
            UNKNOWN => find_out(),
            known => known,
        }
    }

    #[cold]
    #[inline(never)]
    fn find_out() -> u8 {
        let found = if kernel::register() { KERNEL } else { FENCES };
        // If others find out at once, who is first decides for all.
        match STATE.compare_exchange(UNKNOWN, found, Relaxed, Relaxed) {
            Ok(_) => found,
            Err(known) => known,
        }
    }

    /// The side that passes all the time.
    #[inline]
    pub fn light() {
        // Relaxed: whoever calls `heavy` has the final state. If we do not see it yet, a fence is
        // more than is asked for.
        if STATE.load(Relaxed) == KERNEL {
            compiler_fence(SeqCst);
        } else {
            fence(SeqCst);
        }
    }

    /// The side that hardly ever passes. `false` if there was no fence, since the kernel has changed
    /// its mind: then nothing may be taken for granted.
    #[must_use]
    pub fn heavy() -> bool {
        fence(SeqCst);
        state() == FENCES || kernel::pass_fences()
    }

    // Not on Android: up to version 9 it ends a process that makes this call.
    #[cfg(target_os = "linux")]
    mod kernel {
        use libc::{
            MEMBARRIER_CMD_PRIVATE_EXPEDITED, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
            SYS_membarrier, c_int, c_long, syscall,
        };

        fn membarrier(command: c_int) -> bool {
            const NO_FLAGS: c_int = 0;
            const ANY_CPU: c_int = 0;
            // SAFETY: the call takes three numbers and touches no memory of ours.
            let result: c_long = unsafe { syscall(SYS_membarrier, command, NO_FLAGS, ANY_CPU) };
            result == 0
        }

        pub(super) fn register() -> bool {
            membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
        }

        pub(super) fn pass_fences() -> bool {
            membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)
        }
    }

    #[cfg(not(target_os = "linux"))]
    mod kernel {
        pub(super) fn register() -> bool {
            false
        }

        pub(super) fn pass_fences() -> bool {
            false
        }
    }
}

/// Under the model checker both are what they stand for.
#[cfg(gosync_loom)]
mod model {
    use loom::sync::atomic::{Ordering::SeqCst, fence};

    /// There is nothing to find out.
    pub fn prepare() {}

    /// The side that passes all the time.
    pub fn light() {
        fence(SeqCst);
    }

    /// The side that hardly ever passes.
    #[must_use]
    pub fn heavy() -> bool {
        fence(SeqCst);
        true
    }
}

#[cfg(all(test, not(gosync_loom)))]
mod tests {
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicU32, Ordering::Relaxed},
        },
        thread,
    };

    use super::{heavy, light, prepare};

    /// Each writes its own word and reads the other's: at least one sees what the other wrote.
    #[test]
    fn one_of_two_sees_the_other() {
        const ROUNDS: usize = 2000;
        prepare();
        let words = || -> Vec<AtomicU32> { (0..ROUNDS).map(|_| AtomicU32::new(0)).collect() };
        let (often, seldom) = (words(), words());
        let start = Barrier::new(2);
        let (saw_seldom, saw_often) = thread::scope(|s| {
            let one = s.spawn(|| {
                start.wait();
                (0..ROUNDS)
                    .map(|i| {
                        often[i].store(1, Relaxed);
                        light();
                        seldom[i].load(Relaxed)
                    })
                    .collect::<Vec<_>>()
            });
            let other = s.spawn(|| {
                start.wait();
                (0..ROUNDS)
                    .map(|i| {
                        seldom[i].store(1, Relaxed);
                        if heavy() { often[i].load(Relaxed) } else { 1 }
                    })
                    .collect::<Vec<_>>()
            });
            (one.join().unwrap(), other.join().unwrap())
        });
        for (a, b) in saw_seldom.iter().zip(&saw_often) {
            assert!(a + b > 0);
        }
    }
}
