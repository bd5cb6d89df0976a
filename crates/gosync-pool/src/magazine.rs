//! The idle items of one thread: a stack of cells that one thread fills and every thread empties.
//!
//! A magazine belongs to the thread that has its number (`gosync_park::thread_index`). That thread
//! is its owner; all others are strangers. The owner puts and gets at the top, last in, first out;
//! strangers take from the bottom, where the items are that have been idle for longest.
//!
//! ```text
//! cells   |  taken by strangers  |  items  |  may be filled  |  no permit for these  |
//!         0                   bottom      top               room                    cells
//! ```
//!
//! A put fills the cell at the top and raises the top. A get lowers the top, looks whether a stranger
//! is here, and reads the cell: it is the owner's alone then. Neither has a read-modify-write, nor a
//! fence; the stranger pays for both (`gosync_park::barrier`). What takes the owner more than one such
//! step, it does inside, where no stranger is. Nobody waits: who finds the other one goes elsewhere.
//!
//! | step | a get | the owner, to go inside | a stranger |
//! |---|---|---|---|
//! | says so | lowers the top | sets `INSIDE` | sets `VISITED`, unless another stranger has |
//! | fence | `light` | `light` | `heavy` |
//! | looks | `VISITED` is set, or the bottom is as high: raises the top, leaves | `VISITED` is set: clears `INSIDE`, leaves | `INSIDE` is set: clears `VISITED`, leaves |
//! | does | reads the cell | puts and gets, moves items down | reads the top, takes items from the bottom |
//! | leaves | | clears `INSIDE`, sets the top | clears `VISITED`, raises the bottom |
//!
//! The word of a magazine, which only its owner writes:
//!
//! | bits | name | meaning |
//! |---|---|---|
//! | 0..8 | `TOP` | the top: the cells from it on hold no item |
//! | 8 | `INSIDE` | the owner is inside |
//! | 9..32 | `GOT` | the owner's gets here since it last counted them; from `DUE` on it is time to |
//!
//! Its `visits`, which only who is inside writes, but for `VISITED`:
//!
//! | bits | name | meaning |
//! |---|---|---|
//! | 0..31 | | the bottom: the cells below it hold no item |
//! | 31 | `VISITED` | a stranger is inside |
//!
//! Invariants:
//!
//! 1. Owner and stranger are not inside at once: by the two halves of the fence, one of them sees the
//!    flag of the other. Nor are two strangers, since they set `VISITED` by a swap.
//! 2. In the same way a get sees the stranger, or the stranger sees the lower top. So what a stranger
//!    finds below the top stays there while it is inside: no get takes it, and only the owner writes
//!    to cells, at the top or inside.
//! 3. The cells from the bottom to the top hold items, the others do not; but for what somebody is just
//!    at: what a stranger has taken and what a get has claimed. (While a get that is in vain looks,
//!    the top is lower by one, maybe below the bottom.)
//! 4. What one did happens before what the next one does: each leaves by a Release store to its word,
//!    which the other one reads with Acquire when it looks. (A put need not look. The top has come down
//!    to where it is by a step that did.)
//! 5. A magazine holds one permit (see the depot) for each cell from the bottom to `room`, and the
//!    top is no higher. So it never has more items than permits, and whoever takes an item takes its
//!    permit along.
//! 6. From the bottom to the top items become younger, or stay as young: so what is too old is at
//!    the bottom.
//!
//! When a thread ends, another one may get its number, and with it the magazine; or a collection holds
//! the number for a moment, and is the owner. Everything that
//! the old owner did then happens before everything that the new one does: `thread_index` says so.
//! The magazine says it again: the owner loads its word with Acquire.

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
    barrier,
    cell::UnsafeCell,
    hint::spin_loop,
    thread::yield_now,
};

use crate::{batch::Batch, words::by_words};

/// The generation in which an item was put.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stamp(pub(crate) u32);

