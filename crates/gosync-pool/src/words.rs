//! Items of a few words, carried one word at a time.

use std::mem::MaybeUninit;

/// A word of an item. It may be part of a pointer, or of nothing.
type Word = MaybeUninit<*mut ()>;

/// No more than fit in registers.
const MOST: usize = 8;

/// The item, a word at a time if it consists of a few.
///
/// It was mostly written so, just now: by who made it, or by the put before this get. A load of more
/// than one of these words at once, to which the compiler would join them, waits until they have all
/// reached the cache. That takes longer than all else that a get and a put do. So this is called at each
/// step at which the compiler would copy an item, whichever functions it inlines.
#[inline]
pub(crate) fn by_words<T>(item: T) -> T {
    let words = size_of::<T>() / size_of::<Word>();
    let of_words =
        size_of::<T>().is_multiple_of(size_of::<Word>()) && align_of::<T>() >= align_of::<Word>();
    if !of_words || words > MOST {
        return item;
    }
    let mut item = MaybeUninit::new(item);
    for i in 0..words {
        // SAFETY: there are so many words, aligned, and all that is done to them is nothing.
        unsafe {
            let word = item.as_mut_ptr().cast::<Word>().add(i);
            word.write(in_register(word.read()));
        }
    }
    // SAFETY: it is what it was.
    unsafe { item.assume_init() }
}

/// The word, and the compiler does not know: so it does not join it with its neighbours.
#[cfg(all(
    any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64"),
    not(miri)
))]
#[inline]
fn in_register(mut word: Word) -> Word {
    // SAFETY: it does nothing.
    unsafe {
        std::arch::asm!(
            "/* {0} */",
            inlateout(reg) word,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    word
}

/// Elsewhere the compiler may do as it likes.
#[cfg(not(all(
    any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64"),
    not(miri)
)))]
#[inline]
fn in_register(word: Word) -> Word {
    word
}

#[cfg(test)]
mod tests {
    use std::{fmt::Debug, sync::Arc};

    use super::*;

    /// Of any size and alignment, with what is no part of it between its parts, and with pointers.
    #[test]
    fn an_item_stays_what_it_is() {
        fn stays<T: Clone + PartialEq + Debug>(item: T) {
            assert_eq!(by_words(item.clone()), item);
        }

        stays(());
        stays(7_u8);
        stays([1_u8, 2, 3]);
        stays([1_u8; 16]);
        stays((1_u8, 2_u64, 3_u16));
        stays([1, 2, 3, 4, 5, 6, 7, 8_usize]);
        stays([1, 2, 3, 4, 5, 6, 7, 8, 9_usize]);
        stays(u128::MAX - 1);
        stays(Some("gopher"));
        stays(vec![String::from("gopher")]);
        let shared = Arc::new(1);
        stays((1_u8, Arc::clone(&shared)));
        assert_eq!(Arc::strong_count(&shared), 1, "each was dropped once");
    }
}
