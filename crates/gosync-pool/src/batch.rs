//! Idle items on their way from one thread to another.

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error},
    iter,
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr::{self, NonNull},
};

use crate::{
    batches::Thing,
    fetch::{self, To},
    magazine::Stamp,
};

/// Items that were put in the same generation, each with its permit (see the depot). The youngest is
/// the last.
///
/// They lie behind the head in the same allocation: who has the pointer can have the processor fetch all
/// of it at once. Where the head says where the items are, one would wait for the head first.
pub(crate) struct Batch<T> {
    memory: Memory<T>,
    owns: PhantomData<T>,
}

/// What is before the items.
pub(crate) struct Head<T> {
    stamp: Stamp,
    /// How many items there are.
    len: u32,
    /// How many there may be.
    room: u32,
    /// So that an item may lie right behind.
    _aligned: [T; 0],
}

/// The memory of a batch.
struct Memory<T>(NonNull<Head<T>>);

/// No two batches share a cache line.
const ALIGN: usize = 128;

// SAFETY: it owns its items, as a `Vec` does.
unsafe impl<T: Send> Send for Batch<T> {}

impl<T> Memory<T> {
    fn layout(room: u32) -> Layout {
        Layout::array::<T>(room as usize)
            .and_then(|items| Layout::new::<Head<T>>().extend(items))
            .and_then(|(all, _)| all.align_to(ALIGN))
            .expect("gosync: an item too large for a Pool")
            .pad_to_align()
    }

    fn allocate(room: u32, stamp: Stamp) -> Self {
        let layout = Self::layout(room);
        // SAFETY: the layout holds at least the head, so its size is not zero.
        let memory = unsafe { alloc(layout) };
        let Some(head) = NonNull::new(memory.cast::<Head<T>>()) else {
            handle_alloc_error(layout)
        };
        // SAFETY: the memory is ours, aligned, and large enough for the head.
        unsafe {
            head.write(Head {
                stamp,
                len: 0,
                room,
                _aligned: [],
            });
        }
        Self(head)
    }
}

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        // SAFETY: there is a head, from `allocate` on.
        let layout = Self::layout(unsafe { self.0.as_ref() }.room);
        // SAFETY: allocated with this layout, and not used any more.
        unsafe { dealloc(self.0.as_ptr().cast(), layout) };
    }
}

impl<T> Batch<T> {
    /// No items, and room for so many.
    pub(crate) fn with_room(room: u32, stamp: Stamp) -> Self {
        Self {
            memory: Memory::allocate(room, stamp),
            owns: PhantomData,
        }
    }

    fn head(&self) -> &Head<T> {
        // SAFETY: there is a head, and it is this batch's own.
        unsafe { self.memory.0.as_ref() }
    }

    fn head_mut(&mut self) -> &mut Head<T> {
        // SAFETY: as above.
        unsafe { self.memory.0.as_mut() }
    }

    /// Where an item is, or would be.
    fn place(&self, i: u32) -> *mut T {
        debug_assert!(i <= self.room());
        // Not by a reference to the head: the items lie behind what it covers.
        // SAFETY: inside the allocation.
        unsafe { self.memory.0.as_ptr().add(1).cast::<T>().add(i as usize) }
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.head().stamp
    }

    pub(crate) fn set_stamp(&mut self, stamp: Stamp) {
        self.head_mut().stamp = stamp;
    }

    pub(crate) fn len(&self) -> u32 {
        self.head().len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn room(&self) -> u32 {
        self.head().room
    }

    /// Adds items, each younger than the one before. There must be room for all: otherwise none is asked
    /// for.
    pub(crate) fn extend(&mut self, items: impl ExactSizeIterator<Item = T>) {
        let (mut len, room) = (self.len(), self.room());
        assert!(items.len() <= (room - len) as usize);
        for (i, item) in (len..room).zip(items) {
            // SAFETY: there is room, and no item.
            unsafe { self.place(i).write(item) };
            len = i + 1;
        }
        self.head_mut().len = len;
    }

    /// Takes the youngest item out.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let len = self.len().checked_sub(1)?;
        self.head_mut().len = len;
        // SAFETY: there was an item, and the number of items has come down.
        Some(unsafe { self.place(len).read() })
    }

