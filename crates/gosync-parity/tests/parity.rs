//! All symbols are proved, and all scenarios are what Go is known to say. `cargo xtask parity` asks
//! Go itself, where it is installed.
//!
//! One test: the scenarios' panics are kept from the output, which a second would notice.

use std::path::Path;

#[test]
fn gosync_is_what_go_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = root.join("../..");
    let report = gosync_parity::check(&root, None, false).expect("the files are there");
    assert!(
        report.mistakes.is_empty(),
        "\n{}\n",
        report.mistakes.join("\n\n")
    );
}
