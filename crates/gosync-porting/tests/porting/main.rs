//! Runs the programs of `docs/porting.md`, and compares the guide with their files.
//!
//! | file | what it checks |
//! |---|---|
//! | `guide.rs` | each block of code in the guide is a file of this crate, word for word |
//! | `programs.rs` | each program, in either language, prints what its file in `output` says |
//! | `tools.rs` | what vet, rustc, the race detector and `ThreadSanitizer` say to the faulty ones |
//! | `go.rs` | finds Go; without it, what needs it is skipped and says so |

mod go;
mod guide;
mod programs;
mod tools;

use std::{collections::BTreeSet, fs, path::Path};

/// The text of a file of this crate.
fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The names of the files in a folder of this crate.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .read_dir();
    let names = entries.expect("a folder of this crate").map(|entry| {
        let name = entry.expect("it can be listed").file_name();
        name.into_string().expect("UTF-8")
    });
    names.collect()
}

/// Says on stderr that something is skipped, past the harness, which would keep it to itself.
fn skipped(what: &str, why: &str) {
    use std::io::Write;
    writeln!(std::io::stderr(), "skipped: {what}: {why}").expect("stderr is there");
}
