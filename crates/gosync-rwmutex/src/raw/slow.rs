//! The ways that end in waiting or in waking. The invariants are those of [`raw`](super).

use gosync_park::{
    Spin,
    atomic::Ordering::{Acquire, Relaxed, Release},
    futex,
};

use super::{RawRwMutex, panics::too_many_readers};
use crate::state::{ACTIVE, ONE_QUEUED, WRITER, has_room, is_open, phase, readers};

impl RawRwMutex {
    #[cold]
    pub(super) fn lock_shared_slow(&self) {
        let mut state = self.state.load(Relaxed);
        loop {
            if !has_room(state) {
                too_many_readers();
            }
            let done = if is_open(state) {
                self.enter(state)
            } else {
                self.queue(state)
            };
            match done {
                Ok(_) if is_open(state) => return,
                Ok(_) => return self.wait_at_gate(phase(state)),
                Err(now) => state = now,
            }
        }
    }

    /// Counts one reader as waiting for the writer to leave.
    #[inline]
    pub(super) fn queue(&self, state: usize) -> Result<usize, usize> {
        // Relaxed: the reader is not in yet. It acquires at the gate.
        self.state
            .compare_exchange_weak(state, state + ONE_QUEUED, Relaxed, Relaxed)
    }

    /// Waits until the writer of this phase has left. Then the reader is in, by invariant 4.
    pub(super) fn wait_at_gate(&self, phase: u32) {
        let mut spin = Spin::new();
        // Acquire pairs with the Release of `open_gate`.
        while self.gate.load(Acquire) == phase {
            if !spin.again() {
                futex::wait(&self.gate, phase);
            }
        }
    }

    /// Lets the writer in that waited for the readers. By invariant 2 there is one, and it is this
    /// call alone that does it.
    #[cold]
    pub(super) fn give_turn(&self) {
        // Release pairs with the Acquire of `wait_for_turn`.
        self.turn.store(1, Release);
        futex::wake_one(&self.turn);
    }

    /// Stops new readers, waits for those that are in, and goes in. The caller holds `writers`.
    #[cold]
    pub(super) fn announce(&self) {
        // Acquire pairs with the Release of `unlock_shared`, if all readers have left by now.
        let state = self.state.fetch_or(WRITER, Acquire);
        if readers(state) != 0 {
            self.wait_for_turn();
        }
        // Relaxed: what this writer must see it has acquired already.
        self.state.fetch_or(ACTIVE, Relaxed);
    }

    /// Waits for the last of the readers that were in, and takes the turn that it gives.
    pub(super) fn wait_for_turn(&self) {
        let mut spin = Spin::new();
        // Acquire pairs with the Release of `give_turn`.
        while self.turn.load(Acquire) == 0 {
            if !spin.again() {
                futex::wait(&self.turn, 0);
            }
        }
        // Relaxed: the next turn is given by a reader that comes after this writer.
        self.turn.store(0, Relaxed);
    }

    /// Lets the readers go that have queued. They are counted in already.
    #[cold]
    pub(super) fn open_gate(&self, phase: u32) {
        // Release pairs with the Acquire of `wait_at_gate`.
        self.gate.store(phase, Release);
        futex::wake_all(&self.gate);
    }
}
