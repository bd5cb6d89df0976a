//! The stress program notices what is broken, and says what a person needs to know.
#![cfg(not(gosync_loom))]

use std::process::Command;

/// What it says to a run that fails.
fn complaint(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_stress"))
        .args(arguments)
        .args(["--seed", "7", "--threads", "4"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[track_caller]
fn says(complaint: &str, words: &str) {
    assert!(complaint.contains(words), "no `{words}` in:\n{complaint}");
}

/// The state of the lock, what the threads do, and how to see it again.
#[test]
fn a_hang_is_reported() {
    let complaint = complaint(&["hangs", "--hang", "1"]);
    says(&complaint, "it hangs: no thread took a step for 1s");
    says(&complaint, "RawMutex {");
    says(&complaint, "Asking: ");
    says(&complaint, "repeat: cargo xtask stress hangs --seed 0x");
}

#[test]
fn a_broken_invariant_is_reported() {
    let complaint = complaint(&["races"]);
    says(&complaint, "an invariant is broken");
    says(&complaint, "repeat: cargo xtask stress races --seed 0x");
}
