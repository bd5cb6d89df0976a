//! The batches of the depot, the hot ones first.
//!
//! ```text
//! push ──► hot: two, where there is room   ──► pop, first
//!     └──► cold: all others, in a queue    ──► pop, where no hot one is
//! ```
//!
//! A thread that puts and one that gets pass the same two batches to and fro: the same memory with the
//! same items, which their caches still have. What is more than they need stays in the cold queue,
//! where it grows old. One queue for all would bring each batch around in its turn, and keep it young.

use std::{
    marker::PhantomData,
    ptr::{self, NonNull},
};

use gosync_park::atomic::{
    AtomicPtr,
    Ordering::{Acquire, Relaxed, Release},
};

#[cfg(not(gosync_loom))]
use crossbeam_queue::SegQueue;
#[cfg(gosync_loom)]
use stand_in::SegQueue;

/// Room for two, each in a place of its own: nobody waits for anybody, whatever becomes of the other one
/// in the middle of this. (In a queue, who puts claims a place first and fills it afterwards.) With one
/// place, who puts a batch would find it taken before the other one comes; more are more cache lines on
/// their way.
#[repr(align(128))]
pub(crate) struct Shelf<B: Thing>([Place<B>; 2]);

/// What is made of one pointer, and owns what is there.
pub(crate) trait Thing {
    type Target;

    fn into_raw(self) -> NonNull<Self::Target>;

    /// # Safety
    ///
    /// It is the pointer of a thing of this type, and not used again.
    unsafe fn from_raw(raw: NonNull<Self::Target>) -> Self;
}

/// For the tests of what keeps things.
#[cfg(test)]
impl<T> Thing for Box<T> {
    type Target = T;

    fn into_raw(self) -> NonNull<T> {
        NonNull::from(Self::leak(self))
    }

    unsafe fn from_raw(raw: NonNull<T>) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self::from_raw(raw.as_ptr()) }
    }
}

/// Room for one.
struct Place<B: Thing> {
    /// Null, or of a thing.
    thing: AtomicPtr<B::Target>,
    owns: PhantomData<B>,
}

// SAFETY: a thing that is put here by one thread and taken by another one is moved between them, and
// nothing else: never do two have it at once.
unsafe impl<B: Thing + Send> Sync for Place<B> {}

impl<B: Thing> Place<B> {
    fn new() -> Self {
        Self {
            thing: AtomicPtr::new(ptr::null_mut()),
            owns: PhantomData,
        }
    }

    fn is_empty(&self) -> bool {
        // Relaxed: what is here counts when it is taken. Who must find it was told of it.
        self.thing.load(Relaxed).is_null()
    }

    fn put(&self, thing: B) -> Result<(), B> {
        if !self.is_empty() {
            return Err(thing);
        }
        let thing = thing.into_raw();
        // Release pairs with the Acquire in `take`.
        match self
            .thing
            .compare_exchange(ptr::null_mut(), thing.as_ptr(), Release, Relaxed)
        {
            Ok(_) => Ok(()),
            // SAFETY: of a thing, as above, and nobody else has seen it.
            Err(_) => Err(unsafe { B::from_raw(thing) }),
        }
    }

    fn take(&self) -> Option<B> {
        if self.is_empty() {
            return None;
        }
        // Acquire pairs with the Release in `put`.
        let thing = self.thing.swap(ptr::null_mut(), Acquire);
        // SAFETY: of a thing, and nobody else takes it out.
        NonNull::new(thing).map(|thing| unsafe { B::from_raw(thing) })
    }
}

impl<B: Thing> Drop for Place<B> {
    fn drop(&mut self) {
        self.take();
    }
}

impl<B: Thing> Shelf<B> {
    pub(crate) fn new() -> Self {
        Self([Place::new(), Place::new()])
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(Place::is_empty)
    }

    /// Puts it here, or gives it back where there is no room.
    pub(crate) fn push(&self, mut thing: B) -> Result<(), B> {
        for place in &self.0 {
            match place.put(thing) {
                Ok(()) => return Ok(()),
                Err(back) => thing = back,
            }
        }
        Err(thing)
    }

    pub(crate) fn pop(&self) -> Option<B> {
        self.0.iter().find_map(Place::take)
    }
}

/// See the module.
pub(crate) struct Batches<B: Thing> {
    hot: Shelf<B>,
    cold: SegQueue<B>,
}

impl<B: Thing> Batches<B> {
    pub(crate) fn new() -> Self {
        Self {
            hot: Shelf::new(),
            cold: SegQueue::new(),
        }
    }

    /// Where the hot ones are, for the processor to fetch.
    pub(crate) fn hot(&self) -> *const Shelf<B> {
        &raw const self.hot
    }

    pub(crate) fn push(&self, batch: B) {
        if let Err(batch) = self.hot.push(batch) {
            self.cold.push(batch);
        }
    }

