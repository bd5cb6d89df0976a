//! `cargo xtask test-all`: everything that must hold, step by step, with a table at the end.
//!
//! | file | what it is |
//! |---|---|
//! | `test_all/steps.rs` | the list of steps: what each runs |
//! | `test_all/outside.rs` | a user of one crate, outside the workspace |
//! | `test_all/packed.rs` | all crates, packed as for the registry |
//! | `test_all/select.rs` | which steps the arguments ask for |
//! | `test_all/runner.rs` | runs them: logs, time limits, what went wrong |
//! | `test_all/report.rs` | how a step went |
//! | `test_all/toolchain.rs` | what is installed on this machine |
//! | `test_all/totals.rs` | how many tests and models a step ran, from its output |

mod outside;
mod packed;
mod report;
mod runner;
mod select;
mod steps;
mod toolchain;
mod totals;

use std::{process::ExitCode, time::Duration};

use crate::{Command, number, process, screen, screen::Screen, workspace::Workspace};
use report::{Outcome, Report};
use runner::Runner;
use steps::{Depth, Step};

pub(crate) const COMMAND: Command = Command {
    name: "test-all",
    about: "runs everything that must hold, and ends with a table",
    run,
};

const HELP: &str = "\
usage: cargo xtask test-all [STEP ...] [--quick | --thorough] [--list] [--timeout MINUTES]

Runs all steps, goes on after one that fails, and ends with a table. The exit status is 0 if no
step failed, 1 if one did, 2 if the arguments were wrong.

  STEP               a step by name, or one part of it: `loom`, `loom:gosync-mutex`
  --list             the names of the steps and of their parts
  --quick            only formatting, lints, and the tests of what is published
  --thorough         all mutants, deeper models, more random programs, longer stress: an hour
  --timeout MINUTES  the longest that a step may take before it is killed (20; thorough, 60)";

/// The longest that a step may take. The slowest takes about a fifth of it on two cores.
const TIMEOUT: Duration = Duration::from_secs(20 * 60);
const THOROUGH_TIMEOUT: Duration = Duration::from_secs(60 * 60);

struct Arguments {
    wanted: Vec<String>,
    quick: bool,
    thorough: bool,
    list: bool,
    timeout: Duration,
}

fn run(arguments: lexopt::Parser) -> anyhow::Result<ExitCode> {
    let Some(arguments) = parse(arguments)? else {
        Screen::new().line(HELP);
        return Ok(ExitCode::SUCCESS);
    };
    let workspace = Workspace::load()?;
    let steps = steps::all(&workspace, arguments.depth());
    if arguments.list {
        for line in list(&steps) {
            Screen::new().line(line);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let steps = select::select(steps, &arguments.wanted, arguments.quick)?;

    process::catch_interrupts()?;
    let mut runner = Runner::new(&workspace, steps.len(), arguments.timeout)?;
    let mut reports = Vec::new();
    for step in &steps {
        let Some(report) = runner.step(step)? else {
            return Ok(ExitCode::from(130));
        };
        reports.push(report);
    }
    for line in summary(&reports) {
        Screen::new().line(line);
    }
    let failed = reports
        .iter()
        .any(|report| report.outcome == Outcome::Failed);
    Ok(ExitCode::from(u8::from(failed)))
}

impl Arguments {
    fn depth(&self) -> Depth {
        match (self.quick, self.thorough) {
            (true, _) => Depth::Quick,
            (_, true) => Depth::Thorough,
            _ => Depth::Usual,
        }
    }
}

/// `None` if help was asked for.
fn parse(mut parser: lexopt::Parser) -> anyhow::Result<Option<Arguments>> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};

    let mut arguments = Arguments {
        wanted: Vec::new(),
        quick: false,
        thorough: false,
        list: false,
        timeout: TIMEOUT,
    };
    let mut timeout = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("quick") => arguments.quick = true,
            Long("thorough") => arguments.thorough = true,
            Long("list") => arguments.list = true,
            Long("timeout") => {
                let minutes = number(&mut parser, "--timeout")?.get();
                timeout = Some(Duration::from_secs(60 * u64::from(minutes)));
            }
            Long("help") | Short('h') => return Ok(None),
            Value(name) => arguments.wanted.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    anyhow::ensure!(
        !(arguments.quick && arguments.thorough),
        "--quick and --thorough do not go together"
    );
    let usual = if arguments.thorough {
        THOROUGH_TIMEOUT
    } else {
        TIMEOUT
    };
    arguments.timeout = timeout.unwrap_or(usual);
    Ok(Some(arguments))
}

