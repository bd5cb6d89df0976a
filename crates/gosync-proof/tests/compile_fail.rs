//! What must not compile, of all crates: `tests/ui` of each. Here, since each crate that compiles
//! some compiles all that it depends on for it, once more.
//!
//! The expected messages are those of the oldest compiler that is supported. To write them anew:
//! `TRYBUILD=overwrite`. Of another compiler, which may choose other words, it is only expected that
//! it refuses.
#![cfg(not(any(gosync_loom, gosync_fallback)))]

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn compile_fail() {
    let version = version();
    let cases = if version.starts_with(concat!("rustc ", env!("CARGO_PKG_RUST_VERSION"), ".")) {
        PathBuf::from("../*/tests/ui")
    } else {
        // Past the harness, which would keep it to itself.
        let said = "skipped: what rustc says of tests/ui: other words in";
        writeln!(io::stderr(), "{said} {version}").unwrap();
        // SAFETY: no other thread looks at the environment. This is the only test.
        unsafe { env::set_var("TRYBUILD", "overwrite") };
        without_messages()
    };
    trybuild::TestCases::new().compile_fail(cases.join("*.rs"));
}

/// Of this compiler.
fn version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or("rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8(version.stdout).unwrap().trim().to_owned()
}

/// A folder with copies of all cases, for messages that nobody keeps.
fn without_messages() -> PathBuf {
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    let _ = fs::remove_dir_all(&copies);
    fs::create_dir_all(&copies).unwrap();
    for package in fs::read_dir("..").unwrap() {
        let package = package.unwrap();
        // Not all have any.
        let cases = fs::read_dir(package.path().join("tests/ui"));
        for case in cases.into_iter().flatten() {
            let case = case.unwrap().path();
            if case.extension().is_some_and(|its| its == "rs") {
                let names = [package.file_name(), case.file_name().unwrap().into()];
                fs::copy(
                    &case,
                    copies.join(names.join("-".as_ref() as &std::ffi::OsStr)),
                )
                .unwrap();
            }
        }
    }
    copies
}
