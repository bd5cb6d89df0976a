//! Go's methods of `Map`.

use std::{
    borrow::Borrow,
    hash::{BuildHasher, Hash},
    ops::ControlFlow,
};

use super::sealed::Sealed;
use crate::Map;

impl<K, V, S> Sealed for Map<K, V, S> {}

/// Go's methods of [`Map`]. All are atomic for each key, and reads wait for nobody.
///
/// Keys and values have types, so nothing is asserted on the way out, and what Go panics on (a key
/// without a hash, a value that cannot be compared) does not compile. Go's `value, ok` is an
/// `Option`. A value that is returned is a clone.
///
/// ```
/// use gosync as sync;
/// use gosync::prelude::*;
///
/// static M: sync::Map<String, i32> = sync::Map::new();
///
/// M.Store("a".into(), 1);
/// let (actual, loaded) = M.LoadOrStore("a".into(), 2);
/// assert_eq!((actual, loaded), (1, true));
/// if let Some(value) = M.Load("a") {
///     assert_eq!(value, 1);
/// }
/// M.Range(|key, value| {
///     println!("{key}: {value}");
///     true
/// });
/// ```
pub trait MapMethods<K, V>: Sealed {
    /// Removes all keys, at one moment, as in Go: what others store meanwhile goes if it was stored
    /// before, and stays if it was stored after.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::from([(1, "one")]);
    /// m.Clear();
    /// assert_eq!(m.Load(&1), None);
    /// ```
    fn Clear(&self);

    /// Removes the key if its value equals `old`, and says whether it did.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::from([(1, "one")]);
    /// assert!(!m.CompareAndDelete(&1, &"eins"));
    /// assert!(m.CompareAndDelete(&1, &"one"));
    /// assert!(!m.CompareAndDelete(&1, &"one"));
    /// ```
    fn CompareAndDelete<Q>(&self, key: &Q, old: &V) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: PartialEq;

    /// Replaces the value of the key by `new` if it is there and equals `old`, and says whether it
    /// did.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::from([(1, "one")]);
    /// assert!(m.CompareAndSwap(&1, &"one", "eins"));
    /// assert!(!m.CompareAndSwap(&1, &"one", "un"));
    /// assert!(!m.CompareAndSwap(&2, &"two", "zwei"));
    /// ```
    fn CompareAndSwap<Q>(&self, key: &Q, old: &V, new: V) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: PartialEq;

    /// Removes the key. Nothing happens if it is not there.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::from([(1, "one")]);
    /// m.Delete(&1);
    /// m.Delete(&1);
    /// assert_eq!(m.Load(&1), None);
    /// ```
    fn Delete<Q>(&self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// The value of the key.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::from([(1, "one")]);
    /// assert_eq!(m.Load(&1), Some("one"));
    /// assert_eq!(m.Load(&2), None);
    /// ```
    fn Load<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone;

    /// Removes the key and returns its value, Go's `value, loaded`.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::from([(1, "one")]);
    /// assert_eq!(m.LoadAndDelete(&1), Some("one"));
    /// assert_eq!(m.LoadAndDelete(&1), None);
    /// ```
    fn LoadAndDelete<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone;

    /// The value of the key and `true`; or, if there was none, `value` and `false`, after it has
    /// been stored.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::new();
    /// assert_eq!(m.LoadOrStore(1, "one"), ("one", false));
    /// assert_eq!(m.LoadOrStore(1, "eins"), ("one", true));
    /// ```
    fn LoadOrStore(&self, key: K, value: V) -> (V, bool)
    where
        V: Clone;

    /// Calls `f` for each key and its value, until it returns `false`.
    ///
    /// No key is visited twice; one that is there all the time is visited once. Of what others do
    /// meanwhile, or `f` itself, it may see some and not some. `f` may use the map in any way.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::from([(1, "one"), (2, "two")]);
    /// let mut keys = Vec::new();
    /// m.Range(|key, _| {
    ///     keys.push(*key);
    ///     m.Delete(key);
    ///     true
    /// });
    /// keys.sort();
    /// assert_eq!(keys, [1, 2]);
    /// ```
    fn Range(&self, f: impl FnMut(&K, &V) -> bool);

    /// Stores a value.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::new();
    /// m.Store(1, "one");
    /// m.Store(1, "eins");
    /// assert_eq!(m.Load(&1), Some("eins"));
    /// ```
    fn Store(&self, key: K, value: V);

    /// Stores a value and returns the one before, Go's `previous, loaded`.
    ///
    /// ```
    /// use gosync as sync;
    /// use gosync::prelude::*;
    ///
    /// let m = sync::Map::new();
    /// assert_eq!(m.Swap(1, "one"), None);
    /// assert_eq!(m.Swap(1, "eins"), Some("one"));
    /// ```
    fn Swap(&self, key: K, value: V) -> Option<V>
    where
        V: Clone;
}

impl<K: Hash + Eq, V, S: BuildHasher> MapMethods<K, V> for Map<K, V, S> {
    #[inline]
    fn Clear(&self) {
        self.clear();
    }

    #[inline]
    fn CompareAndDelete<Q>(&self, key: &Q, old: &V) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: PartialEq,
    {
        self.compare_and_remove(key, old)
    }

    #[inline]
    fn CompareAndSwap<Q>(&self, key: &Q, old: &V, new: V) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: PartialEq,
    {
        self.compare_and_swap(key, old, new)
    }

    #[inline]
    fn Delete<Q>(&self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.discard(key);
    }

    #[inline]
    fn Load<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.get(key)
    }

    #[inline]
    fn LoadAndDelete<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.remove(key)
    }

    #[inline]
    fn LoadOrStore(&self, key: K, value: V) -> (V, bool)
    where
        V: Clone,
    {
        self.get_or_insert(key, value)
    }

    #[inline]
    fn Range(&self, mut f: impl FnMut(&K, &V) -> bool) {
        // Ended early or not: Go does not say either.
        let _ = self.try_for_each(|key, value| {
            if f(key, value) {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    }

    #[inline]
    fn Store(&self, key: K, value: V) {
        self.set(key, value);
    }

    #[inline]
    fn Swap(&self, key: K, value: V) -> Option<V>
    where
        V: Clone,
    {
        self.insert(key, value)
    }
}
