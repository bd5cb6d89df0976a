//! What must not compile. To write the expected messages anew: `TRYBUILD=overwrite`.
#![cfg(not(any(gosync_loom, gosync_fallback)))]

#[test]
fn compile_fail() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
