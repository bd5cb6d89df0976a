//! Every symbol that Go exports, how it is spelled here, and the proof that it is.
//!
//! An entry is a row of the table in `docs/go-to-rust.md` and a function that calls what the row
//! names and looks at what comes of it. A row that names what its proof does not call is a mistake:
//! see `Symbol::unproved`.

mod functions;
mod sync;
mod types;

use std::fmt;

use crate::limit;

/// A part of the table.
#[derive(Debug)]
pub struct Part {
    /// Go's package.
    pub package: &'static str,
    /// How the part is called in the document.
    pub title: &'static str,
    /// In the order of Go's documentation.
    pub symbols: &'static [&'static [Symbol]],
}

/// All symbols.
pub static PARTS: &[Part] = &[
    Part {
        package: "sync",
        title: "sync",
        symbols: sync::SYMBOLS,
    },
    Part {
        package: "sync/atomic",
        title: "sync/atomic: functions",
        symbols: functions::SYMBOLS,
    },
    Part {
        package: "sync/atomic",
        title: "sync/atomic: types",
        symbols: types::SYMBOLS,
    },
];

/// A symbol of Go's.
pub struct Symbol {
    /// As Go writes it: `type Mutex`, `Mutex.Lock()`, `Cond.L`.
    pub go: &'static str,
    /// In Go's spelling.
    pub spelled: &'static str,
    /// In Rust's spelling.
    pub rust: &'static str,
    /// What differs.
    pub differs: &'static str,
    /// Panics if it is not so.
    proof: fn(),
    /// The code of `proof`.
    code: &'static str,
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Symbol")
            .field("go", &self.go)
            .finish_non_exhaustive()
    }
}

/// `symbol!(go, in Go's spelling, in Rust's spelling, what differs, proof)`
macro_rules! symbol {
    ($go:expr, $spelled:expr, $rust:expr, $differs:expr, $proof:expr $(,)?) => {
        $crate::symbols::Symbol {
            go: $go,
            spelled: $spelled,
            rust: $rust,
            differs: $differs,
            proof: $proof,
            code: stringify!($proof),
        }
    };
}

use symbol;

impl Part {
    /// Its symbols.
    pub fn iter(&self) -> impl Iterator<Item = &'static Symbol> {
        self.symbols.iter().copied().flatten()
    }
}

impl Symbol {
    /// Its name in its package: `Mutex`, `Mutex.Lock`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        let name = self.go.strip_prefix("type ").unwrap_or(self.go);
        name.split(['(', '[']).next().unwrap_or(name)
    }

    /// What is wrong with its proof, if anything.
    #[must_use]
    pub fn wrong(&self) -> Option<String> {
        if let Some(name) = self.unproved().first() {
            return Some(format!("the table names `{name}`, which is not called"));
        }
        let wrong = limit::run(self.proof).err()?;
        Some(format!("its proof {wrong}"))
    }

    /// The names in its row that its proof does not use: its own, and those of functions, methods
    /// and paths in what is set in code.
    fn unproved(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.name().rsplit('.').take(1).collect();
        for cell in [self.spelled, self.rust] {
            let code = cell.split('`').skip(1).step_by(2);
            names.extend(code.flat_map(called));
        }
        let words: Vec<_> = self.code.split(|c| !is_name(c)).collect();
        names.retain(|name| !words.contains(name));
        names
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The names in `code` that are called, or that end or follow a path.
fn called(code: &'static str) -> Vec<&'static str> {
    let mut names = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(is_name) {
        let before = &rest[..start];
        rest = &rest[start..];
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let is_called = after.starts_with('(') && !["Fn", "FnMut"].contains(&name);
        let is_of_something = [".", "::"].iter().any(|mark| before.ends_with(mark));
        if is_called || is_of_something && !before.ends_with("..") {
            names.push(name);
        }
        rest = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use gosync::prelude::*;

    use super::*;

    fn row(spelled: &'static str, rust: &'static str) -> Symbol {
        symbol!("Mutex.TryLock()", spelled, rust, "", || {
            // What a comment says is no code: `Lock`.
            let mu = gosync::Mutex::new(());
            assert!(mu.TryLock() && mu.try_lock().is_some(), "as told");
        })
    }

    #[test]
    fn names() {
        let name = |go| symbol!(go, "", "", "", || ()).name();
        assert_eq!(name("type Pointer[T]"), "Pointer");
        assert_eq!(name("Pointer.Load()"), "Pointer.Load");
        assert_eq!(name("Cond.L"), "Cond.L");
    }

    #[test]
    fn a_row_names_what_its_proof_calls() {
        assert_eq!(
            row("`mu.TryLock() -> bool`", "`try_lock`").unproved(),
            [""; 0]
        );
        let unproved = row("`mu.Lock()`, `sync::Cond<L>`", "`f()`, f()").unproved();
        assert_eq!(unproved, ["Lock", "Cond", "f"]);
        assert_eq!(
            symbol!("Mutex.Lock()", "", "", "", || ()).unproved(),
            ["Lock"]
        );
    }

    #[test]
    fn a_proof_that_fails_says_why() {
        let wrong = row("", "").wrong();
        assert_eq!(wrong.as_deref(), Some("its proof panicked: as told"));
    }
}
