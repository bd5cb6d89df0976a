//! The batches of the depot, the hot ones first.
//!
//! ```text
//! push ──► hot: two, while there is room ──► pop, first
//!     └──► cold: all others, in a queue  ──► pop, where no hot one is
//! ```
//!
//! A thread that puts and one that gets pass the same two batches to and fro: the same memory with the
//! same items, which their caches still have. What is more than they need stays in the cold queue,
//! where it grows old. One queue for all would bring each batch around in its turn, and keep it young.

#[cfg(not(gosync_loom))]
use crossbeam_queue::{ArrayQueue, SegQueue};
#[cfg(gosync_loom)]
use stand_in::{ArrayQueue, SegQueue};

/// How many batches are hot. With one, who puts waits for who gets; more are more cache lines on their
/// way from one to the other.
pub(crate) const HOT: usize = 2;

pub(crate) struct Batches<B> {
    hot: ArrayQueue<B>,
    cold: SegQueue<B>,
}

impl<B> Batches<B> {
    pub(crate) fn new() -> Self {
        Self {
            hot: ArrayQueue::new(HOT),
            cold: SegQueue::new(),
        }
    }

    pub(crate) fn push(&self, batch: B) {
        if let Err(batch) = self.hot.push(batch) {
            self.cold.push(batch);
        }
    }

    pub(crate) fn pop(&self) -> Option<B> {
        // `is_empty` is two loads, where `pop` on an empty queue has a fence.
        if !self.hot.is_empty()
            && let Some(batch) = self.hot.pop()
        {
            return Some(batch);
        }
        if self.cold.is_empty() {
            return None;
        }
        self.cold.pop()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.hot.is_empty() && self.cold.is_empty()
    }

    /// Takes the batches that are wanted.
    pub(crate) fn take(&self, wanted: impl Fn(&B) -> bool) -> impl Iterator<Item = B> {
        // Once around each. What is not wanted goes to the end, where there is room; the cold ones first,
        // so that no hot one becomes cold before its turn.
        let cold = (0..self.cold.len()).map_while(|_| self.cold.pop());
        let hot = (0..self.hot.len()).map_while(|_| self.hot.pop());
        cold.chain(hot).filter_map(move |batch| {
            if wanted(&batch) {
                return Some(batch);
            }
            self.push(batch);
            None
        })
    }
}

/// crossbeam's queues use std's atomics, which loom does not see. These keep the batches without a
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

    pub(super) struct ArrayQueue<B> {
        batches: SegQueue<B>,
        most: usize,
    }

    impl<B> ArrayQueue<B> {
        pub(super) fn new(most: usize) -> Self {
            Self {
                batches: SegQueue::new(),
                most,
            }
        }

        pub(super) fn push(&self, batch: B) -> Result<(), B> {
            if self.len() == self.most {
                return Err(batch);
            }
            self.batches.push(batch);
            Ok(())
        }

        pub(super) fn pop(&self) -> Option<B> {
            self.batches.pop()
        }

        pub(super) fn len(&self) -> usize {
            self.batches.len()
        }

        pub(super) fn is_empty(&self) -> bool {
            self.batches.is_empty()
        }
    }
}

#[cfg(all(test, not(gosync_loom)))]
mod tests {
    use super::*;

    fn of(batches: impl IntoIterator<Item = u32>) -> Batches<u32> {
        let all = Batches::new();
        batches.into_iter().for_each(|batch| all.push(batch));
        all
    }

    fn drain(batches: &Batches<u32>) -> Vec<u32> {
        std::iter::from_fn(|| batches.pop()).collect()
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
            assert!(batch < 2, "{batch} was cold");
            all.push(batch);
        }
        let cold: Vec<_> = all.take(|batch| *batch >= 2).collect();
        assert_eq!(cold, [2, 3, 4, 5]);
    }

    #[test]
    fn only_what_is_wanted_is_taken() {
        let all = of(0..7);
        let mut odd: Vec<_> = all.take(|batch| batch % 2 == 1).collect();
        odd.sort_unstable();
        assert_eq!(odd, [1, 3, 5]);
        let mut rest = drain(&all);
        rest.sort_unstable();
        assert_eq!(rest, [0, 2, 4, 6]);
    }

    /// A hot place that somebody takes meanwhile: what was there is cold then, and not lost.
    #[test]
    fn a_hot_one_that_finds_no_room_becomes_cold() {
        let all = of(0..2);
        let taken = all.take(|batch| {
            all.push(batch + 10);
            false
        });
        assert_eq!(taken.count(), 0);
        let mut rest = drain(&all);
        rest.sort_unstable();
        assert_eq!(rest, [0, 1, 10, 11]);
    }
}
