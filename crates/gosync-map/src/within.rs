//! The guard within a reference that papaya has pinned.

use std::marker::PhantomData;

use papaya::{Guard, HashMapRef, LocalGuard};
use seize::Collector;

/// Stands for the guard within a pinned reference, which papaya does not lend.
///
/// A read by a guard of its own has papaya ask whether it is the map's; by a pinned reference it does
/// not. What the guard protects it protects for as long as it is there, whoever loads it, and how that
/// is to be loaded is [`protect`](Guard::protect) of any guard: seize's own, which needs nothing of
/// the guard itself. This is all that there is here.
pub(crate) struct Within<'a>(PhantomData<&'a LocalGuard<'a>>);

impl<'a> Within<'a> {
    #[inline]
    pub(crate) fn of<K, V, S>(_: &'a HashMapRef<'_, K, V, S, LocalGuard<'_>>) -> Self {
        Self(PhantomData)
    }
}

const ALL: &str = "it only protects";

impl Guard for Within<'_> {
    fn refresh(&mut self) {
        unreachable!("{ALL}")
    }

    fn flush(&self) {
        unreachable!("{ALL}")
    }

    fn collector(&self) -> &Collector {
        unreachable!("{ALL}")
    }

    fn thread_id(&self) -> usize {
        unreachable!("{ALL}")
    }

    unsafe fn defer_retire<T>(&self, _: *mut T, _: unsafe fn(*mut T, &Collector)) {
        unreachable!("{ALL}")
    }
}
