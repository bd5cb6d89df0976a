//! The idle items of one thread: a stack of cells that one thread fills and every thread empties.
//!
//! A magazine belongs to the thread that has its number (`gosync_park::thread_index`). That thread
//! is its owner; all others are strangers. The owner puts and gets at the top, last in, first out;
//! strangers take from the bottom, where the items are that have been idle for longest.
//!
//! | kind of a cell | means | who leaves it, and how |
//! |---|---|---|
//! | `EMPTY` | no item; above the top | the owner: writes an item, then stores `FULL` |
//! | `FULL` | an item that nobody has | the owner: CAS to `EMPTY`, reads it. A stranger: CAS to `TAKEN` |
//! | `TAKEN` | a stranger is reading the item | that stranger: stores `CLOSED` |
//! | `CLOSED` | a stranger has taken item and permit | the owner, when its top comes down to here: stores `EMPTY` |
//!
//! The word of a magazine, which only its owner writes:
//!
//! | bits | name | meaning |
//! |---|---|---|
//! | 0..8 | `TOP` | the cells below are the owner's stack |
//! | 8..32 | `GOT` | the owner's gets here since it last counted them; from `DUE` on it is time to |
//!
//! Invariants:
//!
//! 1. Cells from the top on are `EMPTY`, cells below it are not. So the owner knows without a look
//!    at its state that the cell at the top may be filled. It lowers the top when it has emptied
//!    the cell below itself, or has seen it `CLOSED`; never past a `TAKEN` one.
//! 2. A cell leaves `FULL` by a CAS, so one thread alone gets the item.
//! 3. While a cell is `TAKEN` nobody but the stranger touches it.
//! 4. A magazine holds one permit (see the depot) for each of its first `room` cells that is not
//!    `CLOSED`, and the top is no higher than `room`. So it never has more items than permits, and
//!    whoever takes an item from a stranger's magazine takes its permit along.
//!
//! A get costs one read-modify-write on a line that is the owner's, a put none. Fewer is not to
//! be had: a thread that takes what others may take too needs one, or a fence as dear ("Laws of
//! Order", Attiya and others, 2011).
//!
//! When a thread ends, another one may get its number, and with it the magazine. Everything that
//! the old owner did then happens before everything that the new one does: `thread_index` says so.
//! The magazine says it again, by a Release store of its word after each step and an Acquire load
//! before it, which costs next to nothing and needs nobody's word.

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error},
    marker::PhantomData,
    mem::{MaybeUninit, offset_of},
    ptr::NonNull,
};

use gosync_park::{
    atomic::{
        AtomicBool, AtomicU32, AtomicUsize,
        Ordering::{Acquire, Relaxed, Release},
    },
    cell::UnsafeCell,
};

/// The kind of a cell is in the low bits of its state. Above them, in a `FULL` one, is the
/// generation in which the item was put.
const KIND: u32 = 3;
/// The cell holds nothing.
const EMPTY: u32 = 0;
/// A stranger is reading the item.
const TAKEN: u32 = 1;
/// A stranger has taken the item, and its permit.
const CLOSED: u32 = 2;
/// The cell holds an item that anybody may take.
const FULL: u32 = 3;

/// When an item was put: the state of a `FULL` cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp(u32);

impl Stamp {
    /// The first generation.
    pub(crate) const FIRST: Self = Self(FULL);

    /// What is between two generations.
    pub(crate) const GENERATION: u32 = KIND + 1;

    /// What [`bits`](Self::bits) returned.
    #[inline]
    pub(crate) fn from_bits(bits: u32) -> Self {
        debug_assert_eq!(bits & KIND, FULL);
        Self(bits)
    }

    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    /// The next generation. After 2^30 of them they come again.
    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(Self::GENERATION))
    }

    /// Whether an item with the stamp `then` was put two generations ago, or more. (It may also
    /// have been put later, while somebody else collects.)
    pub(crate) fn is_two_after(self, then: Self) -> bool {
        let generations = self.0.wrapping_sub(then.0).cast_signed();
        generations >= 2 * Self::GENERATION.cast_signed()
    }
}

/// An idle item on its way from one place to another. It has a permit with it.
pub(crate) struct Entry<T> {
    pub(crate) stamp: Stamp,
    pub(crate) item: T,
}

/// Idle items that were put in the same generation. Each has a permit with it.
pub(crate) struct Batch<T> {
    pub(crate) stamp: Stamp,
    /// The youngest last.
    pub(crate) items: Vec<T>,
}

