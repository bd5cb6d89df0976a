//! The idle items of one thread: a ring of cells that one thread fills and every thread empties.
//!
//! A magazine belongs to the thread that has its number (`gosync_park::thread_index`). That thread
//! is its owner; all others are thieves. The owner works at the young end, last in, first out;
//! thieves take from the old end.
//!
//! | state of a cell | means | who leaves it, and how |
//! |---|---|---|
//! | `EMPTY` | no item | the owner: writes an item, then stores `FULL` |
//! | `FULL` | an item that nobody has | the owner: CAS to `EMPTY`, reads the item. A thief: CAS to `TAKEN` |
//! | `TAKEN` | a thief is reading the item | that thief: stores `EMPTY` |
//!
//! Invariants:
//!
//! 1. Only the owner writes an item, and only into an `EMPTY` cell.
//! 2. A cell leaves `FULL` by a CAS, so one thread alone gets the item.
//! 3. While a cell is `TAKEN` nobody but the thief touches it.
//! 4. `top - stolen` is the number of items, once the calls under way have returned. Where the
//!    two counters point is a hint: the cells' states say what is where.
//!
//! So a get costs one read-modify-write on a line that is the owner's, and a put none.
//!
//! When a thread ends, another one may get its number, and with it the magazine. Everything that
//! the old owner did then happens before everything that the new one does: `thread_index` says so.
//! The magazine says it again, by a Release store of `top` after each step and an Acquire load
//! before it, which costs next to nothing and needs nobody's word.

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error},
    marker::PhantomData,
    mem::{MaybeUninit, offset_of},
    ptr::NonNull,
};

use gosync_park::{
    atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
    cell::UnsafeCell,
};

/// The cell holds nothing.
const EMPTY: u32 = 0;
/// The cell holds an item that anybody may take.
const FULL: u32 = 1;
/// A thief is reading the item.
const TAKEN: u32 = 2;

/// Room for one item.
struct Cell<T> {
    state: AtomicU32,
    item: UnsafeCell<MaybeUninit<T>>,
}

/// The head of a magazine; its cells follow in the same allocation. Aligned so that no two
/// magazines share a cache line, nor a pair of lines that is fetched together.
#[repr(C, align(128))]
pub(crate) struct Magazine<T> {
    /// Items that the owner has put, less those it has popped. Only the owner writes it.
    top: AtomicU32,
    /// Items that thieves have taken.
    stolen: AtomicU32,
    /// The number of cells, a power of two, less one.
    mask: u32,
    cells: [Cell<T>; 0],
}

/// How many cells a magazine has, if nobody asks for fewer: as many as fit into
/// [`MAGAZINE_BYTES`], but no more than [`MOST_CELLS`] and no less than [`FEWEST_CELLS`].
pub(crate) const fn default_cells<T>() -> u32 {
    let mut cells = MOST_CELLS;
    while cells > FEWEST_CELLS && cells as usize * size_of::<Cell<T>>() > MAGAZINE_BYTES {
        cells /= 2;
    }
    cells
}

const MAGAZINE_BYTES: usize = 4096;
#[cfg(not(gosync_loom))]
const MOST_CELLS: u32 = 64;
#[cfg(not(gosync_loom))]
const FEWEST_CELLS: u32 = 8;
/// Two cells are enough for a ring to wrap around, and more only make a model larger.
#[cfg(gosync_loom)]
const MOST_CELLS: u32 = 2;
#[cfg(gosync_loom)]
const FEWEST_CELLS: u32 = 2;

/// A magazine that lives at least as long as `'a`.
///
/// A pointer, not a reference to the head: the cells lie behind what such a reference covers.
pub(crate) struct MagazineRef<'a, T> {
    head: NonNull<Magazine<T>>,
    lives: PhantomData<&'a Magazine<T>>,
}

impl<T> Clone for MagazineRef<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for MagazineRef<'_, T> {}

impl<T> Magazine<T> {
    /// The memory of a magazine of so many cells.
    fn layout(cells: u32) -> Layout {
        (cells as usize)
            .checked_mul(size_of::<Cell<T>>())
            .and_then(|bytes| bytes.checked_add(offset_of!(Self, cells)))
            .and_then(|bytes| Layout::from_size_align(bytes, align_of::<Self>()).ok())
            .expect("gosync: an item too large for a Pool")
            .pad_to_align()
    }

