//! Where the idle items are: a magazine per thread, found by the thread's number, and the depot.
//!
//! ```text
//! Store ──► Table ── near ──► [ magazine 1 | 2 | .. | 31 ]        one pointer each
//!                 ── far  ──► bucket 5 ──► [ magazine 32 .. 63 ]  bucket k has 2^k pointers
//!                             bucket 6 ──► [ magazine 64 .. 127 ] ..
//!                 ── depot    batches of items, and the permits of the others
//! ```
//!
//! Everything behind an arrow is allocated when it is first needed and stays where it is until
//! the store is dropped. Racing allocators swing the pointer with a CAS; who loses frees his own.
//! No thread waits for another one. The table and its buckets hardly ever change, so their cache
//! lines are shared without harm: only the magazines are written to all the time.
//!
//! A collection raises the generation, and drops what was put two generations ago or more.
//! Items, and what is dropped of them, are never in the pool and out of it at once: they are taken
//! out first, and their destructors run when the pool is whole again.

use std::{
    hint,
    marker::PhantomData,
    num::NonZeroU32,
    ptr::{self, NonNull},
    sync::Arc,
};

use gosync_park::{
    HeldIndex,
    atomic::{
        AtomicPtr, AtomicU32, AtomicUsize,
        Ordering::{AcqRel, Acquire, Relaxed},
    },
    barrier,
    clock::Instant,
    const_fn, known_thread_index, thread_index,
};

use crate::{
    Stats,
    batch::Batch,
    depot::Depot,
    magazine::{
        Claim, Entry, Inside, Magazine, MagazineRef, Mine, Stamp, Tally, Vacancy, Visit, add,
    },
    registry::{self, Link},
};

/// What a store must know to come into being.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// The most items that are kept.
    pub(crate) max_idle: usize,
    /// Whether [`crate::collect`] reaches it: then the items are `Send + 'static`.
    pub(crate) listed: bool,
}

/// How many seconds are between two collections that come by themselves.
const INTERVAL: u64 = 10;

/// Numbers below `1 << NEAR_BITS` have their pointers in the table itself.
#[cfg(not(gosync_loom))]
const NEAR_BITS: u32 = 5;
/// Under loom the second thread is far already.
#[cfg(gosync_loom)]
const NEAR_BITS: u32 = 1;

const NEAR: usize = 1 << NEAR_BITS;
const FAR: usize = (u32::BITS - NEAR_BITS) as usize;

/// How patiently a collection waits for who is inside a magazine to leave it. That takes nanoseconds
/// for an owner and microseconds for a stranger, unless it was preempted in there.
#[derive(Clone, Copy)]
enum Patience {
    /// It comes by itself, in the middle of somebody's get or put: what it misses is for the next one.
    Little,
    /// Somebody asked for it.
    Much,
}

impl Patience {
    fn looks(self) -> u32 {
        match self {
            // loom has the order in which no look is needed, too.
            _ if cfg!(gosync_loom) => 0,
            Self::Little => 50,
            Self::Much => 10_000,
        }
    }
}

type Slot<T> = AtomicPtr<Magazine<T>>;

pub(crate) struct Table<T> {
    /// The generation: the stamp of what is put now.
    stamp: AtomicU32,
    /// By number. Nobody has the number 0.
    near: [Slot<T>; NEAR],
    /// The first slot of each bucket.
    far: [AtomicPtr<Slot<T>>; FAR],
    /// The largest number that has a magazine here.
    highest: AtomicU32,
    /// How many intervals had passed since `birth` when somebody last looked.
    intervals: AtomicU32,
    birth: Instant,
    plan: Plan,
    /// In the list of all pools, if the plan says so.
    link: Link,
    /// What threads without a number have met with.
    tally: Tally,
    depot: Depot<T>,
}

/// The idle items of a pool.
pub(crate) struct Store<T> {
    /// Null, or of an `Arc`.
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

    fn table_or_new(&self, plan: Plan) -> &Table<T> {
        self.table().unwrap_or_else(|| self.allocate(plan))
    }

