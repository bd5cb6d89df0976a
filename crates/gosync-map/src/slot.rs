//! The slot of one key, and a key with its value on their way there.
//!
//! # States of a slot
//!
//! | `value` | |
//! |---|---|
//! | a value | alive: the key is in the map |
//! | null | dead, for ever: the key has been removed, and the slot is on its way out |
//!
//! | `since` | |
//! |---|---|
//! | [`NEW`] | not in the table yet, or for just a moment: whoever comes by gives it its age |
//! | an age | how many walks had begun when it was in the table |
//!
//! | `link` | |
//! |---|---|
//! | [`LAST`] | no key has had to go to the next place because of this one |
//! | [`FOLLOWED`] | one has: the row goes on. Set and taken back under the lock of the table alone |
//! | [`GONE`] | dead, and will not be followed any more: may be taken out or replaced by anyone |
//!
//! # Who owns a key and a value
//!
//! 1. Before they are in the table, their [`Fresh`], also when a slot that was made of them and never
//!    got into the table points there. That is why a slot that is `NEW` frees nothing.
//! 2. In the table, their slot.
//! 3. A value that was taken out by [`take_if`](Slot::take_if) or
//!    [`replace_if`](Slot::replace_if): the collector, which frees it when all guards are gone that
//!    were there at that time.
//!
//! # Orderings
//!
//! All accesses are `SeqCst`. The collector asks for it at values, and ages need one order of all of
//! them (see `table`). On the processors of today that costs the reader nothing.

use std::{
    marker::PhantomData,
    mem::{self, MaybeUninit},
    ptr,
    sync::atomic::{AtomicPtr, AtomicU8, Ordering::SeqCst},
};

use papaya::{Guard, LocalGuard};
use seize::reclaim;

#[cfg(target_has_atomic = "64")]
mod age {
    pub(crate) type Age = u64;
    pub(crate) type AtomicAge = std::sync::atomic::AtomicU64;
}
/// Where there are no 64-bit atomics, ages start anew after four billion walks. A walk that is under
/// way then may see a key twice, or miss one.
#[cfg(not(target_has_atomic = "64"))]
mod age {
    pub(crate) type Age = usize;
    pub(crate) type AtomicAge = std::sync::atomic::AtomicUsize;
}

pub(crate) use age::{Age, AtomicAge};

/// The age of a slot that has none yet.
pub(crate) const NEW: Age = Age::MAX;

/// No key has had to go on from here.
pub(crate) const LAST: u8 = 0;
/// A key has had to go on from here.
pub(crate) const FOLLOWED: u8 = 1;
/// Dead, and no key will go on from here.
const GONE: u8 = 2;

/// The slot of one key.
pub(crate) struct Slot<K, V> {
    /// There for as long as the slot is in the table.
    key: MaybeUninit<K>,
    value: AtomicPtr<V>,
    since: AtomicAge,
    link: AtomicU8,
    /// Sent and shared as they are.
    owns: PhantomData<(K, Box<V>)>,
}

impl<K, V> Slot<K, V> {
    /// The key.
    ///
    /// # Safety
    ///
    /// The slot was found in the table. The same holds for the other `unsafe` methods; their guard
    /// is of that table, and was there when the slot was found.
    #[inline]
    pub(crate) unsafe fn key(&self) -> &K {
        // SAFETY: the slot is in the table, so the key has been moved here (2), and stays for as
        // long as there is a slot to borrow from.
        unsafe { self.key.assume_init_ref() }
    }

    /// Gives the slot its age, if it has none: `walks` is the count of walks begun. To be called
    /// with a slot that was found in the table, before anything is made of what is in it.
    #[inline]
    pub(crate) fn settle(&self, walks: &AtomicAge) {
        if self.since.load(SeqCst) == NEW {
            self.settle_slow(walks);
        }
    }

    #[cold]
    fn settle_slow(&self, walks: &AtomicAge) {
        // The count is read when the slot is in the table already, by whoever does it. The first
        // one's counts.
        let _ = self
            .since
            .compare_exchange(NEW, walks.load(SeqCst), SeqCst, SeqCst);
    }

    /// Whether the slot was in the table before walk number `walk` began. It was not if it is new.
    #[inline]
    pub(crate) fn is_before(&self, walk: Age) -> bool {
        // `NEW` is the greatest.
        self.since.load(SeqCst) <= walk
    }

    /// Whether the key has been removed.
    #[inline]
    pub(crate) fn is_dead(&self) -> bool {
        self.value.load(SeqCst).is_null()
    }

    /// Whether the row goes on.
    #[inline]
    pub(crate) fn is_followed(&self) -> bool {
        self.link.load(SeqCst) == FOLLOWED
    }