impl Stamp {
    /// The next generation. After 2^32 of them they come again.
    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    /// Whether an item with the stamp `then` was put two generations ago, or more. (It may also
    /// have been put later, while somebody else collects.)
    pub(crate) fn is_two_after(self, then: Self) -> bool {
        self.0.wrapping_sub(then.0).cast_signed() >= 2
    }
}

/// An idle item on its way from one place to another. It has a permit with it.
pub(crate) struct Entry<T> {
    pub(crate) stamp: Stamp,
    pub(crate) item: T,
}

/// The cells from here on hold no item.
const TOP: u32 = 0xFF;
/// The owner is inside.
const INSIDE: u32 = 1 << 8;
/// One get.
const GOT: u32 = 1 << 9;
/// The owner has got 256 items, and should have a look at the clock.
const DUE: u32 = GOT << 8;
/// A stranger is inside. The other bits are the bottom, far below this one.
const VISITED: u32 = 1 << 31;

/// The owner has use for all that it has, and passes on half when there is no room for more.
const THRIFTY: u32 = u32::MAX;

/// Room for one item.
struct Cell<T> {
    item: UnsafeCell<MaybeUninit<T>>,
    stamp: UnsafeCell<Stamp>,
}

/// The head of a magazine; its cells follow in the same allocation. Aligned so that no two
/// magazines share a cache line.
#[repr(C, align(128))]
pub(crate) struct Magazine<T> {
    /// See the module. Only the owner writes it.
    word: AtomicU32,
    /// See the module.
    visits: AtomicU32,
    /// Only the owner writes it, and only when inside.
    room: AtomicU32,
    /// The number of cells.
    cells: u32,
    /// How often the owner had to look elsewhere. Only the owner writes it.
    detours: AtomicU32,
    /// How many items the owner keeps before it passes them all on; or `THRIFTY`. Only the owner
    /// writes it.
    keeps: AtomicU32,
    /// Whether a stranger has taken items because it wanted them, since the owner last looked. Only
    /// who is inside writes it.
    robbed: AtomicBool,
    /// What the owner has met with, but for the gets in `word`. Only the owner writes it.
    tally: Tally,
    first: [Cell<T>; 0],
}

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
            visits: AtomicU32::new(0),
            room: AtomicU32::new(0),
            cells: cells::<T>(),
            detours: AtomicU32::new(0),
            keeps: AtomicU32::new(THRIFTY),
            robbed: AtomicBool::new(false),
            tally: Tally::default(),
            first: [],
        };
        // SAFETY: the memory is ours, aligned, and large enough for the head and all cells.
        unsafe {
            magazine.write(head);
            let first = (&raw mut (*magazine.as_ptr()).first).cast::<Cell<T>>();
            for i in 0..cells::<T>() as usize {
                first.add(i).write(Cell {
                    item: UnsafeCell::new(MaybeUninit::uninit()),
                    stamp: UnsafeCell::new(Stamp(0)),
                });
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

    /// Whether this is that one.
    pub(crate) fn is(self, other: Self) -> bool {
        self.head == other.head
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

    fn top(self) -> u32 {
        // Acquire: pairs with the owner's stores, so that we see the items below.
        self.head().word.load(Acquire) & TOP
    }

    pub(crate) fn bottom(self) -> u32 {
        self.head().visits.load(Relaxed) & !VISITED
    }

    /// The number of items. Exact if nobody is at work here.
    pub(crate) fn len(self) -> u32 {
        // What a get must find, since its put happened before, is counted.
        self.top().saturating_sub(self.bottom())
    }

    /// The permits that are not in use by an item. Exact if nobody is at work here.
    pub(crate) fn spare(self) -> usize {
        self.head().room.load(Relaxed).saturating_sub(self.top()) as usize
    }

    /// Whether the owner only puts, so that what it has is for others.
    pub(crate) fn is_generous(self) -> bool {
        self.head().keeps.load(Relaxed) != THRIFTY
    }

    /// Something that changes whenever the owner has put or got.
    #[cfg(not(gosync_loom))]
    pub(crate) fn activity(self) -> u32 {
        self.head().word.load(Relaxed)
    }

    pub(crate) fn tally(self) -> &'a Tally {
        &self.head().tally
    }

    /// The hits that are not yet in [`tally`](Self::tally).
    pub(crate) fn fresh_hits(self) -> usize {
        (self.head().word.load(Relaxed) / GOT) as usize
    }

    /// Goes in as a stranger, on any thread, where there is no owner any more.
    ///
    /// # Safety
    ///
    /// The owner neither puts, gets nor moves items during `'a`, and whatever it did of that happened before.
    pub(crate) unsafe fn visit_deserted(self) -> Option<Visit<'a, T>> {
        let visits = &self.head().visits;
        // Acquire: pairs with the store by the stranger before, in `Visit::drop`.
        let is_visited = visits.fetch_or(VISITED, Acquire) & VISITED != 0;
        (!is_visited).then(|| Visit {
            magazine: self,
            taken: 0,
        })
    }

    /// Goes in as a stranger, on any thread, unless somebody is inside and does not leave while we look
    /// so many times more.
    pub(crate) fn visit(self, mut looks: u32) -> Option<Visit<'a, T>> {
        let mut has_patience = || {
            let looks_again = looks > 0;
            if looks_again {
                looks -= 1;
                if looks.is_multiple_of(64) {
                    yield_now();
                } else {
                    spin_loop();
                }
            }
            looks_again
        };
        let visit = loop {
            // SAFETY: whether the owner is here is looked at below. Until then the flag is set to be
            // cleared again, and no more.
            if let Some(visit) = unsafe { self.visit_deserted() } {
                break visit;
            }
            if !has_patience() {
                return None;
            }
        };
        // Pairs with the fence in `pass`. The top is read after it.
        if !barrier::heavy() {
            return None;
        }
        // Acquire: pairs with the stores by which the owner leaves.
        while self.head().word.load(Acquire) & INSIDE != 0 {
            if !has_patience() {
                return None;
            }
        }
        Some(visit)
    }
}

