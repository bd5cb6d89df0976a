//! [`Map`]: a [`Table`] that is made when it is first needed.

use std::{
    borrow::Borrow,
    convert::Infallible,
    fmt,
    hash::{BuildHasher, Hash},
    marker::PhantomData,
    ops::ControlFlow,
    panic::{RefUnwindSafe, UnwindSafe},
    ptr,
    sync::atomic::{
        AtomicPtr,
        Ordering::{AcqRel, Acquire},
    },
};

use gosync_mutex::Mutex;

use crate::{random::RandomState, table::Table};

/// A map that threads read and write at once.
///
/// Keys are compared by `Eq` and hashed by `S`, as in std's `HashMap`; a key that changes its hash
/// or equality while it is in the map gets lost. Values are given out as clones, and are never
/// changed in place: a write puts another value there.
///
/// `Map::new()` allocates nothing. The map is `Sync` if keys, values and hasher are `Send` and
/// `Sync`.
///
/// ```
/// use gosync_map::Map;
///
/// static SEEN: Map<String, u32> = Map::new();
///
/// SEEN.set("gopher".into(), 1);
/// assert_eq!(SEEN.get("gopher"), Some(1));
/// assert_eq!(SEEN.get("crab"), None);
/// ```
#[doc(alias = "sync.Map")]
pub struct Map<K, V, S = RandomState> {
    /// Null, or a table that stays until the map is dropped.
    table: AtomicPtr<Table<K, V, S>>,
    /// Makes the hasher of a table that is not there yet.
    hasher: fn() -> S,
    owns: PhantomData<Box<Table<K, V, S>>>,
    /// Whoever first stores something makes the hasher, and whoever drops the map drops it: to share
    /// the map is to send the hasher, as it is with a `Mutex`.
    sends: PhantomData<Mutex<S>>,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(
    size_of::<Map<String, [u64; 9]>>() == 16,
    "no larger than Go's, which is 48"
);

// No operation leaves anything half done when it panics. What is in the map can be seen after a
// panic, hence the bounds.
impl<K: RefUnwindSafe, V: RefUnwindSafe, S: RefUnwindSafe> RefUnwindSafe for Map<K, V, S> {}
impl<K, V, S> UnwindSafe for Map<K, V, S>
where
    K: UnwindSafe + RefUnwindSafe,
    V: UnwindSafe + RefUnwindSafe,
    S: UnwindSafe + RefUnwindSafe,
{
}

impl<K, V> Map<K, V> {
    /// An empty map. Allocates nothing.
    ///
    /// ```
    /// use gosync_map::Map;
    ///
    /// static MAP: Map<u64, String> = Map::new();
    /// assert!(MAP.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::with_default_hasher()
    }
}

impl<K, V, S> Map<K, V, S> {
    /// An empty map that makes its hasher by `S::default()` when it first stores something.
    /// Allocates nothing.
    ///
    /// ```
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    ///
    /// use gosync_map::Map;
    ///
    /// static MAP: Map<u64, String, BuildHasherDefault<DefaultHasher>> = Map::with_default_hasher();
    /// assert!(MAP.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_default_hasher() -> Self
    where
        S: Default,
    {
        Self {
            table: AtomicPtr::new(ptr::null_mut()),
            hasher: S::default,
            owns: PhantomData,
            sends: PhantomData,
        }
    }

