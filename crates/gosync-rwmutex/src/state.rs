//! The word that decides who is in: its bits, and what can be asked of it.
//!
//! | bits | 0 | 1 | 2 | then 30, or 14 where pointers have 32 bits | then as many |
//! |---|---|---|---|---|---|
//! | | [`WRITER`] | [`ACTIVE`] | [`PHASE`] | readers queued | readers in |
//!
//! | `WRITER` | `ACTIVE` | readers in | readers queued | meaning | who leaves it |
//! |---|---|---|---|---|---|
//! | 0 | 0 | 0 | 0 | free | a reader goes in; a writer goes in |
//! | 0 | 0 | n | 0 | read-locked | readers come and go; a writer announces itself |
//! | 1 | 0 | n | q | a writer waits for the n | readers leave, and others queue |
//! | 1 | 0 | 0 | q | its turn has come | the writer goes in: `ACTIVE` |
//! | 1 | 1 | 0 | q | write-locked | the writer leaves: the q are in, and the flags are off |
//!
//! Both counts stand in one word so that every unlock is exact: whether anybody is in is known in
//! the step that lets him out. That is also why a reader comes in by compare-and-swap, where Go
//! adds and looks afterwards: it would be counted among those in while it has yet to find out that
//! it must wait, and somebody's unlock too many could take its place.

/// A writer has announced itself, and may be in: readers queue.
pub(crate) const WRITER: usize = 1 << 0;
/// The writer is in.
pub(crate) const ACTIVE: usize = 1 << 1;
/// The parity of the write phases that ended with readers queued.
pub(crate) const PHASE: usize = 1 << 2;
const FLAG_BITS: u32 = 3;

/// How many bits each of the two counts has.
const COUNT_BITS: u32 = (usize::BITS - FLAG_BITS) / 2;
const COUNT_MASK: usize = (1 << COUNT_BITS) - 1;

/// One reader that waits for the writer to leave.
pub(crate) const ONE_QUEUED: usize = 1 << FLAG_BITS;
/// One reader that is in.
pub(crate) const ONE_READER: usize = 1 << (FLAG_BITS + COUNT_BITS);

/// How many readers there may be, those that are in and those that wait taken together.
///
/// One less than fits: a writer that downgrades adds one to the readers that queued behind it.
pub(crate) const MAX_READERS: usize = COUNT_MASK - 1;

/// The readers that are in.
#[inline]
pub(crate) const fn readers(state: usize) -> usize {
    (state / ONE_READER) & COUNT_MASK
}

/// The readers that wait for the writer to leave.
#[inline]
pub(crate) const fn queued(state: usize) -> usize {
    (state / ONE_QUEUED) & COUNT_MASK
}

/// No reader, no writer.
#[inline]
pub(crate) const fn is_free(state: usize) -> bool {
    state & !PHASE == 0
}

/// No writer, neither in nor waiting: readers may go in.
#[inline]
pub(crate) const fn is_open(state: usize) -> bool {
    state & WRITER == 0
}

/// Whether there is room for one reader more.
#[inline]
pub(crate) const fn has_room(state: usize) -> bool {
    readers(state) + queued(state) < MAX_READERS
}

/// What `gate` shows during the phase of `state`.
#[inline]
pub(crate) const fn phase(state: usize) -> u32 {
    (state & PHASE != 0) as u32
}

/// The state after the writer: whoever was queued is in.
#[inline]
pub(crate) const fn after_writer(state: usize) -> usize {
    match queued(state) {
        0 => state & PHASE,
        n => ((state & PHASE) ^ PHASE) + n * ONE_READER,
    }
}
