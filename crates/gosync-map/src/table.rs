//! The map once there is something to store: papaya's table of slots, and what keeps it in order.
//!
//! # Invariants
//!
//! 1. A key has at most one slot that is alive and of the present era, and it is the same for as long
//!    as the key stays in the map. To remove a key is to kill its slot; it is taken out of the table
//!    afterwards.
//! 2. The operations on a key take place in the accesses to its slot, and at the insertion of its
//!    slot: each is one atomic step. So they are atomic per key, whatever papaya does around them, and
//!    however often it calls the closures below.
//! 3. The user's code runs before such a step or after it, never within. A panic unwinds through
//!    papaya's search, which holds nothing.
//! 4. The slot of a key is at its home, or in the row that begins there: each slot before it is
//!    [`FOLLOWED`](crate::slot::FOLLOWED).
//!
//! # Rows
//!
//! A key whose home is taken by another key (whose hash is the same, then) stands further on in the
//! row. Whoever puts one there, or takes one from there, has the lock `crowd`: so two threads cannot
//! put the same key at two places of the row. At home they need no lock, since a slot must be gone
//! before its place is taken, and followed before the row goes on, and it cannot be both. Readers
//! never lock. A slot in the midst of a row stays when it is dead, and the next newcomer takes its
//! place. With a hash worth its name there are no rows.
//!
//! # Keys that are not there
//!
//! Each slot is counted from before it comes into the table until it is dead (see `census`). Where the
//! count is 0, the key is not there, and nobody has to look for it: this is the moment at which an
//! operation took place that says so.
//!
//! # How the table is cleared
//!
//! Each slot has an era: the table's, read when the slot was in it already. To clear the table is to
//! begin another era, which is one atomic step for all keys. An operation that found its slot to be of
//! the present era and goes on with it when the era is over took place before, whatever order of the
//! two the processor chose: it began before.
//!
//! A slot of another era is in nobody's way. The next key that wants its place takes it, as the same
//! key does that is stored again, and this costs less than to take out one and put in another. When
//! there may be as many as a batch of the collector has, they are swept out; also four times until
//! the same era comes again.
//!
//! # Why a walk visits no key twice
//!
//! papaya walks one table from end to end, and never moves an entry within it. But a key that is
//! removed and stored again gets another slot, maybe further on. So each slot has an age: the count
//! of walks that had begun, read when it was in the table already. A walk counts itself first, then
//! reads the era, and passes over slots that are younger, or of another era than that.
//!
//! Say a walk visits key k in slot a, and later comes to slot b with the same k. When the walk had
//! counted itself and read the era, a was not yet killed or cleared, or it would not have been shown;
//! so b was inserted after that (1); and its age was read after that. All of these are `SeqCst`, so
//! the age counts this walk, and the walk passes over b.
//!
//! To what is cleared meanwhile a walk goes on, as Go's does, if it has not been swept out, nor its place
//! been taken.
//!
//! And no walk misses a key that was there all the time: the writer stamps a slot before its operation
//! returns, and so does everyone else who finds it new before he makes use of it. So a key that
//! anybody knows of when a walk begins has an age from before.
//!
//! The cost is one addition to a shared counter for each walk, a load of that counter for each new
//! key, and a comparison for each access, on the cache line of the key.

use std::{
    any::type_name,
    borrow::Borrow,
    hash::{BuildHasher, Hash},
    mem::{self, ManuallyDrop},
    ops::ControlFlow,
    ptr,
};

use gosync_mutex::Mutex;
use papaya::{Compute, Guard, HashMap, LocalGuard, Operation, ResizeMode};
use seize::Collector;

use crate::{
    census::{Candidate, Census},
    clock::{Clock, Walk},
    place::{AsItIs, Place},
    random::RandomState,
    slot::{FOLLOWED, Fresh, FreshValue, LAST, Slot},
    within::Within,
};

/// How many keys and values that were removed or replaced a thread gathers before they are dropped
/// together. (More if the machine has more processors than that.)
///
/// A batch costs an interrupt to all processors that run the program, which is dear above all in a
/// virtual machine.
pub const BATCH: usize = 256;

