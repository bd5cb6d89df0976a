//! What the tools of both languages say to programs that are wrong.

use std::{env, path::Path, process::Command};

use crate::{go::go, skipped, text};

/// The messages that the guide shows are those of the oldest compiler that is supported. To write them
/// anew: `TRYBUILD=overwrite`.
#[test]
fn compile_fail() {
    let rustc = env::var_os("RUSTC").unwrap_or("rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    if !version.starts_with(concat!("rustc ", env!("CARGO_PKG_RUST_VERSION"), ".")) {
        skipped(
            "what rustc says",
            &format!("other words in {}", version.trim()),
        );
        return;
    }
    trybuild::TestCases::new().compile_fail("refused/*.rs");
}

#[test]
fn vet_finds_the_copies() {
    let Some(output) = go("go vet", &["vet", "tools/copylocks.go"]) else {
        return;
    };
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).replace('\\', "/");
    let findings = said.lines().filter(|line| !line.starts_with('#'));
    let expected = text("output/copylocks_vet.txt");
    assert!(findings.eq(expected.lines()), "{said}");
}

#[test]
fn copies_count_apart() {
    let Some(output) = go("the copies", &["run", "tools/copylocks.go"]) else {
        return;
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout), "n: 40\n");
}

#[test]
fn no_recover_stops_a_fatal_error() {
    let Some(output) = go("the fatal error", &["run", "tools/fatal.go"]) else {
        return;
    };
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "nothing is recovered");
    let said = String::from_utf8_lossy(&output.stderr);
    let expected = text("output/fatal_go.txt");
    assert!(said.starts_with(&expected), "{said}");
}

/// It finds the data race; and nothing in the two programs that have none, though one of them
/// loses a count.
#[test]
fn race_detector() {
    for (file, races) in [
        ("tools/race.go", true),
        ("go/race.go", false),
        ("go/lost_update.go", false),
    ] {
        let Some(output) = go("the race detector", &["run", "-race", file]) else {
            return;
        };
        let said = String::from_utf8_lossy(&output.stderr);
        let unable = ["requires cgo", "C compiler", "not supported", "is only"];
        if unable.iter().any(|reason| said.contains(reason)) {
            skipped("the race detector", said.trim());
            return;
        }
        assert_eq!(output.status.success(), !races, "{file}: {said}");
        assert_eq!(said.contains("WARNING: DATA RACE"), races, "{file}: {said}");
    }
}

/// Of rustc's nightly alone, and only on this target is it tried.
#[test]
fn thread_sanitizer() {
    const WHAT: &str = "ThreadSanitizer";
    if !cfg!(all(
        target_os = "linux",
        target_arch = "x86_64",
        target_env = "gnu"
    )) {
        skipped(WHAT, "only on Linux, x86_64");
        return;
    }
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("race");
    let compiled = Command::new("rustc")
        .args(["+nightly", "--edition", "2024", "-g", "tools/race.rs", "-o"])
        .arg(&program)
        .args(["-Zsanitizer=thread"])
        .arg("-Cunsafe-allow-abi-mismatch=sanitizer")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // The cargo that runs this names its own toolchain to its children.
        .env_remove("RUSTUP_TOOLCHAIN")
        .output();
    let compiled = compiled.expect("rustc has built this");
    if !compiled.status.success() {
        let said = String::from_utf8_lossy(&compiled.stderr);
        skipped(WHAT, said.lines().next().unwrap_or("it does not compile"));
        return;
    }
    let output = Command::new(program).output().expect("it is compiled");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(
        said.contains("WARNING: ThreadSanitizer: data race"),
        "{said}"
    );
}
