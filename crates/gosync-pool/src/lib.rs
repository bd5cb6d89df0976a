//! A pool of idle items, for reuse instead of allocation: Go's `sync.Pool`, typed and by value.
//!
//! ```
//! use gosync_pool::Pool;
//!
//! fn small(buf: &Vec<u8>) -> bool {
//!     buf.capacity() <= 64 * 1024
//! }
//!
//! static BUFS: Pool<Vec<u8>> =
//!     Pool::builder().keep(small).reset(Vec::clear).build(|| Vec::with_capacity(256));
//!
//! let mut buf = BUFS.pull(); // or get and put, without a guard
//! buf.extend_from_slice(b"hello");
//! drop(buf); // back in the pool, cleared
//!
//! assert!(BUFS.get().is_empty());
//! ```
//!
//! # Guarantees
//!
//! - **No shared cache line.** A `get` and a `put` on one thread write to memory of that thread
//!   alone, as long as it finds there what it needs: by plain loads and stores, without an atomic
//!   read-modify-write and, on Linux, without a fence.
//! - **What one thread put another can have.** A `get` that finds nothing of its own looks in the
//!   depot, which all share, and then with all other threads. If a put that kept its item happened before a
//!   get, and nobody else uses the pool meanwhile, the get finds an item.
//! - **Bounded.** At no moment does the pool have more than [`max_idle`](Pool::max_idle) items, of
//!   all threads together, also of those that ended. An item for which there is no room is dropped (some
//!   room may be kept by threads that have no items: see there).
//! - **Nothing idle for ever.** An item that was not used for two collections is dropped. A pool
//!   in use collects every ten seconds, and you may at any time: see [Ageing](#ageing).
//! - **Choosy, if you like.** [`keep`](Builder::keep) sorts out items that are not worth keeping,
//!   such as the one giant buffer; [`reset`](Builder::reset) cleans up those that are.
//! - **Nothing leaks, nothing is freed twice**, when threads end, when the pool is dropped, when
//!   a callback or a destructor panics. Items of a thread that ended stay in the pool.
//! - **Callbacks and destructors may do anything**, such as using the same pool: none runs while
//!   the pool is in the middle of something. So may thread-local destructors.
//! - **Nobody waits.** No `get` and no `put` waits for another thread, be that interrupted wherever it
//!   may. (But for this: where the depot has more than two batches the others are in a queue of
//!   crossbeam's, and who goes there may find another thread in the middle of a step, and wait for it. A
//!   pool's first use, a thread's first use of any pool, a pool's drop, and a collection that finds a thread with room to spare take a lock
//!   for a moment, as does `collect()`. The first use of the first
//!   pool tells the Linux kernel that we shall need its help, which takes some milliseconds in a process
//!   that has several threads by then.)
//! - `put(x)` happens before the `get` that returns `x`.
//!
//! # Ageing
//!
//! A collection drops the items that were put before the last collection and have not been got
//! since: two generations, as in Go. Where an item is idle does not matter, nor whether the thread
//! that put it is at work, asleep or ended.
//!
//! A pool that is used collects by itself, on the thread that notices that ten seconds have
//! passed. To notice, a thread looks at the clock every 256 gets that find an item, and every 16
//! times that it had to look beyond its own items. So an item that nobody needs is gone after ten
//! to twenty seconds of such use, and what a burst left behind with it.
//! (On `wasm32-unknown-unknown`, where std has no clock, a pool does not collect by itself.)
//!
//! **A program that does not use a pool keeps what is in it**, up to `max_idle` items. To let go of
//! them call [`Pool::collect`], or [`collect()`] for all pools, twice; or drop the pool. What
//! stays until then is the pool's own memory: for each thread that ever used it at once up to
//! some 4 KiB (more if items take more than 504 bytes). How it all works, what it costs
//! and what was tried: `docs/pool.md` in the repository.
//!
//! # Differences from Go
//!
//! - Items are `T`s, not `any`s: a put allocates nothing, and needs no pointer. There is no nil to
//!   ignore. `T` need only be [`Send`].
//! - `New` is the type parameter `F`, as in std's `LazyLock`. A pool without it has
//!   [`try_get`](Pool::try_get) for Go's `Get() == nil`.
//! - There is no garbage collector to age the items: use and [`collect()`] take its place.
//! - There is a bound.
//! - Go keeps items per processor, we do per thread. Each item can be had by every thread; in Go
//!   one per processor cannot.
//! - Nearly in the order of Go: the newest item of one's own first (in Go one that the processor keeps
//!   apart goes before it), of others the oldest. But what a thread
//!   puts when others have taken items from it goes to the depot at once, until it gets some itself; and
//!   what is in the depot comes a batch at a time, whichever is at hand.