/// The same of keys and values that need no drop, such as numbers: of these nothing but their own
/// memory waits.
pub const PLAIN_BATCH: usize = 1024;

/// How many places of a table that is full are moved with each key that is put in after that. With
/// fewer, more of them look through both tables; with more, each takes longer.
const MOVED_AT_ONCE: usize = 128;

pub(crate) struct Table<K, V, S> {
    /// Dropped in `drop` alone, or not at all.
    map: ManuallyDrop<HashMap<Place, Slot<K, V>, AsItIs>>,
    hasher: S,
    /// Held to put a slot into a row behind its home, or to take it from there.
    crowd: Mutex<()>,
    /// Held to take out what has been cleared.
    sweeping: Mutex<()>,
    clock: Clock,
    census: Census,
    /// How many entries a thread gathers before they are freed together, and how many that were
    /// cleared may wait for others to take their places.
    batch: usize,
}

/// What is at home where a key is not found.
#[derive(Clone, Copy)]
enum Home {
    /// No slot.
    Free,
    /// One, be it of another key, or dead.
    Taken,
}

/// What became of a try to put a slot at a place.
enum Put<'g, V> {
    /// It is there, with this value.
    Stored(&'g V),
    /// The key was there, and this came of it.
    Found(&'g V),
    /// Another key is there.
    Crowded,
}

impl<K, V, S> Table<K, V, S> {
    pub(crate) fn new(hasher: S) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, |n| n.get());
        let plain = !mem::needs_drop::<K>() && !mem::needs_drop::<V>();
        let batch = if plain { PLAIN_BATCH } else { BATCH }.max(processors);
        // A table that is full is moved a few entries at a time, by those who put keys in next (see
        // `put_first`) or take some out.
        let map = HashMap::builder()
            .hasher(AsItIs::default())
            .resize_mode(ResizeMode::Incremental(MOVED_AT_ONCE))
            .collector(Collector::new().batch_size(batch))
            .build();
        Self {
            map: ManuallyDrop::new(map),
            hasher,
            crowd: Mutex::new(()),
            sweeping: Mutex::new(()),
            clock: Clock::default(),
            census: Census::default(),
            batch,
        }
    }

    /// How many slots are counted, at most.
    #[cfg(test)]
    pub(crate) fn counted(&self) -> usize {
        self.census.sum()
    }

    /// Whether nothing is left of what was cleared.
    #[cfg(test)]
    pub(crate) fn is_swept(&self) -> bool {
        self.clock.is_swept()
    }

    pub(crate) fn hasher(&self) -> &S {
        &self.hasher
    }

    pub(crate) fn len(&self) -> usize {
        if !self.clock.is_swept() && self.map.len() >= self.batch {
            // It costs what it costs to count them, and the next time need not.
            self.sweep_and(|| ());
        }
        if self.clock.is_swept() {
            return self.map.len();
        }
        let guard = self.map.guard();
        let slots = self.map.iter(&guard);
        slots
            .filter(|(_, slot)| slot.settle(&self.clock) && !slot.is_dead())
            .count()
    }

    /// Shows the entries until told to stop.
    #[inline]
    pub(crate) fn walk<B>(&self, mut f: impl FnMut(&K, &V) -> ControlFlow<B>) -> ControlFlow<B> {
        let guard = self.map.guard();
        // First count, then look.
        let walk = self.clock.begin_walk();
        for (_, slot) in self.map.iter(&guard) {
            // SAFETY: found in this table, with a guard of this table. So everywhere below.
            if let Some(value) = unsafe { slot.get_for(walk, &guard) } {
                // SAFETY: the same.
                f(unsafe { slot.key() }, value)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Begins an era: from now on nobody finds the keys of the slots that are there.
    pub(crate) fn clear(&self) {
        if !self.clock.try_begin_era() {
            self.sweep_and(|| self.clock.begin_era());
        }
        if self.map.len() >= self.batch {
            self.sweep_and(|| ());
        }
    }

    /// Starts to free what this thread has removed, and what has been cleared.
    pub(crate) fn flush(&self) {
        if !self.clock.is_swept() {
            self.sweep_and(|| ());
        }
        self.map.guard().flush();
    }

    /// Takes out what has been cleared, and does this before anyone else can.
    #[cold]
    fn sweep_and(&self, then: impl FnOnce()) {
        // Dropped last: what the collector frees then is the user's, and may use the map.
        let guard = self.map.guard();
        let _lock = self.sweeping.lock();
        if self.clock.is_swept() {
            // By another thread, meanwhile.
            return then();
        }
        self.clock.sweep(|| {
            let mut crowded = Vec::new();
            let stays = |place: &Place, slot: &Slot<K, V>| {
                if !self.is_cleared(slot, &guard, || self.census.strike(*place)) {
                    return true;
                }
                let stays = !slot.is_gone();
                if stays {
                    slot.is_moved();
                    crowded.push(*place);
                }
                stays
            };
            self.map.retain(stays, &guard);
            for place in crowded {
                self.tidy(place, place, &guard);
            }
        });
        then();
    }

    /// Whether the slot has been cleared. It is dead then, and no longer in the way. `killed` is told
    /// if it was not dead before: it is still counted.
    #[inline]
    fn is_cleared(&self, slot: &Slot<K, V>, guard: &LocalGuard<'_>, killed: impl FnOnce()) -> bool {
        let cleared = !slot.settle(&self.clock);
        // SAFETY: found in this table, with a guard of this table.
        if cleared && unsafe { slot.kill(guard) } {
            killed();
        }
        cleared
    }

    /// Takes dead slots off the end of the row that begins at `home`, of which `place` is a part.
    #[cold]
    fn tidy(&self, home: Place, mut place: Place, guard: &LocalGuard<'_>) {
        let _crowd = self.crowd.lock();
        while let Some(slot) = self.map.get(&place, guard)
            && slot.is_followed()
            && self.map.contains_key(&place.next(), guard)
        {
            place = place.next();
        }
        // Nothing follows at `place`.
        loop {
            if let Some(slot) = self.map.get(&place, guard) {
                slot.unfollow();
                if !slot.is_dead() {
                    return;
                }
                let _ = self.map.remove_if(&place, |_, slot| slot.is_gone(), guard);
            }
            if place == home {
                return;
            }
            place = place.before();
        }
    }
}

impl<K, V, S> Drop for Table<K, V, S> {
    fn drop(&mut self) {
        // A guard that is not the thread's: that one may be gone already, in a thread-local's
        // destructor. (papaya wants the thread's all the same for what was removed while the table was being
        // moved, and panics there: see the crate.)
        let collector = ptr::from_ref(self.map.owned_guard().collector());
        // If a destructor of the user's panics in here, the collector is left in a state in which it
        // must not be dropped: then the table is not, and what is left is leaked. Twice, since a
        // table of papaya's that waits there has some of its own to add.
        for _ in 0..2 {
            // SAFETY: the collector is the map's, which is there. Nobody else is, and nobody has a
            // guard.
            unsafe { (*collector).reclaim_all() };
        }
        // What waited is dropped by now.
        // SAFETY: dropped here alone.
        unsafe { ManuallyDrop::drop(&mut self.map) };
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Table<K, V, S> {
    #[inline]
    fn home<Q: Hash + ?Sized>(&self, key: &Q) -> Place {
        let hash = self.hasher.hash_one(key);
        // Whether the bits are good. The compiler knows.
        if type_name::<S>() == type_name::<RandomState>() {
            Place::of(hash)
        } else {
            Place::mixed(hash)
        }
    }

    /// The slot of a key, its place, and its value; or, as the error, what was at home instead.
    #[expect(
        clippy::inline_always,
        reason = "the compiler finds it too long, and it is what all operations begin with"
    )]
    #[inline(always)]
    fn find<'g, Q>(
        &'g self,
        search: Walk,
        home: Place,
        key: &Q,
        guard: &'g LocalGuard<'_>,
    ) -> Result<(&'g Slot<K, V>, Place, &'g V), Home>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let Some(slot) = self.map.get(&home, guard) else {
            return Err(Home::Free);
        };
        if let Some(value) = self.value_of(search, key, slot, guard) {
            return Ok((slot, home, value));
        }
        // Another key, or this one once upon a time.
        if slot.is_followed()
            && let Some(found) = self.find_in_row(search, home.next(), key, guard)
        {
            return Ok(found);
        }
        Err(Home::Taken)
    }

    /// [`find`](Self::find) from this place of the row on.
    #[cold]
    fn find_in_row<'g, Q>(
        &'g self,
        search: Walk,
        mut place: Place,
        key: &Q,
        guard: &'g LocalGuard<'_>,
    ) -> Option<(&'g Slot<K, V>, Place, &'g V)>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        loop {
            let slot = self.map.get(&place, guard)?;
            if let Some(value) = self.value_of(search, key, slot, guard) {
                return Some((slot, place, value));
            }
            if !slot.is_followed() {
                return None;
            }
            place = place.next();
        }
    }

    /// The value of the key, if it is in this slot.
    #[inline]
    fn value_of<'g, Q>(
        &self,
        search: Walk,
        key: &Q,
        slot: &'g Slot<K, V>,
        guard: &'g LocalGuard<'_>,
    ) -> Option<&'g V>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        // SAFETY: found in this table, with a guard of this table.
        if unsafe { slot.key() }.borrow() == key {
            // SAFETY: the same.
            unsafe { slot.get(search, &self.clock, guard) }
        } else {
            None
        }
    }

    #[inline]
    pub(crate) fn get<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut place = self.home(key);
        if self.census.has_none(place) {
            return None;
        }
        let pinned = self.map.pin();
        let guard = Within::of(&pinned);
        let search = self.clock.begin_search();
        loop {
            let slot = pinned.get(&place)?;
            // SAFETY: found in this table, with a guard of this table.
            if unsafe { slot.key() }.borrow() == key
                // SAFETY: the same.
                && let Some(value) = unsafe { slot.get(search, &self.clock, &guard) }
            {
                return Some(read(value));
            }
            if !slot.is_followed() {
                return None;
            }
            place = place.next();
        }
    }

    /// Stores the value, and shows the one before, if there was one.
    #[inline]
    pub(crate) fn insert<R>(&self, key: K, value: V, old: impl FnOnce(&V) -> R) -> Option<R> {
        let home = self.home(&key);
        let guard = self.map.guard();
        let search = self.clock.begin_search();
        let mut fresh = Fresh::new(key, || value);
        let replace = |slot: &Slot<K, V>, fresh: &mut Fresh<K, V, _>| {
            // SAFETY: found in this table, with a guard of this table.
            unsafe { slot.replace_if(|_| true, fresh, &guard) }
        };
        let at_home = if self.census.has_none(home) {
            Home::Free
        } else {
            match self.find(search, home, fresh.key(), &guard) {
                Ok((slot, _, _)) => {
                    if let Some(value) = replace(slot, &mut fresh) {
                        return Some(old(value));
                    }
                    Home::Taken
                }
                Err(at_home) => at_home,
            }
        };
        let replaced = self.fill(home, at_home, &mut fresh, &guard, replace);
        replaced.err().map(old)
    }

    /// Shows the value of the key, after it has stored what `make` makes if there was none; and
    /// whether there was one.
    #[inline]
    pub(crate) fn get_or_insert<R>(
        &self,
        key: K,
        make: impl FnOnce() -> V,
        read: impl FnOnce(&V, bool) -> R,
    ) -> R {
        let home = self.home(&key);
        let guard = self.map.guard();
        let search = self.clock.begin_search();
        let at_home = if self.census.has_none(home) {
            Home::Free
        } else {
            match self.find(search, home, &key, &guard) {
                Ok((_, _, value)) => return read(value, true),
                Err(at_home) => at_home,
            }
        };
        let mut fresh = Fresh::new(key, make);
        let found = self.fill(home, at_home, &mut fresh, &guard, |slot, _| {
            // SAFETY: found in this table, with a guard of this table.
            unsafe { slot.get(search, &self.clock, &guard) }
        });
        match found {
            Ok(stored) => read(stored, false),
            Err(found) => read(found, true),
        }
    }

    /// Stores `fresh` in a slot of its own, and lends its value; or, if there is a slot for the key,
    /// does `or` to it and returns its result as the error. `or` returns `None` if it finds it dead.
    #[inline]
    fn fill<'g, F: FnOnce() -> V>(
        &'g self,
        home: Place,
        at_home: Home,
        fresh: &mut Fresh<K, V, F>,
        guard: &'g LocalGuard<'_>,
        or: impl Fn(&Slot<K, V>, &mut Fresh<K, V, F>) -> Option<&'g V>,
    ) -> Result<&'g V, &'g V> {
        let put = match at_home {
            Home::Free => self.put_first(home, fresh, guard, &or, false),
            Home::Taken => self.put(home, fresh, guard, &or, false, self.census.candidate(home)),
        };
        match put {
            Put::Stored(value) => Ok(value),
            Put::Found(value) => Err(value),
            Put::Crowded => self.fill_row(home, fresh, guard, &or),
        }
    }

    /// [`fill`](Self::fill) where another key is at home, or was, and the row went on.
    #[cold]
    fn fill_row<'g, F: FnOnce() -> V>(
        &'g self,
        home: Place,
        fresh: &mut Fresh<K, V, F>,
        guard: &'g LocalGuard<'_>,
        or: &impl Fn(&Slot<K, V>, &mut Fresh<K, V, F>) -> Option<&'g V>,
    ) -> Result<&'g V, &'g V> {
        let search = self.clock.begin_search();
        // Whoever makes the value may use the map, and does not get it made if the key is there.
        if let Some((slot, _, _)) = self.find_in_row(search, home, fresh.key(), guard)
            && let Some(value) = or(slot, fresh)
        {
            return Err(value);
        }
        fresh.make();
        self.census.give_up(home);
        let _crowd = self.crowd.lock();
        loop {
            let (mut end, mut last, mut free) = (home, None, None);
            while let Some(slot) = self.map.get(&end, guard) {
                if !self.is_cleared(slot, guard, || self.census.strike(end))
                    // SAFETY: found in this table, with a guard of this table.
                    && unsafe { slot.key() } == fresh.key()
                    && let Some(value) = or(slot, fresh)
                {
                    return Err(value);
                }
                if slot.is_dead() {
                    free = free.or(Some(end));
                }
                last = Some(slot);
                end = end.next();
                if !slot.is_followed() {
                    break;
                }
            }
            // The place of a dead one, or else the end of the row.
            let place = match (free, last) {
                (Some(free), _) => free,
                // It died, and somebody is about to take its place.
                (None, Some(last)) if !last.follow() => continue,
                (None, _) => end,
            };
            let put = if free.is_some() {
                self.put(place, fresh, guard, or, true, self.census.candidate(place))
            } else {
                self.put_first(place, fresh, guard, or, true)
            };
            match put {
                Put::Stored(value) => return Ok(value),
                Put::Found(value) => return Err(value),
                // Somebody came home there.
                Put::Crowded => {}
            }
        }
    }

    /// [`put`](Self::put) where there is no slot, to the best of our knowledge.
    #[inline]
    fn put_first<'g, F: FnOnce() -> V>(
        &'g self,
        place: Place,
        fresh: &mut Fresh<K, V, F>,
        guard: &'g LocalGuard<'_>,
        or: &impl Fn(&Slot<K, V>, &mut Fresh<K, V, F>) -> Option<&'g V>,
        crowd: bool,
    ) -> Put<'g, V> {
        let slot = fresh.lend(LAST);
        let mut candidate = self.census.candidate(place);
        candidate.count();
        // Unlike `compute`, this moves some of a table that is full: with nothing else the map would
        // become a chain of tables.
        if let Ok(slot) = self.map.try_insert(place, slot, guard) {
            candidate.arrive();
            return self.is_in(slot, fresh, guard);
        }
        fresh.is_back();
        self.put(place, fresh, guard, or, crowd, candidate)
    }

    /// Puts `fresh` in a slot at this place, or does `or` to the slot there if it is the key's.
    /// `crowd`: whether the lock is held.
    #[inline]
    fn put<'g, F: FnOnce() -> V>(
        &'g self,
        place: Place,
        fresh: &mut Fresh<K, V, F>,
        guard: &'g LocalGuard<'_>,
        or: &impl Fn(&Slot<K, V>, &mut Fresh<K, V, F>) -> Option<&'g V>,
        crowd: bool,
        mut candidate: Candidate<'_>,
    ) -> Put<'g, V> {
        // papaya may call this again, for a slot or for none, until it gets through. Whatever was
        // lent before is thrown away then, or put in later.
        let step = |entry: Option<(&Place, &'g Slot<K, V>)>| {
            let link = match entry {
                None => LAST,
                Some((_, slot)) => {
                    if !self.is_cleared(slot, guard, || candidate.inherit())
                        // SAFETY: found in this table, with a guard of this table.
                        && unsafe { slot.key() } == fresh.key()
                        && let Some(value) = or(slot, fresh)
                    {
                        return Operation::Abort(Put::Found(value));
                    }
                    if slot.is_gone() {
                        LAST
                    } else if crowd && slot.is_followed() && slot.is_dead() {
                        // Nobody changes that without the lock.
                        FOLLOWED
                    } else {
                        return Operation::Abort(Put::Crowded);
                    }
                }
            };
            let slot = fresh.lend(link);
            candidate.count();
            Operation::Insert(slot)
        };
        match self.map.compute(place, step, guard) {
            Compute::Inserted(_, slot) | Compute::Updated { new: (_, slot), .. } => {
                candidate.arrive();
                self.is_in(slot, fresh, guard)
            }
            Compute::Aborted(put) => {
                fresh.is_back();
                put
            }
            Compute::Removed(..) => unreachable!("nothing was to be removed"),
        }
    }

    /// The slot that `fresh` lent last is in the table, since when `guard` was there.
    #[inline]
    fn is_in<'g, F: FnOnce() -> V>(
        &self,
        slot: &Slot<K, V>,
        fresh: &mut Fresh<K, V, F>,
        guard: &'g LocalGuard<'_>,
    ) -> Put<'g, V> {
        // SAFETY: found in this table, with a guard of this table.
        let value = unsafe { fresh.is_in(slot, guard) };
        slot.date(&self.clock);
        Put::Stored(value)
    }

    /// Replaces the value by `new` if it is there and equals `old`.
    #[inline]
    pub(crate) fn compare_and_swap<Q>(&self, key: &Q, old: &V, new: V) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: PartialEq,
    {
        let home = self.home(key);
        if self.census.has_none(home) {
            return false;
        }
        let guard = self.map.guard();
        let search = self.clock.begin_search();
        let Ok((slot, _, _)) = self.find(search, home, key, &guard) else {
            return false;
        };
        let mut fresh = FreshValue::new(|| new);
        // SAFETY: found in this table, with a guard of this table.
        unsafe { slot.replace_if(|value| value == old, &mut fresh, &guard) }.is_some()
    }

    /// Removes the key if its value is `wanted`, and shows the value.
    #[inline]
    pub(crate) fn remove<Q, R>(
        &self,
        key: &Q,
        wanted: impl FnMut(&V) -> bool,
        read: impl FnOnce(&V) -> R,
    ) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let home = self.home(key);
        if self.census.has_none(home) {
            return None;
        }
        let guard = self.map.guard();
        let search = self.clock.begin_search();
        let (slot, place, _) = self.find(search, home, key, &guard).ok()?;
        // SAFETY: found in this table, with a guard of this table.
        let taken = unsafe { slot.take_if(wanted, &guard) }?;
        self.census.strike(place);
        if place == home {
            let _ = self.map.remove_if(&place, |_, slot| slot.is_gone(), &guard);
        } else {
            self.tidy(home, place, &guard);
        }
        Some(read(taken))
    }
}
