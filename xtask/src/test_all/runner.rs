//! Runs steps: logs, time limits, what went wrong.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context;
use console::style;

use super::{
    outside,
    steps::{self, Action, Expect, Part, Step},
    totals::Totals,
};
use crate::{
    process::End,
    screen::{self, Screen, count},
    workspace::Workspace,
};

/// How many lines of a failed command's output are shown.
const TAIL: usize = 60;

/// How much of a long line is shown of it. A sanitizer's have a thousand columns.
const WIDTH: usize = 200;

/// How often the live line changes.
const REFRESH: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    Passed,
    Failed,
    Skipped,
}

impl Outcome {
    pub(super) fn styled(self) -> String {
        match self {
            Outcome::Passed => style("passed").green(),
            Outcome::Failed => style("FAILED").red().bold(),
            Outcome::Skipped => style("skipped").yellow(),
        }
        .to_string()
    }
}

/// How a step went.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    pub(super) time: Duration,
    pub(super) note: String,
    pub(super) failures: Vec<Failure>,
}

/// What a person needs to go after a failure.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// As the arguments would name it.
    pub(super) part: String,
    pub(super) reason: String,
    /// The command that does it again.
    pub(super) repeat: String,
    /// The file with all of the output.
    pub(super) log: String,
}

impl Failure {
    pub(super) fn lines(&self) -> [String; 3] {
        let Self {
            part,
            reason,
            repeat,
            log,
        } = self;
        [
            format!("{} failed: {reason}", style(part).bold()),
            format!("  repeat: {repeat}"),
            format!("  log:    {log}"),
        ]
    }
}

/// How a part went.
enum PartEnd {
    Passed { totals: Totals, note: String },
    Failed { failure: Failure, timed_out: bool },
    Interrupted,
}

