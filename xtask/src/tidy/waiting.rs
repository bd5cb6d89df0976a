//! Threads wait in gosync-park and nowhere else; nor does another crate take its atomics from
//! anywhere else, or the model checker would not see them.
//!
//! The rule reads tokens, not text: comments, documentation and strings may say what they like,
//! and `use std::{sync::{Mutex}}` hides nothing. What is not shipped may use all of std: tests, and
//! what is only there for the model checker.

use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::Finding;
use crate::rust::{after_item, is_not_shipped, is_punct};

/// Crates that may: the ground floor all; the wrapper of std's atomics those,
/// and so the map, which is built on a crate that loom cannot look into.
const PARK: &str = "gosync-park";
const STD_ATOMICS: [&str; 2] = ["gosync-atomic", "gosync-map"];

/// What waits, in `std::sync`.
const SYNC: [&str; 10] = [
    "Barrier",
    "Condvar",
    "LazyLock",
    "Mutex",
    "Once",
    "OnceLock",
    "RwLock",
    "mpmc",
    "mpsc",
    "nonpoison",
];

/// What waits, in `std::thread`.
const THREAD: [&str; 4] = ["park", "park_timeout", "sleep", "sleep_until"];

pub(super) fn check(package: &str, file: &Path, code: &str) -> Vec<Finding> {
    let is_test = file.file_name().is_some_and(|name| name == "tests.rs");
    if package == PARK || is_test || file.extension().is_none_or(|its| its != "rs") {
        return Vec::new();
    }
    let tokens: TokenStream = match code.parse() {
        Ok(tokens) => tokens,
        Err(error) => return vec![Finding::new(file, 1, format!("not Rust: {error}"))],
    };
    let mut paths = Vec::new();
    collect(tokens, &[], &mut paths);
    // `use std::{sync, thread};` makes `sync::Mutex` the same as `std::sync::Mutex`.
    let imported: Vec<String> = paths
        .iter()
        .filter_map(|path| match &path.names()[..] {
            ["std" | "core", module] | ["std" | "core", module, "self"] => Some(module.to_string()),
            _ => None,
        })
        .collect();
    let forbidden = |path: &SpannedPath| {
        let names = path.names();
        let names = match names.split_first()? {
            (&("std" | "core"), rest) => rest,
            (first, _) if imported.iter().any(|module| module == first) => &names[..],
            (&"loom", [_, ..]) => return Some("loom: gosync-park lends it"),
            _ => return None,
        };
        match names {
            ["sync", "atomic", ..] if !STD_ATOMICS.contains(&package) => {
                Some("atomics: use gosync_park::atomic")
            }
            ["sync", what, ..] if SYNC.contains(what) => Some("waits: only gosync-park may"),
            ["sync" | "thread", "*"] => Some("everything, even what waits: name what is needed"),
            ["thread", what, ..] if THREAD.contains(what) => Some("waits: only gosync-park may"),
            _ => None,
        }
    };
    let mut findings = Vec::new();
    for path in &paths {
        if let Some(reason) = forbidden(path) {
            let message = format!("`{}` {reason}", path.names().join("::"));
            findings.push(Finding::new(file, path.line, message));
        }
    }
    findings
}

/// A path as the compiler sees it: `use a::{b, c}` is two of them.
struct SpannedPath {
    names: Vec<String>,
    line: usize,
}

impl SpannedPath {
    fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
}