    pub(crate) fn pop(&self) -> Option<B> {
        self.hot.pop().or_else(|| {
            // Two loads, where `pop` on an empty queue has a fence.
            (!self.cold.is_empty()).then(|| self.cold.pop())?
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.hot.is_empty() && self.cold.is_empty()
    }

    /// Takes the batches that are wanted.
    pub(crate) fn take(&self, wanted: impl Fn(&B) -> bool) -> impl Iterator<Item = B> {
        // Once around; what is not wanted goes back, to wherever there is room. So a cold one may become
        // hot, and be looked at twice.
        let cold = (0..self.cold.len()).map_while(|_| self.cold.pop());
        let hot = self.hot.0.iter().filter_map(Place::take);
        cold.chain(hot).filter_map(move |batch| {
            if wanted(&batch) {
                return Some(batch);
            }
            self.push(batch);
            None
        })
    }
}

/// crossbeam's queue uses std's atomics, which loom does not see. This keeps the batches without a
/// choice for loom to make; the counter is there so that loom knows that a push happens before the
/// pop of its batch.
#[cfg(gosync_loom)]
mod stand_in {
    use std::{
        collections::VecDeque,
        sync::{Mutex, MutexGuard},
    };

    use gosync_park::atomic::{AtomicU32, Ordering::AcqRel};

    pub(super) struct SegQueue<B> {
        batches: Mutex<VecDeque<B>>,
        steps: AtomicU32,
    }

    impl<B> SegQueue<B> {
        pub(super) fn new() -> Self {
            Self {
                batches: Mutex::new(VecDeque::new()),
                steps: AtomicU32::new(0),
            }
        }

        fn batches(&self) -> MutexGuard<'_, VecDeque<B>> {
            self.batches.lock().expect("no panic in here")
        }

        pub(super) fn push(&self, batch: B) {
            self.steps.fetch_add(1, AcqRel);
            self.batches().push_back(batch);
        }

        pub(super) fn pop(&self) -> Option<B> {
            let batch = self.batches().pop_front()?;
            self.steps.fetch_add(1, AcqRel);
            Some(batch)
        }

        pub(super) fn len(&self) -> usize {
            self.batches().len()
        }

        pub(super) fn is_empty(&self) -> bool {
            self.len() == 0
        }
    }
}

#[cfg(all(test, not(gosync_loom)))]
mod tests {
    use std::rc::Rc;

    use super::*;

    fn of(batches: impl IntoIterator<Item = u32>) -> Batches<Box<u32>> {
        let all = Batches::new();
        batches
            .into_iter()
            .for_each(|batch| all.push(Box::new(batch)));
        all
    }

    fn drain(batches: &Batches<Box<u32>>) -> Vec<u32> {
        std::iter::from_fn(|| batches.pop())
            .map(|batch| *batch)
            .collect()
    }

    #[test]
    fn each_comes_out_once() {
        let all = of(0..6);
        assert!(!all.is_empty());
        assert_eq!(drain(&all), [0, 1, 2, 3, 4, 5]);
        assert!(all.is_empty());
    }

    /// In a pool that is in use, what is more than is needed grows old.
    #[test]
    fn what_goes_to_and_fro_leaves_the_rest_alone() {
        let all = of(0..6);
        for _ in 0..10 {
            let batch = all.pop().expect("six of them");
            assert!(*batch < 2, "{batch} was cold");
            all.push(batch);
        }
        let cold: Vec<_> = all.take(|batch| **batch >= 2).map(|batch| *batch).collect();
        assert_eq!(cold, [2, 3, 4, 5]);
    }

    #[test]
    fn only_what_is_wanted_is_taken() {
        let all = of(0..7);
        let mut odd: Vec<_> = all
            .take(|batch| **batch % 2 == 1)
            .map(|batch| *batch)
            .collect();
        odd.sort_unstable();
        assert_eq!(odd, [1, 3, 5]);
        let mut rest = drain(&all);
        rest.sort_unstable();
        assert_eq!(rest, [0, 2, 4, 6]);
    }

    /// Hot or cold.
    #[test]
    fn what_is_left_is_dropped() {
        let item = Rc::new(());
        let all = Batches::new();
        (0..3).for_each(|_| all.push(Box::new(Rc::clone(&item))));
        drop(all);
        assert_eq!(Rc::strong_count(&item), 1);
    }

    /// A hot place that somebody takes meanwhile: what was there is cold then, and not lost.
    #[test]
    fn a_hot_one_that_finds_no_room_becomes_cold() {
        let all = of(0..2);
        let taken = all.take(|batch| {
            all.push(Box::new(**batch + 10));
            false
        });
        assert_eq!(taken.count(), 0);
        let mut rest = drain(&all);
        rest.sort_unstable();
        assert_eq!(rest, [0, 1, 10, 11]);
    }
}