/// Runs one step after the other.
pub(super) struct Runner<'a> {
    workspace: &'a Workspace,
    screen: Screen,
    logs: PathBuf,
    /// The number of the step that runs, and of all.
    number: usize,
    steps: usize,
    timeout: Duration,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        workspace: &'a Workspace,
        steps: usize,
        timeout: Duration,
    ) -> anyhow::Result<Self> {
        let logs = workspace.target.join("xtask");
        fs::create_dir_all(&logs).with_context(|| logs.display().to_string())?;
        Ok(Self {
            workspace,
            screen: Screen::new(),
            logs,
            number: 0,
            steps,
            timeout,
        })
    }

    /// Runs all parts of a step, whatever fails, until the time is up. `None` if interrupted.
    pub(super) fn step(&mut self, step: &Step) -> anyhow::Result<Option<Report>> {
        self.number += 1;
        let start = Instant::now();
        let heading = format!("[{:>2}/{}] {}", self.number, self.steps, step.name);
        let mut log = Log::create(self.logs.join(format!("{}.log", step.name)))?;
        if !self.screen.is_terminal() {
            self.screen.line(format!("{heading} ..."));
        }

        let mut tally = Tally::default();
        let mut time_is_up = false;
        for part in &step.parts {
            if let Some(why) = &part.skip {
                tally.skip(why, &part.name);
                continue;
            }
            if time_is_up {
                tally.skip("no time left", &part.name);
                continue;
            }
            let begun = Instant::now();
            let end = self.part(step, part, &heading, start, &mut log)?;
            let (outcome, note) = match end {
                PartEnd::Interrupted => {
                    self.screen.line("interrupted");
                    return Ok(None);
                }
                PartEnd::Passed { totals, note } => {
                    tally.passed += 1;
                    tally.totals += totals;
                    if part.name.is_empty() {
                        tally.note.clone_from(&note);
                    }
                    (Outcome::Passed, note)
                }
                PartEnd::Failed { failure, timed_out } => {
                    time_is_up = timed_out;
                    let reason = failure.reason.clone();
                    tally.failed.push((part.name.clone(), failure));
                    (Outcome::Failed, reason)
                }
            };
            if !part.name.is_empty() {
                let elapsed = screen::time(begun.elapsed());
                let line = sentence([&outcome.styled(), &elapsed, &note]);
                self.screen.line(format!("        {}: {line}", part.name));
            }
        }

        let report = tally.report(step, start.elapsed());
        let elapsed = screen::time(report.time);
        let line = sentence([&report.outcome.styled(), &elapsed, &report.note]);
        self.screen.line(format!("{heading}: {line}"));
        Ok(Some(report))
    }

    /// Runs the actions of a part, until one fails.
    fn part(
        &mut self,
        step: &Step,
        part: &Part,
        heading: &str,
        start: Instant,
        log: &mut Log,
    ) -> anyhow::Result<PartEnd> {
        let begin = log.end()?;
        let separator = if part.name.is_empty() { "" } else { ":" };
        let full_name = format!("{}{separator}{}", step.name, part.name);
        let mut note = part.note.to_string();
        let mut repeat = String::new();
        let failed = |repeat: &str, reason: &str| Failure {
            part: full_name.clone(),
            reason: reason.to_string(),
            repeat: repeat.to_string(),
            log: self.workspace.show(&log.path),
        };
        for action in &part.actions {
            repeat = action.repeat(&full_name);
            writeln!(log.file, "$ {repeat}")?;
            let from = log.end()?;
            let mut timed_out = false;
            let reason = match action {
                Action::Run(cmd) => {
                    let mut shown = Instant::now() - REFRESH;
                    let screen = &mut self.screen;
                    let tick = || {
                        if screen.is_terminal() && shown.elapsed() >= REFRESH {
                            shown = Instant::now();
                            let time = screen::time(start.elapsed());
                            let now = log.last_line();
                            let part = &part.name;
                            screen.live(&sentence([&format!("{heading} {part}"), &time, &now]));
                        }
                    };
                    let deadline = start + self.timeout;
                    match cmd.run(&self.workspace.root, &log.file, deadline, tick) {
                        End::Success => None,
                        End::Failure(status) => Some(status.to_string()),
                        End::NotStarted(error) => Some(format!("it cannot be started: {error}")),
                        End::Interrupted => return Ok(PartEnd::Interrupted),
                        End::TimedOut => {
                            timed_out = true;
                            let limit = screen::time(self.timeout);
                            Some(format!("killed, since the step took more than {limit}"))
                        }
                    }
                }
                Action::WriteOutside(name) => match outside::write(self.workspace, name) {
                    Ok(()) => None,
                    Err(error) => {
                        writeln!(log.file, "{error:#}")?;
                        Some(String::from("the package cannot be written"))
                    }
                },
                Action::Tidy => match steps::tidy(self.workspace) {
                    Ok(files) => {
                        note = files;
                        None
                    }
                    Err(findings) => {
                        log.file.write_all(findings.as_bytes())?;
                        Some(count(findings.lines().count() as u64, "finding"))
                    }
                },
            };
            if let Some(reason) = reason {
                let failure = failed(&repeat, &reason);
                let output = log.since(from)?;
                self.show(&failure, &output);
                return Ok(PartEnd::Failed { failure, timed_out });
            }
        }
        let totals = Totals::of(&log.since(begin)?);
        let nothing = match part.expect {
            Expect::Tests if totals.tests == 0 => Some("it ran no test"),
            Expect::Models if totals.models == 0 => Some("it ran no model"),
            _ => None,
        };
        if let Some(reason) = nothing {
            let failure = failed(&repeat, reason);
            self.show(&failure, "");
            let timed_out = false;
            return Ok(PartEnd::Failed { failure, timed_out });
        }
        let note = sentence([&totals.note(), &note]);
        Ok(PartEnd::Passed { totals, note })
    }

    /// Shows the end of what a failed command said.
    fn show(&mut self, failure: &Failure, output: &str) {
        // Some programs colour what goes to a file.
        let output = if console::colors_enabled() {
            Cow::Borrowed(output)
        } else {
            console::strip_ansi_codes(output)
        };
        let lines: Vec<_> = output.lines().collect();
        let hidden = lines.len().saturating_sub(TAIL);
        self.screen.line("");
        if hidden > 0 {
            self.screen
                .line(format!("    | ({} before)", count(hidden as u64, "line")));
        }
        for line in &lines[hidden..] {
            let line = console::truncate_str(line, WIDTH, "…");
            self.screen.line(format!("    | {line}"));
        }
        for line in failure.lines() {
            self.screen.line(line);
        }
        self.screen.line("");
    }
}

/// Clauses with commas between them, without those that are empty.
fn sentence<const N: usize>(clauses: [&str; N]) -> String {
    let said: Vec<_> = clauses
        .into_iter()
        .filter(|clause| !clause.is_empty())
        .collect();
    said.join(", ")
}

/// What the parts of a step came to.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: Vec<(String, Failure)>,
    /// Why some were skipped, and which.
    skipped: Vec<(String, Vec<String>)>,
    totals: Totals,
    /// What the only part of a step said.
    note: String,
}

impl Tally {
    fn skip(&mut self, why: &str, part: &str) {
        match self.skipped.iter_mut().find(|(its, _)| its == why) {
            Some((_, parts)) => parts.push(part.to_string()),
            None => self.skipped.push((why.to_string(), vec![part.to_string()])),
        }
    }

