//! Where the idle items are: a magazine per thread, found by the thread's number, and the shared
//! part.
//!
//! ```text
//! Store ──► Table ── near ──► [ magazine 1 | 2 | .. | 31 ]        one pointer each
//!                 ── far  ──► bucket 5 ──► [ magazine 32 .. 63 ]  bucket k has 2^k pointers
//!                             bucket 6 ──► [ magazine 64 .. 127 ] ..
//!                 ── shared ► queue
//! ```
//!
//! Everything behind an arrow is allocated when it is first needed and stays where it is until
//! the store is dropped. Racing allocators swing the pointer with a CAS; who loses frees his own.
//! No thread waits for another one. The table and its buckets hardly ever change, so their cache
//! lines are shared without harm: only the magazines are written to all the time.

use std::{
    marker::PhantomData,
    mem,
    num::NonZeroU32,
    ptr::{self, NonNull},
};

use gosync_park::{
    atomic::{
        AtomicPtr, AtomicU32,
        Ordering::{AcqRel, Acquire, Relaxed},
    },
    const_fn, thread_index,
};

use crate::{
    magazine::{Claim, Magazine, MagazineRef, Vacancy},
    shared::Shared,
};

/// How much may be kept.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Cells of a magazine: a power of two, or zero if nothing is kept at all.
    pub(crate) per_thread: u32,
    /// Items in the shared part.
    pub(crate) shared: usize,
}

/// Numbers below `1 << NEAR_BITS` have their pointers in the table itself.
#[cfg(not(gosync_loom))]
const NEAR_BITS: u32 = 5;
/// Under loom the second thread is far already.
#[cfg(gosync_loom)]
const NEAR_BITS: u32 = 1;

const NEAR: usize = 1 << NEAR_BITS;
const FAR: usize = (u32::BITS - NEAR_BITS) as usize;

type Slot<T> = AtomicPtr<Magazine<T>>;

struct Table<T> {
    /// By number. Nobody has the number 0.
    near: [Slot<T>; NEAR],
    /// The first slot of each bucket.
    far: [AtomicPtr<Slot<T>>; FAR],
    /// The largest number that has a magazine here.
    highest: AtomicU32,
    shared: Shared<T>,
}

/// The idle items of a pool.
pub(crate) struct Store<T> {
    table: AtomicPtr<Table<T>>,
    owns: PhantomData<T>,
}

// SAFETY: the store owns its items, and hands out each to one thread alone: moving the store, or
// sharing it, moves items between threads and nothing else.
unsafe impl<T: Send> Send for Store<T> {}
// SAFETY: as above. No `T: Sync`: two threads never see the same item at once.
unsafe impl<T: Send> Sync for Store<T> {}

impl<T> Store<T> {
    const_fn! {
        /// An empty store, which allocates nothing.
        pub(crate) const fn new() -> Self {
            Self { table: AtomicPtr::new(ptr::null_mut()), owns: PhantomData }
        }
    }

    #[inline]
    fn table(&self) -> Option<&Table<T>> {
        // Acquire: pairs with the CAS in `publish`, so that we see the table's fields.
        // SAFETY: null, or from `allocate`; never freed before `self` is dropped.
        unsafe { self.table.load(Acquire).as_ref() }
    }

