//! The slots in which readers show themselves while no writer is near.
//!
//! One table for all locks of the program. Each thread has a line of it, on cache lines that no
//! other thread writes to (until there are more threads than lines: then some share). A lock has
//! a *column*: the slot in each line in which its readers show the lock's id.
//!
//! ```text
//!                column 0   1        15
//!   line 0        [ 7 ]   [   ] ... [   ]      thread 1 reads the lock with id 7
//!   line 1        [ 7 ]   [ 2 ] ... [   ]      thread 2 reads that, too, and the one with id 2
//!    ...
//!   line 255      [   ]   [   ] ... [   ]
//! ```
//!
//! A lock is known by an id that it gets when its bias first comes on, and that no other lock ever
//! gets. So it may be moved while it is locked, and whatever a forgotten guard leaves in a slot
//! means nothing to any other lock: it takes away that one slot, and its lock's next writer would
//! find it.
//!
//! Every change of a slot is a read-modify-write, and a writer looks at it with one, too: see
//! [`take`].

use gosync_park::{
    atomic::{
        AtomicUsize,
        Ordering::{AcqRel, Acquire, Relaxed, Release},
    },
    highest_thread_index, thread_index,
};

use crate::state::LANES;

/// Nobody's, or the id of a lock that is read-locked.
pub(crate) type Slot = AtomicUsize;

const EMPTY: usize = 0;
/// From one id to the next. The lowest bit is the lock's, for what it likes.
const ONE_ID: usize = 2;

/// Lines of the table.
pub(crate) const LINES: usize = if cfg!(gosync_loom) { 4 } else { 256 };
const COLUMNS: usize = if cfg!(gosync_loom) { 1 } else { 16 };

/// Two cache lines of 64 bytes, which processors like to fetch together; one, where they are of 128.
#[repr(align(128))]
struct Line([Slot; COLUMNS]);

// 32 KiB, for all locks together.
#[cfg(not(gosync_loom))]
static TABLE: [Line; LINES] = [const { Line([const { Slot::new(EMPTY) }; COLUMNS]) }; LINES];
#[cfg(not(gosync_loom))]
static LAST_ID: AtomicUsize = AtomicUsize::new(0);

#[cfg(gosync_loom)]
gosync_park::loom_static! {
    static ref TABLE: [Line; LINES] =
        std::array::from_fn(|_| Line(std::array::from_fn(|_| Slot::new(EMPTY))));
    static ref LAST_ID: AtomicUsize = AtomicUsize::new(0);
}

/// An id that no lock has had: an even number, not 0. `None` if there are none left, which happens on
/// machines of 32 bits at most.
#[cold]
pub(crate) fn new_id() -> Option<usize> {
    let last = LAST_ID.try_update(Relaxed, Relaxed, |last| last.checked_add(ONE_ID));
    Some(last.ok()? + ONE_ID)
}

/// This thread's line. `None` in the last moments of a thread.
#[inline]
pub(crate) fn own_line() -> Option<usize> {
    Some((thread_index()?.get() as usize - 1) % LINES)
}

/// The lane that a line belongs to.
#[inline]
pub(crate) const fn lane_of(line: usize) -> usize {
    line % LANES
}

#[inline]
pub(crate) fn slot(line: usize, id: usize) -> &'static Slot {
    &TABLE[line].0[id / ONE_ID % COLUMNS]
}

/// Shows the id in an empty slot.
#[inline]
pub(crate) fn occupy(slot: &Slot, id: usize) -> bool {
    // Acquire pairs with the Release of `take`: who comes after it sees why it was done.
    slot.compare_exchange(EMPTY, id, Acquire, Relaxed).is_ok()
}

/// Takes the id out again, unless somebody else has done that.
#[inline]
pub(crate) fn vacate(slot: &Slot, id: usize) -> bool {
    // Release pairs with the Acquire of `take`.
    slot.compare_exchange(id, EMPTY, Release, Relaxed).is_ok()
}

/// Takes the id out again that was shown too late, unless somebody else has done that.
#[inline]
pub(crate) fn retract(slot: &Slot, id: usize) -> bool {
    // Acquire, should it fail: it may be another reader's unlock that took this id for its own, to
    // be found by no gatherer any more. Then the caller releases the hold that the other one should
    // have released, and hands on what that one did.
    slot.compare_exchange(id, EMPTY, Release, Acquire).is_ok()
}

/// Takes the id out if it is there, on behalf of a gatherer.
///
/// In any case it writes to the slot, if only what was there: then whoever occupies the slot
/// before that is found, and whoever occupies it after that reads this write, or one that comes of
/// it by read-modify-writes, and so sees all that the gatherer did before; above all, that the
/// bias is off. Two plain accesses crosswise would need two `SeqCst` fences for that, one of them
/// in each read; here both sides do with the one read-modify-write, and loom can check it.
fn take(slot: &Slot, id: usize) -> bool {
    let mut seen = EMPTY;
    loop {
        let left = if seen == id { EMPTY } else { seen };
        // Acquire pairs with the Release of `vacate`, Release with the Acquire of `occupy`. (The fence
        // with which a gathering begins would do for the latter: it is there for other reasons.)
        match slot.compare_exchange(seen, left, AcqRel, Relaxed) {
            Ok(_) => return seen == id,
            Err(now) => seen = now,
        }
    }
}

/// The lines of these lanes that threads may have.
fn lines(lanes: usize) -> impl Iterator<Item = usize> {
    let used = LINES.min(highest_thread_index() as usize);
    (0..used).filter(move |&line| lanes & (1 << lane_of(line)) != 0)
}

/// Takes the id out of all slots in these lanes, and says so of each.
pub(crate) fn take_all(lanes: usize, id: usize, mut each: impl FnMut()) {
    for line in lines(lanes) {
        if take(slot(line, id), id) {
            each();
        }
    }
}

/// How many slots in these lanes hold the id, more or less at this moment.
pub(crate) fn count(lanes: usize, id: usize) -> usize {
    lines(lanes)
        // Relaxed: nobody relies on it.
        .filter(|&line| slot(line, id).load(Relaxed) == id)
        .count()
}

/// How many slots a writer has to look at for each lane.
pub(crate) fn slots_in_a_lane() -> usize {
    LINES
        .min(highest_thread_index() as usize)
        .div_ceil(LANES)
        .max(1)
}
