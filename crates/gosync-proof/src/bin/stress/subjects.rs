//! For each primitive what the threads do, and what must hold.

mod atomic;
mod broken;
mod cond;
mod map;
mod mutex;
mod once;
mod pool;
mod rwmutex;
mod token;
mod waitgroup;

use std::fmt::Debug;

pub(crate) use broken::BROKEN;

use crate::hand::Hand;

/// One or more objects of one kind, which threads are let loose on. Its Debug form is what is
/// known when it hangs.
pub(crate) trait Subject: Debug + Sync {
    /// What a thread does, again and again. It asserts what must hold then.
    fn step(&self, hand: &mut Hand<'_>);

    /// What the thread that watches does, about each millisecond until all others have ended; from
    /// some moment on they are `closing`, and must not be left waiting.
    fn tick(&self, closing: bool) {
        let _ = closing;
    }

    /// Asserts what must hold at the end, when all threads together have counted this.
    fn finish(self: Box<Self>, counted: [u64; 4]);
}

/// How to make a subject.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// For so many threads.
    pub(crate) make: fn(usize) -> Box<dyn Subject>,
}

pub(crate) const SUBJECTS: [Kind; 8] = [
    Kind {
        name: "mutex",
        make: |_| Box::new(mutex::Mutexes::default()),
    },
    Kind {
        name: "rwmutex",
        make: |_| Box::new(rwmutex::RwMutexes::default()),
    },
    Kind {
        name: "once",
        make: |_| Box::new(once::Onces::new()),
    },
    Kind {
        name: "waitgroup",
        make: |threads| Box::new(waitgroup::WaitGroups::new(threads)),
    },
    Kind {
        name: "cond",
        make: |_| Box::new(cond::Conds::default()),
    },
    Kind {
        name: "pool",
        make: |_| Box::new(pool::Pools::new()),
    },
    Kind {
        name: "map",
        make: |threads| Box::new(map::Maps::new(threads)),
    },
    Kind {
        name: "atomic",
        make: |_| Box::new(atomic::Atomics::default()),
    },
];