    /// An empty map with a hasher of yours.
    ///
    /// ```
    /// use gosync_map::Map;
    ///
    /// let map = Map::with_hasher(std::hash::RandomState::new());
    /// map.set("gopher", 1);
    /// ```
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self {
            table: AtomicPtr::new(Box::into_raw(Box::new(Table::new(hasher)))),
            hasher: || unreachable!("the table is there already"),
            owns: PhantomData,
            sends: PhantomData,
        }
    }

    /// The table, if something was stored at some time.
    #[inline]
    pub(crate) fn table(&self) -> Option<&Table<K, V, S>> {
        // Pairs with the release in `make_table`.
        let table = self.table.load(Acquire);
        // SAFETY: null, or made by `Box::into_raw` and not freed before `self` is dropped.
        unsafe { table.as_ref() }
    }

    /// The table, made if it is not there.
    #[inline]
    fn make(&self) -> &Table<K, V, S> {
        self.table().unwrap_or_else(|| self.make_table())
    }

    /// Nobody waits here: threads that come at once make a table each, and one of them stays.
    #[cold]
    fn make_table(&self) -> &Table<K, V, S> {
        let new = Box::into_raw(Box::new(Table::new((self.hasher)())));
        // Release: the table is made, for the Acquire in `table` and in the failure here.
        match self
            .table
            .compare_exchange(ptr::null_mut(), new, AcqRel, Acquire)
        {
            // SAFETY: as in `table`.
            Ok(_) => unsafe { &*new },
            Err(other) => {
                // SAFETY: made above, and shown to nobody.
                drop(unsafe { Box::from_raw(new) });
                // SAFETY: as in `table`. It is not null, as it is not what was expected.
                unsafe { &*other }
            }
        }
    }

    /// The hasher, if something was stored at some time or if the map was given one.
    ///
    /// ```
    /// let map = gosync_map::Map::new();
    /// assert!(map.hasher().is_none());
    /// map.set(1, "one");
    /// assert!(map.hasher().is_some());
    /// ```
    #[must_use]
    pub fn hasher(&self) -> Option<&S> {
        self.table().map(Table::hasher)
    }

    /// Starts to drop what this thread has removed or replaced, and what has been cleared, without
    /// waiting for a [batch](crate::BATCH) to be full.
    ///
    /// Drops on return what nobody is reading, unless it is less than the number of threads that
    /// use the map at this moment; then it waits on. Costs a barrier on all processors.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// let map = gosync_map::Map::new();
    /// let value = Arc::new("big");
    /// map.set(1, Arc::clone(&value));
    /// map.discard(&1);
    /// map.flush();
    /// assert_eq!(Arc::strong_count(&value), 1);
    /// ```
    pub fn flush(&self) {
        if let Some(table) = self.table() {
            table.flush();
        }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Map<K, V, S> {
    /// A clone of the value of the key.
    ///
    /// Takes no lock and writes to nothing that other threads use. Synchronizes with the write that
    /// it observes.
    ///
    /// # Panics
    ///
    /// As the key's `Hash` and `Eq` do, and the value's `Clone`; the map stays as it was. So it is
    /// with all methods: those that are called while one searches may panic, and then it has done
    /// nothing. (`Clone` of a value that is taken out is called when it is out.)
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1)]);
    /// assert_eq!(map.get("gopher"), Some(1));
    /// assert_eq!(map.get("crab"), None);
    /// ```
    #[doc(alias = "Load")]
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.table()?.get(key, V::clone)
    }

    /// What `read` makes of the value of the key, which need not be cloned. Otherwise as
    /// [`get`](Self::get).
    ///
    /// `read` may use the map. Meanwhile nothing that is removed from the map is freed.
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", vec![1, 2, 3])]);
    /// assert_eq!(map.get_with("gopher", |v| v.len()), Some(3));
    /// ```
    #[inline]
    pub fn get_with<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.table()?.get(key, read)
    }

    /// Whether the key is in the map. Costs and synchronizes as [`get`](Self::get).
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1)]);
    /// assert!(map.contains_key("gopher"));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.get_with(key, |_| ()).is_some()
    }

    /// Stores a value.
    ///
    /// Allocates a box for the value if the key is there, and an entry if it is not; and both if the
    /// value is larger than 8 bytes, or needs to be dropped. An equal key that is there stays. Happens
    /// before every read that observes the value.
    ///
    /// ```
    /// let map = gosync_map::Map::new();
    /// map.set("gopher", 1);
    /// map.set("gopher", 2);
    /// assert_eq!(map.get("gopher"), Some(2));
    /// ```
    #[doc(alias = "Store")]
    #[inline]
    pub fn set(&self, key: K, value: V) {
        self.make().insert(key, value, |_| ());
    }

    /// Stores a value, and returns a clone of the one that it replaces. Otherwise as
    /// [`set`](Self::set).
    ///
    /// ```
    /// let map = gosync_map::Map::new();
    /// assert_eq!(map.insert("gopher", 1), None);
    /// assert_eq!(map.insert("gopher", 2), Some(1));
    /// ```
    #[doc(alias = "Swap")]
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<V>
    where
        V: Clone,
    {
        self.make().insert(key, value, V::clone)
    }

    /// The value of the key and `true`, or, if there is none, `value` and `false` after it has been
    /// stored.
    ///
    /// If several threads call it for a missing key, one of them stores. Costs as
    /// [`get`](Self::get) if the key is there, else as [`set`](Self::set).
    ///
    /// ```
    /// let map = gosync_map::Map::new();
    /// assert_eq!(map.get_or_insert("gopher", 1), (1, false));
    /// assert_eq!(map.get_or_insert("gopher", 2), (1, true));
    /// ```
    #[doc(alias = "LoadOrStore")]
    #[inline]
    pub fn get_or_insert(&self, key: K, value: V) -> (V, bool)
    where
        V: Clone,
    {
        self.get_or_insert_with(key, || value)
    }

    /// [`get_or_insert`](Self::get_or_insert) with a value that is made only if there is none.
    ///
    /// `make` is called at most once, and may use the map. What it made is dropped if another
    /// thread stored first. If it panics, nothing is stored.
    ///
    /// ```
    /// let map = gosync_map::Map::new();
    /// assert_eq!(map.get_or_insert_with("gopher", || 1), (1, false));
    /// assert_eq!(map.get_or_insert_with("gopher", || unreachable!()), (1, true));
    /// ```
    #[inline]
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> (V, bool)
    where
        V: Clone,
    {
        self.make()
            .get_or_insert(key, make, |value, found| (value.clone(), found))
    }

    /// Replaces the value by `new` if it is there and equals `old`, and says whether it did.
    ///
    /// `false` for a missing key. If several threads swap from the same value, one succeeds.
    /// Happens before every read that observes the new value; synchronizes with the write of the
    /// value that it compared.
    ///
    /// # Panics
    ///
    /// As `PartialEq` does, with the map as it was.
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1)]);
    /// assert!(map.compare_and_swap("gopher", &1, 2));
    /// assert!(!map.compare_and_swap("gopher", &1, 3));
    /// assert!(!map.compare_and_swap("crab", &1, 2));
    /// assert_eq!(map.get("gopher"), Some(2));
    /// ```
    #[doc(alias = "CompareAndSwap")]
    #[inline]
    pub fn compare_and_swap<Q>(&self, key: &Q, old: &V, new: V) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: PartialEq,
    {
        self.table()
            .is_some_and(|table| table.compare_and_swap(key, old, new))
    }

    /// Removes the key, and returns a clone of its value.
    ///
    /// If several threads remove a key, one gets the value.
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1)]);
    /// assert_eq!(map.remove("gopher"), Some(1));
    /// assert_eq!(map.remove("gopher"), None);
    /// ```
    #[doc(alias = "LoadAndDelete")]
    #[inline]
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.table()?.remove(key, |_| true, V::clone)
    }

    /// Removes the key, and says whether it was there. The value is not cloned.
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1)]);
    /// assert!(map.discard("gopher"));
    /// assert!(!map.discard("gopher"));
    /// ```
    #[doc(alias = "Delete")]
    #[inline]
    pub fn discard<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.table()
            .is_some_and(|table| table.remove(key, |_| true, |_| ()).is_some())
    }

    /// Removes the key if its value equals `old`, and says whether it did.
    ///
    /// # Panics
    ///
    /// As `PartialEq` does, with the map as it was.
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1)]);
    /// assert!(!map.compare_and_remove("gopher", &2));
    /// assert!(map.compare_and_remove("gopher", &1));
    /// assert!(!map.compare_and_remove("gopher", &1));
    /// ```
    #[doc(alias = "CompareAndDelete")]
    #[inline]
    pub fn compare_and_remove<Q>(&self, key: &Q, old: &V) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: PartialEq,
    {
        self.table()
            .is_some_and(|table| table.remove(key, |value| value == old, |_| ()).is_some())
    }

    /// Calls `f` for each key and its value, in no order.
    ///
    /// No key is visited twice, and one that is in the map from the beginning to the end is visited
    /// once. Of what others do meanwhile, or `f` itself, it may see some and not some: it shows a
    /// key with a value that it had at some time during the call.
    ///
    /// `f` may use the map in any way. Nothing that is removed from the map is freed as long as a
    /// walk is under way: do not let `f` wait for long.
    ///
    /// Takes time in proportion to the largest number of keys that were in the map of late.
    /// Allocates nothing and holds nobody up.
    ///
    /// # Panics
    ///
    /// As `f` does. The walk ends there.
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1), ("crab", 2)]);
    /// let mut sum = 0;
    /// map.for_each(|_, n| sum += n);
    /// assert_eq!(sum, 3);
    ///
    /// map.for_each(|name, _| {
    ///     map.discard(name);
    /// });
    /// assert!(map.is_empty());
    /// ```
    #[doc(alias = "Range")]
    #[inline]
    pub fn for_each(&self, mut f: impl FnMut(&K, &V)) {
        let ControlFlow::Continue(()) = self.try_for_each::<Infallible>(|key, value| {
            f(key, value);
            ControlFlow::Continue(())
        });
    }

    /// [`for_each`](Self::for_each) that `f` may end, with a result.
    ///
    /// ```
    /// use std::ops::ControlFlow::{Break, Continue};
    ///
    /// let map = gosync_map::Map::from([("gopher", 1), ("crab", 2)]);
    /// let two = map.try_for_each(|name, n| if *n == 2 { Break(*name) } else { Continue(()) });
    /// assert_eq!(two, Break("crab"));
    /// ```
    #[doc(alias = "Range")]
    #[inline]
    pub fn try_for_each<B>(&self, f: impl FnMut(&K, &V) -> ControlFlow<B>) -> ControlFlow<B> {
        match self.table() {
            Some(table) => table.walk(f),
            None => ControlFlow::Continue(()),
        }
    }

    /// Removes the keys that `keep` says no to.
    ///
    /// Each by itself, as [`compare_and_remove`](Self::compare_and_remove) does: what is removed is a
    /// value that `keep` has seen. If others replace it meanwhile, `keep` is asked again about the new
    /// one. Keys that are stored meanwhile it may see or not.
    ///
    /// `keep` may use the map. Costs a walk, as [`for_each`](Self::for_each), and a search for each key.
    ///
    /// # Panics
    ///
    /// As `keep` does. The walk ends there.
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1), ("crab", 2)]);
    /// map.retain(|_, n| *n > 1);
    /// assert_eq!((map.get("gopher"), map.get("crab")), (None, Some(2)));
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool) {
        if let Some(table) = self.table() {
            self.for_each(|key, _| {
                table.remove(key, |value| !keep(key, value), |_| ());
            });
        }
    }

    /// Removes all keys.
    ///
    /// All go at one moment: what others store meanwhile goes if it was stored before, and stays if
    /// it was stored after. A walk that is under way may go on to what was cleared.
    ///
    /// Takes a moment if there are few; if there are more than wait for a [batch](crate::BATCH), it
    /// takes them out, and time as [`for_each`](Self::for_each).
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1)]);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    #[doc(alias = "Clear")]
    pub fn clear(&self) {
        if let Some(table) = self.table() {
            table.clear();
        }
    }

    /// How many keys there are. Approximate while others write.
    ///
    /// Adds up one counter for each processor. After a [`clear`](Self::clear) it walks the map, each time as
    /// long as no more are there than wait for a [batch](crate::BATCH); otherwise the first time, in which it
    /// takes out what was cleared, and may drop it, as [`flush`](Self::flush) does. Of keys with one and
    /// the same hash, some that were removed may be counted for a while.
    ///
    /// ```
    /// let map = gosync_map::Map::from([("gopher", 1), ("crab", 2)]);
    /// assert_eq!(map.len(), 2);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.table().map_or(0, Table::len)
    }

    /// Whether there are no keys. As exact as [`len`](Self::len).
    ///
    /// ```
    /// assert!(gosync_map::Map::<i32, i32>::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K, V, S> Drop for Map<K, V, S> {
    fn drop(&mut self) {
        let table = *self.table.get_mut();
        if !table.is_null() {
            // SAFETY: made by `Box::into_raw`, freed here alone. Nobody borrows it any more.
            drop(unsafe { Box::from_raw(table) });
        }
    }
}

impl<K, V, S: Default> Default for Map<K, V, S> {
    /// An empty map, which is Go's zero value.
    #[inline]
    fn default() -> Self {
        Self::with_default_hasher()
    }
}

impl<K, V, S> fmt::Debug for Map<K, V, S>
where
    K: fmt::Debug + Hash + Eq,
    V: fmt::Debug,
    S: BuildHasher,
{
    /// Shows the entries, as [`for_each`](Map::for_each) finds them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        self.for_each(|key, value| {
            map.entry(key, value);
        });
        map.finish()
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Extend<(K, V)> for &Map<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.set(key, value);
        }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Extend<(K, V)> for Map<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<K: Hash + Eq, V, S: BuildHasher + Default> FromIterator<(K, V)> for Map<K, V, S> {
    /// Of several values for a key the last one stays.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

impl<K: Hash + Eq, V, const N: usize> From<[(K, V); N]> for Map<K, V> {
    /// Of several values for a key the last one stays.
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}
