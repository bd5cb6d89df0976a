//! The slot of one key, and a key with its value on their way there.
//!
//! # States of a slot
//!
//! | `value` | |
//! |---|---|
//! | [`at_home`] | alive, with the value that it was made with, which is in the slot itself |
//! | a pointer | alive, with the value in that box |
//! | null | dead, for ever: the key has been removed, and the slot is on its way out |
//!
//! | its lowest bit | |
//! |---|---|
//! | [`LAST`] | no key has had to go to the next place because of this one |
//! | [`FOLLOWED`] | one has: the row goes on. Set and taken back under the lock of the table alone |
//!
//! A slot that is dead and `LAST` is gone: it will not be followed any more, and may be taken out or
//! replaced by anyone.
//!
//! | `stamp` | |
//! |---|---|
//! | [`NEW`] | not in the table yet, or for just a moment: whoever comes by stamps it |
//! | a stamp | when it was in the table: the era and the age (see `clock`) |
//! | the same with [`MOVED`] | the value may be anything. Without, it is `at_home`, and nothing else has to be read |
//!
//! A slot whose era is not the table's has been cleared: nobody finds its key. It is killed by whoever
//! wants its place, or by whoever sweeps the table.
//!
//! # Who owns a key and a value
//!
//! 1. Before they are in the table, their [`Fresh`], also when a slot that was made of them and never
//!    got into the table has a copy. That is why a slot that is `NEW` frees nothing.
//! 2. In the table, their slot.
//! 3. A value in a box that was taken out by [`take_if`](Slot::take_if) or
//!    [`replace_if`](Slot::replace_if): the collector, which frees it when all guards are gone that
//!    were there at that time.
//!
//! A value that [`fits`] is put into the slot that it comes with: a new key is one allocation, and a
//! read of it is on one cache line. It stays there until the slot is freed, also when another has
//! replaced it: so it must need no drop. (To drop it sooner would take an order between the collector's
//! batches: this value's, and the slot's, which may be another thread's.)
//!
//! # Orderings
//!
//! All accesses are `SeqCst`. The collector asks for it at values, and stamps need one order of all of
//! them (see `table`). On x86 and 64-bit ARM that costs the reader nothing: an `Acquire` load is the same
//! instruction. (On ARM if the program is built for all of them.) RISC-V and POWER have a fence before it.

use std::{
    cell::UnsafeCell,
    hint,
    marker::PhantomData,
    mem::{self, MaybeUninit},
    ptr,
    sync::atomic::{AtomicPtr, Ordering::SeqCst},
};

use papaya::{Guard, LocalGuard};
use seize::reclaim;

use crate::clock::{AtomicStamp, Clock, MOVED, NEW, Walk, is_new};

/// No key has had to go on from here.
pub(crate) const LAST: usize = 0;
/// A key has had to go on from here.
pub(crate) const FOLLOWED: usize = 1;

/// A value in a box, whose address leaves a bit for the link.
#[repr(C, align(2))]
pub(crate) struct Aligned<V>(V);

/// Stands in `value` for the value that the slot was made with. There is no box at this address
/// (except for values of no size, of which one is as good as another).
const fn at_home<V>() -> *mut Aligned<V> {
    ptr::without_provenance_mut(4)
}

/// Without the link.
#[inline]
fn pointer<V>(value: *mut Aligned<V>) -> *mut Aligned<V> {
    value.map_addr(|address| address & !FOLLOWED)
}

#[inline]
fn link<V>(value: *mut Aligned<V>) -> usize {
    value.addr() & FOLLOWED
}

/// Without it to begin with.
#[inline]
fn with_link<V>(value: *mut Aligned<V>, link: usize) -> *mut Aligned<V> {
    value.map_addr(|address| address | link)
}

/// Room for a value in a slot.
type Home = MaybeUninit<u64>;

/// Whether values of this type are put into the slot that they come with.
const fn fits<V>() -> bool {
    !mem::needs_drop::<V>()
        && size_of::<V>() <= size_of::<Home>()
        && align_of::<V>() <= align_of::<Home>()
}

/// The slot of one key. In this order, since `value` is not read if the value is at home: the others,
/// and the number before them, are on one cache line more often than not.
#[repr(C)]
pub(crate) struct Slot<K, V> {
    stamp: AtomicStamp,
    /// The first value, if it fits. Written before the slot is in the table, and never again.
    home: UnsafeCell<Home>,
    /// There for as long as the slot is in the table.
    key: MaybeUninit<K>,
    value: AtomicPtr<Aligned<V>>,
    /// Sent and shared as they are.
    owns: PhantomData<(K, Box<V>)>,
}