mod batch;
mod batches;
mod builder;
mod depot;
mod fetch;
mod for_all;
mod magazine;
mod pooled;
mod registry;
mod stats;
mod store;
mod words;

use std::{fmt, sync::Arc};

use gosync_park::const_fn;

pub use crate::{
    builder::Builder,
    pooled::{Pooled, PooledArc},
    registry::collect,
    stats::Stats,
};
use crate::{builder::Rules, store::Store, words::by_words};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A pool of idle items of type `T`.
///
/// `F` makes an item where there is none. It is `fn() -> T` unless it says otherwise, so that a
/// `static` needs no more than `Pool<T>`; a closure that captures nothing fits as well.
///
/// The pool is made of 40 bytes (on a 64-bit machine, with an `F` of one word) and allocates
/// nothing until it is used. It is `Sync` if `T` is `Send` and `F` is `Sync`.
///
/// ```
/// use gosync_pool::Pool;
///
/// static POOL: Pool<String> = Pool::new(String::new);
///
/// let mut s = POOL.get();
/// s.push_str("kept as it is");
/// POOL.put(s);
/// assert_eq!(POOL.get(), "kept as it is");
/// assert_eq!(POOL.get(), "");
/// ```
#[doc(alias = "sync.Pool")]
pub struct Pool<T, F = fn() -> T> {
    store: Store<T>,
    rules: Rules<T>,
    init: Option<F>,
}

#[cfg(all(target_pointer_width = "64", not(gosync_loom)))]
const _: () = assert!(size_of::<Pool<Vec<u8>>>() == 40, "no larger than Go's");

impl<T> Pool<T> {
    const_fn! {
        /// A pool that makes no items by itself, as Go's with a nil `New`.
        ///
        /// [`try_get`](Self::try_get) is the way to ask it: [`get`](Self::get) panics when it is
        /// empty.
        ///
        /// ```
        /// use gosync_pool::Pool;
        ///
        /// let pool = Pool::without_new();
        /// assert_eq!(pool.try_get(), None);
        /// pool.put(7);
        /// assert_eq!(pool.try_get(), Some(7));
        /// ```
        #[must_use]
        pub const fn without_new() -> Self
        where
            T: Send + 'static,
        {
            Self::builder().build_without_new()
        }
    }

    /// A pool with rules of its own: what to keep, how to clean it, how many.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// static POOL: Pool<Vec<u32>> = Pool::builder().reset(Vec::clear).build(Vec::new);
    /// # POOL.put(vec![1]);
    /// # assert!(POOL.get().is_empty());
    /// ```
    pub const fn builder() -> Builder<T> {
        Builder::new()
    }
}

impl<T, F> Pool<T, F> {
    const_fn! {
        /// A pool that makes an item by calling `init` where it has none.
        ///
        /// ```
        /// use gosync_pool::Pool;
        ///
        /// let size = 256;
        /// let pool = Pool::new(move || vec![0_u8; size]);
        /// assert_eq!(pool.get().len(), 256);
        /// ```
        #[doc(alias = "New")]
        #[must_use]
        pub const fn new(init: F) -> Self
        where
            F: Fn() -> T,
            T: Send + 'static,
        {
            Builder::new().build(init)
        }
    }

    const_fn! {
        /// A pool for items that may borrow.
        ///
        /// It is like any other, but for one thing: [`gosync_pool::collect`](collect()) does not
        /// reach it. That might drop an item after the end of what it borrows, if somebody forgot
        /// the pool. [`Pool::collect`] and what collects by itself are no different.
        ///
        /// [`Builder::build_scoped_without_new`] makes one without `init`.
        ///
        /// ```
        /// use gosync_pool::Pool;
        ///
        /// let text = String::from("to be or not");
        /// let words = Pool::scoped(Vec::new);
        /// words.pull().extend(text.split(' '));
        /// assert_eq!(words.get(), ["to", "be", "or", "not"]);
        /// ```
        #[doc(alias = "New")]
        #[must_use]
        pub const fn scoped(init: F) -> Self
        where
            F: Fn() -> T,
        {
            Builder::new().build_scoped(init)
        }
    }

    const_fn! {
        pub(crate) const fn with_rules(rules: Rules<T>, init: Option<F>) -> Self {
            Self { store: Store::new(), rules, init }
        }
    }

