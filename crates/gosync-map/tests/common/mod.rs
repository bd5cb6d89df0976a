//! What the tests share.
#![allow(dead_code, reason = "no test file uses all of it")]

use std::{
    hash::{BuildHasher, Hasher},
    sync::{
        Arc,
        atomic::{AtomicIsize, Ordering::SeqCst},
    },
};

/// A hasher for which all keys are the same.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Same;

impl BuildHasher for Same {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self
    }
}

impl Hasher for Same {
    fn finish(&self) -> u64 {
        7
    }

    fn write(&mut self, _: &[u8]) {}
}

/// A hasher with few values: some keys are alone, some in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Few(u64);

impl BuildHasher for Few {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl Hasher for Few {
    fn finish(&self) -> u64 {
        self.0 % 5
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 * 31 + u64::from(*byte);
        }
    }
}

/// A hasher that passes a number on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Identity(u64);

impl BuildHasher for Identity {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u64")
    }
}

/// Counts the living copies of something.
#[derive(Debug, Default)]
pub(crate) struct Census(Arc<AtomicIsize>);

impl Census {
    pub(crate) fn born<T>(&self, what: T) -> Counted<T> {
        self.0.fetch_add(1, SeqCst);
        Counted {
            what,
            living: Arc::clone(&self.0),
        }
    }

    pub(crate) fn living(&self) -> isize {
        self.0.load(SeqCst)
    }
}

/// Is counted while it lives.
#[derive(Debug)]
pub(crate) struct Counted<T> {
    pub(crate) what: T,
    living: Arc<AtomicIsize>,
}

impl<T: Clone> Clone for Counted<T> {
    fn clone(&self) -> Self {
        self.living.fetch_add(1, SeqCst);
        Self {
            what: self.what.clone(),
            living: Arc::clone(&self.living),
        }
    }
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        self.living.fetch_sub(1, SeqCst);
    }
}

impl<T: PartialEq> PartialEq for Counted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what
    }
}

impl<T: Eq> Eq for Counted<T> {}

impl<T: std::hash::Hash> std::hash::Hash for Counted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.what.hash(state);
    }
}