    /// Makes the row go on; `false` if the slot is on its way out. Under the lock.
    pub(crate) fn follow(&self) -> bool {
        self.link
            .compare_exchange(LAST, FOLLOWED, SeqCst, SeqCst)
            .map_or_else(|link| link == FOLLOWED, |_| true)
    }

    /// Makes the row end here. Under the lock.
    pub(crate) fn unfollow(&self) {
        let _ = self.link.compare_exchange(FOLLOWED, LAST, SeqCst, SeqCst);
    }

    /// Lets nobody follow any more; `false` if somebody does, or if the slot is alive.
    #[inline]
    pub(crate) fn is_gone(&self) -> bool {
        self.is_dead()
            && self
                .link
                .compare_exchange(LAST, GONE, SeqCst, SeqCst)
                .map_or_else(|link| link == GONE, |_| true)
    }

    /// The value, if the slot is alive.
    ///
    /// # Safety
    ///
    /// As for [`key`](Self::key).
    #[inline]
    pub(crate) unsafe fn get<'g>(&self, guard: &'g LocalGuard<'_>) -> Option<&'g V> {
        let value = guard.protect(&self.value, SeqCst);
        // SAFETY: null, or a value that the slot owned while `guard` was there (2), so that it is
        // not freed before `guard` is gone (3). It is only ever lent as `&V`.
        unsafe { value.as_ref() }
    }

    /// Puts the value of `new` in the place of the one that is there, if that is `wanted`, and lends
    /// the old one. `None` if the slot is dead or `wanted` says no, which it is asked again about
    /// each other value that comes in between; `new` keeps its own then.
    ///
    /// # Safety
    ///
    /// As for [`key`](Self::key).
    #[inline]
    pub(crate) unsafe fn replace_if<'g>(
        &self,
        wanted: impl FnMut(&V) -> bool,
        new: &mut impl Value<V>,
        guard: &'g LocalGuard<'_>,
    ) -> Option<&'g V> {
        // SAFETY: the caller's.
        let old = unsafe { self.exchange_if(wanted, |new| new.value(), new, guard) }?;
        new.value_is_out();
        Some(old)
    }

    /// Takes the value out and lends it, if it is `wanted`. The slot is dead then. `None` if it was,
    /// or `wanted` says no.
    ///
    /// # Safety
    ///
    /// As for [`key`](Self::key).
    #[inline]
    pub(crate) unsafe fn take_if<'g>(
        &self,
        wanted: impl FnMut(&V) -> bool,
        guard: &'g LocalGuard<'_>,
    ) -> Option<&'g V> {
        // SAFETY: the caller's.
        unsafe { self.exchange_if(wanted, |()| ptr::null_mut(), &mut (), guard) }
    }

    /// What `replace_if` and `take_if` have in common.
    ///
    /// # Safety
    ///
    /// As for [`key`](Self::key). `with` returns null, or a value that nobody else owns.
    #[inline]
    unsafe fn exchange_if<'g, T>(
        &self,
        mut wanted: impl FnMut(&V) -> bool,
        mut with: impl FnMut(&mut T) -> *mut V,
        new: &mut T,
        guard: &'g LocalGuard<'_>,
    ) -> Option<&'g V> {
        let mut old = guard.protect(&self.value, SeqCst);
        loop {
            // SAFETY: as in `get`.
            let value = unsafe { old.as_ref::<'g>() }?;
            if !wanted(value) {
                return None;
            }
            match guard.compare_exchange(&self.value, old, with(new), SeqCst, SeqCst) {
                Ok(_) => break,
                Err(other) => old = other,
            }
        }
        // SAFETY: the exchange took it out and nobody else did, so it is retired once; nobody who
        // enters from now on finds it; and it was made by `Box::into_raw`. The collector keeps it
        // until `guard` is dropped, at least: so it can be lent for as long, and none of the user's
        // destructors runs in here.
        unsafe { guard.defer_retire(old, reclaim::boxed) };
        // SAFETY: as in `get`.
        unsafe { old.as_ref() }
    }
}

impl<K, V> Drop for Slot<K, V> {
    fn drop(&mut self) {
        if *self.since.get_mut() == NEW {
            return;
        }
        let value = *self.value.get_mut();
        // Both in one: if one's destructor panics, the other's is run all the same.
        let _owned = (
            // SAFETY: the slot was in the table (it is not new), so key and value are its own (2),
            // and the value was made by `Box::into_raw`. Nobody has a reference into a slot that is
            // dropped.
            (!value.is_null()).then(|| unsafe { Box::from_raw(value) }),
            // SAFETY: the same.
            unsafe { self.key.assume_init_read() },
        );
    }
}

