//! A source file as tokens: its tests, and what is not shipped.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A function with `#[test]`.
#[derive(Debug, PartialEq)]
pub(crate) struct TestFn {
    /// Its name with its modules, as the test harness has it: `tests::it_works`.
    pub(crate) path: String,
    pub(crate) line: usize,
}

impl TestFn {
    /// The name alone.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or_default()
    }
}

/// All tests of a file whose own module is `module`, within `proptest!` too. None if it is not
/// Rust, of which the compiler says more.
pub(crate) fn tests(code: &str, module: &str) -> Vec<TestFn> {
    let mut found = Vec::new();
    if let Ok(tokens) = code.parse() {
        collect(tokens, module, &mut found);
    }
    found
}

fn collect(tokens: TokenStream, module: &str, found: &mut Vec<TestFn>) {
    let in_module = |name: &str| match module {
        "" => name.to_string(),
        module => format!("{module}::{name}"),
    };
    let mut is_test = false;
    // The name that a group may belong to, if it comes after `mod`.
    let mut inner = None;
    let mut before = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                is_test |= before == "#" && group.stream().to_string() == "test";
                let module = inner.take().unwrap_or_else(|| module.to_string());
                collect(group.stream(), &module, found);
                before.clear();
            }
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                match before.as_str() {
                    "mod" => inner = Some(in_module(&name)),
                    "fn" if is_test => {
                        is_test = false;
                        let (path, line) = (in_module(&name), ident.span().start().line);
                        found.push(TestFn { path, line });
                    }
                    _ => {}
                }
                before = name;
            }
            other => {
                if matches!(&other, TokenTree::Punct(punct) if punct.as_char() == ';') {
                    inner = None;
                }
                before = other.to_string();
            }
        }
    }
}

/// Whether this token is this character.
pub(crate) fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Whether the inside of an attribute says that what follows is not in a user's program.
pub(crate) fn is_not_shipped(attribute: TokenStream) -> bool {
    let attribute = attribute.to_string().replace(' ', "");
    ["cfg(test)", "cfg(gosync_loom)"].contains(&&*attribute)
}

/// Where the item that begins at `at` ends: behind its block or its semicolon.
pub(crate) fn after_item(tokens: &[TokenTree], at: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(Some(token), ';'),
    };
    let rest = tokens[at..].iter().position(ends);
    rest.map_or(tokens.len(), |length| at + length + 1)
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn tests_are_found_wherever_they_are() {
        let code = "
#![cfg(x)]
mod elsewhere;
#[test]
fn one() { fn helper() {} }
#[test] #[should_panic(expected = \"x\")] fn two() {}
mod a { mod b { #[test] fn three() {} } #[inline] fn no() {} }
proptest! { #![config(1)] #[test] fn four(x in any::<u8>()) {} }
// #[test] fn not_this() {}
";
        let found = tests(code, "m");
        let found: Vec<_> = found.iter().map(|test| (&*test.path, test.line)).collect();
        let expected = [
            ("m::one", 5),
            ("m::two", 6),
            ("m::a::b::three", 7),
            ("m::four", 8),
        ];
        assert_eq!(found, expected);
        assert_eq!(tests("#[test] fn f() {}", "")[0].path, "f");
        assert_eq!(tests(code, "m")[2].name(), "three");
        assert_eq!(tests("fn {", ""), []);
    }
}