    /// Claims the item that the calling thread put last. The fast path of a get.
    #[inline]
    pub(crate) fn claim(&self) -> Option<Claim<'_, T>> {
        self.table()?.mine()?.claim()
    }

    /// Finds room in the magazine of the calling thread, and what is to be stamped on the item.
    /// The fast path of a put.
    #[inline]
    pub(crate) fn vacancy(&self) -> Option<(Vacancy<'_, T>, Stamp)> {
        let table = self.table()?;
        let vacancy = table.mine()?.vacancy()?;
        Some((vacancy, table.stamp()))
    }

    /// Takes an item, wherever one is.
    #[cold]
    #[inline(never)]
    pub(crate) fn take_elsewhere(&self, plan: Plan) -> Option<T> {
        let table = self.table_or_new(plan);
        let mine = table.mine_or_new();
        table.collect_if_due(mine);
        let mut inside = mine.and_then(Mine::enter);
        if let Some(inside) = &mut inside {
            inside.count();
            if let Some(item) = inside.get() {
                return Some(item);
            }
        }
        let item = table.take_shared(inside.as_mut());
        drop(inside);
        table.count(mine, |tally| match item {
            Some(_) => &tally.hits,
            None => &tally.misses,
        });
        item
    }

    /// Keeps an item for which there was no vacancy, or gives it back.
    #[cold]
    #[inline(never)]
    pub(crate) fn give_elsewhere(&self, item: T, plan: Plan) -> Result<(), T> {
        let table = self.table_or_new(plan);
        let mine = table.mine_or_new();
        table.collect_if_due(mine);
        let given = table.give(item, mine.and_then(Mine::enter));
        if given.is_err() {
            table.count(mine, |tally| &tally.dropped);
        }
        given
    }

    /// Counts an item that is not kept.
    #[cold]
    #[inline(never)]
    pub(crate) fn refuse(&self, plan: Plan) {
        let table = self.table_or_new(plan);
        table.count(table.mine_or_new(), |tally| &tally.dropped);
    }

    #[cold]
    #[inline(never)]
    fn allocate(&self, plan: Plan) -> &Table<T> {
        barrier::prepare();
        let new = Arc::new(Table {
            stamp: AtomicU32::new(0),
            near: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            far: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            highest: AtomicU32::new(0),
            intervals: AtomicU32::new(0),
            birth: Instant::now(),
            plan,
            link: Link::new(),
            tally: Tally::default(),
            depot: Depot::new(plan.max_idle),
        });
        let new = Arc::into_raw(new);
        let (table, lost) = publish(&self.table, new.cast_mut());
        if lost {
            // SAFETY: from `into_raw`, and nobody has seen it.
            drop(unsafe { Arc::from_raw(new) });
        } else if plan.listed {
            // SAFETY: not null, and of an Arc, which stays until the store is dropped: that takes it from
            // the list. What is listed is `Send + 'static`. Nobody else lists it: we have published it.
            unsafe { registry::list(NonNull::new_unchecked(table), &(*table).link) };
        }
        // SAFETY: published; freed only when `self` is dropped.
        unsafe { &*table }
    }

    /// Drops what was not used for two collections.
    pub(crate) fn collect(&self) {
        if let Some(table) = self.table() {
            table.collect(Patience::Much);
        }
    }

    /// The number of idle items. Exact if nobody is at work.
    pub(crate) fn len(&self) -> usize {
        self.table().map_or(0, Table::len)
    }

    pub(crate) fn stats(&self) -> Stats {
        self.table().map_or_else(Stats::default, Table::stats)
    }
}

/// Whether the owner puts and gets just now. It had better be left alone: it would have to look
/// elsewhere at once, and to go in costs microseconds, more than to make an item.
#[cfg(not(gosync_loom))]
fn is_in_use<T>(magazine: MagazineRef<'_, T>) -> bool {
    const LOOKS: usize = 4;
    let before = magazine.activity();
    (0..LOOKS).any(|_| {
        gosync_park::hint::spin_loop();
        magazine.activity() != before
    })
}

