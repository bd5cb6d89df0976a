//! How many tests and models ran, from what they printed.

use std::ops::AddAssign;

use crate::screen::count;

/// What the test harness and the model checker counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Totals {
    pub(super) tests: u64,
    ignored: u64,
    pub(super) models: u64,
    executions: u64,
}

impl Totals {
    /// Reads the output of `cargo test`.
    pub(super) fn of(output: &str) -> Self {
        let mut totals = Self::default();
        for line in output.lines() {
            if let Some(result) = line.strip_prefix("test result: ") {
                // What failed has run too.
                let number = |unit| number_before(result, unit).unwrap_or(0);
                totals.tests += number(" passed") + number(" failed");
                totals.ignored += number(" ignored");
            } else if let Some((_, executions)) = model(line) {
                totals.models += 1;
                totals.executions += executions;
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
        if self.ignored > 0 {
            notes.push(format!("{} ignored", self.ignored));
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
    }
}

fn number_before(text: &str, unit: &str) -> Option<u64> {
    let before = &text[..text.find(unit)?];
    before.rsplit(' ').next()?.parse().ok()
}

/// The name and the number in `model NAME: N executions`, which gosync-park's `Model` prints. The
/// harness may have left its own `test NAME ... ` on the line.
fn model(line: &str) -> Option<(&str, u64)> {
    let (name, executions) = line.strip_suffix(" executions")?.rsplit_once(": ")?;
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

    #[test]
    fn model_lines() {
        let two = "waitgroup: wait sees the work";
        assert_eq!(
            model(&format!("model {two}: 812 executions")),
            Some((two, 812))
        );
        let started = format!("test wait_sees ... model {two}: 7 executions");
        assert_eq!(model(&started), Some((two, 7)));
        assert_eq!(
            model("model mutex explored 3 executions, expected at least 9"),
            None
        );
        assert_eq!(model("a model of: 3 executions"), None);
        assert_eq!(model("model x: many executions"), None);
    }

    #[test]
    fn output_is_added_up() {
        let output = "\
running 2 tests
model a: 10 executions
test b ... model b: 1000 executions
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
        };
        assert_eq!(totals, expected);
        assert_eq!(totals.note(), "2 models, 1,010 executions, 3 ignored");
        assert_eq!(Totals::of("nothing").note(), "");
        let mut twice = Totals::of("test result: ok. 1 passed; 0 failed;");
        assert_eq!(twice.note(), "1 test");
        twice += twice;
        assert_eq!(twice.note(), "2 tests");
    }
}