/// All paths in `tokens`, each with `prefix` before it, but for what is not shipped.
fn collect(tokens: TokenStream, prefix: &[String], paths: &mut Vec<SpannedPath>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Group(group) => {
                let is_attribute = at >= 2 && is_punct(tokens.get(at - 2), '#');
                if is_attribute && is_not_shipped(group.stream()) {
                    at = after_item(&tokens, at);
                } else {
                    collect(group.stream(), &[], paths);
                }
            }
            TokenTree::Ident(first) => {
                let line = first.span().start().line;
                let mut names = [prefix, &[first.to_string()]].concat();
                let mut is_whole = true;
                while is_separator(&tokens, at) {
                    match tokens.get(at + 2) {
                        Some(TokenTree::Ident(next)) => names.push(next.to_string()),
                        Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
                            names.push(String::from("*"));
                        }
                        Some(TokenTree::Group(list)) if list.delimiter() == Delimiter::Brace => {
                            collect(list.stream(), &names, paths);
                            is_whole = false;
                        }
                        // `a::<b>` ends a path; the `b` is met later.
                        _ => break,
                    }
                    at += 3;
                }
                if is_whole {
                    paths.push(SpannedPath { names, line });
                }
            }
            _ => {}
        }
    }
}

/// Whether `::` is at `at`.
fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(package: &str, code: &str) -> Vec<(usize, String)> {
        let findings = check(package, Path::new("src/raw.rs"), code);
        let short = |found: &Finding| {
            let name = found.message.split('`').nth(1);
            (found.line, name.unwrap_or(&found.message).to_string())
        };
        findings.iter().map(short).collect()
    }

    #[test]
    fn every_spelling_is_found() {
        let code = "
use std::{fmt, sync::{Arc, atomic::{AtomicU32, Ordering}, Mutex as M}};
use core::sync::atomic;
fn f() { if true { ::std::thread::park(); } }
static X: std::sync::OnceLock::<u8> = std::sync::OnceLock::new();
use loom::thread;
use std::sync::*;
";
        let expected = [
            (2, "std::sync::atomic::AtomicU32"),
            (2, "std::sync::atomic::Ordering"),
            (2, "std::sync::Mutex"),
            (3, "core::sync::atomic"),
            (4, "std::thread::park"),
            (5, "std::sync::OnceLock"),
            (5, "std::sync::OnceLock::new"),
            (6, "loom::thread"),
            (7, "std::sync::*"),
        ];
        assert_eq!(
            found("gosync-lock", code),
            expected.map(|(line, path)| (line, path.into()))
        );
        assert_eq!(found(PARK, code), []);
    }

    #[test]
    fn an_imported_module_hides_nothing() {
        let code =
            "use std::{sync, thread::{self}};\nfn f() { sync::Mutex::new(()); thread::sleep(d); }";
        let expected = [(2, "sync::Mutex::new"), (2, "thread::sleep")];
        assert_eq!(
            found("gosync-lock", code),
            expected.map(|(line, path)| (line, path.into()))
        );
    }

    #[test]
    fn some_crates_may_have_std_atomics() {
        let code = "use std::sync::{Condvar, atomic::AtomicU64};";
        for package in STD_ATOMICS {
            assert_eq!(found(package, code), [(1, "std::sync::Condvar".into())]);
        }
    }

    #[test]
    fn what_does_not_wait_is_no_finding() {
        let code = r#"
//! Not `std::sync::Mutex`, and use std::sync::Mutex;
use gosync_park::{atomic::AtomicU32, thread};
use std::sync::Arc; // std::sync::Mutex
mod loom;
/// ```
/// use std::thread::park;
/// ```
fn f<'a>() { thread::yield_now(); std::thread::current(); let s = "std::sync::Mutex"; }
#[cfg(test)]
mod tests { use std::sync::Mutex; }
#[cfg(gosync_loom)]
use std::sync::Condvar;
"#;
        assert_eq!(found("gosync-lock", code), []);
        let after = format!("{code}\nuse std::sync::Barrier;");
        assert_eq!(
            found("gosync-lock", &after),
            [(15, "std::sync::Barrier".into())]
        );
        for shipped in ["not(test)", "not(gosync_loom)", "any(test, unix)"] {
            let code = format!("#[cfg({shipped})]\nuse std::sync::Barrier;");
            assert_eq!(found("gosync-lock", &code).len(), 1, "{shipped}");
        }
    }
}
