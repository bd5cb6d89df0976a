//! What came of a mutant, from what the tests printed.

use std::fmt;

use console::style;

use crate::process::End;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    Caught(By),
    /// All tests passed, or failed for no reason that counts.
    Missed,
    NotCompiled,
    /// It ran out of time, and was not expected to.
    TimedOut,
    /// Cargo ended otherwise than with tests that failed: how.
    Strange(String),
    /// Its tests do not pass on the code as it is.
    NotRun,
    /// The user wants to stop.
    Interrupted,
}

/// How a mutant was noticed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum By {
    /// These failed.
    Tests(Vec<String>),
    /// It ended the process, say, or hung.
    Otherwise(String),
}

impl Verdict {
    pub(super) fn is_caught(&self) -> bool {
        matches!(self, Verdict::Caught(_))
    }

    pub(super) fn styled(&self) -> String {
        let styled = style(self.to_string());
        if self.is_caught() {
            styled.green()
        } else {
            styled.red().bold()
        }
        .to_string()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Caught(By::Tests(tests)) => {
                return write!(f, "caught by {}", tests.join(" "));
            }
            Verdict::Caught(By::Otherwise(how)) => return write!(f, "caught: {how}"),
            Verdict::Missed => "MISSED",
            Verdict::NotCompiled => "does not compile",
            Verdict::TimedOut => "out of time, and no `hangs = true`",
            Verdict::Strange(end) => return write!(f, "strange: {end}"),
            Verdict::NotRun => "not run, since its tests fail on the code as it is",
            Verdict::Interrupted => "interrupted",
        })
    }
}

/// What gosync-park's `Model` says if there was little to explore. That is no fault found: a line
/// that is left out leaves less to explore.
const TOO_FEW: &str = " executions, expected at least ";

/// What a run of these tests came to.
pub(super) fn of(end: &End, output: &str, tests: &[String]) -> Verdict {
    match end {
        End::Interrupted => return Verdict::Interrupted,
        End::TimedOut => return Verdict::TimedOut,
        End::NotStarted(error) => return Verdict::Strange(error.to_string()),
        End::Success | End::Failure(_) => {}
    }
    let failed: Vec<_> = tests
        .iter()
        .filter(|test| {
            let failed = format!("test {test} ... FAILED");
            let failed_by_panic = format!("test {test} - should panic ... FAILED");
            output
                .lines()
                .any(|line| line == failed || line == failed_by_panic)
        })
        .filter(|test| !said(output, test).contains(TOO_FEW))
        .cloned()
        .collect();
    if !failed.is_empty() {
        return Verdict::Caught(By::Tests(failed));
    }
    let ran = |word: &str| {
        let result = output
            .lines()
            .find(|line| line.starts_with("test result: "));
        let before = result.and_then(|line| Some(&line[..line.find(word)?]));
        before.and_then(|line| line.rsplit(' ').next()?.parse::<usize>().ok())
    };
    match (ran(" passed"), ran(" failed"), end) {
        (Some(passed), Some(failed), _) if passed + failed == tests.len() => Verdict::Missed,
        // The harness itself is gone: a test ended the process, such as by a second panic.
        (None, _, End::Failure(status)) if output.contains("(signal: ") => {
            let how = format!("a test ended its process ({status})");
            Verdict::Caught(By::Otherwise(how))
        }
        (None, _, _) => Verdict::Strange(String::from("no test result")),
        (Some(passed), failed, _) => {
            let (ran, all) = (passed + failed.unwrap_or(0), tests.len());
            Verdict::Strange(format!("{ran} of {all} tests were run"))
        }
    }
}

/// What a test that failed has printed.
fn said<'a>(output: &'a str, test: &str) -> &'a str {
    let heading = format!("---- {test} stdout ----\n");
    let from = output
        .find(&heading)
        .map_or("", |at| &output[at + heading.len()..]);
    let end = from.find("\n---- ").or_else(|| from.find("\nfailures:\n"));
    &from[..end.unwrap_or(from.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "
running 2 tests
test a ... FAILED
test m::b ... ok

failures:

---- a stdout ----
model mutex: 5 executions
thread 'a' panicked at model.rs:1:1:
model mutex explored 5 executions, expected at least 9

failures:
    a

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.1s
";

    fn judged(output: &str, tests: &[&str]) -> Verdict {
        let tests: Vec<_> = tests.iter().map(ToString::to_string).collect();
        of(&End::Success, output, &tests)
    }

    #[test]
    fn a_failure_is_a_catch_but_not_for_want_of_executions() {
        let tests = ["a", "m::b"];
        assert_eq!(judged(OUTPUT, &tests), Verdict::Missed);
        let found = OUTPUT.replace("explored 5 executions, expected at least 9", "deadlock");
        let caught = judged(&found, &tests);
        assert_eq!(caught, Verdict::Caught(By::Tests(vec!["a".into()])));
        let passed = OUTPUT.replace("FAILED", "ok");
        assert_eq!(judged(&passed, &tests), Verdict::Missed);
    }

    #[test]
    fn tests_that_did_not_run_show_nothing() {
        let strange = judged(OUTPUT, &["a", "m::b", "c"]);
        assert_eq!(strange, Verdict::Strange("2 of 3 tests were run".into()));
        assert!(matches!(judged("", &["a"]), Verdict::Strange(_)));
    }

    #[test]
    fn time_and_interrupts() {
        assert_eq!(of(&End::TimedOut, OUTPUT, &[]), Verdict::TimedOut);
        assert_eq!(of(&End::Interrupted, "", &[]), Verdict::Interrupted);
    }
}