// SAFETY: what `home` adds to the other fields is a `V`, which is lent as `&V` alone.
unsafe impl<K: Sync, V: Send + Sync> Sync for Slot<K, V> {}

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

    /// Whether the table has not been cleared since the slot was put there. To be called with a slot
    /// that was found in the table, before anything is made of what is in it: stamps it, if it is
    /// new.
    #[inline]
    pub(crate) fn settle(&self, clock: &Clock) -> bool {
        let stamp = self.stamp.load(SeqCst);
        clock.is_of_now(stamp) || (is_new(stamp) && self.settle_slow(clock))
    }

    #[cold]
    fn settle_slow(&self, clock: &Clock) -> bool {
        self.date(clock);
        clock.is_of_now(self.stamp.load(SeqCst))
    }

    /// Stamps the slot, which is in the table, unless somebody has done so.
    #[inline]
    pub(crate) fn date(&self, clock: &Clock) {
        // The clock is read when the slot is in the table already, by whoever does it. The first
        // one's stamp stays.
        let moved = if fits::<V>() { 0 } else { MOVED };
        let stamp = clock.stamp() | moved;
        let _ = self.stamp.compare_exchange(NEW, stamp, SeqCst, SeqCst);
    }

    /// Makes those who read look at `value`, from now on and in all eras.
    #[inline]
    pub(crate) fn is_moved(&self) {
        if fits::<V>() && self.stamp.load(SeqCst) & MOVED == 0 {
            self.stamp.fetch_or(MOVED, SeqCst);
        }
    }

    /// Whether the key has been removed.
    #[inline]
    pub(crate) fn is_dead(&self) -> bool {
        pointer(self.value.load(SeqCst)).is_null()
    }

    /// Whether the key has been removed, and no row goes on from here, nor ever will.
    #[inline]
    pub(crate) fn is_gone(&self) -> bool {
        self.value.load(SeqCst).is_null()
    }

    /// Whether the row goes on.
    #[inline]
    pub(crate) fn is_followed(&self) -> bool {
        link(self.value.load(SeqCst)) == FOLLOWED
    }

    /// Makes the row go on; `false` if the slot is gone. Under the lock.
    pub(crate) fn follow(&self) -> bool {
        self.value
            .fetch_update(SeqCst, SeqCst, |value| {
                (!value.is_null()).then(|| with_link(value, FOLLOWED))
            })
            .is_ok()
    }

    /// Makes the row end here. Under the lock.
    pub(crate) fn unfollow(&self) {
        self.value.fetch_and(!FOLLOWED, SeqCst);
    }

    /// The value at which `value` points.
    ///
    /// # Safety
    ///
    /// `value` was loaded from this slot's `value` under a guard that lives for `'g`, as does the
    /// slot.
    #[inline]
    unsafe fn at<'g>(&self, value: *mut Aligned<V>) -> Option<&'g V> {
        let value = pointer(value);
        let value: *mut V = if fits::<V>() && value == at_home() {
            self.home.get().cast()
        } else {
            value.cast()
        };
        // SAFETY: null, or a value that the slot owned while the guard was there (2): in the slot
        // itself, or in a box that is not freed before the guard is gone (3). It is only ever lent
        // as `&V`.
        unsafe { value.as_ref() }
    }

    /// The value, if the slot is alive and has not been cleared. Stamps the slot, if it is new. `search`
    /// began before the slot was found.
    ///
    /// # Safety
    ///
    /// As for [`key`](Self::key).
    #[inline]
    pub(crate) unsafe fn get<'g>(
        &self,
        search: Walk,
        clock: &Clock,
        guard: &'g impl Guard,
    ) -> Option<&'g V> {
        if fits::<V>() && search.shows_at_home(self.stamp.load(SeqCst)) {
            // SAFETY: the guard was there when the slot was found, so both live for as long as it does.
            return unsafe { self.at(at_home()) };
        }
        // Loaded anew in there: to keep it would cost the way that most take.
        let settled = self.settle(clock);
        // SAFETY: the same.
        settled.then(|| unsafe { self.at(guard.protect(&self.value, SeqCst)) })?
    }

    /// The value, if the walk may show it: the slot is alive, it was in the table before the walk
    /// began, and had not been cleared by then. No if it is new.
    ///
    /// # Safety
    ///
    /// As for [`key`](Self::key).
    #[inline]
    pub(crate) unsafe fn get_for<'g>(
        &self,
        walk: Walk,
        guard: &'g LocalGuard<'_>,
    ) -> Option<&'g V> {
        if fits::<V>() {
            if walk.shows_at_home(self.stamp.load(SeqCst)) {
                // SAFETY: as in `get`.
                return unsafe { self.at(at_home()) };
            }
            hint::cold_path();
        }
        // SAFETY: the same.
        unsafe {
            // Loaded anew: to keep it would cost the way that all but a few take.
            walk.shows(self.stamp.load(SeqCst))
                .then(|| self.at(guard.protect(&self.value, SeqCst)))?
        }
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
        let old = unsafe { self.exchange_if(wanted, |new| new.boxed(), new, true, guard) }?;
        new.is_out();
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
        unsafe { self.exchange_if(wanted, |()| ptr::null_mut(), &mut (), true, guard) }
    }

    /// Kills the slot, which has been cleared; `false` if it is dead already.
    ///
    /// # Safety
    ///
    /// As for [`key`](Self::key).
    pub(crate) unsafe fn kill(&self, guard: &LocalGuard<'_>) -> bool {
        // The stamp may go on to say that the value is at home: only a walk that began before the
        // map was cleared looks at this slot any more, and the key had that value during the walk.
        // SAFETY: the caller's.
        unsafe { self.exchange_if(|_| true, |()| ptr::null_mut(), &mut (), false, guard) }.is_some()
    }

    /// What `replace_if` and `take_if` have in common. `moves`: whether to tell so in the stamp.
    ///
    /// # Safety
    ///
    /// As for [`key`](Self::key). `with` returns null, or a box that nobody else owns.
    #[inline]
    unsafe fn exchange_if<'g, T>(
        &self,
        mut wanted: impl FnMut(&V) -> bool,
        mut with: impl FnMut(&mut T) -> *mut Aligned<V>,
        new: &mut T,
        moves: bool,
        guard: &'g LocalGuard<'_>,
    ) -> Option<&'g V> {
        let mut old = guard.protect(&self.value, SeqCst);
        let value = loop {
            // SAFETY: as in `get`.
            let value: &'g V = unsafe { self.at(old) }?;
            if !wanted(value) {
                return None;
            }
            if moves {
                self.is_moved();
            }
            let new = with_link(with(new), link(old));
            match guard.compare_exchange(&self.value, old, new, SeqCst, SeqCst) {
                Ok(_) => break value,
                Err(other) => old = other,
            }
        };
        let old = pointer(old);
        if !fits::<V>() || old != at_home() {
            // SAFETY: the exchange took it out and nobody else did, so it is retired once; nobody
            // who enters from now on finds it; and it was made by `Box::into_raw`. The collector
            // keeps it until `guard` is dropped, at least: so it can be lent for as long, and none
            // of the user's destructors runs in here.
            unsafe { guard.defer_retire(old, reclaim::boxed) };
        }
        Some(value)
    }
}