    /// Takes all items out, the oldest first.
    pub(crate) fn drain(&mut self) -> Drain<'_, T> {
        let len = self.len();
        // At once, not with each item: a `Drain` that is forgotten leaks what it has left.
        self.head_mut().len = 0;
        Drain {
            batch: self,
            next: 0,
            len,
        }
    }

    /// All items, the youngest first.
    pub(crate) fn into_items(mut self) -> impl Iterator<Item = T> {
        iter::from_fn(move || self.pop())
    }

    /// Has the processor fetch so many items, or the places for them, with the head. There may be fewer: the
    /// head is not asked.
    pub(crate) fn fetch(&self, to: To, items: usize) {
        let bytes = size_of::<Head<T>>().saturating_add(items.saturating_mul(size_of::<T>()));
        fetch::fetch(to, self.memory.0.as_ptr(), bytes.min(MOST_BYTES));
    }
}

/// No more at once, where items are large: a processor can have only so many lines on their way.
const MOST_BYTES: usize = 4096;

impl<T> Drop for Batch<T> {
    fn drop(&mut self) {
        // If one of them panics, the others are dropped all the same, and the memory is freed.
        drop(self.drain());
    }
}

impl<T> Thing for Batch<T> {
    type Target = Head<T>;

    fn into_raw(self) -> NonNull<Head<T>> {
        ManuallyDrop::new(self).memory.0
    }

    unsafe fn from_raw(raw: NonNull<Head<T>>) -> Self {
        Self {
            memory: Memory(raw),
            owns: PhantomData,
        }
    }
}

/// See [`Batch::drain`].
pub(crate) struct Drain<'a, T> {
    batch: &'a mut Batch<T>,
    next: u32,
    len: u32,
}

impl<T> Iterator for Drain<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if self.next == self.len {
            return None;
        }
        let place = self.batch.place(self.next);
        self.next += 1;
        // SAFETY: there is an item, it is read once, and the batch does not count it any more.
        Some(unsafe { place.read() })
    }
}

impl<T> Drop for Drain<'_, T> {
    fn drop(&mut self) {
        let rest = ptr::slice_from_raw_parts_mut(
            self.batch.place(self.next),
            (self.len - self.next) as usize,
        );
        // SAFETY: these are the items that were not read, and the batch does not count them any more.
        unsafe { rest.drop_in_place() };
    }
}

#[cfg(all(test, not(gosync_loom)))]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        rc::Rc,
    };

    use super::*;

    fn of<T>(items: impl ExactSizeIterator<Item = T>) -> Batch<T> {
        let mut batch = Batch::with_room(u32::try_from(items.len()).unwrap(), Stamp(7));
        batch.extend(items);
        batch
    }

    #[test]
    fn it_is_a_stack_that_is_drained_from_the_bottom() {
        let mut batch = of(["a", "b", "c", "d"].into_iter().map(String::from));
        assert_eq!((batch.stamp(), batch.len()), (Stamp(7), 4));
        assert_eq!(batch.pop().as_deref(), Some("d"));
        assert_eq!(batch.drain().take(2).collect::<Vec<_>>(), ["a", "b"]);
        assert!(batch.is_empty(), "what was not taken out is dropped");
        assert_eq!(batch.pop(), None);
        batch.extend(["e".into(), "f".into()].into_iter());
        assert_eq!(batch.into_items().collect::<Vec<_>>(), ["f", "e"]);
    }

    #[test]
    #[should_panic(expected = "items.len() <=")]
    fn there_is_no_room_for_more() {
        of([1, 2].into_iter()).extend([3].into_iter());
    }

    #[test]
    fn items_of_any_size_and_alignment() {
        #[repr(align(256))]
        #[derive(Debug, PartialEq)]
        struct Aligned(u8);

        let batch = of((0..9).map(Aligned));
        assert!(batch.place(1).is_aligned());
        assert!(batch.into_items().eq((0..9).rev().map(Aligned)));
        assert_eq!(of([(); 5].into_iter()).into_items().count(), 5);
        assert_eq!(of([[7_u8; 5000]; 2].into_iter()).pop(), Some([7; 5000]));
    }

    #[test]
    fn each_item_is_dropped_once_though_one_panics() {
        struct Item(#[expect(dead_code, reason = "it is counted")] Rc<()>, bool);

        impl Drop for Item {
            fn drop(&mut self) {
                assert!(!self.1, "as it is told");
            }
        }

        for bad in 0..3 {
            let items = Rc::new(());
            let item = |i| Item(Rc::clone(&items), i == bad);
            let (dropped, drained) = (of((0..3).map(item)), of((0..3).map(item)));
            assert_eq!(Rc::strong_count(&items), 7);
            assert!(catch_unwind(AssertUnwindSafe(|| drop(dropped))).is_err());
            assert_eq!(Rc::strong_count(&items), 4);
            let mut drained = drained;
            assert!(catch_unwind(AssertUnwindSafe(|| drop(drained.drain()))).is_err());
            assert_eq!(Rc::strong_count(&items), 1);
            assert!(drained.is_empty());
        }
    }
}