/// The number of cells in the owner's stack.
const TOP: u32 = 0xFF;
/// One get.
const GOT: u32 = 1 << 8;
/// The owner has got 256 items, and should have a look at the clock.
const DUE: u32 = 1 << 16;

/// Room for one item.
struct Cell<T> {
    state: AtomicU32,
    item: UnsafeCell<MaybeUninit<T>>,
}

/// The head of a magazine; its cells follow in the same allocation. Aligned so that no two
/// magazines share a cache line.
#[repr(C, align(128))]
pub(crate) struct Magazine<T> {
    /// See the module. Only the owner writes it.
    word: AtomicU32,
    /// How many of the cells may be filled. Only the owner writes it.
    room: AtomicU32,
    /// The number of cells.
    cells: u32,
    /// How often the owner had to look elsewhere. Only the owner writes it.
    detours: AtomicU32,
    /// Whether strangers want what the owner puts. Only the owner writes it.
    generous: AtomicBool,
    /// What the owner has met with, but for the gets in `word`. Only the owner writes it.
    tally: Tally,
    /// Cells that were `CLOSED`, less those that are `EMPTY` again.
    closed: Strangers,
    first: [Cell<T>; 0],
}

/// What strangers write to, apart from what the owner writes to all the time.
#[repr(align(64))]
struct Strangers(AtomicU32);

/// Counts, which go around where `usize` ends.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) hits: AtomicUsize,
    pub(crate) misses: AtomicUsize,
    pub(crate) dropped: AtomicUsize,
}

/// Adds to a count that nobody else writes.
pub(crate) fn add(count: &AtomicUsize, more: usize) {
    count.store(count.load(Relaxed).wrapping_add(more), Relaxed);
}

/// How many items go to the depot together, at most.
pub(crate) const fn batch<T>() -> u32 {
    cells::<T>() / 2
}

/// How many cells a magazine has: as many as fit into [`MAGAZINE_BYTES`], but no more than
/// [`MOST_CELLS`] and no less than [`FEWEST_CELLS`].
pub(crate) const fn cells<T>() -> u32 {
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
/// Two cells have a top and a bottom, and more only make a model larger.
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
    /// The memory of a magazine.
    fn layout() -> Layout {
        (cells::<T>() as usize)
            .checked_mul(size_of::<Cell<T>>())
            .and_then(|bytes| bytes.checked_add(offset_of!(Self, first)))
            .and_then(|bytes| Layout::from_size_align(bytes, align_of::<Self>()).ok())
            .expect("gosync: an item too large for a Pool")
            .pad_to_align()
    }

    /// An empty magazine without permits.
    pub(crate) fn allocate() -> NonNull<Self> {
        let layout = Self::layout();
        // SAFETY: the layout holds at least the head, so its size is not zero.
        let memory = unsafe { alloc(layout) };
        let Some(magazine) = NonNull::new(memory.cast::<Self>()) else {
            handle_alloc_error(layout)
        };
        let head = Self {
            word: AtomicU32::new(0),
            room: AtomicU32::new(0),
            cells: cells::<T>(),
            detours: AtomicU32::new(0),
            generous: AtomicBool::new(false),
            tally: Tally::default(),
            closed: Strangers(AtomicU32::new(0)),
            first: [],
        };
        // SAFETY: the memory is ours, aligned, and large enough for the head and all cells. An
        // item is not written before its cell is `FULL`.
        unsafe {
            magazine.write(head);
            let first = (&raw mut (*magazine.as_ptr()).first).cast::<Cell<T>>();
            for i in 0..cells::<T>() as usize {
                let cell = first.add(i);
                (&raw mut (*cell).state).write(AtomicU32::new(EMPTY));
                // An uninitialised item may stay as it is, but loom's cell has a history beside it.
                #[cfg(gosync_loom)]
                (&raw mut (*cell).item).write(UnsafeCell::new(MaybeUninit::uninit()));
            }
        }
        magazine
    }

    /// Frees the memory. Items that are still inside are lost.
    ///
    /// # Safety
    ///
    /// `magazine` comes from [`allocate`](Self::allocate), and nobody uses it any more.
    pub(crate) unsafe fn free(magazine: NonNull<Self>) {
        // SAFETY: allocated with this layout, and unused by the caller's promise. The head and
        // the cells have no destructors of their own.
        unsafe { dealloc(magazine.as_ptr().cast::<u8>(), Self::layout()) };
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

    /// # Safety
    ///
    /// There are more than `i` cells.
    #[inline]
    unsafe fn cell(self, i: u32) -> &'a Cell<T> {
        // SAFETY: the cells lie behind the head in the allocation that `self.head` points to.
        unsafe {
            &*(&raw const (*self.head.as_ptr()).first)
                .cast::<Cell<T>>()
                .add(i as usize)
        }
    }

    /// The number of items. Exact if nobody is at work here.
    pub(crate) fn len(self) -> u32 {
        // Relaxed: what a get must find, since its put happened before, is counted in `word`; what
        // is counted in `closed` was closed.
        let closed = self.head().closed.0.load(Relaxed);
        let items = (self.head().word.load(Relaxed) & TOP).wrapping_sub(closed);
        // A cell can be closed before it is counted, or the other way round.
        if items > self.head().cells { 0 } else { items }
    }

    /// The permits that are not in use by an item. Exact if nobody is at work here.
    pub(crate) fn spare(self) -> usize {
        let top = self.head().word.load(Relaxed) & TOP;
        self.head().room.load(Relaxed).saturating_sub(top) as usize
    }

    pub(crate) fn tally(self) -> &'a Tally {
        &self.head().tally
    }

    /// The hits that are not yet in [`tally`](Self::tally).
    pub(crate) fn fresh_hits(self) -> usize {
        (self.head().word.load(Relaxed) / GOT) as usize
    }

    /// Takes the items whose stamp is wanted, with their permits, beginning with the oldest. For
    /// any thread.
    pub(crate) fn take(self, wanted: impl Fn(Stamp) -> bool) -> impl Iterator<Item = Entry<T>> {
        (0..self.head().cells).filter_map(move |i| {
            // SAFETY: `i` is less than the number of cells.
            let entry = unsafe { self.cell(i) }.take(&wanted)?;
            // Relaxed: a hint. The cell is closed before that is counted; see `len`.
            self.head().closed.0.fetch_add(1, Relaxed);
            Some(entry)
        })
    }
}