    /// An empty magazine. `cells` is a power of two.
    pub(crate) fn allocate(cells: u32) -> NonNull<Self> {
        debug_assert!(cells.is_power_of_two());
        let layout = Self::layout(cells);
        // SAFETY: the layout holds at least the head, so its size is not zero.
        let memory = unsafe { alloc(layout) };
        let Some(head) = NonNull::new(memory.cast::<Self>()) else {
            handle_alloc_error(layout)
        };
        // SAFETY: the memory is ours, aligned, and large enough for the head and all cells. Each
        // field is written before anybody reads it; an item is, while its cell is `EMPTY`, none.
        unsafe {
            (&raw mut (*head.as_ptr()).top).write(AtomicU32::new(0));
            (&raw mut (*head.as_ptr()).stolen).write(AtomicU32::new(0));
            (&raw mut (*head.as_ptr()).mask).write(cells - 1);
            let first = (&raw mut (*head.as_ptr()).cells).cast::<Cell<T>>();
            for i in 0..cells as usize {
                let cell = first.add(i);
                (&raw mut (*cell).state).write(AtomicU32::new(EMPTY));
                // An uninitialised item may stay as it is, but loom's cell has a history beside it.
                #[cfg(gosync_loom)]
                (&raw mut (*cell).item).write(UnsafeCell::new(MaybeUninit::uninit()));
            }
        }
        head
    }

    /// Frees the memory. Items that are still inside are lost.
    ///
    /// # Safety
    ///
    /// `head` comes from [`allocate`](Self::allocate), and nobody uses the magazine any more.
    pub(crate) unsafe fn free(head: NonNull<Self>) {
        // SAFETY: the magazine is alive until here.
        let cells = unsafe { head.as_ref() }.mask + 1;
        // SAFETY: allocated with this layout, and unused by the caller's promise. The head and
        // the cells have no destructors of their own.
        unsafe { dealloc(head.as_ptr().cast::<u8>(), Self::layout(cells)) };
    }
}

impl<'a, T> MagazineRef<'a, T> {
    /// # Safety
    ///
    /// `head` comes from [`Magazine::allocate`] and is not freed during `'a`.
    #[inline]
    pub(crate) unsafe fn new(head: NonNull<Magazine<T>>) -> Self {
        Self {
            head,
            lives: PhantomData,
        }
    }

    #[inline]
    fn head(self) -> &'a Magazine<T> {
        // SAFETY: alive during 'a (see `new`), and only its atomics ever change.
        unsafe { self.head.as_ref() }
    }

    /// The cell that a counter points to.
    #[inline]
    fn cell(self, counter: u32) -> &'a Cell<T> {
        let i = (counter & self.head().mask) as usize;
        // SAFETY: the mask keeps `i` below the number of cells, which lie behind the head in the
        // allocation that `self.head` points to.
        unsafe {
            &*(&raw const (*self.head.as_ptr()).cells)
                .cast::<Cell<T>>()
                .add(i)
        }
    }

    /// The number of items. Exact if nobody is at work here.
    #[inline]
    pub(crate) fn len(self) -> u32 {
        let stolen = self.head().stolen.load(Relaxed);
        let items = self.head().top.load(Relaxed).wrapping_sub(stolen);
        // An item can be stolen before its owner has counted it: then one less than none.
        if items > self.head().mask + 1 {
            0
        } else {
            items
        }
    }

    /// Finds the cell for one more item, unless there is no room.
    ///
    /// # Safety
    ///
    /// The calling thread is the owner.
    #[inline]
    pub(crate) unsafe fn vacancy(self) -> Option<Vacancy<'a, T>> {
        // Acquire: pairs with the stores by the owner before; see the module.
        let top = self.head().top.load(Acquire);
        let cell = self.cell(top);
        // Acquire: pairs with the store of EMPTY in `steal`, so that the thief has read the old
        // item before we write the new one.
        (cell.state.load(Acquire) == EMPTY).then_some(Vacancy {
            head: self.head(),
            cell,
            top,
        })
    }

    /// Claims the youngest item, unless its cell was emptied by a thief.
    ///
    /// # Safety
    ///
    /// The calling thread is the owner.
    #[inline]
    pub(crate) unsafe fn claim(self) -> Option<Claim<'a, T>> {
        // Acquire: pairs with the stores by the owner before; see the module.
        let youngest = self.head().top.load(Acquire).wrapping_sub(1);
        let cell = self.cell(youngest);
        // Relaxed, all three: the item was written by this thread, or by an owner before it whose
        // `top` we have seen. The cell goes to EMPTY at once, before it is read, since only we
        // could fill it again.
        let claimed = cell.state.load(Relaxed) == FULL
            && cell
                .state
                .compare_exchange(FULL, EMPTY, Relaxed, Relaxed)
                .is_ok();
        // Not `then_some`: a claim counts when it is dropped.
        claimed.then(|| Claim {
            head: self.head(),
            cell,
            youngest,
        })
    }

    /// Takes the oldest item, or some other one that is there. For any thread.
    pub(crate) fn steal(self) -> Option<T> {
        if self.len() == 0 {
            return None;
        }
        let oldest = self.head().stolen.load(Relaxed);
        (0..=self.head().mask).find_map(|i| {
            let item = self.cell(oldest.wrapping_add(i)).steal()?;
            // Relaxed: nothing but a count.
            self.head().stolen.fetch_add(1, Relaxed);
            Some(item)
        })
    }

    /// Takes the items out, looking into every cell whatever the counters say.
    pub(crate) fn drain(self) -> impl Iterator<Item = T> {
        (0..=self.head().mask).filter_map(move |i| self.cell(i).steal())
    }
}