    /// Takes an idle item, or makes one.
    ///
    /// The item is the one that this thread put last; if it has none, one from the depot or the
    /// oldest of another thread. Where there is none at all, `init` is called, and nothing in the
    /// pool waits for it: it may take long, panic, or use the pool.
    ///
    /// Costs some loads and stores on cache lines of this thread's, if this thread has an idle item.
    /// Otherwise it takes a batch from the depot, or, if that is empty, half of what another thread
    /// has, so that the next gets are cheap again. To go to another thread's takes microseconds,
    /// and is not done if that thread puts and gets at this very moment. It never blocks. Sometimes
    /// it [collects](crate#ageing).
    ///
    /// The `put` of an item happens before the `get` that returns it.
    ///
    /// # Panics
    ///
    /// With `gosync: get on an empty Pool without New; use try_get`, if the pool is empty and was
    /// made [`without_new`](Pool::without_new). If `init` panics, or the destructor of an item that
    /// has become old: the pool is as it should be then, and no item is lost.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::new(|| "made");
    /// pool.put("put");
    /// assert_eq!((pool.get(), pool.get()), ("put", "made"));
    /// ```
    #[inline]
    #[must_use = "an item that is not put back is lost to the pool"]
    #[track_caller]
    #[doc(alias = "Get")]
    pub fn get(&self) -> T
    where
        F: Fn() -> T,
    {
        match self.store.claim() {
            Some(claim) => claim.read(),
            None => by_words(self.get_elsewhere()),
        }
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn get_elsewhere(&self) -> T
    where
        F: Fn() -> T,
    {
        match (self.store.take_elsewhere(self.rules.plan()), &self.init) {
            (Some(item), _) => item,
            (None, Some(init)) => init(),
            (None, None) => panic!("gosync: get on an empty Pool without New; use try_get"),
        }
    }

    /// Takes an idle item, if there is one. Never calls `init`.
    ///
    /// Looks in the same places as [`get`](Self::get), at the same cost. `None` does not mean
    /// that the pool is empty at this moment if other threads use it.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::new(String::new);
    /// assert_eq!(pool.try_get(), None);
    /// ```
    #[inline]
    #[must_use = "an item that is not put back is lost to the pool"]
    #[doc(alias = "Get")]
    pub fn try_get(&self) -> Option<T> {
        match self.store.claim() {
            Some(claim) => Some(claim.read()),
            None => self.store.take_elsewhere(self.rules.plan()).map(by_words),
        }
    }

    /// Gives an item to the pool.
    ///
    /// If the pool has a [`keep`](Builder::keep) rule and it says no, the item is dropped.
    /// Otherwise it is [`reset`](Builder::reset), and then kept; or dropped, if there is no room for it
    /// among the [`max_idle`](Self::max_idle).
    ///
    /// Costs some loads and stores, if this thread has room, and touches no cache line that another
    /// thread writes to, unless one takes items from here. A thread that has no room for more sends half
    /// of its items to the depot, or all if others have taken some from it. The first use of a pool by a
    /// thread allocates. It never blocks. Sometimes it [collects](crate#ageing).
    ///
    /// Happens before the `get` that returns the item.
    ///
    /// # Panics
    ///
    /// If `keep`, `reset` or the destructor of an item that is not kept, or not longer, panics. The
    /// item is gone then, and the pool is as it was.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::without_new();
    /// pool.put(1);
    /// assert_eq!(std::thread::scope(|s| s.spawn(|| pool.try_get()).join().unwrap()), Some(1));
    /// ```
    #[expect(
        clippy::inline_always,
        reason = "so that the caller hands the item over word by word"
    )]
    #[inline(always)]
    #[doc(alias = "Put")]
    pub fn put(&self, item: T) {
        let item = by_words(item);
        // Apart, since a rule wants the item in memory: without one it need not go there.
        if self.rules.keep.is_none() && self.rules.reset.is_none() {
            self.store_item(item);
        } else {
            self.put_by_rules(item);
        }
    }

    /// Not inlined: the rules have the item where the caller has handed it over, without a copy.
    #[inline(never)]
    fn put_by_rules(&self, mut item: T) {
        if let Some(keep) = self.rules.keep
            && !keep(&item)
        {
            self.store.refuse(self.rules.plan());
            return;
        }
        if let Some(reset) = self.rules.reset {
            reset(&mut item);
        }
        self.store_item(by_words(item));
    }

    #[inline]
    fn store_item(&self, item: T) {
        match self.store.vacancy() {
            Some((vacancy, stamp)) => vacancy.fill(item, stamp),
            None => self.put_elsewhere(item),
        }
    }

    #[cold]
    #[inline(never)]
    fn put_elsewhere(&self, item: T) {
        let refused = self.store.give_elsewhere(item, self.rules.plan());
        // Dropped here, where the pool is whole again: the destructor may use it.
        drop(refused);
    }

    /// Takes an item as [`get`](Self::get) does, in a guard that puts it back when dropped, also
    /// while unwinding.
    ///
    /// # Panics
    ///
    /// As [`get`](Self::get).
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::new(Vec::new);
    /// pool.pull().push(1);
    /// assert_eq!(*pool.pull(), [1]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn pull(&self) -> Pooled<'_, T, F>
    where
        F: Fn() -> T,
    {
        Pooled::new(self, self.get())
    }

    /// Takes an item as [`pull`](Self::pull) does, in a guard that shares the pool and borrows nothing:
    /// it may outlive the caller. Called as `Pool::pull_arc(&pool)`.
    ///
    /// Costs what `pull` does, and a count of the [`Arc`] up and down.
    ///
    /// # Panics
    ///
    /// As [`get`](Self::get).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use gosync_pool::{Pool, PooledArc};
    ///
    /// fn begin(pool: &Arc<Pool<String>>) -> PooledArc<String> {
    ///     let mut line = Pool::pull_arc(pool);
    ///     line.push('>');
    ///     line
    /// }
    ///
    /// let pool = Arc::new(Pool::new(String::new as fn() -> String));
    /// assert_eq!(*begin(&pool), ">");
    /// ```
    #[inline]
    #[track_caller]
    pub fn pull_arc(this: &Arc<Self>) -> PooledArc<T, F>
    where
        F: Fn() -> T,
    {
        PooledArc::new(Arc::clone(this), this.get())
    }

    /// Drops the items that were put before the last collection and have not been got since: see
    /// [Ageing](crate#ageing). Called twice, with no use between, it empties the pool.
    ///
    /// Costs a look at the oldest items of each thread, some microseconds for each that has any, and
    /// what their destructors cost; also a lock for a moment for each thread that has room for more items.
    /// No other thread has to wait meanwhile: if it wants an item while its
    /// own are looked at, it looks elsewhere. Several may collect at once. An item that another thread is
    /// putting or getting at the time may be left for the next collection.
    ///
    /// # Panics
    ///
    /// If the destructor of an item does. The other items that were to be dropped from the same
    /// place are; the rest is left for the next collection.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::without_new();
    /// pool.put("old");
    /// pool.collect();
    /// pool.put("young");
    /// pool.collect();
    /// assert_eq!((pool.try_get(), pool.try_get()), (Some("young"), None));
    /// ```
    #[doc(alias = "GC")]
    pub fn collect(&self) {
        self.store.collect();
    }

    /// What the pool has met with so far.
    ///
    /// It is always counted: a get that finds an item of its own thread counts it in the word that
    /// it writes anyway. To ask costs a look at a cache line or two of each thread that ever used
    /// the pool at once. While others use the pool the numbers are near the truth; when nobody does
    /// they are exact.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::builder().keep(|n| *n < 10).build(|| 1);
    /// pool.put(pool.get());
    /// pool.put(pool.get());
    /// pool.put(10);
    /// let stats = pool.stats();
    /// assert_eq!((stats.hits, stats.misses, stats.dropped, stats.idle), (1, 1, 1, 1));
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.store.stats()
    }

    /// How many items the pool keeps at most: 1024, or what [`Builder::max_idle`] says.
    ///
    /// A thread has at most 64 of them at hand; if those take more than 4 KiB, fewer, but not below
    /// 8. The rest is in the depot. A thread that is alive but does not use the pool may keep
    /// others from using the room that it had for items of its own that are in use: 64 at most, and
    /// none if its last get found nothing at hand. The room of one that has ended is free again after the
    /// next [collection](crate#ageing).
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// assert_eq!(Pool::new(String::new).max_idle(), 1024);
    /// ```
    #[must_use]
    pub fn max_idle(&self) -> usize {
        self.rules.plan().max_idle
    }
}

/// A pool [`without_new`](Pool::without_new), as Go's zero value is.
impl<T: Send + 'static> Default for Pool<T> {
    fn default() -> Self {
        Self::without_new()
    }
}

impl<T, F> fmt::Debug for Pool<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("idle", &self.store.len())
            .finish_non_exhaustive()
    }
}