    /// The magazine of the calling thread.
    #[inline]
    fn mine(&self) -> Option<MagazineRef<'_, T>> {
        self.table()?.magazine(thread_index()?)
    }

    /// Claims the item that the calling thread put last. The fast path of a get.
    #[inline]
    pub(crate) fn claim(&self) -> Option<Claim<'_, T>> {
        // SAFETY: the magazine is this thread's.
        unsafe { self.mine()?.claim() }
    }

    /// Finds room in the magazine of the calling thread. The fast path of a put.
    #[inline]
    pub(crate) fn vacancy(&self) -> Option<Vacancy<'_, T>> {
        // SAFETY: the magazine is this thread's.
        unsafe { self.mine()?.vacancy() }
    }

    /// Takes an item from every place but the young end of the own magazine: the shared part's
    /// oldest, or another thread's oldest.
    #[cold]
    #[inline(never)]
    pub(crate) fn take_elsewhere(&self) -> Option<T> {
        let table = self.table()?;
        // The own magazine comes last: its youngest cell was found empty, so there is something
        // only if thieves left a gap.
        let next = thread_index().map_or(1, |me| me.get().saturating_add(1));
        table
            .shared
            .pop()
            .or_else(|| table.magazines(next).find_map(MagazineRef::steal))
    }

    /// Keeps an item for which there was no vacancy, or gives it back.
    #[cold]
    #[inline(never)]
    pub(crate) fn give_elsewhere(&self, item: T, bounds: Bounds) -> Result<(), T> {
        if bounds.per_thread == 0 {
            return Err(item);
        }
        let table = self.table().unwrap_or_else(|| self.allocate());
        if let Some(me) = thread_index()
            && table.magazine(me).is_none()
        {
            let mine = table.allocate_magazine(me, bounds.per_thread);
            // SAFETY: the number is this thread's.
            if let Some(vacancy) = unsafe { mine.vacancy() } {
                vacancy.fill(item);
                return Ok(());
            }
        }
        table.shared.push(item, bounds.shared)
    }

    #[cold]
    #[inline(never)]
    fn allocate(&self) -> &Table<T> {
        let new = Box::into_raw(Box::new(Table {
            near: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            far: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            highest: AtomicU32::new(0),
            shared: Shared::new(),
        }));
        let (table, lost) = publish(&self.table, new);
        if lost {
            // SAFETY: ours alone, nobody has seen it.
            drop(unsafe { Box::from_raw(new) });
        }
        // SAFETY: published; freed only when `self` is dropped.
        unsafe { &*table }
    }

    /// The number of idle items. Exact if nobody is at work.
    pub(crate) fn len(&self) -> usize {
        self.table().map_or(0, |table| {
            let at_hand = table.magazines(1).map(|magazine| magazine.len() as usize);
            at_hand.sum::<usize>() + table.shared.len()
        })
    }
}

/// Points `place` to `new`, unless it points somewhere already. Returns where it points now, and
/// whether that is not `new`.
fn publish<U>(place: &AtomicPtr<U>, new: *mut U) -> (*mut U, bool) {
    // Release: what `new` points to is seen by the Acquire loads in `Store::table`,
    // `Table::slot` and `Table::magazine`. Acquire: we see what the winner points to.
    match place.compare_exchange(ptr::null_mut(), new, AcqRel, Acquire) {
        Ok(_) => (new, false),
        Err(winner) => (winner, true),
    }
}

/// The bucket of a far number, and its place there.
fn far(index: NonZeroU32) -> (usize, usize) {
    let power = index.ilog2();
    (
        (power - NEAR_BITS) as usize,
        (index.get() - (1 << power)) as usize,
    )
}

/// How many slots a bucket has.
fn bucket_len(bucket: usize) -> usize {
    NEAR << bucket
}

impl<T> Table<T> {
    /// Where the pointer to a magazine is, if there is memory for it.
    #[inline]
    fn slot(&self, index: NonZeroU32) -> Option<&Slot<T>> {
        self.near
            .get(index.get() as usize)
            .or_else(|| self.far_slot(index))
    }

    #[cold]
    #[inline(never)]
    fn far_slot(&self, index: NonZeroU32) -> Option<&Slot<T>> {
        let (bucket, place) = far(index);
        // Acquire: pairs with the CAS in `publish`, so that we see the bucket's slots.
        let first = self.far[bucket].load(Acquire);
        if first.is_null() {
            return None;
        }
        // SAFETY: the bucket has `bucket_len(bucket)` slots, more than `place`, and is freed only
        // when the table is.
        Some(unsafe { &*first.add(place) })
    }