impl<T> Cell<T> {
    /// # Safety
    ///
    /// Nobody else is at this cell, which holds an item, and it is not read again.
    #[inline]
    unsafe fn read(&self) -> T {
        // SAFETY: the caller's promise.
        by_words(
            self.item
                .with(|place| unsafe { (*place).assume_init_read() }),
        )
    }

    /// # Safety
    ///
    /// Nobody else is at this cell, which holds no item.
    #[inline]
    unsafe fn write(&self, item: T, stamp: Stamp) {
        let item = MaybeUninit::new(by_words(item));
        // SAFETY: the caller's promise.
        self.item.with_mut(|place| unsafe { place.write(item) });
        // SAFETY: as above.
        self.stamp.with_mut(|place| unsafe { *place = stamp });
    }

    /// # Safety
    ///
    /// Nobody writes to this cell.
    #[inline]
    unsafe fn stamp(&self) -> Stamp {
        // SAFETY: the caller's promise.
        self.stamp.with(|place| unsafe { *place })
    }
}

/// A stranger inside a magazine.
pub(crate) struct Visit<'a, T> {
    magazine: MagazineRef<'a, T>,
    /// How many items it has taken.
    taken: u32,
}

impl<T> Visit<'_, T> {
    /// Takes the oldest item, with its permit, if there is one and its stamp is wanted.
    pub(crate) fn take(&mut self, wanted: impl Fn(Stamp) -> bool) -> Option<Entry<T>> {
        let oldest = self.magazine.bottom() + self.taken;
        // Each time anew: the owner may have put more, and may be about to get the youngest.
        if oldest >= self.magazine.top() {
            return None;
        }
        // SAFETY: below the top, so below the number of cells.
        let cell = unsafe { self.magazine.cell(oldest) };
        // SAFETY: we are inside, and the cell is below the top.
        let stamp = unsafe { cell.stamp() };
        if !wanted(stamp) {
            return None;
        }
        self.taken += 1;
        // SAFETY: we are inside, and by invariants 2 and 3 the cell holds an item, and the owner leaves
        // it alone. It is not read again: the bottom goes up.
        let item = unsafe { cell.read() };
        Some(Entry { stamp, item })
    }

    /// Tells the owner that somebody wants what it puts.
    pub(crate) fn rob(&self) {
        // Relaxed: the owner reads it inside.
        self.magazine.head().robbed.store(true, Relaxed);
    }
}