/// What `--list` prints.
fn list(steps: &[Step]) -> Vec<String> {
    let rows: Vec<_> = steps
        .iter()
        .map(|step| {
            let quick = if step.quick { "quick" } else { "" };
            [step.name, quick, step.about].map(String::from)
        })
        .collect();
    let mut lines = Vec::new();
    for (line, step) in screen::table(&rows, &[]).into_iter().zip(steps) {
        lines.push(line);
        for part in step.parts.iter().filter(|part| !part.name.is_empty()) {
            let why = part.skip.as_ref().map(|why| format!("  ({why})"));
            let why = why.unwrap_or_default();
            lines.push(format!("  {}:{}{why}", step.name, part.name));
        }
    }
    lines
}

/// The table, the totals, and how to repeat what failed.
fn summary(reports: &[Report]) -> Vec<String> {
    let header = ["step", "result", "time", "note"].map(String::from);
    let mut rows = vec![header];
    rows.extend(reports.iter().map(|report| {
        [
            report.name.to_string(),
            report.outcome.styled(),
            screen::time(report.time),
            report.note.clone(),
        ]
    }));
    let total = reports.iter().map(|report| report.time).sum();
    rows.push([
        String::from("total"),
        String::new(),
        screen::time(total),
        String::new(),
    ]);

    let mut lines = vec![String::new()];
    lines.extend(screen::table(&rows, &[2]));
    for failure in reports.iter().flat_map(|report| &report.failures) {
        lines.push(String::new());
        lines.extend(failure.lines());
    }
    let number = |outcome| {
        let with = reports.iter().filter(|report| report.outcome == outcome);
        with.count()
    };
    lines.push(String::new());
    // Alone on a line and in these words: what reads a CI run's output looks for it.
    lines.push(format!(
        "steps: {} passed, {} failed, {} skipped",
        number(Outcome::Passed),
        number(Outcome::Failed),
        number(Outcome::Skipped)
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use report::Failure;

    fn arguments(words: &[&str]) -> anyhow::Result<Option<Arguments>> {
        parse(lexopt::Parser::from_args(words))
    }

    #[test]
    fn arguments_are_parsed() {
        let parsed = arguments(&["fmt", "--quick", "loom:a", "--timeout=3", "--list"]);
        let parsed = parsed.unwrap().unwrap();
        assert_eq!(parsed.wanted, ["fmt", "loom:a"]);
        assert!(parsed.quick && parsed.list);
        assert_eq!(parsed.timeout, Duration::from_secs(180));

        assert!(arguments(&["fmt", "--help"]).unwrap().is_none());
        assert!(arguments(&["--slow"]).is_err());
        assert!(arguments(&["--timeout", "0"]).is_err());
        let parsed = arguments(&[]).unwrap().unwrap();
        assert!(parsed.wanted.is_empty() && !parsed.quick && !parsed.list);
        assert_eq!(parsed.timeout, TIMEOUT);

        let parsed = arguments(&["--thorough"]).unwrap().unwrap();
        assert!(parsed.thorough && !parsed.quick);
        assert_eq!(parsed.timeout, THOROUGH_TIMEOUT);
        assert!(arguments(&["--thorough", "--quick"]).is_err());
    }

    #[test]
    fn the_table_says_all() {
        console::set_colors_enabled(false);
        let report = |name, outcome, seconds, note: &str, failures| Report {
            name,
            outcome,
            time: Duration::from_secs(seconds),
            note: note.to_string(),
            failures,
        };
        let failure = Failure {
            part: "loom:gosync-mutex".into(),
            reason: "exit status: 101".into(),
            repeat: "cargo test".into(),
            log: "target/xtask/loom.log".into(),
        };
        let lines = summary(&[
            report("fmt", Outcome::Passed, 1, "", vec![]),
            report("loom", Outcome::Failed, 70, "3 models", vec![failure]),
            report("tsan", Outcome::Skipped, 0, "no nightly", vec![]),
        ]);
        let expected = "
step   result         time  note
fmt    passed        1.0 s
loom   FAILED   1 min 10 s  3 models
tsan   skipped       0.0 s  no nightly
total           1 min 11 s

loom:gosync-mutex failed: exit status: 101
  repeat: cargo test
  log:    target/xtask/loom.log

steps: 1 passed, 1 failed, 1 skipped";
        assert_eq!(lines.join("\n"), expected);
    }
}
