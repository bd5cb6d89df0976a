//! `cargo xtask mutants`: code that is weakened on purpose, one line at a time, to see that a
//! model or a test fails then. What no model notices, no model shows.
//!
//! | file | what it is |
//! |---|---|
//! | `mutants/entry.rs` | the entries of `crates/*/tests/mutants.toml`, and what is wrong with them |
//! | `mutants/apply.rs` | the copy of the workspace in which they are applied |
//! | `mutants/verdict.rs` | what came of one, from what the tests printed |

mod apply;
mod entry;
mod verdict;

use std::{collections::BTreeMap, process::ExitCode, time::Instant};

use anyhow::bail;
use console::style;

use crate::{
    Command, number, process,
    rust::TestFn,
    screen::{self, Screen, count},
    tidy::Finding,
    workspace::{Package, Workspace},
};
use apply::Laboratory;
use entry::{Mutant, Suite, Target};
use verdict::{By, Verdict};

pub(crate) const COMMAND: Command = Command {
    name: "mutants",
    about: "weakens the code line by line, to see that a model or a test fails",
    run,
};

const HELP: &str = "\
usage: cargo xtask mutants [CRATE | NAME | CRATE:NAME ...] [--list] [--check] [--sample N]

Applies the mutants of crates/*/tests/mutants.toml one by one on a copy of the workspace below the
target folder, and runs the tests that each entry names: one of them must fail. Before that, they
must pass on the code as it is.

  CRATE, NAME  only the mutants of this crate, or with this name
  --list       what there is, and nothing more
  --check      only that each entry still applies, and that every model of loom has one
  --sample N   N of them, spread evenly, always the same; the tests are taken to pass as it is

An entry:

  [[mutant]]
  name = \"unlock_is_relaxed\"
  file = \"src/raw.rs\"             # relative to the crate; PATH of another crate as ../CRATE/PATH
  find = \"swap(0, Release)\"       # occurs once in the file; may have many lines
  replace = \"swap(0, Relaxed)\"
  caught_by = [\"two_threads\"]     # tests of this crate, of which one must fail
  why = \"What was written in the section would not be seen in the next one.\"
  hangs = true                    # optional: to run out of time counts as caught";

struct Arguments {
    wanted: Vec<String>,
    list: bool,
    check: bool,
    sample: Option<usize>,
}

fn run(arguments: lexopt::Parser) -> anyhow::Result<ExitCode> {
    let Some(arguments) = parse(arguments)? else {
        Screen::new().line(HELP);
        return Ok(ExitCode::SUCCESS);
    };
    let workspace = Workspace::load()?;
    let (mutants, mut findings) = entry::all(&workspace);
    let wanted = &arguments.wanted;
    let looked_at = |package: &str| wanted.is_empty() || wanted.iter().any(|name| name == package);
    findings.extend(entry::models_without(&workspace, &mutants, looked_at));
    let mutants = select(mutants, &arguments)?;
    let mut screen = Screen::new();
    for finding in &findings {
        screen.line(format!("{} {finding}", style("error:").red().bold()));
    }
    if arguments.list {
        for mutant in &mutants {
            screen.line(format!("{mutant}: {}", mutant.why));
        }
    }
    let mut good = findings.is_empty();
    if !arguments.list && !arguments.check {
        process::catch_interrupts()?;
        let baseline = arguments.sample.is_none();
        let Some(verdicts) = all(&workspace, &mutants, baseline, &mut screen)? else {
            screen.line("interrupted");
            return Ok(ExitCode::from(130));
        };
        good &= verdicts.iter().all(Verdict::is_caught);
        if all_of_a_crate(&arguments, &mutants) {
            let blind = blind(&mutants, &verdicts);
            good &= blind.is_empty();
            for line in blind {
                screen.line(format!("{} {line}", style("error:").red().bold()));
            }
        }
        for line in summary(&mutants, &verdicts) {
            screen.line(line);
        }
    } else if arguments.check {
        let crates = mutants.chunk_by(|a, b| a.package == b.package).count();
        let mutants = count(mutants.len() as u64, "mutant");
        screen.line(format!("{mutants} in {}", count(crates as u64, "crate")));
    }
    Ok(ExitCode::from(u8::from(!good)))
}

/// `None` if help was asked for.
fn parse(mut parser: lexopt::Parser) -> anyhow::Result<Option<Arguments>> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};

    let mut arguments = Arguments {
        wanted: Vec::new(),
        list: false,
        check: false,
        sample: None,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("list") => arguments.list = true,
            Long("check") => arguments.check = true,
            Long("sample") => {
                let sample = number(&mut parser, "--sample")?.get();
                arguments.sample = Some(usize::try_from(sample)?);
            }
            Long("help") | Short('h') => return Ok(None),
            Value(name) => arguments.wanted.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(arguments))
}

/// Those that the arguments ask for.
fn select(mut mutants: Vec<Mutant>, arguments: &Arguments) -> anyhow::Result<Vec<Mutant>> {
    for wanted in &arguments.wanted {
        if !mutants.iter().any(|mutant| mutant.is_called(wanted)) {
            bail!("no mutant, and no crate with one, is called `{wanted}`; --list tells");
        }
    }
    if !arguments.wanted.is_empty() {
        mutants.retain(|mutant| arguments.wanted.iter().any(|name| mutant.is_called(name)));
    }
    if let Some(number) = arguments.sample {
        let chosen = spread(mutants.len(), number).into_iter();
        mutants = chosen.map(|at| mutants[at].clone()).collect();
    }
    Ok(mutants)
}

/// Whether of each crate all mutants or none were tried.
fn all_of_a_crate(arguments: &Arguments, mutants: &[Mutant]) -> bool {
    let is_crate = |name: &String| mutants.iter().any(|mutant| mutant.package == *name);
    arguments.sample.is_none() && arguments.wanted.iter().all(is_crate)
}

/// The models of loom that have mutants and failed on none of them.
fn blind(mutants: &[Mutant], verdicts: &[Verdict]) -> Vec<String> {
    let mut models = BTreeMap::new();
    for (mutant, verdict) in mutants.iter().zip(verdicts) {
        for model in mutant.suite.0.get(&Target::Loom).into_iter().flatten() {
            let saw = match verdict {
                Verdict::Caught(By::Tests(failed)) => failed.contains(model),
                // No model is to blame.
                _ => true,
            };
            *models.entry((&mutant.package, model)).or_insert(false) |= saw;
        }
    }
    let blind = models.into_iter().filter(|(_, saw)| !saw);
    blind
        .map(|((package, model), _)| format!("{package}: no mutant made the model `{model}` fail"))
        .collect()
}

/// `wanted` of the numbers below `all`, evenly spread.
fn spread(all: usize, wanted: usize) -> Vec<usize> {
    let wanted = wanted.min(all);
    (0..wanted)
        .map(|at| (2 * at + 1) * all / (2 * wanted))
        .collect()
}

/// What came of each; `None` if interrupted.
fn all(
    workspace: &Workspace,
    mutants: &[Mutant],
    baseline: bool,
    screen: &mut Screen,
) -> anyhow::Result<Option<Vec<Verdict>>> {
    let mut laboratory = Laboratory::new(workspace)?;
    let mut verdicts = Vec::new();
    for group in mutants.chunk_by(|a, b| a.package == b.package) {
        let mut broken = false;
        if baseline {
            let start = Instant::now();
            let mut suite = Suite::default();
            group.iter().for_each(|mutant| suite.add(&mutant.suite));
            let name = format!("{}: as it is", group[0].package);
            let end = laboratory.run(&group[0].package, &suite, |now| {
                screen.live(&live(&name, start, now));
            })?;
            broken = end != Verdict::Missed;
            let word = match end {
                Verdict::Interrupted => return Ok(None),
                Verdict::Missed => style(String::from("passed")).green(),
                other => style(format!("FAILED: {other}")).red().bold(),
            };
            let time = screen::time(start.elapsed());
            screen.line(format!("{name}: {word}, {time}"));
        }
        for mutant in group {
            let start = Instant::now();
            let name = mutant.to_string();
            let verdict = if broken {
                Verdict::NotRun
            } else {
                laboratory.mutate(mutant, |now| screen.live(&live(&name, start, now)))?
            };
            if verdict == Verdict::Interrupted {
                return Ok(None);
            }
            let time = screen::time(start.elapsed());
            screen.line(format!("{name}: {}, {time}", verdict.styled()));
            verdicts.push(verdict);
        }
    }
    screen.line(format!("log: {}", workspace.show(laboratory.log())));
    Ok(Some(verdicts))
}

/// What is shown while a mutant is compiled and run.
fn live(name: &str, start: Instant, now: &str) -> String {
    format!("{name}, {}, {now}", screen::time(start.elapsed()))
}

/// The table of the crates, the mutants that were not caught, and the totals.
fn summary(mutants: &[Mutant], verdicts: &[Verdict]) -> Vec<String> {
    let both: Vec<_> = mutants.iter().zip(verdicts).collect();
    let mut rows = vec![["crate", "mutants", "caught"].map(String::from)];
    for group in both.chunk_by(|a, b| a.0.package == b.0.package) {
        let caught = group.iter().filter(|(_, verdict)| verdict.is_caught());
        rows.push([
            group[0].0.package.clone(),
            group.len().to_string(),
            caught.count().to_string(),
        ]);
    }
    let mut lines = vec![String::new()];
    lines.extend(screen::table(&rows, &[1, 2]));
    for (mutant, verdict) in both.iter().filter(|(_, verdict)| !verdict.is_caught()) {
        lines.push(String::new());
        lines.push(format!("{mutant}: {}", verdict.styled()));
        lines.push(format!("  {}", mutant.why));
        lines.push(format!("  repeat: cargo xtask mutants {mutant}"));
    }
    let caught = verdicts.iter().filter(|verdict| verdict.is_caught());
    lines.push(String::new());
    // Alone on a line and in these words: what counts them reads it.
    lines.push(format!(
        "mutants: {} of {} caught",
        caught.count(),
        both.len()
    ));
    lines
}

/// The paths of all tests of a crate, each with its target before it, for `tidy`.
pub(crate) fn tests(package: &Package) -> Vec<String> {
    let tests = entry::tests(package).into_iter();
    let path = |(target, test): (Target, TestFn)| match target {
        Target::Loom => format!("loom::{}", test.path),
        Target::Test(name) => format!("{name}::{}", test.path),
        Target::Lib => test.path,
    };
    tests.map(path).collect()
}

/// What is wrong with the entries, for `tidy`.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    entry::all(workspace).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_evenly() {
        assert_eq!(spread(10, 2), [2, 7]);
        assert_eq!(spread(3, 5), [0, 1, 2]);
        assert_eq!(spread(7, 1), [3]);
        assert_eq!(spread(0, 3), [0; 0]);
        assert_eq!(spread(5, 0), [0; 0]);
    }

    #[test]
    fn a_model_that_never_fails_is_blind() {
        let models = [String::from("a"), String::from("b")];
        let mutant = Mutant {
            package: "lock".into(),
            suite: Suite([(Target::Loom, models.to_vec())].into()),
            ..Mutant::default()
        };
        let mutants = [mutant.clone(), mutant];
        let by = |model: &String| Verdict::Caught(By::Tests(vec![model.clone()]));
        let [a, b] = models.each_ref().map(by);
        assert_eq!(blind(&mutants, &[a.clone(), b]), [""; 0]);
        let [complaint] = &blind(&mutants, &[a.clone(), a.clone()])[..] else {
            panic!("b saw nothing");
        };
        assert!(complaint.contains("`b`"));
        let hung = Verdict::Caught(By::Otherwise(String::from("it hangs")));
        assert_eq!(blind(&mutants, &[a, hung]), [""; 0]);
    }

    #[test]
    fn arguments_select() {
        let mutant = |package: &str, name: &str| Mutant {
            package: package.into(),
            name: name.into(),
            ..Mutant::default()
        };
        let chosen = |words: &[&str]| {
            let all = vec![mutant("a", "x"), mutant("a", "y"), mutant("b", "x")];
            let arguments = parse(lexopt::Parser::from_args(words)).unwrap().unwrap();
            let mutants = select(all, &arguments)?;
            anyhow::Ok(mutants.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(chosen(&[]).unwrap(), ["a:x", "a:y", "b:x"]);
        assert_eq!(chosen(&["x"]).unwrap(), ["a:x", "b:x"]);
        assert_eq!(chosen(&["b", "a:y"]).unwrap(), ["a:y", "b:x"]);
        assert_eq!(chosen(&["--sample", "1"]).unwrap(), ["a:y"]);
        assert!(parse(lexopt::Parser::from_args(["--sample", "0"])).is_err());
        assert!(chosen(&["c"]).is_err());
        assert!(chosen(&["a:z"]).is_err());
    }
}