impl<T> Drop for Visit<'_, T> {
    fn drop(&mut self) {
        // At once raises the bottom and clears VISITED. An addition, since an owner that was inside
        // all the time may move the bottom.
        let change = self.taken.wrapping_sub(VISITED);
        // Release: pairs with the loads by who goes in next.
        self.magazine.head().visits.fetch_add(change, Release);
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

    /// Says by this word what the owner does, and returns `visits` as they are then: if it is `VISITED`
    /// or more, the owner has to take it back; a get also if the bottom is as high as the top was.
    #[inline]
    fn pass(self, word: u32) -> u32 {
        // Release: pairs with `top`. A stranger that reads the top here sees the items below, for which
        // the fence comes too late.
        self.head().word.store(word, Release);
        // Pairs with the fence in `visit`.
        barrier::light();
        // Acquire: pairs with the store by the stranger before, in `Visit::drop`.
        self.head().visits.load(Acquire)
    }

    /// Leaves, or takes it back.
    #[inline]
    fn leave(self, word: u32) {
        // Release: pairs with the loads by who goes in next, and with `top`.
        self.head().word.store(word, Release);
    }

    /// The cell for one more item, unless there is no room. Strangers stay below the top.
    #[inline]
    pub(crate) fn vacancy(self) -> Option<Vacancy<'a, T>> {
        // Acquire: pairs with the stores by the owner before; see the module.
        let word = self.head().word.load(Acquire);
        // One comparison for both: an owner that is inside already finds no room.
        // Relaxed: only the owner writes it.
        if word & (INSIDE | TOP) >= self.head().room.load(Relaxed) {
            return None;
        }
        Some(Vacancy { mine: self, word })
    }

    /// Makes the youngest item the caller's, unless there is none, a stranger is inside, or it is time
    /// to count.
    #[inline]
    pub(crate) fn claim(self) -> Option<Claim<'a, T>> {
        // Acquire: pairs with the stores by the owner before; see the module.
        let word = self.head().word.load(Acquire);
        // One comparison for all three: from 1 to TOP there is an item, and nothing else.
        if (word & (DUE | INSIDE | TOP)).wrapping_sub(1) >= TOP {
            return None;
        }
        let top = word & TOP;
        // One comparison for both: VISITED is above any top.
        if self.pass(word.wrapping_add(GOT - 1)) >= top {
            self.leave(word);
            return None;
        }
        // SAFETY: below the top, so below the number of cells.
        Some(Claim(unsafe { self.0.cell(top - 1) }))
    }

    /// Goes in to do more, unless a stranger is inside.
    pub(crate) fn enter(self) -> Option<Inside<'a, T>> {
        // Acquire: pairs with the stores by the owner before; see the module.
        let word = self.head().word.load(Acquire);
        if word & INSIDE != 0 {
            return None;
        }
        if self.pass(word | INSIDE) >= VISITED {
            self.leave(word);
            return None;
        }
        Some(Inside { mine: self, word })
    }

    /// Whether it is time to look at the clock: every 256 gets, and every 16 times that the owner
    /// had to look elsewhere. To be asked once each time.
    pub(crate) fn is_due(self) -> bool {
        let head = self.head();
        let detours = head.detours.load(Relaxed).wrapping_add(1);
        head.detours.store(detours, Relaxed);
        head.word.load(Relaxed) & DUE != 0 || detours.is_multiple_of(16)
    }
}

/// Room for an item, in the hands of the owner.
pub(crate) struct Vacancy<'a, T> {
    mine: Mine<'a, T>,
    word: u32,
}