/// loom is to see what happens if not.
#[cfg(gosync_loom)]
fn is_in_use<T>(_: MagazineRef<'_, T>) -> bool {
    false
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
#[inline]
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
    /// Where the pointer to the magazine of the thread with this number is, if there is memory for it.
    /// With no number, a null pointer.
    #[inline]
    fn slot(&self, index: Option<NonZeroU32>) -> Option<&Slot<T>> {
        let near = index.map_or(0, NonZeroU32::get) as usize;
        if let Some(slot) = self.near.get(near) {
            return Some(slot);
        }
        hint::cold_path();
        let (bucket, place) = far(index?);
        // Acquire: pairs with the CAS in `publish`, so that we see the bucket's slots.
        let first = self.far.get(bucket)?.load(Acquire);
        if first.is_null() {
            return None;
        }
        // SAFETY: the bucket has `bucket_len(bucket)` slots, more than `place`, and is freed only
        // when the table is.
        Some(unsafe { &*first.add(place) })
    }

    /// The magazine of the thread with this number; none without a number.
    #[inline]
    fn magazine(&self, index: Option<NonZeroU32>) -> Option<MagazineRef<'_, T>> {
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
        indices.filter_map(|index| self.magazine(NonZeroU32::new(index)))
    }

    /// The magazine of the calling thread, if there is one. Nothing in here can panic: then a
    /// put would have to be ready to drop its item.
    #[inline]
    fn mine(&self) -> Option<Mine<'_, T>> {
        let magazine = self.magazine(known_thread_index())?;
        // SAFETY: no other living thread has this number, and `Mine` stays on this thread.
        Some(unsafe { Mine::new(magazine) })
    }

    fn mine_or_new(&self) -> Option<Mine<'_, T>> {
        let index = thread_index()?;
        let magazine = self
            .magazine(Some(index))
            .unwrap_or_else(|| self.allocate_magazine(index));
        // SAFETY: as in `mine`.
        Some(unsafe { Mine::new(magazine) })
    }

    #[inline]
    fn stamp(&self) -> Stamp {
        // Relaxed: an item that is put while a collection begins counts to either generation.
        Stamp(self.stamp.load(Relaxed))
    }

    /// Takes an item from the depot or from another thread's magazine, and some more if `empty`, the
    /// caller's own, can have them.
    fn take_shared(&self, mut empty: Option<&mut Inside<'_, T>>) -> Option<T> {
        let spare = empty.as_mut().map_or(0, |mine| {
            mine.settle();
            mine.be_thrifty();
            // Permits that an empty magazine has are of no use until its owner puts again.
            mine.shrink()
        });
        match self.depot.pop(spare) {
            Some(batch) => self.take_batch(batch, empty),
            None => {
                let item = self.steal(empty);
                // An item that leaves the pool leaves its permit.
                self.depot.release(usize::from(item.is_some()));
                item
            }
        }
    }

    fn take_batch(&self, mut batch: Batch<T>, empty: Option<&mut Inside<'_, T>>) -> Option<T> {
        let stamp = batch.stamp();
        let youngest = batch.pop()?;
        if let Some(mine) = empty {
            mine.adopt(batch.drain().map(|item| Entry { stamp, item }));
        }
        self.depot.push(batch);
        Some(youngest)
    }

    fn steal(&self, mut empty: Option<&mut Inside<'_, T>>) -> Option<T> {
        let me = thread_index();
        let own = self.magazine(me);
        let next = me.map_or(1, |me| me.get().saturating_add(1));
        self.magazines(next).find_map(|magazine| {
            // It comes last, and has something only if a stranger has kept us out.
            let is_own = own.is_some_and(|own| own.is(magazine));
            let len = magazine.len();
            if len == 0 || is_own && empty.is_some() || is_in_use(magazine) {
                return None;
            }
            let mut visit = magazine.visit(0)?;
            let oldest = visit.take(|_| true)?;
            if !is_own {
                visit.rob();
            }
            if let Some(mine) = &mut empty {
                // All, if the owner only puts, and otherwise half.
                let more = if magazine.is_generous() {
                    len
                } else {
                    len.div_ceil(2)
                } - 1;
                let stolen = std::iter::from_fn(|| visit.take(|_| true));
                mine.adopt(stolen.take(more as usize));
            }
            Some(oldest.item)
        })
    }

    /// Keeps an item, or gives it back.
    fn give(&self, item: T, mine: Option<Inside<'_, T>>) -> Result<(), T> {
        let stamp = self.stamp();
        if let Some(mut mine) = mine {
            mine.settle();
            self.make_room(&mut mine);
            if mine.has_room() {
                mine.put(Entry { stamp, item });
                return Ok(());
            }
        }
        // A thread in its last moments, one that a stranger keeps from its own magazine, or one whose
        // items others want.
        if self.depot.reserve(1) == 0 {
            return Err(item);
        }
        let mut batch = self.depot.blank(stamp, 1);
        batch.extend([item].into_iter());
        self.depot.push(batch);
        Ok(())
    }

    fn make_room(&self, mine: &mut Inside<'_, T>) {
        if mine.has_room() {
            return;
        }
        // In this order: to look takes a cache line from who gets.
        if mine.is_too_generous() && !self.depot.is_empty() {
            mine.be_less_generous();
        }
        if mine.wants() == 0 {
            self.spill(mine);
        }
        mine.widen(self.depot.reserve(mine.wants()));
    }

    /// Sends the surplus to the depot, though it may take several batches: what was put in one
    /// generation is apart from the rest. To stop there would leave so little room that the next
    /// batches were as small.
    fn spill(&self, mine: &mut Inside<'_, T>) {
        let mut left = mine.surplus();
        while left > 0 {
            let Some(batch) = mine.spill(|stamp, room| self.depot.blank(stamp, room), left) else {
                break;
            };
            left -= batch.len() as usize;
            self.depot.push(batch);
        }
    }

    fn count(&self, mine: Option<Mine<'_, T>>, which: impl Fn(&Tally) -> &AtomicUsize) {
        match mine {
            Some(mine) => add(which(mine.tally()), 1),
            None => {
                // Relaxed: nothing but a count.
                which(&self.tally).fetch_add(1, Relaxed);
            }
        }
    }

    fn collect_if_due(&self, mine: Option<Mine<'_, T>>) {
        if !mine.is_some_and(Mine::is_due) {
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "it need only change")]
        let now = (self.birth.elapsed().as_secs() / INTERVAL) as u32;
        let then = self.intervals.load(Relaxed);
        // Relaxed: who wins is the one to collect, no more.
        if now != then
            && self
                .intervals
                .compare_exchange(then, now, Relaxed, Relaxed)
                .is_ok()
        {
            self.collect(Patience::Little);
        }
    }

    fn collect(&self, patience: Patience) {
        // Relaxed: items are handed over by their cells and batches.
        let now = Stamp(self.stamp.fetch_add(1, Relaxed)).next();
        let is_old = |stamp| now.is_two_after(stamp);
        // First, since a destructor may panic.
        self.reclaim();
        for magazine in self.magazines(1).filter(|magazine| magazine.len() > 0) {
            let old = |mut visit: Visit<'_, T>| -> Vec<T> {
                std::iter::from_fn(|| visit.take(is_old))
                    .map(|entry| entry.item)
                    .collect()
            };
            // Somebody is inside: next time.
            self.drop_old(magazine.visit(patience.looks()).map_or_else(Vec::new, old));
        }
        self.drop_old(
            self.depot
                .take(is_old)
                .flat_map(Batch::into_items)
                .collect(),
        );
        self.depot.free_blanks();
    }

    /// Takes the permits back that threads have not used, and have ended. Who has such a number next might
    /// not use the pool.
    fn reclaim(&self) {
        // Relaxed: what is missed is for the next collection.
        let indices = (1..=self.highest.load(Relaxed)).filter_map(NonZeroU32::new);
        for index in indices {
            let magazine = self.magazine(Some(index));
            let Some(magazine) = magazine.filter(|magazine| magazine.spare() > 0) else {
                continue;
            };
            let Some(_held) = HeldIndex::hold(index) else {
                continue;
            };
            // SAFETY: no living thread has this number, nor gets it while we hold it, and `Mine` is gone
            // before that ends.
            let mine = unsafe { Mine::new(magazine) };
            if let Some(mut inside) = mine.enter() {
                // Its items stay where they are: `Store::drop` may be at them just now.
                self.depot.release(inside.shrink());
            }
        }
    }

    fn drop_old(&self, old: Vec<T>) {
        self.depot.release(old.len());
        self.tally.dropped.fetch_add(old.len(), Relaxed);
        // The destructors run here. If one panics, the others run all the same.
        drop(old);
    }

    /// Every item has a permit, and so has every spare cell of a magazine.
    fn len(&self) -> usize {
        let spare: usize = self.magazines(1).map(MagazineRef::spare).sum();
        let permits = self.depot.permits().saturating_add(spare);
        self.plan.max_idle.saturating_sub(permits)
    }

    fn stats(&self) -> Stats {
        let mut stats = Stats {
            idle: self.len(),
            ..Stats::default()
        };
        let tallies = self.magazines(1).map(MagazineRef::tally);
        for tally in tallies.chain([&self.tally]) {
            stats.add(tally);
        }
        for magazine in self.magazines(1) {
            stats.hits = stats.hits.wrapping_add(magazine.fresh_hits());
        }
        stats
    }

    #[cold]
    #[inline(never)]
    fn allocate_magazine(&self, index: NonZeroU32) -> MagazineRef<'_, T> {
        let slot = self
            .slot(Some(index))
            .unwrap_or_else(|| self.allocate_bucket(index));
        let new = Magazine::allocate();
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
        // SAFETY: as in `slot`.
        unsafe { &*first.add(place) }
    }
}

