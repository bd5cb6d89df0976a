use std::{
    any::Any,
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use arc_swap::ArcSwapOption;

use crate::unwind::or_abort;

/// Go's `atomic.Value`: a value of any one type, which threads read and replace without a lock.
///
/// It is empty at first. The first value stored decides its type for good; of several first stores
/// at once, exactly one does. From then on a value of another type is refused with a panic. Where
/// the type is known in advance, a [`Pointer<T>`](crate::Pointer) does the same with neither a
/// check nor a panic.
///
/// Mind what the type of a value is; a load of another one is `None`:
///
/// - A number such as `4` is an `i32` where nothing else says what it is: write `4_u32`.
/// - An `Arc<T>` is no `T`. The `Value` makes an `Arc` of what it is given: where Go stores `&config`, store
///   `config`.
/// - Each function has a type of its own, and so has each closure. Go's `func()` is a function
///   pointer, `f as fn()`, or a `Box<dyn Fn() + Send + Sync>`.
///
/// ```
/// use std::collections::HashMap;
///
/// use gosync_atomic::Value;
///
/// static CONFIG: Value = Value::new();
///
/// assert!(CONFIG.load::<HashMap<&str, u32>>().is_none());
/// CONFIG.store(HashMap::from([("workers", 4_u32)]));
/// assert_eq!(CONFIG.load::<HashMap<&str, u32>>().unwrap()["workers"], 4);
/// ```
///
/// # Ordering
///
/// All operations are sequentially consistent, by the same means as those of
/// [`Pointer`](crate::Pointer).
///
/// # Cost
///
/// A pointer's worth of memory, and two allocations for each value put in. Loads and stores cost
/// what they cost in a [`Pointer`](crate::Pointer), and a comparison of type ids.
///
/// # Panics
///
/// Each panic leaves the value as it was, and the `Value` can be used on, by this thread and by
/// others. The same holds when `==` panics in [`compare_and_swap`](Self::compare_and_swap). Go's
/// panics on nil have no counterpart, since a `T` is never nil.
#[derive(Default)]
pub struct Value {
    /// `None` until the first store, never again `None` after it, and of one type for good.
    entry: ArcSwapOption<Entry>,
}

/// A value that is or was in a [`Value`].
///
/// An `Arc<dyn Any>` is two words, which no atomic holds; an `Arc<Entry>` is one.
struct Entry(Arc<dyn Any + Send + Sync>);

/// What is stored has another type than what was to be stored.
struct Mistyped;

impl Value {
    /// An empty `Value`.
    ///
    /// ```
    /// use gosync_atomic::Value;
    ///
    /// static V: Value = Value::new();
    /// assert!(V.load_any().is_none());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entry: ArcSwapOption::const_empty(),
        }
    }

    /// The value, if there is one and it is a `T`.
    ///
    /// `None` if nothing was stored yet, and also if what is stored has another type: this is Go's
    /// `x, ok := v.Load().(T)`. [`load_any`](Self::load_any) tells the two apart.
    ///
    /// ```
    /// let v = gosync_atomic::Value::new();
    /// assert_eq!(v.load::<u32>(), None);
    /// v.store(5_u32);
    /// assert_eq!(*v.load::<u32>().unwrap(), 5);
    /// assert_eq!(v.load::<i64>(), None);
    /// ```
    #[doc(alias = "Load")]
    pub fn load<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.load_any()?.downcast().ok()
    }

    /// The value, whatever its type, if there is one.
    ///
    /// ```
    /// let v = gosync_atomic::Value::new();
    /// assert!(v.load_any().is_none());
    /// v.store(5_u32);
    /// assert!(v.load_any().unwrap().is::<u32>());
    /// ```
    #[doc(alias = "Load")]
    pub fn load_any(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        // The guard that arc-swap lends costs no reference count of the entry; the only count
        // that goes up is the value's own.
        or_abort(|| self.entry.load())
            .as_ref()
            .map(|entry| Arc::clone(&entry.0))
    }

    /// Puts `new` in.
    ///
    /// Drops the old value, unless somebody else still has it.
    ///
    /// ```
    /// let v = gosync_atomic::Value::new();
    /// v.store("old");
    /// v.store("new");
    /// assert_eq!(*v.load::<&str>().unwrap(), "new");
    /// ```
    ///
    /// # Panics
    ///
    /// `sync/atomic: store of inconsistently typed value into Value`, if it holds a value of
    /// another type.
    #[doc(alias = "Store")]
    #[track_caller]
    pub fn store<T: Send + Sync + 'static>(&self, new: T) {
        if self.replace(new).is_err() {
            store_misuse();
        }
    }

    /// Puts `new` in and returns the old value, `None` if there was none.
    ///
    /// ```
    /// let v = gosync_atomic::Value::new();
    /// assert_eq!(v.swap(1), None);
    /// assert_eq!(*v.swap(2).unwrap(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// `sync/atomic: swap of inconsistently typed value into Value`, if it holds a value of another
    /// type.
    #[doc(alias = "Swap")]
    #[track_caller]
    pub fn swap<T: Send + Sync + 'static>(&self, new: T) -> Option<Arc<T>> {
        match self.replace(new) {
            Ok(old) => old,
            Err(Mistyped) => swap_misuse(),
        }
    }

    /// Puts `new` in if the value is equal to `old`, and says whether it was.
    ///
    /// Values are compared by `==`, not by identity. An empty `Value` is equal to nothing:
    /// [`compare_and_swap_any`](Self::compare_and_swap_any) can ask for it. It fails only if it saw
    /// a value that is not equal. (Go's also fails if the value is replaced by an equal one
    /// meanwhile.) `==` is called once, and again each time that another thread replaces the value
    /// in between; it may use this `Value` itself.
    ///
    /// ```
    /// let v = gosync_atomic::Value::new();
    /// assert!(!v.compare_and_swap(&1, 2)); // empty
    /// v.store(1);
    /// assert!(v.compare_and_swap(&1, 2));
    /// assert!(!v.compare_and_swap(&1, 3));
    /// assert_eq!(*v.load::<i32>().unwrap(), 2);
    /// ```
    ///
    /// # Panics
    ///
    /// `sync/atomic: compare and swap of inconsistently typed value into Value`, if it holds a
    /// value of another type.
    #[doc(alias = "CompareAndSwap")]
    #[track_caller]
    pub fn compare_and_swap<T>(&self, old: &T, new: T) -> bool
    where
        T: PartialEq + Send + Sync + 'static,
    {
        self.compare_and_swap_if(Some(old), new)
    }

    /// [`compare_and_swap`](Self::compare_and_swap) with an `old` whose type is known at run time
    /// only. `None` is Go's nil: it succeeds on an empty `Value` and nowhere else.
    ///
    /// ```
    /// let v = gosync_atomic::Value::new();
    /// assert!(v.compare_and_swap_any(None, 1));
    /// assert!(!v.compare_and_swap_any(None, 2));
    /// assert!(v.compare_and_swap_any(Some(&1), 2));
    /// assert_eq!(*v.load::<i32>().unwrap(), 2);
    /// ```
    ///
    /// # Panics
    ///
    /// - `sync/atomic: compare and swap of inconsistently typed values`, if `old` and `new` are of
    ///   different types.
    /// - `sync/atomic: compare and swap of inconsistently typed value into Value`, if it holds a
    ///   value of another type than theirs.
    #[doc(alias = "CompareAndSwap")]
    #[track_caller]
    pub fn compare_and_swap_any<T>(&self, old: Option<&dyn Any>, new: T) -> bool
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let Some(old) = old else {
            return self.compare_and_swap_if(None, new);
        };
        match old.downcast_ref() {
            Some(old) => self.compare_and_swap_if(Some(old), new),
            None => compare_misuse(),
        }
    }

    /// Puts `new` in and returns the old value, unless that has another type.
    fn replace<T: Send + Sync + 'static>(&self, new: T) -> Result<Option<Arc<T>>, Mistyped> {
        let new = Arc::new(Entry::new(new));
        let mut found = or_abort(|| self.entry.load());
        if found.is_none() {
            // The first store. By compare and swap, since only one may decide the type.
            let another = Some(Arc::clone(&new));
            found = or_abort(|| self.entry.compare_and_swap(&found, another));
        }
        match found.as_deref() {
            None => return Ok(None),
            Some(entry) if entry.get::<T>().is_none() => return Err(Mistyped),
            Some(_) => {}
        }
        // The type is settled: what comes out may be another value than `found`, but it is a `T`.
        let old = or_abort(|| self.entry.swap(Some(new)));
        Ok(old.and_then(|old| Arc::clone(&old.0).downcast().ok()))
    }

    /// Puts `new` in if `old` is what is there: an equal value, or nothing where it is `None`.
    #[track_caller]
    fn compare_and_swap_if<T>(&self, old: Option<&T>, new: T) -> bool
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let mut found = or_abort(|| self.entry.load());
        if !is_equal(found.as_deref(), old) {
            return false;
        }
        let new = Arc::new(Entry::new(new));
        loop {
            // `found` keeps its entry alive, so that no other can have its address: what has
            // that address is what was compared.
            let another = Some(Arc::clone(&new));
            let before = or_abort(|| self.entry.compare_and_swap(&found, another));
            if before.as_ref().map(Arc::as_ptr) == found.as_ref().map(Arc::as_ptr) {
                return true;
            }
            // Another thread replaced the value, perhaps by one that is equal.
            found = before;
            if !is_equal(found.as_deref(), old) {
                return false;
            }
        }
    }
}

