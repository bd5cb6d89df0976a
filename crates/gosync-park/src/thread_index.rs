use std::num::NonZeroU32;

/// A small number, from 1 on, that no other living thread has.
///
/// Numbers of threads that ended are given out again, the smallest first, so the largest number
/// is about as large as the most threads that ever lived at once. The number stays the same for
/// the thread's whole life. `None` in the last moments of a thread, when its thread-locals are
/// being destroyed and the number may already belong to somebody else.
///
/// The first call on a thread takes a lock; every further call is a load of a thread-local.
/// A thread that gets a number after another one gave it back also sees everything that the other
/// one did before.
///
/// ```
/// let mine = gosync_park::thread_index().unwrap();
/// assert_eq!(gosync_park::thread_index(), Some(mine));
/// std::thread::spawn(move || assert_ne!(gosync_park::thread_index(), Some(mine))).join().unwrap();
/// ```
#[inline]
#[must_use]
pub fn thread_index() -> Option<NonZeroU32> {
    imp::thread_index()
}

#[cfg(not(gosync_loom))]
mod imp {
    use std::{
        cell::Cell,
        cmp::Reverse,
        collections::BinaryHeap,
        num::NonZeroU32,
        sync::{Mutex, MutexGuard, PoisonError},
    };

    /// Who has which number.
    struct Registry {
        /// Numbers that were given back. Never empties its memory, never holds more than
        /// `highest` entries.
        free: BinaryHeap<Reverse<NonZeroU32>>,
        /// The largest number given out so far.
        highest: u32,
    }

    static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
        free: BinaryHeap::new(),
        highest: 0,
    });

    fn registry() -> MutexGuard<'static, Registry> {
        REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this thread knows of its number. Plain and without a destructor, so that a read is
    /// one load and is allowed at any time.
    #[derive(Clone, Copy)]
    enum State {
        Unasked,
        Has(NonZeroU32),
        GivenBack,
    }

    /// Gives the number back when the thread ends.
    struct Lease(NonZeroU32);

    impl Drop for Lease {
        fn drop(&mut self) {
            STATE.set(State::GivenBack);
            registry().free.push(Reverse(self.0));
        }
    }

    thread_local! {
        static STATE: Cell<State> = const { Cell::new(State::Unasked) };
        static LEASE: Cell<Option<Lease>> = const { Cell::new(None) };
    }

    #[inline]
    pub(super) fn thread_index() -> Option<NonZeroU32> {
        match STATE.get() {
            State::Has(index) => Some(index),
            State::GivenBack => None,
            State::Unasked => claim(),
        }
    }

    #[cold]
    fn claim() -> Option<NonZeroU32> {
        // Registers the destructor first: should that fail, because the thread is ending, no
        // number is lost.
        LEASE.try_with(|_| ()).ok()?;
        let index = {
            let mut registry = registry();
            if let Some(Reverse(index)) = registry.free.pop() {
                index
            } else {
                let next = registry.highest.checked_add(1);
                let next = next.expect("gosync: more than u32::MAX threads");
                registry.highest = next;
                // Room for its return, so that the end of a thread allocates nothing.
                let held = registry.free.len();
                registry.free.reserve(next as usize - held);
                NonZeroU32::new(next).expect("the sum of a u32 and one")
            }
        };
        STATE.set(State::Has(index));
        LEASE.set(Some(Lease(index)));
        Some(index)
    }
}

/// Under the model checker: the order in which an execution's threads asked.
#[cfg(gosync_loom)]
pub(crate) mod imp {
    use std::{cell::RefCell, num::NonZeroU32};

    use loom::thread::{self, ThreadId};

    thread_local! {
        static ASKED: RefCell<Vec<ThreadId>> = const { RefCell::new(Vec::new()) };
    }

    pub(crate) fn reset() {
        ASKED.with_borrow_mut(Vec::clear);
    }

    pub(super) fn thread_index() -> Option<NonZeroU32> {
        let me = thread::current().id();
        let index = ASKED.with_borrow_mut(|asked| {
            asked.iter().position(|&id| id == me).unwrap_or_else(|| {
                asked.push(me);
                asked.len() - 1
            })
        });
        NonZeroU32::new(u32::try_from(index).expect("loom has few threads") + 1)
    }
}
