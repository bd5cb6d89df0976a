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
// It panics where the reader has gone away, as in `cargo xtask test-all --list | head`. `Screen` does not.
#![deny(clippy::print_stdout)]

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

use std::{num::NonZero, process::ExitCode};

use anyhow::Context;

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
            screen::Screen::new().line(usage());
            Ok(ExitCode::SUCCESS)
        }
        Some(Value(name)) if name == "help" => {
            let command = arguments.raw_args()?.next();
            let asked = command.into_iter().chain(["--help".into()]);
            dispatch(lexopt::Parser::from_args(asked))
        }
        Some(Value(name)) => match COMMANDS.iter().find(|command| name == command.name) {
            Some(command) => (command.run)(arguments),
            None => anyhow::bail!("no command {}\n\n{}", name.display(), usage()),
        },
        Some(other) => Err(other.unexpected().into()),
    }
}

/// The value of the option `name`, such as `--timeout`: a whole number above 0.
fn number(parser: &mut lexopt::Parser, name: &str) -> anyhow::Result<NonZero<u32>> {
    let value = parser.value()?;
    let number = value.to_str().and_then(|text| text.parse().ok());
    number.with_context(|| format!("{name}: no whole number above 0: {}", value.display()))
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask COMMAND [ARGUMENT ...]\n\ncommands:\n");
    for command in COMMANDS {
        text += &format!("  {:<10} {}\n", command.name, command.about);
    }
    text + "\n`cargo xtask COMMAND --help` tells more."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_above_0() {
        let parsed = |text: &str| number(&mut lexopt::Parser::from_args([text]), "--timeout");
        assert_eq!(parsed("20").unwrap().get(), 20);
        for text in ["0", "-1", "1.5", "soon", "99999999999"] {
            let error = parsed(text).unwrap_err().to_string();
            assert_eq!(error, format!("--timeout: no whole number above 0: {text}"));
        }
    }

    #[test]
    fn help_is_a_command() {
        let status = |words: &[&str]| dispatch(lexopt::Parser::from_args(words));
        for words in [&[][..], &["help"], &["help", "bench"], &["help", "help"]] {
            assert!(status(words).is_ok(), "{words:?}");
        }
        assert!(status(&["help", "nothing"]).is_err());
        assert!(status(&["nothing"]).is_err());
    }
}