impl<K, V> Drop for Slot<K, V> {
    fn drop(&mut self) {
        if is_new(*self.stamp.get_mut()) {
            return;
        }
        let value = pointer(*self.value.get_mut());
        let is_box = !value.is_null() && (!fits::<V>() || value != at_home());
        // Both in one: if one's destructor panics, the other's is run all the same.
        let _owned = (
            // SAFETY: the slot was in the table (it is not new), so key and value are its own (2),
            // and the value was made by `Box::into_raw`. Nobody has a reference into a slot that is
            // dropped.
            is_box.then(|| unsafe { Box::from_raw(value) }),
            // SAFETY: the same.
            unsafe { self.key.assume_init_read() },
        );
    }
}

/// A value on its way into a slot.
pub(crate) trait Value<V> {
    /// The value in a box, made when it is first asked for, and still the property of `self`.
    fn boxed(&mut self) -> *mut Aligned<V>;

    /// The value is in a slot, and that one's.
    fn is_out(&mut self);
}

/// A value alone, for a key that is there.
pub(crate) struct FreshValue<V, F> {
    make: Option<F>,
    /// The value, once it is made, if it fits. There may be copies of it elsewhere: it needs no drop.
    here: Option<V>,
    /// The value in a box, or null before it is made and once it is in the table.
    boxed: *mut Aligned<V>,
}

impl<V, F: FnOnce() -> V> FreshValue<V, F> {
    #[inline]
    pub(crate) fn new(make: F) -> Self {
        Self {
            make: Some(make),
            here: None,
            boxed: ptr::null_mut(),
        }
    }

    /// Makes the value, if it is not made.
    #[inline]
    pub(crate) fn make(&mut self) {
        if let Some(make) = self.make.take() {
            let value = make();
            if fits::<V>() {
                self.here = Some(value);
            } else {
                self.boxed = Box::into_raw(Box::new(Aligned(value)));
            }
        }
    }