impl<T> Cell<T> {
    /// # Safety
    ///
    /// The cell holds an item, which is the caller's alone and is not read again.
    #[inline]
    unsafe fn read(&self) -> T {
        // SAFETY: the caller's promise.
        self.item
            .with(|place| unsafe { place.read().assume_init() })
    }

    fn take(&self, wanted: impl Fn(Stamp) -> bool) -> Option<Entry<T>> {
        // The plain load first leaves the line alone where there is nothing.
        let state = self.state.load(Relaxed);
        if state & KIND != FULL || !wanted(Stamp(state)) {
            return None;
        }
        // Acquire: pairs with the store of FULL in `fill`, so that we see the item.
        self.state
            .compare_exchange(state, TAKEN, Acquire, Relaxed)
            .ok()?;
        // SAFETY: the cell was FULL, so it holds an item, which by invariant 2 is ours alone; by
        // invariant 3 nobody else touches the cell before we store CLOSED.
        let item = unsafe { self.read() };
        // Release: pairs with the load in `settle`; see there.
        self.state.store(CLOSED, Release);
        let stamp = Stamp(state);
        Some(Entry { stamp, item })
    }
}

/// A magazine in the hands of its owner. Cannot leave the owner's thread.
pub(crate) struct Mine<'a, T>(MagazineRef<'a, T>);

impl<T> Clone for Mine<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Mine<'_, T> {}

/// What the owner finds at the top of its magazine.
pub(crate) enum Top<I> {
    Item(I),
    /// A stranger is at work there.
    Blocked,
    /// There is nothing.
    Bottom,
}

impl<'a, T> Mine<'a, T> {
    /// # Safety
    ///
    /// The calling thread is the owner, and stays so during `'a`.
    #[inline]
    pub(crate) unsafe fn new(magazine: MagazineRef<'a, T>) -> Self {
        Self(magazine)
    }

