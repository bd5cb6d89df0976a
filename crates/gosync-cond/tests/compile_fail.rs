//! What must not compile.
#![cfg(not(any(gosync_loom, gosync_fallback)))]

#[test]
fn compile_fail() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
