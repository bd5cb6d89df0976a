//! The word that decides who is in: its bits, and what can be asked of it.
//!
//! | bit | means | set by | cleared by |
//! |---|---|---|---|
//! | [`WRITER`] | a writer has announced itself, and may be in: readers queue | that writer; for [`NEXT`], the one who leaves | the writer, as it leaves or gives up |
//! | [`ACTIVE`] | it is in | the writer, at its turn | the writer, as it leaves |
//! | [`LINED`] | it holds the mutex `writers`, and unlocks it when it leaves | as `WRITER` | as `WRITER` |
//! | [`NEXT`] | the holder of `writers` waits for a writer who went in past it | that waiter | who leaves, announcing it in its name; or that waiter, giving up |
//! | [`QUEUED`] | readers sleep in the queue | a reader, as it enters the queue | the writer who leaves and admits them; the last one to give up |
//! | [`AWAITED`] | a writer sleeps in the queue; or an unlock, until somebody has gathered | whoever sleeps | whoever wakes it; itself, giving up |
//! | [`BIASED`] | readers of the lanes in the field may use their slots | a reader, when enough reads have met | whoever has gathered the slots' holds |
//! | [`GATHERING`] | somebody moves all holds from the slots into the count | a writer, or an unlock that finds no hold elsewhere | the same |
//!
//! The two bits of the queue change with the queue locked, so that they are exact. Then follow the
//! *field*, with [`BIASED`] the lanes that may use their slots, without it by how many the reads since
//! the last write that met other readers outnumber those that did not, and the *count* of the readers
//! that are in and not in a slot. It has a sign: a reader that leaves may find it at 0.
//!
//! Beside these, the count may have guests in it: see `raw.rs`.
//!
//! | `WRITER` | `ACTIVE` | count | `BIASED` | meaning | who leaves it |
//! |---|---|---|---|---|---|
//! | 0 | 0 | 0 | 0 | free | a reader goes in; a writer goes in |
//! | 0 | 0 | n | 0 | read-locked | readers come and go; a writer announces itself |
//! | 0 | 0 | n | 1 | read-locked by n and those in the slots, if there are any | the same; the writer gathers |
//! | 1 | 0 | n | 1 | a writer gathers, readers queue | the writer, when it has gathered |
//! | 1 | 0 | n | 0 | a writer waits for the n | readers leave |
//! | 1 | 0 | 0 | 0 | its turn has come | the writer goes in |
//! | 1 | 1 | 0 | 0 | write-locked | the writer leaves: those that queue are in |

pub(crate) const WRITER: usize = 1 << 0;
pub(crate) const ACTIVE: usize = 1 << 1;
pub(crate) const LINED: usize = 1 << 2;
pub(crate) const NEXT: usize = 1 << 3;
pub(crate) const QUEUED: usize = 1 << 4;
pub(crate) const AWAITED: usize = 1 << 5;
pub(crate) const BIASED: usize = 1 << 6;
pub(crate) const GATHERING: usize = 1 << 7;
const FLAG_BITS: u32 = 8;

/// Groups of threads that a writer can tell apart. It looks only at the slots of those that have
/// read since the last write.
pub(crate) const LANES: usize = if cfg!(gosync_loom) {
    2
} else if usize::BITS >= 64 {
    16
} else {
    4
};
#[expect(clippy::cast_possible_truncation, reason = "16 at most")]
const FIELD_BITS: u32 = LANES as u32;
pub(crate) const FIELD: usize = ((1 << FIELD_BITS) - 1) << FLAG_BITS;

/// One read that met another reader, of those that the field counts.
pub(crate) const ONE_READ: usize = 1 << FLAG_BITS;
/// One reader that is in.
pub(crate) const ONE_READER: usize = 1 << (FLAG_BITS + FIELD_BITS);
const READERS: usize = !(ONE_READER - 1);

/// How many readers may be in at once. The count has room for more: for all that may come in at
/// the same moment out of the queue and the slots.
pub(crate) const MAX_READERS: usize = if usize::BITS >= 64 { 1 << 30 } else { 1 << 18 };

/// The bias comes on when so many more reads have met other readers than have not, for each slot that
/// a writer may have to look at because of it. It has paid for itself, in cache lines that are not
/// handed to and fro, after about as many reads more.
pub(crate) const STREAK: usize = if cfg!(gosync_loom) { 2 } else { 8 };

/// The readers that are counted; none where the count is below 0.
#[inline]
pub(crate) const fn readers(state: usize) -> usize {
    if state.cast_signed() < 0 {
        0
    } else {
        state / ONE_READER
    }
}

/// The state with so many readers more in the count.
#[inline]
pub(crate) const fn with_readers(state: usize, more: usize) -> usize {
    state.wrapping_add(more * ONE_READER)
}

/// Whether a reader that has counted itself out of this state need see to nothing: there was one in the
/// count, and no writer.
#[inline]
pub(crate) const fn is_left_in_order(before: usize) -> bool {
    const FLAGS: usize = ONE_READ - 1;
    let after = before.wrapping_sub(ONE_READER);
    after.cast_signed() >= 0 && after & FLAGS == 0
}

/// While the bias is off: how many more reads have met other readers, since the last write, than have
/// not.
#[inline]
pub(crate) const fn reads(state: usize) -> usize {
    (state & FIELD) / ONE_READ
}

/// The free state after one more read that met nobody.
#[inline]
pub(crate) const fn after_lone_read(free: usize) -> usize {
    free.saturating_sub(ONE_READ)
}

/// The lanes whose readers may use their slots, while the bias is on: one bit each.
#[inline]
pub(crate) const fn lanes(state: usize) -> usize {
    (state & FIELD) / ONE_READ
}

/// The bit of this lane.
#[inline]
pub(crate) const fn lane(lane: usize) -> usize {
    ONE_READ << lane
}

/// Nobody is in, and no slot need be looked at.
#[inline]
pub(crate) const fn is_free(state: usize) -> bool {
    state & !FIELD == 0
}

/// No writer, neither in nor waiting: readers may go in.
#[inline]
pub(crate) const fn is_open(state: usize) -> bool {
    state & WRITER == 0
}

/// Whether there is room for one reader more.
#[inline]
pub(crate) const fn has_room(state: usize) -> bool {
    readers(state) < MAX_READERS
}

/// The state when the holds have been gathered: the bias is off, and no read counted.
#[inline]
pub(crate) const fn gathered(state: usize) -> usize {
    state & !(GATHERING | BIASED | FIELD)
}

/// The state after the writer, with so many readers admitted. Another one that waited for it has
/// announced itself by this.
#[inline]
pub(crate) const fn after_writer(state: usize, admitted: usize) -> usize {
    let rest = state & (READERS | FIELD | GATHERING | BIASED | AWAITED);
    let rest = with_readers(rest, admitted);
    match state & NEXT {
        0 => rest,
        _ => rest | WRITER | LINED,
    }
}

/// Whether a writer sleeps that could go in.
#[inline]
pub(crate) const fn its_turn_is_awaited(state: usize) -> bool {
    readers(state) == 0 && state & (WRITER | ACTIVE | AWAITED | GATHERING) == WRITER | AWAITED
}
