//! What `cargo xtask parity` runs, with the files in which Go's words are if Go is installed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use gosync_parity::{Go, check};

const HELP: &str = "\
usage: gosync-parity [--go SYMBOLS OUTPUT] [--write]

`cargo xtask parity` runs this. It holds gosync against Go.

  --go SYMBOLS OUTPUT  the files with what go/symbols and go/scenarios print on this machine
  --write              writes what is out of date, instead of complaining";

fn main() -> ExitCode {
    match run(env::args().skip(1)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<ExitCode, String> {
    let (mut go, mut write) = (None, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--go" => {
                let mut file = || {
                    let file = arguments.next().ok_or(HELP)?;
                    fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))
                };
                go = Some(Go {
                    symbols: file()?,
                    output: file()?,
                });
            }
            "--write" => write = true,
            _ => return Err(format!("{argument}?\n\n{HELP}")),
        }
    }
    // Where the checkout is now, which cargo knows better than the compiler did.
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = root.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf());
    let root = root.join("../..");
    let report = check(&root, go.as_ref(), write)?;

    for file in &report.written {
        println!("written: {file}");
    }
    for mistake in &report.mistakes {
        println!("{mistake}\n");
    }
    for line in &report.summary {
        println!("{line}");
    }
    if report.mistakes.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("mistakes: {}", report.mistakes.len());
    Ok(ExitCode::FAILURE)
}
