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
//!   alone, as long as it finds there what it needs: one atomic read-modify-write for the pair.
//! - **What one thread put another can have.** A `get` that finds nothing of its own looks in the
//!   shared part and then with all other threads. If a put happened before a get and nobody else
//!   uses the pool meanwhile, the get finds an item.
//! - **Bounded.** A thread keeps at most [`max_idle_per_thread`](Pool::max_idle_per_thread) items
//!   at hand, and all threads together [`max_idle_shared`](Pool::max_idle_shared) more. An item
//!   for which there is no room is dropped. Threads that ended are counted only until a new one
//!   takes their place.
//! - **Choosy, if you like.** [`keep`](Builder::keep) sorts out items that are not worth keeping;
//!   [`reset`](Builder::reset) cleans up those that are.
//! - **Nothing leaks, nothing is freed twice**, when threads end, when the pool is dropped, when
//!   a callback or a destructor panics. Items of a thread that ended stay in the pool.
//! - **Callbacks may do anything**, such as using the same pool: none runs while the pool is in
//!   the middle of something. So may thread-local destructors.
//! - **Nobody waits.** No operation blocks or sleeps.
//! - `put(x)` happens before the `get` that returns `x`.
//!
//! # Differences from Go
//!
//! - Items are `T`s, not `any`s: a put allocates nothing, and needs no pointer. There is no nil to
//!   ignore. `T` need only be [`Send`].
//! - `New` is the type parameter `F`, as in std's `LazyLock`. A pool without it has
//!   [`try_get`](Pool::try_get) for Go's `Get() == nil`.
//! - No garbage collector empties the pool: the bounds above take its place.
//! - Go keeps items per processor, we do per thread. Each item can be had by every thread; in Go
//!   one per processor cannot.
//! - In the order of Go: the newest item of one's own first, of others the oldest.

mod builder;
mod magazine;
mod pooled;
mod shared;
mod store;

use std::fmt;

use gosync_park::const_fn;

pub use crate::{builder::Builder, pooled::Pooled};
use crate::{builder::Rules, store::Store};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A pool of idle items of type `T`.
///
/// `F` makes an item where there is none. It is `fn() -> T` unless it says otherwise, so that a
/// `static` needs no more than `Pool<T>`; a closure that captures nothing fits as well.
///
/// The pool is made of 40 bytes (on a 64-bit machine, with an `F` of one word) and allocates
/// nothing until the first [`put`](Self::put). It is `Sync` if `T` is `Send` and `F` is `Sync`.
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
        pub const fn without_new() -> Self {
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
        pub const fn new(init: F) -> Self
        where
            F: Fn() -> T,
        {
            Self::with_rules(Rules::NONE, Some(init))
        }
    }

    const_fn! {
        const fn with_rules(rules: Rules<T>, init: Option<F>) -> Self {
            Self { store: Store::new(), rules, init }
        }
    }

    /// Takes an idle item, or makes one.
    ///
    /// The item is the one that this thread put last; if it has none, one from the shared part or
    /// the oldest of another thread. Where there is none at all, `init` is called, and nothing in
    /// the pool waits for it: it may take long, panic, or use the pool.
    ///
    /// Costs one atomic read-modify-write on a cache line of this thread's, if this thread has an
    /// idle item. Otherwise it reads one cache line of each thread that put something, until it
    /// finds an item. It never blocks.
    ///
    /// The `put` of an item happens before the `get` that returns it.
    ///
    /// # Panics
    ///
    /// With `gosync: get on an empty Pool without New; use try_get`, if the pool is empty and was
    /// made [`without_new`](Pool::without_new). If `init` panics.
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
            None => self.get_elsewhere(),
        }
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn get_elsewhere(&self) -> T
    where
        F: Fn() -> T,
    {
        match (self.store.take_elsewhere(), &self.init) {
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
            None => self.store.take_elsewhere(),
        }
    }

    /// Gives an item to the pool.
    ///
    /// If the pool has a [`keep`](Builder::keep) rule and it says no, the item is dropped.
    /// Otherwise it is [`reset`](Builder::reset), and then kept; or dropped, if this thread and
    /// the shared part have no room.
    ///
    /// Costs no atomic read-modify-write, if this thread has room, and touches no cache line that
    /// another thread writes to. The first put of a thread allocates. It never blocks.
    ///
    /// Happens before the `get` that returns the item.
    ///
    /// # Panics
    ///
    /// If `keep`, `reset` or the destructor of an item that is not kept panics. The item is gone
    /// then, and the pool is as it was.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// let pool = Pool::without_new();
    /// pool.put(1);
    /// assert_eq!(std::thread::scope(|s| s.spawn(|| pool.try_get()).join().unwrap()), Some(1));
    /// ```
    #[inline]
    #[doc(alias = "Put")]
    pub fn put(&self, mut item: T) {
        if let Some(keep) = self.rules.keep
            && !keep(&item)
        {
            return;
        }
        if let Some(reset) = self.rules.reset {
            reset(&mut item);
        }
        match self.store.vacancy() {
            Some(vacancy) => vacancy.fill(item),
            None => self.put_elsewhere(item),
        }
    }

    #[cold]
    #[inline(never)]
    fn put_elsewhere(&self, item: T) {
        let refused = self.store.give_elsewhere(item, self.rules.bounds());
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

    /// How many items each thread keeps at hand at most: a power of two.
    ///
    /// Usually 64; if they take more than 4 KiB, fewer, but not below 8; never more than
    /// [`max_idle`](Builder::max_idle) allows. The memory is allocated at a thread's first put,
    /// and freed with the pool.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// assert_eq!(Pool::new(String::new).max_idle_per_thread(), 64);
    /// assert_eq!(Pool::new(|| [0_u8; 4096]).max_idle_per_thread(), 8);
    /// ```
    #[must_use]
    pub fn max_idle_per_thread(&self) -> usize {
        self.rules.bounds().per_thread as usize
    }

    /// How many items the shared part keeps at most, where all threads put what they have no room
    /// for: four times [`max_idle_per_thread`](Self::max_idle_per_thread), or what
    /// [`max_idle`](Builder::max_idle) says.
    ///
    /// ```
    /// use gosync_pool::Pool;
    ///
    /// assert_eq!(Pool::new(String::new).max_idle_shared(), 256);
    /// ```
    #[must_use]
    pub fn max_idle_shared(&self) -> usize {
        self.rules.bounds().shared
    }
}

/// A pool [`without_new`](Pool::without_new), as Go's zero value is.
impl<T> Default for Pool<T> {
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
