//! What must not compile, and what the compiler says to it.
#![cfg(not(any(gosync_loom, gosync_fallback)))]

#[test]
fn compile_fail() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