    fn report(self, step: &Step, time: Duration) -> Report {
        let outcome = if !self.failed.is_empty() {
            Outcome::Failed
        } else if self.passed > 0 {
            Outcome::Passed
        } else {
            Outcome::Skipped
        };
        let mut notes = Vec::new();
        if step.unit.is_empty() {
            let reasons = self
                .failed
                .iter()
                .map(|(_, failure)| failure.reason.clone());
            notes.extend(reasons);
            notes.push(self.note);
            notes.extend(self.skipped.into_iter().map(|(why, _)| why));
        } else {
            let failed: Vec<_> = self.failed.iter().map(|(part, _)| part.as_str()).collect();
            match (self.passed + failed.len(), &self.skipped[..]) {
                (0, []) => notes.push(format!("there is no {}", step.unit)),
                (0, _) => {}
                (ran, _) => notes.push(count(ran as u64, step.unit)),
            }
            notes.push(self.totals.note());
            if !failed.is_empty() {
                notes.push(format!("failed: {}", failed.join(" ")));
            }
            for (why, parts) in &self.skipped {
                notes.push(format!("{why}: {}", parts.join(" ")));
            }
        }
        notes.retain(|note| !note.is_empty());
        Report {
            name: step.name,
            outcome,
            time,
            note: notes.join(", "),
            failures: self
                .failed
                .into_iter()
                .map(|(_, failure)| failure)
                .collect(),
        }
    }
}

/// A step's whole output, in a file.
struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    fn create(path: PathBuf) -> anyhow::Result<Self> {
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        Ok(Self { path, file })
    }

    /// How long it is.
    fn end(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// What was written from a place on.
    fn since(&self, from: u64) -> io::Result<String> {
        // A file of its own, so that the writers keep their place.
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The last line that says something, without colours.
    fn last_line(&self) -> String {
        let from = self.end().map_or(0, |end| end.saturating_sub(1000));
        let text = self.since(from).unwrap_or_default();
        let text = console::strip_ansi_codes(&text);
        let last = text
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty());
        last.unwrap_or_default().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(unit: &'static str) -> Step {
        Step {
            name: "step",
            about: "",
            unit,
            quick: false,
            parts: Vec::new(),
        }
    }

    fn failure(reason: &str) -> Failure {
        Failure {
            part: String::new(),
            reason: reason.to_string(),
            repeat: String::new(),
            log: String::new(),
        }
    }

    fn report(tally: Tally, unit: &'static str) -> (Outcome, String) {
        let report = tally.report(&step(unit), Duration::ZERO);
        (report.outcome, report.note)
    }

    #[test]
    fn a_step_of_one_part() {
        let passed = Tally {
            passed: 1,
            note: "3 tests".into(),
            ..Tally::default()
        };
        assert_eq!(report(passed, ""), (Outcome::Passed, "3 tests".into()));
        let failed = Tally {
            failed: vec![(String::new(), failure("exit status: 1"))],
            ..Tally::default()
        };
        assert_eq!(
            report(failed, ""),
            (Outcome::Failed, "exit status: 1".into())
        );
        let mut skipped = Tally::default();
        skipped.skip("no nightly", "");
        assert_eq!(report(skipped, ""), (Outcome::Skipped, "no nightly".into()));
    }

    #[test]
    fn a_step_of_many_parts() {
        let mut tally = Tally {
            passed: 2,
            totals: Totals::of("test result: ok. 5 passed; 0 failed;"),
            ..Tally::default()
        };
        tally.skip("not installed", "i686");
        tally.skip("not installed", "wasm32");
        let note = "2 targets, 5 tests, not installed: i686 wasm32";
        assert_eq!(report(tally, "target"), (Outcome::Passed, note.into()));

        let mut tally = Tally {
            passed: 1,
            failed: vec![("a".into(), failure("")), ("b".into(), failure(""))],
            ..Tally::default()
        };
        tally.skip("no time left", "c");
        let note = "3 crates, failed: a b, no time left: c";
        assert_eq!(report(tally, "crate"), (Outcome::Failed, note.into()));

        let mut none = Tally::default();
        none.skip("not installed", "i686");
        let note = "not installed: i686";
        assert_eq!(report(none, "target"), (Outcome::Skipped, note.into()));
        let note = "there is no example";
        assert_eq!(
            report(Tally::default(), "example"),
            (Outcome::Skipped, note.into())
        );
    }

    #[test]
    fn a_log_is_read_while_it_is_written() {
        let name = format!("xtask-log-{}", std::process::id());
        let mut log = Log::create(std::env::temp_dir().join(name)).unwrap();
        assert_eq!(log.last_line(), "");
        log.file.write_all(b"one\n").unwrap();
        let from = log.end().unwrap();
        log.file.write_all(b"\x1b[32mtwo\x1b[0m\n\n").unwrap();
        assert_eq!(log.since(from).unwrap(), "\x1b[32mtwo\x1b[0m\n\n");
        assert_eq!(log.last_line(), "two");
        log.file.write_all(b"three").unwrap();
        assert_eq!(log.since(0).unwrap(), "one\n\x1b[32mtwo\x1b[0m\n\nthree");
        fs::remove_file(&log.path).unwrap();
    }
}
