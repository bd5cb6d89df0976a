//! Memory that nothing but the primitive under test protects.

use std::{cell::UnsafeCell, fmt, hint::black_box};

/// Plain memory, which anybody may touch at any time. That is the point: what is tested must
/// prevent it.
#[derive(Default)]
pub(crate) struct Plain<T>(UnsafeCell<T>);

// SAFETY: not so in itself. Each subject claims that its primitive orders the accesses; if it
// does not, what is checked does not hold, and a sanitizer reports a race.
unsafe impl<T: Send> Sync for Plain<T> {}

impl<T> Plain<T> {
    /// To be called by a thread that has the memory for itself.
    #[expect(
        clippy::mut_from_ref,
        reason = "whether it is for itself is what is tested"
    )]
    pub(crate) fn mine(&self) -> &mut T {
        // SAFETY: see `Sync` above.
        unsafe { &mut *self.0.get() }
    }

    /// To be called by a thread that shares the memory with readers.
    pub(crate) fn shared(&self) -> &T {
        // SAFETY: see `Sync` above.
        unsafe { &*self.0.get() }
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T> fmt::Debug for Plain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plain")
    }
}

/// What whoever is alone in a section changes, step by step.
#[derive(Debug, Default)]
pub(crate) struct Pair {
    inside: bool,
    before: u64,
    after: u64,
}

impl Pair {
    /// A visit by one thread, which passes the time in `meanwhile`.
    pub(crate) fn visit(this: &Plain<Self>, meanwhile: impl FnOnce()) {
        let pair = this.mine();
        assert!(!pair.inside, "two threads are in one section");
        pair.inside = true;
        pair.before += 1;
        // The compiler must not put the two halves together.
        black_box(pair);
        meanwhile();
        let pair = black_box(this.mine());
        assert!(pair.inside, "another thread has been in the section");
        pair.after += 1;
        assert_eq!(pair.before, pair.after, "a visit was lost");
        pair.inside = false;
    }

    /// A look by one thread of many.
    pub(crate) fn look(this: &Plain<Self>, meanwhile: impl FnOnce()) -> u64 {
        let seen = this.shared().before;
        assert!(!this.shared().inside, "a writer is in with a reader");
        meanwhile();
        let pair = black_box(this.shared());
        assert!(!pair.inside, "a writer came in with a reader");
        assert_eq!(
            (seen, seen),
            (pair.before, pair.after),
            "a writer has been in"
        );
        seen
    }

    /// How many visits there have been.
    pub(crate) fn visits(&self) -> u64 {
        assert!(!self.inside, "nobody is in");
        assert_eq!(self.before, self.after, "all visits are whole");
        self.after
    }
}