impl<T> Vacancy<'_, T> {
    /// Adds the item, as the youngest.
    #[inline]
    pub(crate) fn fill(self, item: T, stamp: Stamp) {
        // SAFETY: the top is below `room`, which is no more than the number of cells.
        let cell = unsafe { self.mine.0.cell(self.word & TOP) };
        // SAFETY: by invariant 3 there is no item. And no stranger is at this cell: it is not below the
        // top, and by invariant 2 none has been here since the top came down to it.
        unsafe { cell.write(item, stamp) };
        self.mine.leave(self.word + 1);
    }
}

/// An item that is no longer in the magazine, but for its place.
#[must_use = "the item would be lost"]
pub(crate) struct Claim<'a, T>(&'a Cell<T>);

impl<T> Claim<'_, T> {
    /// The item.
    #[inline]
    pub(crate) fn read(self) -> T {
        // SAFETY: by invariants 2 and 3 there is an item, and no stranger at this cell. Read once: the
        // top has come down. There is nothing but this owner that could put another one here, and it
        // has not done so since.
        unsafe { self.0.read() }
    }
}

/// An owner inside its magazine.
pub(crate) struct Inside<'a, T> {
    mine: Mine<'a, T>,
    /// What the word is to be when the owner leaves.
    word: u32,
}

impl<T> Drop for Inside<'_, T> {
    fn drop(&mut self) {
        self.mine.leave(self.word);
    }
}

