use std::num::NonZeroU32;

use crate::atomic::{
    AtomicU32,
    Ordering::{Relaxed, SeqCst},
    fence,
};

/// A small number, from 1 on, that no other living thread has.
///
/// Numbers of threads that ended are given out again, the smallest first, so the largest number
/// is about as large as the most threads that ever lived at once. The number stays the same for
/// the thread's whole life. `None` in the last moments of a thread, when its thread-locals are
/// being destroyed and the number may already belong to somebody else; and to a global allocator
/// that asks for it because the number needs memory.
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

/// The [`thread_index`] of this thread, if it has asked for it before, and still has it.
///
/// It is for fast paths: one load, and nothing that could panic.
///
/// ```
/// use gosync_park::{known_thread_index, thread_index};
///
/// assert_eq!(known_thread_index(), None);
/// let mine = thread_index();
/// assert_eq!(known_thread_index(), mine);
/// ```
#[inline]
#[must_use]
pub fn known_thread_index() -> Option<NonZeroU32> {
    imp::known()
}

/// The largest [`thread_index`] that any thread ever had, 0 if none ever asked.
///
/// It is for whoever looks at something that each thread keeps under its number, and must miss
/// nobody: call it after a [`fence`](crate::atomic::fence) with `SeqCst`. Then each thread either
/// has a number up to this one, or sees, once it has its number, all that the caller did before
/// the fence. Costs one load of a word that is hardly ever written.
///
/// ```
/// use gosync_park::{highest_thread_index, thread_index};
///
/// let mine = thread_index().unwrap();
/// assert!(highest_thread_index() >= mine.get());
/// ```
#[inline]
#[must_use]
pub fn highest_thread_index() -> u32 {
    // Relaxed: the caller's fence pairs with that of `raise`.
    HIGHEST.load(Relaxed)
}

/// The number of a thread that has ended, which nobody gets as long as this is there.
///
/// It is for whoever keeps something under each thread's number, and wants to look after what those have
/// left behind that ended: it may do what the thread with that number might. It sees everything that the
/// thread did, as the next one with the number sees what is done here.
///
/// ```standalone_crate
/// use gosync_park::{HeldIndex, thread_index};
///
/// let ended = std::thread::spawn(|| thread_index().unwrap()).join().unwrap();
/// let held = HeldIndex::hold(ended).unwrap();
/// std::thread::spawn(move || assert_ne!(thread_index(), Some(ended))).join().unwrap();
/// drop(held);
/// assert!(HeldIndex::hold(thread_index().unwrap()).is_none(), "this thread has it");
/// ```
#[derive(Debug)]
#[must_use = "it is given back at once"]
pub struct HeldIndex(NonZeroU32);

impl HeldIndex {
    /// Holds this number, unless a living thread has it. Costs a lock, and a move of the numbers that are
    /// free and smaller; to give it back costs the same.
    pub fn hold(index: NonZeroU32) -> Option<Self> {
        imp::withhold(index).then(|| Self(index))
    }
}

impl Drop for HeldIndex {
    fn drop(&mut self) {
        imp::give_back(self.0);
    }
}

#[cfg(not(gosync_loom))]
static HIGHEST: AtomicU32 = AtomicU32::new(0);

#[cfg(gosync_loom)]
loom::lazy_static! {
    static ref HIGHEST: AtomicU32 = AtomicU32::new(0);
}

/// Makes a number known that is larger than all before it, before its thread uses it. A number
/// that is given out again needs no more: who had it before made it known, and handed that on.
fn raise(to: u32) {
    HIGHEST.fetch_max(to, Relaxed);
    // Pairs with the fence of whoever calls `highest_thread_index`.
    fence(SeqCst);
}

#[cfg(not(gosync_loom))]
mod imp {
    use std::{
        cell::Cell,
        mem,
        num::NonZeroU32,
        sync::{Mutex, MutexGuard, PoisonError},
    };

    /// Numbers that were given back, the smallest at the end. Never empties its memory, never holds more than
    /// `HIGHEST`; that changes with this locked.
    static FREE: Mutex<Vec<NonZeroU32>> = Mutex::new(Vec::new());

