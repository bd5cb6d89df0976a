//! Where a key is in papaya's table: a number made of its hash.
//!
//! papaya knows keys as [`Place`]s alone. So it never calls the user's `Hash` or `Eq`: it hashes what
//! it holds again when it moves it to another table, and a panic there would leave the move
//! unfinished, and all writers waiting for it, for ever. Nor does it ever see two keys at one place,
//! which it can bear few of: with some thirty keys of one hash it looks for a larger table in vain
//! until the end of time. Keys of one hash stand in a row of places instead (see `table`).

use std::hash::{BuildHasher, Hash, Hasher};

/// The place of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(u64);

impl Place {
    /// From one place of a row to the next. Any odd number with many ones and zeros would do.
    const STRIDE: u64 = 0x9E37_79B9_7F4A_7C15;

    /// Where a key of this hash is if it is the only one.
    #[inline]
    pub(crate) fn of(hash: u64) -> Self {
        Self(hash)
    }

    /// The same for a hash of which not all bits are good.
    ///
    /// papaya takes the low bits and the high bits for good: where too many keys meet, it makes larger
    /// tables until there is no memory left. A hasher that merely passes numbers on would put all
    /// multiples of a power of two in one spot, so the bits are mixed once more. Those of `RandomState`
    /// are.
    #[inline]
    pub(crate) fn mixed(hash: u64) -> Self {
        let product = u128::from(hash ^ Self::STRIDE) * 0xD6E8_FEB8_6659_FD93_u128;
        #[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
        let low = product as u64;
        Self(low ^ (product >> 64) as u64)
    }

    /// The highest bits, so many. (papaya finds a key by the lowest.)
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "they are few")]
    pub(crate) fn highest(self, bits: u32) -> usize {
        (self.0 >> (u64::BITS - bits)) as usize
    }

    /// The next place in the row.
    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(Self::STRIDE))
    }

    /// The place before it.
    pub(crate) fn before(self) -> Self {
        Self(self.0.wrapping_sub(Self::STRIDE))
    }
}

impl Hash for Place {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

/// papaya's hasher: a place is a hash already.
#[derive(Clone, Copy, Default)]
pub(crate) struct AsItIs(u64);

impl BuildHasher for AsItIs {
    type Hasher = Self;

    #[inline]
    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl Hasher for AsItIs {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    #[inline]
    fn write_u64(&mut self, place: u64) {
        self.0 = place;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("a place writes a u64")
    }
}