impl<T> Inside<'_, T> {
    fn top(&self) -> u32 {
        self.word & TOP
    }

    fn bottom(&self) -> u32 {
        self.mine.0.bottom()
    }

    fn room(&self) -> u32 {
        // Relaxed, here and below: strangers take it for a hint.
        self.mine.head().room.load(Relaxed)
    }

    fn set_room(&mut self, room: u32) {
        debug_assert!(self.top() <= room && room <= self.mine.head().cells);
        self.mine.head().room.store(room, Relaxed);
    }

    fn keeps(&self) -> u32 {
        self.mine.head().keeps.load(Relaxed)
    }

    fn set_keeps(&mut self, keeps: u32) {
        self.mine.head().keeps.store(keeps, Relaxed);
    }

    /// Moves the number of gets from the word to the tally.
    pub(crate) fn count(&mut self) {
        add(&self.mine.tally().hits, (self.word / GOT) as usize);
        self.word &= TOP;
    }

    /// Takes the youngest item, to be used.
    pub(crate) fn get(&mut self) -> Option<T> {
        if self.top() == self.bottom() {
            return None;
        }
        self.word = self.word.wrapping_add(GOT - 1);
        // SAFETY: it was below the top, so below the number of cells.
        let cell = unsafe { self.mine.0.cell(self.top()) };
        // SAFETY: the owner is inside, and by invariant 3 there was an item. The top has come down.
        Some(unsafe { cell.read() })
    }

    /// Adds an item, as the youngest. There must be spare room.
    pub(crate) fn put(&mut self, entry: Entry<T>) {
        assert!(self.has_room());
        self.push(entry);
    }

    /// The same, with the room yet to be raised.
    fn push(&mut self, Entry { stamp, item }: Entry<T>) {
        let top = self.top();
        assert!(top < self.mine.head().cells);
        // SAFETY: below the number of cells.
        let cell = unsafe { self.mine.0.cell(top) };
        // SAFETY: the owner is inside, and by invariant 3 there is no item.
        unsafe { cell.write(item, stamp) };
        self.word += 1;
    }

    pub(crate) fn has_room(&self) -> bool {
        self.top() < self.room()
    }

    /// Moves the items down to where strangers have taken some. If they wanted them, what the owner
    /// puts goes to the depot from now on.
    pub(crate) fn settle(&mut self) {
        let bottom = self.bottom();
        if bottom == 0 {
            return;
        }
        // Relaxed: we are inside.
        let robbed = &self.mine.head().robbed;
        if robbed.load(Relaxed) {
            robbed.store(false, Relaxed);
            self.set_keeps(0);
        }
        for i in bottom..self.top() {
            // SAFETY: below the number of cells. We are inside; there is an item at `i`, and there
            // is none below the bottom, or none any more.
            unsafe {
                let (from, to) = (self.mine.0.cell(i), self.mine.0.cell(i - bottom));
                to.write(from.read(), from.stamp());
            }
        }
        self.word -= bottom;
        self.set_room(self.room() - bottom);
        // Relaxed: no stranger goes in before we leave. One that knocks meanwhile may have set
        // VISITED, and will clear it.
        self.mine.head().visits.fetch_sub(bottom, Relaxed);
    }

    /// The owner has use for all that it has.
    pub(crate) fn be_thrifty(&mut self) {
        self.set_keeps(THRIFTY);
    }

    /// Whether the owner is generous, and passes on fewer items at once than it might.
    pub(crate) fn is_too_generous(&self) -> bool {
        self.keeps() < self.mine.head().cells
    }

    /// Keeps twice as many items together, as long as those before have not all been fetched.
    pub(crate) fn be_less_generous(&mut self) {
        self.set_keeps((2 * self.keeps()).clamp(1, self.mine.head().cells));
    }

    /// How many more permits are worth having: as many as there are, but one at least and a batch
    /// at most; at once what it keeps, if the owner is generous. None if there are enough.
    pub(crate) fn wants(&self) -> usize {
        let (room, cells) = (self.room(), self.mine.head().cells);
        let wanted = match self.keeps() {
            THRIFTY => room.clamp(1, batch::<T>()).min(cells - room),
            keeps => keeps.saturating_sub(room),
        };
        wanted as usize
    }

    /// How many items to pass on when there is no room for more: all, or half.
    pub(crate) fn surplus(&self) -> usize {
        let is_thrifty = self.keeps() == THRIFTY;
        (if is_thrifty {
            batch::<T>()
        } else {
            cells::<T>()
        }) as usize
    }

    /// Makes room for so many more items, for which the caller has permits.
    pub(crate) fn widen(&mut self, permits: usize) {
        let room = self.room() as usize + permits;
        self.set_room(u32::try_from(room).expect("no more than the cells"));
    }

    /// Gives up all room that is not in use, and returns its permits.
    pub(crate) fn shrink(&mut self) -> usize {
        let spare = self.room() - self.top();
        self.set_room(self.top());
        spare as usize
    }

    /// Takes the youngest items out, with their permits, as long as they are of one generation, and
    /// `most` of them, into a `blank`.
    pub(crate) fn spill(
        &mut self,
        blank: impl FnOnce(Stamp, u32) -> Batch<T>,
        most: usize,
    ) -> Option<Batch<T>> {
        let (bottom, top) = (self.bottom(), self.top());
        // SAFETY: below the number of cells, and the owner is inside.
        let stamp_of = |i: u32| unsafe { self.mine.0.cell(i).stamp() };
        let stamp = (bottom < top).then(|| stamp_of(top - 1))?;
        let alike = (bottom..top).rev().take(most);
        let from = alike.take_while(|&i| stamp_of(i) == stamp).last()?;
        let mut batch = blank(stamp, top - from);
        // SAFETY: as above, and by invariant 3 there are items. The top comes down.
        batch.extend((from..top).map(|i| unsafe { self.mine.0.cell(i).read() }));
        self.word -= top - from;
        self.set_room(self.room() - (top - from));
        Some(batch)
    }

    /// Puts items here with their permits, the oldest first, as many as there are cells. There must
    /// be no items yet.
    pub(crate) fn adopt(&mut self, entries: impl Iterator<Item = Entry<T>>) {
        let before = self.top();
        for entry in entries {
            self.push(entry);
        }
        // At the end: to raise it with each item would be to wait for the store of the last one.
        self.set_room(self.room() + (self.top() - before));
    }
}