    #[inline]
    fn head(self) -> &'a Magazine<T> {
        self.0.head()
    }

    pub(crate) fn tally(self) -> &'a Tally {
        self.0.tally()
    }

    /// Finds the cell for one more item, unless there is no room.
    #[inline]
    pub(crate) fn vacancy(self) -> Option<Vacancy<'a, T>> {
        // Acquire: pairs with the stores by the owner before; see the module.
        let word = self.head().word.load(Acquire);
        // Relaxed: only the owner writes it.
        (word & TOP < self.head().room.load(Relaxed)).then(|| Vacancy {
            head: self.head(),
            // SAFETY: `room` is no more than the number of cells.
            cell: unsafe { self.0.cell(word & TOP) },
            word,
        })
    }

    /// Claims the youngest item, unless a stranger has been there, or it is time to count.
    #[inline]
    pub(crate) fn claim(self) -> Option<Claim<'a, T>> {
        // Acquire: pairs with the stores by the owner before; see the module.
        let word = self.head().word.load(Acquire);
        // One comparison for both: with a top of zero, or with `DUE`, it is out of range.
        let youngest = (word & (DUE | TOP)).wrapping_sub(1);
        if youngest >= TOP {
            return None;
        }
        // SAFETY: the top is no more than the number of cells, by invariant 4.
        let cell = unsafe { self.0.cell(youngest) };
        // Relaxed, all three: the item was written by this thread, or by an owner before it whose
        // `word` we have seen. The cell goes to EMPTY at once, before it is read, since only we
        // could fill it again.
        let state = cell.state.load(Relaxed);
        let claimed = state & KIND == FULL
            && cell
                .state
                .compare_exchange(state, EMPTY, Relaxed, Relaxed)
                .is_ok();
        // Not `then_some`: a claim counts when it is dropped.
        claimed.then(|| Claim {
            head: self.head(),
            cell,
            word,
        })
    }

    /// Lowers the top to the youngest item that there is, and claims it.
    pub(crate) fn settle(self) -> Top<Claim<'a, T>> {
        loop {
            match self.lower() {
                Top::Item(()) => {
                    // Unless a stranger was faster.
                    if let Some(claim) = self.claim() {
                        return Top::Item(claim);
                    }
                }
                Top::Blocked => return Top::Blocked,
                Top::Bottom => return Top::Bottom,
            }
        }
    }

    /// Lowers the top past cells that are `CLOSED`.
    pub(crate) fn lower(self) -> Top<()> {
        self.count();
        let head = self.head();
        loop {
            let word = head.word.load(Relaxed);
            if word & TOP == 0 {
                return Top::Bottom;
            }
            // SAFETY: as in `claim`.
            let cell = unsafe { self.0.cell((word & TOP) - 1) };
            // Acquire: pairs with the store of CLOSED in `take`, so that the stranger has read
            // the item before we write another one.
            match cell.state.load(Acquire) & KIND {
                FULL => return Top::Item(()),
                TAKEN => return Top::Blocked,
                kind => debug_assert_eq!(kind, CLOSED, "below the top no cell is EMPTY"),
            }
            // Relaxed: who is to see an item here sees it by a store of FULL.
            cell.state.store(EMPTY, Relaxed);
            head.closed.0.fetch_sub(1, Relaxed);
            // The permit has gone with the item.
            self.set_room(head.room.load(Relaxed) - 1);
            head.word.store(word - 1, Release);
            head.generous.store(true, Relaxed);
        }
    }

    /// Moves the number of gets from the word to the tally.
    fn count(self) {
        let head = self.head();
        let word = head.word.load(Acquire);
        add(&head.tally.hits, (word / GOT) as usize);
        head.word.store(word & TOP, Release);
    }

    /// Whether it is time to look at the clock: every 256 gets, and every 16 times that the owner
    /// had to look elsewhere. To be asked before [`settle`](Self::settle), and once.
    pub(crate) fn is_due(self) -> bool {
        let head = self.head();
        let detours = head.detours.load(Relaxed).wrapping_add(1);
        head.detours.store(detours, Relaxed);
        head.word.load(Relaxed) & DUE != 0 || detours.is_multiple_of(16)
    }

    /// How many more permits are worth having: as many as there are, but one at least and a batch
    /// at most. None if there are enough.
    pub(crate) fn wants(self) -> usize {
        let room = self.head().room.load(Relaxed);
        let wanted = if self.is_generous() {
            batch::<T>().saturating_sub(room)
        } else {
            room.clamp(1, batch::<T>()).min(self.head().cells - room)
        };
        wanted as usize
    }

    /// Whether strangers want what the owner puts: then it keeps a batch at most.
    fn is_generous(self) -> bool {
        self.head().generous.load(Relaxed)
    }

    /// The owner has use for all that it has.
    pub(crate) fn be_thrifty(self) {
        self.head().generous.store(false, Relaxed);
    }

    /// Makes room for so many more items, for which the caller has permits.
    pub(crate) fn widen(self, permits: usize) {
        let room = self.head().room.load(Relaxed) as usize + permits;
        self.set_room(u32::try_from(room).expect("no more than the cells"));
    }

    /// Gives up all room that is not in use, and returns its permits.
    pub(crate) fn shrink(self) -> usize {
        let spare = self.0.spare();
        self.set_room(self.head().word.load(Relaxed) & TOP);
        spare
    }

    fn set_room(self, room: u32) {
        debug_assert!(room <= self.head().cells);
        // Relaxed: strangers take it for a hint.
        self.head().room.store(room, Relaxed);
    }

    /// Takes the youngest items out, with their permits, as long as they are of one generation, and
    /// `most` of them. `items` is empty.
    pub(crate) fn spill(self, mut items: Vec<T>, most: usize) -> Option<Batch<T>> {
        self.lower();
        let head = self.head();
        let word = head.word.load(Relaxed);
        let top = word & TOP;
        let mut bottom = top;
        let mut stamp = None;
        // First all are claimed, then all are moved: a read-modify-write waits for the writes before
        // it, and those to `items` take long where that was another thread's memory.
        while bottom > 0 && ((top - bottom) as usize) < most {
            // SAFETY: as in `claim`.
            let cell = unsafe { self.0.cell(bottom - 1) };
            let state = cell.state.load(Relaxed);
            if state & KIND != FULL || stamp.is_some_and(|stamp| stamp != state) {
                break;
            }
            // Relaxed: as in `claim`.
            let claimed = cell.state.compare_exchange(state, EMPTY, Relaxed, Relaxed);
            if claimed.is_err() {
                break;
            }
            stamp = Some(state);
            bottom -= 1;
        }
        // SAFETY: the cells were FULL, so they hold items, by invariant 2 ours alone, and nobody
        // writes there before our own next `fill`. The top comes down, so each is read once.
        items.extend((bottom..top).map(|i| unsafe { self.0.cell(i).read() }));
        self.set_room(head.room.load(Relaxed) - (top - bottom));
        head.word.store(word - (top - bottom), Release);
        let stamp = Stamp(stamp?);
        Some(Batch { stamp, items })
    }

    /// Puts items here with their permits, the oldest first, as long as there are cells. There must
    /// be no items yet, and no spare room.
    pub(crate) fn adopt(self, entries: impl Iterator<Item = Entry<T>>) {
        for entry in entries {
            self.widen(1);
            let vacancy = self.vacancy().expect("there is room, just made");
            vacancy.fill(entry.item, entry.stamp);
        }
    }
}

