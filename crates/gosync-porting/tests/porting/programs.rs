//! Each program, in either language, prints what its file in `output` says.

use std::{collections::BTreeSet, process::Command};

use crate::{go::go, names, text};

/// A test for each program; and their names.
macro_rules! programs {
    (rust: $($rust:ident)*; go: $($go:ident)*;) => {
        mod rust {$(
            #[test]
            fn $rust() {
                super::rust(stringify!($rust), env!(concat!("CARGO_BIN_EXE_", stringify!($rust))));
            }
        )*}

        mod go {$(
            #[test]
            fn $go() {
                super::run_go(stringify!($go));
            }
        )*}

        const RUST: &[&str] = &[$(stringify!($rust)),*];
        const GO: &[&str] = &[$(stringify!($go)),*];
    };
}

programs! {
    rust:
        closures closures_go
        cond cond_go
        copylocks
        defer defer_go
        embedding embedding_go
        fatal
        goroutines goroutines_go
        identity
        lost_update
        once once_go
        panics
        pool pool_go
        queue queue_go
        race
        sharing sharing_go;
    go:
        closures cond copylocks defer embedding goroutines identity lost_update once panics pool queue race sharing;
}

fn rust(name: &str, program: &str) {
    let output = Command::new(program).output().expect("cargo has built it");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {errors}");
    // The port in Go's spelling prints what the other one does.
    let name = name.strip_suffix("_go").unwrap_or(name);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed, text(&format!("output/{name}.txt")));
}

fn run_go(name: &str) {
    let file = format!("go/{name}.go");
    let Some(output) = go(&file, &["run", &file]) else {
        return;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file}: {errors}");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed, text(&format!("output/{name}.txt")));
}

#[test]
fn every_program_has_its_test() {
    let of = |tested: &[&str], extension| -> BTreeSet<_> {
        let files = tested.iter().map(|name| format!("{name}.{extension}"));
        files.collect()
    };
    assert_eq!(names("src/bin"), of(RUST, "rs"));
    assert_eq!(names("go"), of(GO, "go"));
    for name in GO {
        assert!(RUST.contains(name), "{name} is not ported");
    }
}
