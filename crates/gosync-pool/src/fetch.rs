//! Cache lines, fetched all at once before they are needed.
//!
//! A line that another processor has written to comes from far away. Who reads one after the other waits
//! for each. And who writes to lines that others have read waits as long, until they are its own.

/// What is going to be done with the lines.
#[derive(Clone, Copy)]
pub(crate) enum To {
    Read,
    /// They become this processor's own.
    Write,
}

/// Has the processor fetch so many bytes. It need not be memory that is still there.
#[inline]
pub(crate) fn fetch<T>(to: To, first: *const T, bytes: usize) {
    /// Where lines are longer, some are asked for twice.
    const LINE: usize = 64;
    for at in (0..bytes).step_by(LINE) {
        line(to, first.cast::<u8>().wrapping_add(at));
    }
}

/// Has it fetch one line, by these instructions.
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
macro_rules! line {
    ($read:literal, $write:literal) => {
        #[inline]
        fn line(to: To, at: *const u8) {
            use std::arch::asm;

            // SAFETY: no address is wrong for these, and they change nothing.
            unsafe {
                match to {
                    To::Read => asm!($read, in(reg) at, options(readonly, nostack, preserves_flags)),
                    To::Write => asm!($write, in(reg) at, options(readonly, nostack, preserves_flags)),
                }
            }
        }
    };
}

// Not by `_mm_prefetch`: unless the program is built for processors that all have `prefetchw`, it fetches
// the line to be read where it is told that it will be written. (Intel's older ones ignore it.)
#[cfg(all(target_arch = "x86_64", not(miri)))]
line!("prefetcht0 [{}]", "prefetchw [{}]");
#[cfg(all(target_arch = "aarch64", not(miri)))]
line!("prfm pldl1keep, [{}]", "prfm pstl1keep, [{}]");

#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
#[inline]
fn line(_: To, _: *const u8) {}
