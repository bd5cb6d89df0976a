//! How all holds come into the count, and the bias is turned off. The invariants are those of
//! [`raw`](super).

use gosync_park::{
    atomic::{
        Ordering::{AcqRel, Acquire, Relaxed, SeqCst},
        fence,
    },
    queue,
};

use super::RawRwMutex;
use crate::{
    slots,
    state::{ACTIVE, AWAITED, GATHERING, ONE_READER, WRITER, gathered, is_free, lanes, readers},
};

impl RawRwMutex {
    /// Moves the holds from the slots into the count. The caller has set `GATHERING` and so come to
    /// `state`; nobody but the caller clears it, and until then the lanes stay as they are.
    fn gather(&self, state: usize) {
        // Pairs with the fence of `highest_thread_index`: a thread that has no line yet sees
        // `GATHERING` when it has one.
        fence(SeqCst);
        // The state that was seen tells that there is an id.
        let id = self.known_id();
        slots::take_all(lanes(state), id, || {
            // Relaxed: the reader releases what it has done when it leaves the count.
            self.state.fetch_add(ONE_READER, Relaxed);
        });
    }

    /// The same for the writer that has announced itself by that step. Returns whether it is in.
    pub(super) fn gather_announced(&self, state: usize) -> bool {
        self.gather(state);
        let go_in = |state| match gathered(state) {
            next if readers(next) == 0 => next | ACTIVE,
            next => next,
        };
        // Acquire pairs with the Release of `release_count` and `leave_count`.
        let before = self.state.update(Acquire, Relaxed, go_in);
        self.wake_after_gathering(before);
        readers(before) == 0
    }

    /// The same for whoever has announced nothing: an unlock that has found no hold; or somebody who
    /// would write, and goes in if there are none. Readers come and go meanwhile, by the count.
    /// Does nothing if the state has changed. Returns whether the caller is in.
    pub(super) fn gather_quietly(&self, state: usize, to_write: bool) -> bool {
        let gathering = state | GATHERING;
        // AcqRel, so that no part of the gathering can be seen without it.
        if self
            .state
            .compare_exchange(state, gathering, AcqRel, Relaxed)
            .is_err()
        {
            return false;
        }
        self.gather(gathering);
        let goes_in = |next| to_write && is_free(next);
        // Release hands on to a writer what `take` has acquired from the slots. Acquire pairs with
        // the Release of `release_count` and `leave_count`.
        let before = self
            .state
            .update(AcqRel, Relaxed, |state| match gathered(state) {
                next if goes_in(next) => WRITER | ACTIVE,
                next => next,
            });
        self.wake_after_gathering(before);
        goes_in(gathered(before))
    }

    /// Wakes the unlocks, and the writers, that sleep until the holds have been gathered.
    fn wake_after_gathering(&self, before: usize) {
        if before & AWAITED != 0 {
            self.wake_writer();
        }
    }

    /// Wakes all who sleep for their turn, or for the end of a gathering. Who finds that it has not come
    /// sleeps again.
    #[cold]
    pub(super) fn wake_writer(&self) {
        queue::wake_all(self.writers_queue(), || {
            self.state.fetch_and(!AWAITED, Relaxed);
        });
    }
}