/// An `EMPTY` cell in the hands of its owner.
pub(crate) struct Vacancy<'a, T> {
    head: &'a Magazine<T>,
    cell: &'a Cell<T>,
    word: u32,
}

impl<T> Vacancy<'_, T> {
    /// Adds the item, as the youngest.
    #[inline]
    pub(crate) fn fill(self, item: T, stamp: Stamp) {
        // SAFETY: the cell is EMPTY and the owner is here: by invariant 1 nobody else is.
        self.cell
            .item
            .with_mut(|place| unsafe { place.write(MaybeUninit::new(item)) });
        // Release: pairs with the CAS in `take`, which then sees the item.
        self.cell.state.store(stamp.0, Release);
        // Release: pairs with the loads by the next owner; see the module.
        self.head.word.store(self.word + 1, Release);
    }
}

/// An item that its owner took out of `FULL` and has still to read.
#[must_use = "the item would be lost"]
pub(crate) struct Claim<'a, T> {
    head: &'a Magazine<T>,
    cell: &'a Cell<T>,
    word: u32,
}

impl<T> Claim<'_, T> {
    /// The item.
    #[inline]
    pub(crate) fn read(self) -> T {
        // SAFETY: the cell was FULL, so it holds an item, and by invariant 2 it is ours alone. By
        // invariant 1 nobody writes here before our own next `fill`. Read once: `self` is consumed.
        unsafe { self.cell.read() }
        // Here `self` is dropped, which counts. As a last statement the count would stand between
        // the item and the place where the caller wants it, and cost a copy.
    }
}

impl<T> Drop for Claim<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let word = self.word.wrapping_add(GOT).wrapping_sub(1);
        // Release: pairs with the loads by the next owner, who must not fill the cell before we
        // have read it.
        self.head.word.store(word, Release);
    }
}