    /// The magazine of the thread with this number.
    #[inline]
    fn magazine(&self, index: NonZeroU32) -> Option<MagazineRef<'_, T>> {
        // Acquire: pairs with the CAS in `publish`, so that we see the magazine's fields.
        let head = NonNull::new(self.slot(index)?.load(Acquire))?;
        // SAFETY: from `allocate_magazine`, freed only when the table is.
        Some(unsafe { MagazineRef::new(head) })
    }

    /// The magazines of all threads, from number `start` on, and around.
    fn magazines(&self, start: u32) -> impl Iterator<Item = MagazineRef<'_, T>> {
        // Relaxed: a magazine whose put happened before this get is counted in.
        let highest = self.highest.load(Relaxed);
        let indices = (start..=highest).chain(1..start.min(highest.saturating_add(1)));
        indices.filter_map(|index| self.magazine(NonZeroU32::new(index)?))
    }

    #[cold]
    #[inline(never)]
    fn allocate_magazine(&self, index: NonZeroU32, cells: u32) -> MagazineRef<'_, T> {
        let slot = self
            .slot(index)
            .unwrap_or_else(|| self.allocate_bucket(index));
        let new = Magazine::allocate(cells);
        // No other thread has this number, but the allocator may have come here through a pool
        // of its own.
        let (magazine, lost) = publish(slot, new.as_ptr());
        if lost {
            // SAFETY: ours alone, nobody has seen it.
            unsafe { Magazine::free(new) };
        }
        // Relaxed: see `magazines`.
        self.highest.fetch_max(index.get(), Relaxed);
        // SAFETY: published, so not null, and freed only when the table is.
        unsafe { MagazineRef::new(NonNull::new_unchecked(magazine)) }
    }

    #[cold]
    #[inline(never)]
    fn allocate_bucket(&self, index: NonZeroU32) -> &Slot<T> {
        let (bucket, place) = far(index);
        let slots: Box<[Slot<T>]> = (0..bucket_len(bucket))
            .map(|_| AtomicPtr::new(ptr::null_mut()))
            .collect();
        let new = Box::into_raw(slots);
        let (first, lost) = publish(&self.far[bucket], new.cast::<Slot<T>>());
        if lost {
            // SAFETY: ours alone, nobody has seen it.
            drop(unsafe { Box::from_raw(new) });
        }
        // SAFETY: as in `far_slot`.
        unsafe { &*first.add(place) }
    }
}

impl<T> Drop for Table<T> {
    fn drop(&mut self) {
        // Only memory is freed here: `Store::drop` has taken the items out.
        // Relaxed: `&mut self`, so whatever happened here happened before.
        let free = |slot: &Slot<T>| {
            if let Some(head) = NonNull::new(slot.load(Relaxed)) {
                // SAFETY: from `allocate_magazine`, and nobody else is here any more.
                unsafe { Magazine::free(head) };
            }
        };
        self.near.iter().for_each(free);
        for (bucket, first) in self.far.iter().enumerate() {
            let first = first.load(Relaxed);
            if first.is_null() {
                continue;
            }
            let slots = ptr::slice_from_raw_parts_mut(first, bucket_len(bucket));
            // SAFETY: from `allocate_bucket`, with this length, and freed nowhere else.
            let slots = unsafe { Box::from_raw(slots) };
            slots.iter().for_each(free);
        }
    }
}

impl<T> Drop for Store<T> {
    fn drop(&mut self) {
        // Relaxed: `&mut self`, so whatever happened here happened before.
        let table = self.table.load(Relaxed);
        if table.is_null() {
            return;
        }
        // SAFETY: from `allocate`, and freed nowhere else. When this function ends, also by a
        // panic, the table's memory is freed.
        let table = unsafe { Box::from_raw(table) };
        let mut items = table
            .magazines(1)
            .flat_map(MagazineRef::drain)
            .chain(std::iter::from_fn(|| table.shared.pop()));
        drop_all(&mut items);
    }
}

/// Drops all items, those behind one whose destructor panics too.
fn drop_all<T>(items: &mut impl Iterator<Item = T>) {
    struct Rest<'a, I: Iterator>(&'a mut I);

    impl<I: Iterator> Drop for Rest<'_, I> {
        fn drop(&mut self) {
            self.0.for_each(drop);
        }
    }

    while let Some(item) = items.next() {
        let rest = Rest(&mut *items);
        drop(item);
        mem::forget(rest);
    }
}
