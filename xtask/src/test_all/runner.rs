//! Runs steps: logs, time limits, what went wrong.

use std::{
    borrow::Cow,
    fs,
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context;

use super::{
    outside, packed,
    report::{Failure, Outcome, Report, Tally, sentence},
    steps::{self, Action, Expect, Part, Step},
    totals::Totals,
};
use crate::{
    log::Log,
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
            let forgotten = match action {
                Action::Package(cmd) => {
                    writeln!(log.file, "$ {cmd}")?;
                    packed::forget(self.workspace)
                }
                _ => Ok(()),
            };
            let reason = match action {
                _ if let Err(error) = forgotten => {
                    writeln!(log.file, "{error}")?;
                    Some(String::from("what was packed before cannot be removed"))
                }
                Action::Run(cmd) | Action::Package(cmd) => {
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
            Expect::Mutants if totals.mutants == 0 => Some("it tried no mutant"),
            Expect::Steps if totals.steps == 0 => Some("it took no step"),
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
