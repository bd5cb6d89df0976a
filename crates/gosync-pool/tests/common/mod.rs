//! What several test files need.
#![allow(dead_code, reason = "no file uses all of it")]

use std::{
    any::Any,
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

/// Counts how many of its items live, and fails if one dies twice, be it as a copy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Census {
    born: Arc<AtomicUsize>,
    /// Their numbers.
    dead: Arc<Mutex<HashSet<usize>>>,
}

impl Census {
    pub(crate) fn item(&self) -> Counted {
        Counted {
            number: self.born.fetch_add(1, SeqCst),
            census: self.clone(),
        }
    }

    pub(crate) fn born(&self) -> usize {
        self.born.load(SeqCst)
    }

    /// Exact if none is born or dies meanwhile.
    pub(crate) fn alive(&self) -> usize {
        let dead = self.dead().len();
        self.born() - dead
    }

    fn dead(&self) -> MutexGuard<'_, HashSet<usize>> {
        self.dead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(crate) struct Counted {
    census: Census,
    number: usize,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let is_first = self.census.dead().insert(self.number);
        assert!(is_first, "dropped twice");
    }
}

/// The message of the panic that `f` ends with.
pub(crate) fn panic_message<R>(f: impl FnOnce() -> R) -> String {
    let payload: Box<dyn Any + Send> = match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("it should have panicked"),
        Err(payload) => payload,
    };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast_ref::<&str>().expect("a text")).to_string(),
    }
}
