//! Where Go stops the program: its words, and out of the way of the code that is in use.

#[cold]
#[inline(never)]
#[track_caller]
pub(super) fn runlock_of_unlocked() -> ! {
    panic!("sync: RUnlock of unlocked RWMutex");
}

#[cold]
#[inline(never)]
#[track_caller]
pub(super) fn unlock_of_unlocked() -> ! {
    panic!("sync: Unlock of unlocked RWMutex");
}

#[cold]
#[inline(never)]
pub(super) fn too_many_readers() -> ! {
    panic!("gosync: too many readers of one RwMutex");
}