    /// A copy of the value that is here.
    fn copy(&self) -> V {
        let value = self.here.as_ref().expect("it is made, and fits");
        // SAFETY: it needs no drop, and of all copies one is made use of: the one that gets into the
        // table.
        unsafe { ptr::read(value) }
    }

    /// What a slot with this value has in `value` and in `home`: the same each time. The value is
    /// made if it is not, and still the property of `self`.
    #[inline]
    fn lend(&mut self) -> (*mut Aligned<V>, Home) {
        self.make();
        let mut home = Home::uninit();
        if fits::<V>() {
            // SAFETY: it fits, in size and alignment.
            unsafe { home.as_mut_ptr().cast::<V>().write(self.copy()) };
            (at_home(), home)
        } else {
            (self.boxed, home)
        }
    }
}

impl<V, F: FnOnce() -> V> Value<V> for FreshValue<V, F> {
    #[inline]
    fn boxed(&mut self) -> *mut Aligned<V> {
        self.make();
        if fits::<V>() && self.boxed.is_null() {
            self.boxed = Box::into_raw(Box::new(Aligned(self.copy())));
        }
        self.boxed
    }

    #[inline]
    fn is_out(&mut self) {
        self.boxed = ptr::null_mut();
    }
}

impl<V, F> Drop for FreshValue<V, F> {
    #[inline]
    fn drop(&mut self) {
        if !self.boxed.is_null() {
            // SAFETY: made by `Box::into_raw`, and in no table: `is_out` was not called.
            drop(unsafe { Box::from_raw(self.boxed) });
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
    /// papaya has a slot with copies of both, and may or may not have it in the table.
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

    /// Makes the value, if it is not made.
    pub(crate) fn make(&mut self) {
        self.value.make();
    }

    /// A slot for papaya to put into the table, or to throw away. One of
    /// [`is_in`](Self::is_in) and [`is_back`](Self::is_back) must be called when it has done
    /// either.
    #[inline]
    pub(crate) fn lend(&mut self, link: usize) -> Slot<K, V> {
        assert!(self.state != State::Out, "the key is in the table");
        let (value, home) = self.value.lend();
        self.state = State::Lent;
        Slot {
            // SAFETY: a copy, of which nobody makes a key before `self` has given up its own: the
            // slot is `NEW`, and is not in the table. If it ever is, `self` is told, and does so.
            key: unsafe { ptr::read(&raw const self.key) },
            value: AtomicPtr::new(with_link(value, link)),
            home: UnsafeCell::new(home),
            stamp: AtomicStamp::new(NEW),
            owns: PhantomData,
        }
    }

    /// A slot that was lent is in the table, and owns all: this one, since when `guard` was there.
    /// Returns the value that it was put there with.
    ///
    /// # Safety
    ///
    /// As for [`Slot::key`], and `slot` was made by the last [`lend`](Self::lend).
    #[inline]
    pub(crate) unsafe fn is_in<'g>(&mut self, slot: &Slot<K, V>, _: &'g LocalGuard<'_>) -> &'g V {
        self.state = State::Out;
        let (value, _) = self.value.lend();
        if !fits::<V>() {
            self.value.is_out();
        }
        // SAFETY: what the slot's `value` was. It was put into the table while the guard was there,
        // so it is not freed before the guard is gone, whatever is in the slot by now.
        unsafe { slot.at(value) }.expect("it was lent")
    }

    /// No slot that was lent is in the table.
    #[inline]
    pub(crate) fn is_back(&mut self) {
        self.state = State::Here;
    }
}

impl<K, V, F: FnOnce() -> V> Value<V> for Fresh<K, V, F> {
    #[inline]
    fn boxed(&mut self) -> *mut Aligned<V> {
        self.value.boxed()
    }

    #[inline]
    fn is_out(&mut self) {
        self.value.is_out();
    }
}

impl<K, V, F> Drop for Fresh<K, V, F> {
    #[inline]
    fn drop(&mut self) {
        // Both in one: if one's destructor panics, the other's is run all the same.
        let _owned = match self.state {
            State::Here => (
                // SAFETY: dropped here alone. So below.
                Some(unsafe { mem::ManuallyDrop::take(&mut self.value) }),
                // SAFETY: it has not been moved into the table.
                Some(unsafe { self.key.assume_init_read() }),
            ),
            // The user's code has panicked inside of papaya after a first try, and the slot is not in
            // the table. But to rely on that is not worth the few bytes: rather leak them.
            State::Lent => (None, None),
            // A box may be left that was made for another's slot.
            // SAFETY: see above.
            State::Out => (
                Some(unsafe { mem::ManuallyDrop::take(&mut self.value) }),
                None,
            ),
        };
    }
}
