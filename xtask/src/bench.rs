//! `cargo xtask bench`: the benchmarks of the crate `gosync-bench`, built as one unit and run.

use std::process::ExitCode;

use anyhow::Context;

use crate::{Command, process, screen::Screen, workspace::Workspace};

pub(crate) const COMMAND: Command = Command {
    name: "bench",
    about: "measures a primitive against its peers, side by side",
    run,
};

/// Cargo's arguments for all that is run here.
const BUILT: &str = "--profile bench -p gosync-bench";

const HELP: &str = "\
usage: cargo xtask bench NAME [ARGUMENT ...]
       cargo xtask bench --plot

Builds the benchmark NAME and runs it. The arguments are the benchmark's own: the number of
rounds, the beginnings of the names of workloads, if not all are wanted, and --csv FILE, to which
the figures of each round are appended.

  NAME     the file of crates/gosync-bench/src/bin that is to be run, such as mutex
  --plot   draws docs/benchmarks/*.svg from the *.csv there, and prints tables of the rest";

fn run(mut arguments: lexopt::Parser) -> anyhow::Result<ExitCode> {
    use lexopt::prelude::{Long, Short, Value};

    let name = match arguments.next()? {
        Some(Value(name)) => name,
        Some(Long("help") | Short('h')) => {
            let names = names()?.join(", ");
            Screen::new().line(format!("{HELP}\n\nbenchmarks: {names}"));
            return Ok(ExitCode::SUCCESS);
        }
        Some(Long("plot")) => {
            return process::hand_over(&format!("{BUILT} --example plot"), arguments);
        }
        Some(other) => return Err(other.unexpected().into()),
        None => anyhow::bail!("which one? benchmarks: {}", names()?.join(", ")),
    };
    let names = names()?;
    if !names.iter().any(|known| name == known.as_str()) {
        anyhow::bail!(
            "no benchmark {}; there are: {}",
            name.display(),
            names.join(", ")
        );
    }
    let name = name.display();
    process::hand_over(&format!("{BUILT} --bin bench-{name}"), arguments)
}

/// The benchmarks that there are.
fn names() -> anyhow::Result<Vec<String>> {
    let folder = Workspace::load()?.root.join("crates/gosync-bench/src/bin");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .with_context(|| folder.display().to_string())?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}