impl<T> Drop for Table<T> {
    fn drop(&mut self) {
        // Hardly ever any: `Store::drop` has taken the items out, but where a collection was at work.
        let mut left = Vec::new();
        // Relaxed: `&mut self`, so whatever happened here happened before.
        let mut free = |slot: &Slot<T>| {
            let Some(head) = NonNull::new(slot.load(Relaxed)) else {
                return;
            };
            // SAFETY: from `allocate_magazine`, and nobody else is here any more.
            unsafe {
                if let Some(mut visit) = MagazineRef::new(head).visit_deserted() {
                    left.extend(std::iter::from_fn(|| visit.take(|_| true)));
                }
                Magazine::free(head);
            }
        };
        self.near.iter().for_each(&mut free);
        for (bucket, first) in self.far.iter().enumerate() {
            let first = first.load(Relaxed);
            if first.is_null() {
                continue;
            }
            let slots = ptr::slice_from_raw_parts_mut(first, bucket_len(bucket));
            // SAFETY: from `allocate_bucket`, with this length, and freed nowhere else.
            let slots = unsafe { Box::from_raw(slots) };
            slots.iter().for_each(&mut free);
        }
    }
}

impl<T> registry::Collect for Table<T> {
    fn collect(&self) {
        self.collect(Patience::Much);
    }
}

