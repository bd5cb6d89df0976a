//! What must not compile, of all crates: `tests/ui` of each. Here, since each crate that compiles
//! some compiles all that it depends on for it, once more.
//!
//! To write the expected messages anew: `TRYBUILD=overwrite`.
#![cfg(not(any(gosync_loom, gosync_fallback)))]

#[test]
fn compile_fail() {
    trybuild::TestCases::new().compile_fail("../*/tests/ui/*.rs");
}