/// A value on its way into a slot.
pub(crate) trait Value<V> {
    /// The value, made when it is first asked for, and still the property of `self`.
    fn value(&mut self) -> *mut V;

    /// The value is in a slot, and that one's.
    fn value_is_out(&mut self);
}

/// A value alone, for a key that is there.
pub(crate) struct FreshValue<V, F> {
    make: Option<F>,
    /// The value, or null before it is made and once it is in the table.
    value: *mut V,
    owns: PhantomData<V>,
}

impl<V, F: FnOnce() -> V> FreshValue<V, F> {
    #[inline]
    pub(crate) fn new(make: F) -> Self {
        Self {
            make: Some(make),
            value: ptr::null_mut(),
            owns: PhantomData,
        }
    }
}

impl<V, F: FnOnce() -> V> Value<V> for FreshValue<V, F> {
    #[inline]
    fn value(&mut self) -> *mut V {
        if let Some(make) = self.make.take() {
            self.value = Box::into_raw(Box::new(make()));
        }
        self.value
    }

    #[inline]
    fn value_is_out(&mut self) {
        self.value = ptr::null_mut();
    }
}

impl<V, F> Drop for FreshValue<V, F> {
    #[inline]
    fn drop(&mut self) {
        if !self.value.is_null() {
            // SAFETY: made by `Box::into_raw`, and in no table: `value_is_out` was not called.
            drop(unsafe { Box::from_raw(self.value) });
        }
    }
}

/// A key and its value on their way into the table.
pub(crate) struct Fresh<K, V, F> {
    /// Not there any more once it is in the table.
    key: MaybeUninit<K>,
    value: mem::ManuallyDrop<FreshValue<V, F>>,
    state: State,
}

#[derive(PartialEq)]
enum State {
    /// Both are here, or the key alone.
    Here,
    /// papaya has a slot that points here, and may or may not have it in the table.
    Lent,
    /// Both are in the table.
    Out,
}

impl<K, V, F: FnOnce() -> V> Fresh<K, V, F> {
    #[inline]
    pub(crate) fn new(key: K, make: F) -> Self {
        Self {
            key: MaybeUninit::new(key),
            value: mem::ManuallyDrop::new(FreshValue::new(make)),
            state: State::Here,
        }
    }

    /// The key.
    #[inline]
    pub(crate) fn key(&self) -> &K {
        assert!(self.state != State::Out, "the key is in the table");
        // SAFETY: it has not been moved into the table.
        unsafe { self.key.assume_init_ref() }
    }

    /// A slot for papaya to put into the table, or to throw away. One of [`is_out`](Self::is_out)
    /// and [`is_back`](Self::is_back) must be called when it has done either.
    #[inline]
    pub(crate) fn lend(&mut self, link: u8) -> Slot<K, V> {
        assert!(self.state != State::Out, "the key is in the table");
        let slot = Slot {
            // SAFETY: a copy, of which nobody makes a key before `self` has given up its own: the
            // slot is `NEW`, and is not in the table. If it ever is, `self` is told, and does so.
            key: unsafe { ptr::read(&raw const self.key) },
            value: AtomicPtr::new(self.value.value()),
            since: AtomicAge::new(NEW),
            link: AtomicU8::new(link),
            owns: PhantomData,
        };
        self.state = State::Lent;
        slot
    }

    /// A slot that was lent is in the table, and owns all. Returns the value.
    #[inline]
    pub(crate) fn is_out(&mut self) -> *mut V {
        self.state = State::Out;
        self.value.value()
    }

    /// No slot that was lent is in the table.
    #[inline]
    pub(crate) fn is_back(&mut self) {
        self.state = State::Here;
    }
}

impl<K, V, F: FnOnce() -> V> Value<V> for Fresh<K, V, F> {
    #[inline]
    fn value(&mut self) -> *mut V {
        self.value.value()
    }

    #[inline]
    fn value_is_out(&mut self) {
        self.value.value_is_out();
    }
}

impl<K, V, F> Drop for Fresh<K, V, F> {
    #[inline]
    fn drop(&mut self) {
        // Lent: the user's code has panicked inside of papaya after a first try, and the slot is not
        // in the table. But to rely on that is not worth the few bytes: rather leak them.
        if self.state == State::Here {
            let _owned = (
                // SAFETY: dropped here alone.
                unsafe { mem::ManuallyDrop::take(&mut self.value) },
                // SAFETY: it has not been moved into the table.
                unsafe { self.key.assume_init_read() },
            );
        }
    }
}