impl<T> Drop for Store<T> {
    fn drop(&mut self) {
        // Relaxed: `&mut self`, so whatever happened here happened before.
        let table = self.table.load(Relaxed);
        if table.is_null() {
            return;
        }
        // SAFETY: from `allocate`, and used as an Arc nowhere else. It is dropped when this function
        // ends, also by a panic.
        let table = unsafe { Arc::from_raw(table) };
        if table.plan.listed {
            // SAFETY: listed by whoever published it, which was over before `&mut self`.
            unsafe { registry::unlist(&table.link) };
        }
        let mut items: Vec<_> = table
            .depot
            .take(|_| true)
            .flat_map(Batch::into_items)
            .collect();
        for magazine in table.magazines(1) {
            // A collection may be under way still. Where it is just now, the table drops what it leaves.
            // SAFETY: `&mut self`, so no owner is here any more, but for a collection in `reclaim`, which
            // leaves the items alone.
            if let Some(mut visit) = unsafe { magazine.visit_deserted() } {
                items.extend(std::iter::from_fn(|| visit.take(|_| true)).map(|entry| entry.item));
            }
        }
        // Here they are dropped, then the table.
    }
}

#[cfg(all(test, not(gosync_loom)))]
mod tests {
    use std::thread;

    use gosync_park::lock::Lock;