impl<T> Cell<T> {
    fn steal(&self) -> Option<T> {
        // Acquire: pairs with the store of FULL in `fill`, so that we see the item. The plain
        // load first leaves the line alone where there is nothing.
        if self.state.load(Relaxed) != FULL
            || self
                .state
                .compare_exchange(FULL, TAKEN, Acquire, Relaxed)
                .is_err()
        {
            return None;
        }
        // SAFETY: the cell was FULL, so it holds an item, which by invariant 2 is ours alone; by
        // invariant 3 nobody else touches the cell before we store EMPTY.
        let item = self
            .item
            .with(|place| unsafe { place.read().assume_init() });
        // Release: pairs with the load in `vacancy`; see there.
        self.state.store(EMPTY, Release);
        Some(item)
    }
}

/// An `EMPTY` cell in the hands of its owner.
pub(crate) struct Vacancy<'a, T> {
    head: &'a Magazine<T>,
    cell: &'a Cell<T>,
    top: u32,
}

impl<T> Vacancy<'_, T> {
    /// Adds the item, as the youngest.
    #[inline]
    pub(crate) fn fill(self, item: T) {
        // SAFETY: the cell is EMPTY and the owner is here: by invariant 1 nobody else is.
        self.cell
            .item
            .with_mut(|place| unsafe { place.write(MaybeUninit::new(item)) });
        // Release: pairs with the CAS in `steal`, which then sees the item.
        self.cell.state.store(FULL, Release);
        // Release: pairs with the loads by the next owner; see the module. A thief that must find
        // the item, since the put happened before its get, also sees the count of it.
        self.head.top.store(self.top.wrapping_add(1), Release);
    }
}

/// An item that its owner took out of `FULL` and has still to read.
#[must_use = "the item would be lost"]
pub(crate) struct Claim<'a, T> {
    head: &'a Magazine<T>,
    cell: &'a Cell<T>,
    youngest: u32,
}

impl<T> Claim<'_, T> {
    /// The item.
    #[inline]
    pub(crate) fn read(self) -> T {
        // SAFETY: the cell was FULL, so it holds an item, and by invariant 2 it is ours alone. By
        // invariant 1 nobody writes here before our own next `fill`. Read once: `self` is consumed.
        self.cell
            .item
            .with(|place| unsafe { place.read().assume_init() })
        // Here `self` is dropped, which counts. As a last statement the count would stand between
        // the item and the place where the caller wants it, and cost a copy.
    }
}

impl<T> Drop for Claim<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // Release: pairs with the loads by the next owner, who must not fill the cell before we
        // have read it.
        self.head.top.store(self.youngest, Release);
    }
}
