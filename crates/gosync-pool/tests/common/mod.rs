//! What several test files need.
#![allow(dead_code, reason = "no file uses all of it")]

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

/// Counts how many of its items live, and fails if one dies twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Census {
    born: Arc<AtomicUsize>,
    dead: Arc<AtomicUsize>,
}

impl Census {
    pub(crate) fn item(&self) -> Counted {
        self.born.fetch_add(1, SeqCst);
        Counted {
            census: self.clone(),
            alive: true,
        }
    }

    pub(crate) fn born(&self) -> usize {
        self.born.load(SeqCst)
    }

    pub(crate) fn alive(&self) -> usize {
        self.born()
            .checked_sub(self.dead.load(SeqCst))
            .expect("more died than were born")
    }
}

#[derive(Debug)]
pub(crate) struct Counted {
    census: Census,
    alive: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert!(self.alive, "dropped twice");
        self.alive = false;
        self.census.dead.fetch_add(1, SeqCst);
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