    fn free() -> MutexGuard<'static, Vec<NonZeroU32>> {
        FREE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the number back when the thread ends.
    struct Lease(NonZeroU32);

    impl Drop for Lease {
        fn drop(&mut self) {
            INDEX.set(None);
            give_back(self.0);
        }
    }

    /// Where this number is among those that are free, or where it belongs.
    fn find(free: &[NonZeroU32], index: NonZeroU32) -> Result<usize, usize> {
        free.binary_search_by(|other| index.cmp(other))
    }

    pub(super) fn give_back(index: NonZeroU32) {
        let mut free = free();
        if let Err(place) = find(&free, index) {
            free.insert(place, index);
        }
    }

    /// Takes this number out of those that are free. Returns whether it was one.
    pub(super) fn withhold(index: NonZeroU32) -> bool {
        let mut free = free();
        let found = find(&free, index);
        found.map(|place| free.remove(place)).is_ok()
    }

    thread_local! {
        /// The number, as long as this thread has one. Plain and without a destructor, so that a
        /// read is one load and is allowed at any time.
        static INDEX: Cell<Option<NonZeroU32>> = const { Cell::new(None) };
        static LEASE: Cell<Option<Lease>> = const { Cell::new(None) };
        /// Whether this thread is about to get its number.
        static CLAIMS: Cell<bool> = const { Cell::new(false) };
    }

    #[inline]
    pub(super) fn known() -> Option<NonZeroU32> {
        INDEX.get()
    }

    #[inline]
    pub(super) fn thread_index() -> Option<NonZeroU32> {
        INDEX.get().or_else(claim)
    }

    #[cold]
    #[inline(never)]
    fn claim() -> Option<NonZeroU32> {
        // Registers the destructor first: should that fail, because the thread is ending, no
        // number is lost. It fails, too, when the lease has been given back.
        LEASE.try_with(|_| ()).ok()?;
        if CLAIMS.replace(true) {
            return None;
        }
        let index = take();
        CLAIMS.set(false);
        // In this order: where thread-locals are not native, `INDEX` may have been destroyed, and
        // there is a lease to be dropped, which clears it.
        LEASE.set(Some(Lease(index)));
        INDEX.set(Some(index));
        Some(index)
    }

    /// Takes a number that is free, or a new one. Memory comes and goes without its lock: a global allocator
    /// may have a lock of its own, and come here with it.
    fn take() -> NonZeroU32 {
        let mut room = Vec::new();
        loop {
            let mut free = free();
            if let Some(index) = free.pop() {
                return index;
            }
            let next = super::highest_thread_index().checked_add(1);
            let next = next.expect("gosync: more than u32::MAX threads");
            // Room for its return, so that the end of a thread allocates nothing.
            if free.capacity() < next as usize {
                if room.capacity() < next as usize {
                    drop(free);
                    room = Vec::with_capacity(2 * next as usize);
                    continue;
                }
                // There is nothing in it.
                mem::swap(&mut *free, &mut room);
            }
            super::raise(next);
            return NonZeroU32::new(next).expect("the sum of a u32 and one");
        }
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

    /// No number is given back.
    pub(super) fn withhold(_: NonZeroU32) -> bool {
        false
    }

    pub(super) fn give_back(_: NonZeroU32) {}

    pub(super) fn known() -> Option<NonZeroU32> {
        let me = thread::current().id();
        ASKED.with_borrow(|asked| {
            let known = asked.iter().position(|&id| id == me)?;
            NonZeroU32::new(u32::try_from(known).expect("loom has few threads") + 1)
        })
    }

    pub(super) fn thread_index() -> Option<NonZeroU32> {
        let me = thread::current().id();
        let (index, new) = ASKED.with_borrow_mut(|asked| {
            let known = asked.iter().position(|&id| id == me);
            let index = known.unwrap_or_else(|| {
                asked.push(me);
                asked.len() - 1
            });
            (index, known.is_none())
        });
        let index = u32::try_from(index).expect("loom has few threads") + 1;
        if new {
            super::raise(index);
        }
        NonZeroU32::new(index)
    }
}
