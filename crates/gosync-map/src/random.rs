//! The hasher of a [`Map`](crate::Map) that was not given one.

use std::{
    fmt,
    hash::{BuildHasher, Hasher},
};

/// The hasher that a [`Map`](crate::Map) uses by default: fast, and seeded at random for each map.
///
/// As with the hash function of Go's maps, an attacker who cannot see the seed cannot tell which
/// keys collide, but this is not proven as it is for std's `SipHash`. For keys that are chosen by
/// people who wish you harm and can measure your answers, use
/// [`Map::with_hasher`](crate::Map::with_hasher) and std's `RandomState`. Reads then take about
/// twice the time, for small keys.
///
/// It is foldhash now, which may change: the better of its two kinds. With the other, one seed in some
/// thousands gives keys that are numbers in a row hashes with the same low bits, and papaya's table
/// grows until there is no memory left.
///
/// ```
/// use std::hash::BuildHasher;
///
/// use gosync_map::RandomState;
///
/// let state = RandomState::default();
/// assert_eq!(state.hash_one("gopher"), state.hash_one("gopher"));
/// ```
#[derive(Clone, Default)]
pub struct RandomState(foldhash::quality::RandomState);

impl RandomState {
    /// A hasher with a seed of its own.
    ///
    /// ```
    /// use gosync_map::{Map, RandomState};
    ///
    /// let map = Map::with_hasher(RandomState::new());
    /// map.set(1, "one");
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl fmt::Debug for RandomState {
    /// Does not tell the seed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RandomState")
    }
}

impl BuildHasher for RandomState {
    type Hasher = RandomHasher;

    #[inline]
    fn build_hasher(&self) -> RandomHasher {
        RandomHasher(self.0.build_hasher())
    }
}

/// The [`Hasher`] of [`RandomState`].
#[derive(Clone)]
pub struct RandomHasher(foldhash::quality::FoldHasher<'static>);

impl fmt::Debug for RandomHasher {
    /// Does not tell the seed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RandomHasher")
    }
}

/// Passes each method on: those of the trait would go through `write`, byte by byte.
macro_rules! pass_on {
    ($($method:ident: $ty:ty),*) => {
        $(
            #[inline]
            fn $method(&mut self, value: $ty) {
                self.0.$method(value);
            }
        )*
    };
}

impl Hasher for RandomHasher {
    #[inline]
    fn finish(&self) -> u64 {
        self.0.finish()
    }

    pass_on! {
        write: &[u8], write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64,
        write_u128: u128, write_usize: usize, write_i8: i8, write_i16: i16, write_i32: i32,
        write_i64: i64, write_i128: i128, write_isize: isize
    }
}
