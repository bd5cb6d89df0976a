use std::{
    cell::UnsafeCell,
    mem::MaybeUninit,
    sync::atomic::{
        AtomicBool,
        Ordering::{Acquire, Release},
    },
};

use crate::{
    Padded,
    fetch::{To, fetch},
};

/// How many items are in a block.
const BLOCK: usize = 64;
/// How many blocks there are.
const BLOCKS: usize = 4;

/// The least that can bring items back from one thread to one other: a ring of blocks, which one thread
/// fills and the other one empties, in place.
///
/// It has no bound that a user could state, knows nothing of age, and copies nothing. Each thread writes
/// to one flag for each block, and waits for nothing. So it is what a pool could come to in a pipeline.
#[derive(Debug)]
pub struct Ring<T> {
    blocks: [Block<T>; BLOCKS],
    /// Where the one thread puts the next item.
    put: Padded<UnsafeCell<Place>>,
    /// Where the other one gets it.
    got: Padded<UnsafeCell<Place>>,
}

#[derive(Debug)]
struct Block<T> {
    /// Whether the block is the getting thread's.
    full: Padded<AtomicBool>,
    items: Padded<[UnsafeCell<MaybeUninit<T>>; BLOCK]>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Place {
    block: usize,
    item: usize,
}

impl Place {
    /// The next one, and whether this was the last of its block.
    #[inline]
    fn next(self) -> (Self, bool) {
        let item = (self.item + 1) % BLOCK;
        let block = (self.block + usize::from(item == 0)) % BLOCKS;
        (Self { block, item }, item == 0)
    }
}

// SAFETY: of each item and each place there is one user, by the promises of `put` and `get`.
unsafe impl<T: Send> Sync for Ring<T> {}

impl<T> Ring<T> {
    /// An empty ring.
    #[must_use]
    pub fn new() -> Self {
        Self {
            blocks: std::array::from_fn(|_| Block {
                full: Padded(AtomicBool::new(false)),
                items: Padded([const { UnsafeCell::new(MaybeUninit::uninit()) }; BLOCK]),
            }),
            put: Padded::default(),
            got: Padded::default(),
        }
    }

    /// Keeps an item, or gives it back if all blocks are full.
    ///
    /// # Safety
    ///
    /// One call at a time, each of which happens before the next one.
    ///
    /// # Errors
    ///
    /// With the item, if all blocks are full.
    #[inline]
    pub unsafe fn put(&self, item: T) -> Result<(), T> {
        let place = self.put.0.get();
        // SAFETY: the caller's promise.
        let at = unsafe { *place };
        let block = &self.blocks[at.block];
        if at.item == 0 {
            // Acquire: pairs with `get`.
            if block.full.0.load(Acquire) {
                return Err(item);
            }
            block.fetch(To::Write);
        }
        // SAFETY: the block is not full, so it is ours (the caller's promise); nothing is there.
        unsafe { (*block.items.0[at.item].get()).write(item) };
        let (next, last) = at.next();
        // SAFETY: the caller's promise.
        unsafe { *place = next };
        if last {
            // Release: pairs with `get`.
            block.full.0.store(true, Release);
        }
        Ok(())
    }

    /// Takes an item, if there is a full block.
    ///
    /// # Safety
    ///
    /// As for [`put`](Self::put).
    #[inline]
    pub unsafe fn get(&self) -> Option<T> {
        let place = self.got.0.get();
        // SAFETY: the caller's promise.
        let at = unsafe { *place };
        let block = &self.blocks[at.block];
        if at.item == 0 {
            // Acquire: pairs with `put`.
            if !block.full.0.load(Acquire) {
                return None;
            }
            block.fetch(To::Read);
        }
        // SAFETY: the block was full, and is ours until we say that it is not. Read once.
        let item = unsafe { (*block.items.0[at.item].get()).assume_init_read() };
        let (next, last) = at.next();
        // SAFETY: the caller's promise.
        unsafe { *place = next };
        if last {
            // Release: pairs with `put`.
            block.full.0.store(false, Release);
        }
        Some(item)
    }
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Drop for Ring<T> {
    fn drop(&mut self) {
        // SAFETY: nobody else is here.
        while unsafe { self.get() }.is_some() {}
        let put = *self.put.0.get_mut();
        let items = &mut self.blocks[put.block].items.0;
        for item in &mut items[..put.item] {
            // SAFETY: the block was begun, by as many items.
            unsafe { item.get_mut().assume_init_drop() };
        }
    }
}

impl<T> Block<T> {
    /// Has the processor fetch all cache lines at once.
    #[inline]
    fn fetch(&self, to: To) {
        fetch(to, &raw const self.items.0, size_of_val(&self.items.0));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn items_come_back_in_order_and_are_dropped_once() {
        let ring = Ring::new();
        let item = Arc::new(());
        let put = |n: usize| {
            // SAFETY: one thread.
            unsafe { ring.put((n, Arc::clone(&item))) }.is_ok()
        };
        let get = || {
            // SAFETY: one thread.
            unsafe { ring.get() }.map(|(n, _)| n)
        };
        assert!((0..BLOCK - 1).all(put));
        assert_eq!(get(), None, "the block is not full");
        assert!((BLOCK - 1..BLOCKS * BLOCK).all(put));
        assert!(!put(0), "all are full");
        for n in 0..BLOCK {
            assert_eq!(get(), Some(n));
        }
        assert!((0..9).all(put));
        assert_eq!(Arc::strong_count(&item), 1 + (BLOCKS - 1) * BLOCK + 9);
        drop(ring);
        assert_eq!(Arc::strong_count(&item), 1);
    }
}
