//! Where in a table an address has its place.

/// The golden ratio's part of a word.
#[allow(
    clippy::cast_possible_truncation,
    reason = "shifted down to what there is room for"
)]
const GOLDEN: usize = (0x9E37_79B9_7F4A_7C15_u64 >> (u64::BITS - usize::BITS)) as usize;

/// The highest `bits` of a Fibonacci hash, which depend on all of the address: neighbouring words
/// fall into different places, and so do the same words of different threads' stacks.
#[inline]
pub(crate) fn hash(address: usize, bits: u32) -> usize {
    address.wrapping_mul(GOLDEN) >> (usize::BITS - bits)
}

#[cfg(all(test, not(gosync_loom)))]
mod tests {
    use super::*;

    /// How many of 256 places 64 addresses fall into, that are so far apart.
    fn places(apart: usize) -> usize {
        let mut places: Vec<_> = (1..=64)
            .map(|i| hash(0x1000_usize.wrapping_add(i * apart), 8))
            .collect();
        places.sort_unstable();
        places.dedup();
        places.len()
    }

    /// Words, cache lines, pages, stacks, and what a 32-bit address space just has room for.
    #[test]
    fn addresses_spread() {
        for shift in 2..=25 {
            let places = places(1 << shift);
            assert!(
                places >= 40,
                "{places} places for 64 addresses 2^{shift} apart"
            );
        }
    }
}