impl Entry {
    fn new<T: Send + Sync + 'static>(value: T) -> Self {
        Self(Arc::new(value))
    }

    fn get<T: 'static>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

/// Whether `old` is what was found: nothing where there is nothing, else an equal value.
#[track_caller]
fn is_equal<T: PartialEq + 'static>(found: Option<&Entry>, old: Option<&T>) -> bool {
    match (found, old) {
        (None, old) => old.is_none(),
        (Some(entry), old) => match entry.get::<T>() {
            Some(value) => old.is_some_and(|old| value == old),
            None => compare_and_swap_misuse(),
        },
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn store_misuse() -> ! {
    panic!("sync/atomic: store of inconsistently typed value into Value")
}

#[cold]
#[inline(never)]
#[track_caller]
fn swap_misuse() -> ! {
    panic!("sync/atomic: swap of inconsistently typed value into Value")
}

#[cold]
#[inline(never)]
#[track_caller]
fn compare_misuse() -> ! {
    panic!("sync/atomic: compare and swap of inconsistently typed values")
}

#[cold]
#[inline(never)]
#[track_caller]
fn compare_and_swap_misuse() -> ! {
    panic!("sync/atomic: compare and swap of inconsistently typed value into Value")
}

/// Shows whether there is a value. Its type does not say how to show it.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Value").field(&self.load_any()).finish()
    }
}

// A panic in any method leaves the value whole, see `# Panics`.
impl UnwindSafe for Value {}
impl RefUnwindSafe for Value {}
