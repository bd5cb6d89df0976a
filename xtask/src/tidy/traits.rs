//! Each public type of a published crate has assertions about its auto traits, in the crate's
//! `tests/traits.rs`: whether it may be sent and shared is a promise that no signature shows, and
//! that a private field changes.
//!
//! A `pub` type is a public one: the compiler's lint `unreachable_pub` sees to that.

use std::{collections::HashSet, path::Path};

use proc_macro2::{TokenStream, TokenTree};

use super::Finding;
use crate::rust::{after_item, is_not_shipped, is_punct};

/// The source files of one crate.
#[derive(Default)]
pub(super) struct Types {
    /// The names, and where they are.
    public: Vec<(String, Finding)>,
    /// Modules that are only there for tests or for the model checker.
    not_shipped: HashSet<String>,
}

impl Types {
    /// Reads a file of the crate's `src`.
    pub(super) fn read(&mut self, file: &Path, code: &str) {
        if let Ok(tokens) = code.parse() {
            self.collect(file, tokens);
        }
    }

    fn collect(&mut self, file: &Path, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match (token, tokens.get(at), tokens.get(at + 1)) {
                (TokenTree::Group(group), ..) => {
                    let is_attribute = at >= 2 && is_punct(tokens.get(at - 2), '#');
                    if is_attribute && is_not_shipped(group.stream()) {
                        let end = after_item(&tokens, at);
                        self.not_shipped.extend(module(&tokens[at..end]));
                        at = end;
                    } else {
                        self.collect(file, group.stream());
                    }
                }
                // Not `pub(crate)`, whose next token is a group; and a macro's `$Name` is no name.
                (
                    TokenTree::Ident(public),
                    Some(TokenTree::Ident(kind)),
                    Some(TokenTree::Ident(name)),
                ) if public == "pub" => {
                    let kinds = ["struct", "enum", "union", "type"];
                    if kinds.iter().any(|its| kind == its) {
                        let line = name.span().start().line;
                        let message = format!("tests/traits.rs says nothing of `{name}`");
                        let finding = Finding::new(file, line, message);
                        self.public.push((name.to_string(), finding));
                    }
                }
                _ => {}
            }
        }
    }

    /// Those that the text of `tests/traits.rs` does not name.
    pub(super) fn without_assertion(self, assertions: &str) -> Vec<Finding> {
        let named: HashSet<_> = assertions
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        let Self {
            public,
            not_shipped,
        } = self;
        let shipped = |file: &Path| {
            let mut parts = file.iter().filter_map(|part| part.to_str());
            !parts.any(|part| not_shipped.contains(part.trim_end_matches(".rs")))
        };
        let missing = public
            .into_iter()
            .filter(|(name, finding)| !named.contains(&**name) && shipped(&finding.file));
        missing.map(|(_, finding)| finding).collect()
    }
}

/// The name in `mod NAME;`.
fn module(item: &[TokenTree]) -> Option<String> {
    let is_mod = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "mod");
    let at = item.iter().position(is_mod)?;
    is_punct(item.get(at + 2), ';').then(|| item[at + 1].to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_public_needs_assertions() {
        let lib = "
pub struct Lock<T>(T);
pub(crate) struct Inner;
pub mod guard { pub type Guard<'a> = &'a (); struct Private; }
#[cfg(gosync_loom)] pub mod model;
#[cfg(test)] mod tests { pub enum Kind {} }
macro_rules! integers { () => { pub struct $Name(u8); } }
/// pub struct Word;
pub fn f() -> Lock<u8> { loop {} }
";
        let mut types = Types::default();
        types.read(Path::new("src/lib.rs"), lib);
        types.read(Path::new("src/model.rs"), "pub struct Model;");
        types.read(Path::new("src/raw.rs"), "pub enum Place { Front }");
        let missing = types.without_assertion("assert_impl_all!(Lock<u8>: Send); // Places");
        let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
        let expected = [
            "src/lib.rs:4: tests/traits.rs says nothing of `Guard`",
            "src/raw.rs:1: tests/traits.rs says nothing of `Place`",
        ];
        assert_eq!(missing, expected);
    }
}
