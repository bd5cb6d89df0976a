//! What is kept of a panic, so that it can be panicked with again.

use std::{any::Any, panic::panic_any};

/// The message of a panic. A payload cannot be cloned in general; the two types that `panic!` makes
/// can, and come again as what they were, so that whoever downcasts finds the same.
pub(crate) enum Panicked {
    Str(&'static str),
    String(String),
    /// A payload of another type, from `panic_any` or `resume_unwind`. The first caller got it.
    Other,
}

impl Panicked {
    pub(crate) fn new(payload: &(dyn Any + Send)) -> Self {
        if let Some(text) = payload.downcast_ref::<&'static str>() {
            Self::Str(text)
        } else if let Some(text) = payload.downcast_ref::<String>() {
            Self::String(text.clone())
        } else {
            Self::Other
        }
    }

    /// Panics once more, on behalf of a caller of `name`.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn again(&self, name: &str) -> ! {
        match self {
            Self::Str(text) => panic_any(*text),
            Self::String(text) => panic_any(text.clone()),
            Self::Other => {
                panic!("gosync: f of this {name} panicked before, with a value that is no message")
            }
        }
    }
}
