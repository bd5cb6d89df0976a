//! What does not fit into the magazines: a bounded queue that all threads share.

#[cfg(not(gosync_loom))]
pub(crate) use real::Shared;
#[cfg(gosync_loom)]
pub(crate) use stand_in::Shared;

#[cfg(not(gosync_loom))]
mod real {
    use std::ptr;

    use crossbeam_queue::ArrayQueue;
    use gosync_park::atomic::{
        AtomicPtr,
        Ordering::{AcqRel, Acquire, Relaxed},
    };

    /// A queue that is allocated when the first item comes.
    pub(crate) struct Shared<T>(AtomicPtr<ArrayQueue<T>>);

    impl<T> Shared<T> {
        pub(crate) const fn new() -> Self {
            Self(AtomicPtr::new(ptr::null_mut()))
        }

        fn queue(&self) -> Option<&ArrayQueue<T>> {
            // Acquire: pairs with the CAS in `allocate`, so that we see the queue's fields.
            // SAFETY: null, or from `allocate`; never freed before `self` is dropped.
            unsafe { self.0.load(Acquire).as_ref() }
        }

        /// Adds an item, unless there are `bound` of them. The first caller's bound counts.
        pub(crate) fn push(&self, item: T, bound: usize) -> Result<(), T> {
            if bound == 0 {
                return Err(item);
            }
            let queue = self.queue().unwrap_or_else(|| self.allocate(bound));
            queue.push(item)
        }

        pub(crate) fn pop(&self) -> Option<T> {
            // `is_empty` is two loads, where `pop` on an empty queue has a fence.
            self.queue().filter(|queue| !queue.is_empty())?.pop()
        }

        pub(crate) fn len(&self) -> usize {
            self.queue().map_or(0, ArrayQueue::len)
        }

        #[cold]
        fn allocate(&self, bound: usize) -> &ArrayQueue<T> {
            let new = Box::into_raw(Box::new(ArrayQueue::new(bound)));
            // Release: publishes the queue's fields to `queue`. Acquire: sees the winner's.
            match self
                .0
                .compare_exchange(ptr::null_mut(), new, AcqRel, Acquire)
            {
                // SAFETY: just allocated; freed only when `self` is dropped.
                Ok(_) => unsafe { &*new },
                Err(winner) => {
                    // SAFETY: ours alone, nobody has seen it.
                    drop(unsafe { Box::from_raw(new) });
                    // SAFETY: published by the winner; freed only when `self` is dropped.
                    unsafe { &*winner }
                }
            }
        }
    }

    impl<T> Drop for Shared<T> {
        fn drop(&mut self) {
            // Relaxed: `&mut self`, so whatever happened here happened before.
            let queue = self.0.load(Relaxed);
            if !queue.is_null() {
                // SAFETY: from `allocate`, and freed nowhere else.
                drop(unsafe { Box::from_raw(queue) });
            }
        }
    }
}

/// crossbeam's queue uses std's atomics, which loom does not see. This keeps the items without a
/// choice for loom to make; the counter is there so that loom knows that a push happens before the
/// pop of its item.
#[cfg(gosync_loom)]
mod stand_in {
    use std::{collections::VecDeque, sync::Mutex};

    use gosync_park::atomic::{AtomicU32, Ordering::AcqRel};

    pub(crate) struct Shared<T> {
        items: Mutex<VecDeque<T>>,
        steps: AtomicU32,
    }

    impl<T> Shared<T> {
        pub(crate) fn new() -> Self {
            Self {
                items: Mutex::new(VecDeque::new()),
                steps: AtomicU32::new(0),
            }
        }

        pub(crate) fn push(&self, item: T, bound: usize) -> Result<(), T> {
            self.steps.fetch_add(1, AcqRel);
            let mut items = self.items.lock().expect("no panic in here");
            if items.len() >= bound {
                return Err(item);
            }
            items.push_back(item);
            Ok(())
        }

        pub(crate) fn pop(&self) -> Option<T> {
            let item = self.items.lock().expect("no panic in here").pop_front()?;
            self.steps.fetch_add(1, AcqRel);
            Some(item)
        }

        pub(crate) fn len(&self) -> usize {
            self.items.lock().expect("no panic in here").len()
        }
    }
}
