//! What must not compile.
#![cfg(not(gosync_loom))]

#[test]
fn compile_fail() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
