//! A value that counts how many of its kind there are, and notices when it is freed twice.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How many there are. One round runs at a time.
static ALIVE: AtomicU64 = AtomicU64::new(0);

const SOUND: u64 = 0x5AFE_5AFE_5AFE_5AFE;
const FREED: u64 = 0xDEAD_DEAD_DEAD_DEAD;

/// Owns memory of its own, and belongs to a key.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) key: u64,
    pub(crate) number: u64,
    canary: Box<u64>,
}

impl Token {
    pub(crate) fn new(key: u64, number: u64) -> Self {
        ALIVE.fetch_add(1, Relaxed);
        let canary = Box::new(SOUND ^ key ^ number);
        Self {
            key,
            number,
            canary,
        }
    }

    /// Asserts that it is whole.
    pub(crate) fn check(&self) {
        assert_eq!(
            *self.canary,
            SOUND ^ self.key ^ self.number,
            "{self:?} is torn"
        );
    }
}

impl Clone for Token {
    fn clone(&self) -> Self {
        self.check();
        Self::new(self.key, self.number)
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.check();
        other.check();
        (self.key, self.number) == (other.key, other.number)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.check();
        *self.canary = FREED;
        ALIVE.fetch_sub(1, Relaxed);
    }
}

/// Asserts that none is left.
pub(crate) fn all_gone() {
    assert_eq!(ALIVE.load(Relaxed), 0, "each is dropped, once");
}