    use super::*;
    use crate::Pool;

    /// Whoever asks for a number might get that of a thread that another test has seen end.
    static TURN: Lock = Lock::new();

    /// The pool may be dropped meanwhile, and takes the items from where they are.
    #[test]
    fn the_items_of_ended_threads_are_not_moved() {
        let _turn = TURN.lock();
        let plan = Plan {
            max_idle: 64,
            listed: false,
        };
        // This thread has a number before the other one.
        assert!(thread_index().is_some());
        let store = Store::new();
        let put = |item| assert!(store.give_elsewhere(item, plan).is_ok());
        thread::scope(|s| s.spawn(|| (0..5).for_each(put)).join().unwrap());
        // Half of them are in this thread's own magazine now.
        assert_eq!(store.take_elsewhere(plan), Some(0));
        let table = store.table().unwrap();
        let left = || {
            let mut all = table.magazines(1).map(|left| (left.bottom(), left.spare()));
            all.find(|(bottom, _)| *bottom > 0)
        };
        assert_eq!(left(), Some((3, 3)));
        table.reclaim();
        assert_eq!(left(), Some((3, 0)));
    }

    /// Who gets, and who puts in vain, notices that an interval has passed, and collects once.
    #[test]
    fn a_pool_in_use_collects_by_itself() {
        let _turn = TURN.lock();
        let pool = Pool::new(|| 0);
        let get_and_put = |times| (0..times).for_each(|_| pool.put(pool.get()));
        get_and_put(1);
        let table = pool.store.table().unwrap();
        let an_interval_has_passed = |table: &Table<_>| table.intervals.store(u32::MAX, Relaxed);
        an_interval_has_passed(table);
        // The item was made for the first get, and found by all others.
        get_and_put(256);
        assert_eq!(table.stamp(), Stamp(0));
        get_and_put(1);
        assert_eq!(table.stamp(), Stamp(1));
        get_and_put(1000);
        let still_the_first = table.birth.elapsed().as_secs() < INTERVAL;
        assert!(
            table.stamp() == Stamp(1) || !still_the_first,
            "not again in the same interval"
        );

        let pool = Pool::builder().max_idle(0).build_without_new();
        pool.put(0);
        let table = pool.store.table().unwrap();
        an_interval_has_passed(table);
        (0..14).for_each(|_| pool.put(0));
        assert_eq!(table.stamp(), Stamp(0));
        pool.put(0);
        assert_eq!(table.stamp(), Stamp(1));
    }

    /// A thread that has been robbed passes on what it puts: all at first, then less as long as nobody fetches
    /// it, and only half of what it has no room for when it gets again.
    #[test]
    fn items_flow_to_where_they_are_wanted() {
        let _turn = TURN.lock();
        let pool = Pool::without_new();
        (0..4).for_each(|item| pool.put(item));
        let table = pool.store.table().unwrap();
        let at_hand = || table.magazine(thread_index()).unwrap().len();
        thread::scope(|s| {
            let thief = s.spawn(|| pool.try_get());
            assert_eq!(thief.join().unwrap(), Some(0));
        });
        // It has taken half.
        assert_eq!((at_hand(), table.depot.is_empty()), (2, true));
        pool.put(4);
        assert_eq!((at_hand(), table.depot.is_empty()), (0, false));
        for kept in 1..=64 {
            pool.put(4);
            assert_eq!(at_hand(), kept, "nobody has fetched any");
        }
        pool.put(4);
        assert_eq!(at_hand(), 1, "all were passed on");
        while pool.try_get().is_some() {}
        (0..64).for_each(|item| pool.put(item));
        pool.put(4);
        assert_eq!(at_hand(), 33, "half were passed on");
    }
}
