//! The repository's own commands: `cargo xtask COMMAND`.
//!
//! | file | what it is |
//! |---|---|
//! | `main.rs` | the table of commands, and nothing else |
//! | `test_all.rs`, `test_all/` | `test-all`: the list of steps, and what runs them |
//! | `mutants.rs`, `mutants/` | `mutants`: weakened code, which a model or a test has to catch |
//! | `stress.rs` | `stress`: random threads, by the crate `gosync-proof` |
//! | `bench.rs` | `bench`: runs a benchmark of the crate `gosync-bench` |
//! | `tidy.rs`, `tidy/` | the house's rules as code, findings as `file:line` |
//! | `parity.rs`, `parity/` | `parity`: gosync against Go, by the crate `gosync-parity` |
//! | `process.rs` | another program: its repeatable command line, its time limit, its end |
//! | `log.rs` | the output of other programs, in a file |
//! | `screen.rs` | lines, a live last line on a terminal, tables |
//! | `rust.rs` | a source file as tokens: its tests, and what is not shipped |
//! | `workspace.rs` | what `cargo metadata` knows about the crates |
//!
//! A command is a file that lends a [`Command`]; a new one is a file and a line in [`COMMANDS`].

#![forbid(unsafe_code)]

mod bench;
mod log;
mod markdown;
mod mutants;
mod parity;
mod process;
mod rust;
mod screen;
mod stress;
mod test_all;
mod tidy;
mod workspace;

use std::process::ExitCode;

/// A command of `cargo xtask`.
struct Command {
    name: &'static str,
    /// What it does, in a line.
    about: &'static str,
    /// Parses the arguments after the name, and does it.
    run: fn(lexopt::Parser) -> anyhow::Result<ExitCode>,
}

const COMMANDS: &[Command] = &[
    test_all::COMMAND,
    mutants::COMMAND,
    stress::COMMAND,
    bench::COMMAND,
    parity::COMMAND,
];

fn main() -> ExitCode {
    match dispatch(lexopt::Parser::from_env()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{} {error:#}", console::style("error:").red().bold());
            ExitCode::from(2)
        }
    }
}

fn dispatch(mut arguments: lexopt::Parser) -> anyhow::Result<ExitCode> {
    use lexopt::prelude::{Long, Short, Value};

    match arguments.next()? {
        None | Some(Long("help") | Short('h')) => {
            println!("{}", usage());
            Ok(ExitCode::SUCCESS)
        }
        Some(Value(name)) => match COMMANDS.iter().find(|command| name == command.name) {
            Some(command) => (command.run)(arguments),
            None => anyhow::bail!("no command {}\n\n{}", name.display(), usage()),
        },
        Some(other) => Err(other.unexpected().into()),
    }
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask COMMAND [ARGUMENT ...]\n\ncommands:\n");
    for command in COMMANDS {
        text += &format!("  {:<10} {}\n", command.name, command.about);
    }
    text + "\n`cargo xtask COMMAND --help` tells more."
}
