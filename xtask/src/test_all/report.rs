//! How a step went, for the table and for a person who goes after a failure.

use std::time::Duration;

use console::style;

use super::{steps::Step, totals::Totals};
use crate::screen::count;

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

/// Clauses with commas between them, without those that are empty.
pub(super) fn sentence<const N: usize>(clauses: [&str; N]) -> String {
    let said: Vec<_> = clauses
        .into_iter()
        .filter(|clause| !clause.is_empty())
        .collect();
    said.join(", ")
}

/// What the parts of a step came to.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: Vec<(String, Failure)>,
    /// Why some were skipped, and which.
    pub(super) skipped: Vec<(String, Vec<String>)>,
    pub(super) totals: Totals,
    /// What the only part of a step said.
    pub(super) note: String,
}

impl Tally {
    /// Notes a part that did not run.
    pub(super) fn skip(&mut self, why: &str, part: &str) {
        match self.skipped.iter_mut().find(|(its, _)| its == why) {
            Some((_, parts)) => parts.push(part.to_string()),
            None => self.skipped.push((why.to_string(), vec![part.to_string()])),
        }
    }

    /// Adds it all up.
    pub(super) fn report(self, step: &Step, time: Duration) -> Report {
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
}
