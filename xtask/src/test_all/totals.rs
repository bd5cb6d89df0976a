//! How many tests, models and mutants were run, and what was skipped, from what was printed.

use std::{collections::BTreeMap, ops::AddAssign};

use crate::screen::count;

/// What the test harness and the model checker counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Totals {
    pub(super) tests: u64,
    ignored: u64,
    pub(super) models: u64,
    executions: u64,
    /// How many were caught.
    pub(super) mutants: u64,
    /// The primitives' calls under stress, and how often something was asserted there.
    pub(super) steps: u64,
    checks: u64,
    /// Go's symbols that are proved to be here, and the scenarios that are equal or different on purpose.
    symbols: u64,
    scenarios: u64,
    /// What was not done although all passed, by why.
    skipped: BTreeMap<String, Vec<String>>,
}

impl Totals {
    /// Reads the output of `cargo test`.
    pub(super) fn of(output: &str) -> Self {
        let mut totals = Self::default();
        for line in output.lines() {
            if let Some(result) = line.strip_prefix("test result: ") {
                // What failed has run too.
                totals.tests += number_before(result, " passed") + number_before(result, " failed");
                totals.ignored += number_before(result, " ignored");
            } else if let Some((_, executions)) = model(line) {
                totals.models += 1;
                totals.executions += executions;
            } else if let Some(mutants) = line.strip_prefix("mutants: ") {
                totals.mutants += number_before(mutants, " of ");
            } else if let Some(stress) = line.strip_prefix("stress: ") {
                totals.steps += number_before(stress, " steps");
                totals.checks += number_before(stress, " checks");
            } else if let Some(symbols) = line.strip_prefix("symbols: ") {
                totals.symbols += number_before(symbols, " proved");
            } else if let Some(scenarios) = line.strip_prefix("scenarios: ") {
                totals.scenarios += number_before(scenarios, " equal");
                totals.scenarios += number_before(scenarios, " different");
            } else if let Some((what, why)) = skipped(line) {
                let whats = totals.skipped.entry(why.into()).or_default();
                whats.push(what.into());
            }
        }
        totals
    }

    /// For a person, most telling first; empty if there is nothing to tell.
    pub(super) fn note(&self) -> String {
        let mut notes = Vec::new();
        if self.models > 0 {
            notes.push(count(self.models, "model"));
            notes.push(count(self.executions, "execution"));
        } else if self.tests > 0 {
            notes.push(count(self.tests, "test"));
        }
        if self.mutants > 0 {
            notes.push(format!("{} caught", count(self.mutants, "mutant")));
        }
        if self.steps > 0 {
            notes.push(count(self.steps, "step"));
            notes.push(count(self.checks, "check"));
        }
        if self.symbols > 0 {
            notes.push(count(self.symbols, "symbol"));
        }
        if self.scenarios > 0 {
            notes.push(count(self.scenarios, "scenario"));
        }
        if self.ignored > 0 {
            notes.push(format!("{} ignored", self.ignored));
        }
        for (why, what) in &self.skipped {
            notes.push(format!("skipped, as {why}: {}", what.join(" ")));
        }
        notes.join(", ")
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.tests += other.tests;
        self.ignored += other.ignored;
        self.models += other.models;
        self.executions += other.executions;
        self.mutants += other.mutants;
        self.steps += other.steps;
        self.checks += other.checks;
        self.symbols += other.symbols;
        self.scenarios += other.scenarios;
        for (why, what) in other.skipped {
            self.skipped.entry(why).or_default().extend(what);
        }
    }
}

/// 0 if there is none.
fn number_before(text: &str, unit: &str) -> u64 {
    let before = text.split_once(unit).map_or("", |(before, _)| before);
    let word = before.rsplit(' ').next().unwrap_or_default();
    word.parse().unwrap_or(0)
}

/// What and why, in `skipped: WHAT: WHY`, which tests print past the harness. That may have left its own
/// `test NAME ... ` on the line.
fn skipped(line: &str) -> Option<(&str, &str)> {
    let said = match line.split_once(" ... skipped: ") {
        Some((_, said)) => said,
        None => line.strip_prefix("skipped: ")?,
    };
    said.split_once(": ")
}

/// The name and the number in `model NAME: N executions, preemption bound ...`, which gosync-park's `Model`
/// prints. The harness may have left its own `test NAME ... ` on the line.
fn model(line: &str) -> Option<(&str, u64)> {
    let (line, _) = line.split_once(" executions, preemption bound ")?;
    let (name, executions) = line.rsplit_once(": ")?;
    let start = match name.strip_prefix("model ") {
        Some(_) => 0,
        None => name.find(" ... model ")? + " ... ".len(),
    };
    let name = name[start..].strip_prefix("model ")?;
    Some((name, executions.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: &str = ", preemption bound 3, 0.1 s";

    #[test]
    fn model_lines() {
        let two = "waitgroup: wait sees the work";
        assert_eq!(
            model(&format!("model {two}: 812 executions{BOUND}")),
            Some((two, 812))
        );
        let started = format!("test wait_sees ... model {two}: 7 executions{BOUND}");
        assert_eq!(model(&started), Some((two, 7)));
        assert_eq!(
            model("model mutex explored 3 executions, expected at least 9"),
            None
        );
        assert_eq!(model(&format!("a model of: 3 executions{BOUND}")), None);
        assert_eq!(model(&format!("model x: many executions{BOUND}")), None);
    }

    #[test]
    fn output_is_added_up() {
        let output = "\
running 2 tests
model a: 10 executions, preemption bound 3, 0.0 s
test b ... model b: 1000 executions, preemption bound 2, 1.2 s
ok
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: FAILED. 10 passed; 1 failed; 3 ignored; 0 measured; 7 filtered out; finished in 1.00s
";
        let totals = Totals::of(output);
        let expected = Totals {
            tests: 13,
            ignored: 3,
            models: 2,
            executions: 1010,
            ..Totals::default()
        };
        assert_eq!(totals, expected);
        assert_eq!(totals.note(), "2 models, 1,010 executions, 3 ignored");
        assert_eq!(Totals::of("nothing").note(), "");
        let mutants = Totals::of("89 mutants in 8 crates\nmutants: 2 of 3 caught");
        assert_eq!(mutants.note(), "2 mutants caught");
        let stress = Totals::of("stress: 1200 steps, 34 checks");
        assert_eq!(stress.note(), "1,200 steps, 34 checks");
        let parity = "symbols: 140 proved, of those of go1.27.3 (here)\n\
            scenarios: 109 equal, 23 different on purpose, against go1.27.3 (here)";
        assert_eq!(Totals::of(parity).note(), "140 symbols, 132 scenarios");
        let mut twice = Totals::of("test result: ok. 1 passed; 0 failed;");
        assert_eq!(twice.note(), "1 test");
        twice += twice.clone();
        assert_eq!(twice.note(), "2 tests");
    }

    #[test]
    fn what_was_skipped_is_named() {
        let output = "\
skipped: go vet: Go is not installed
test go::pool ... skipped: go/pool.go: Go is not installed
test race ... skipped: ThreadSanitizer: nightly: none
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
skipped for a reason
";
        let mut totals = Totals::of(output);
        let go = "3 tests, skipped, as Go is not installed: go vet go/pool.go";
        let tsan = "skipped, as nightly: none: ThreadSanitizer";
        assert_eq!(totals.note(), format!("{go}, {tsan}"));
        totals += Totals::of("skipped: the copies: Go is not installed");
        assert_eq!(totals.note(), format!("{go} the copies, {tsan}"));
    }
}
