//! One list of lines against another.

use crate::scenarios::{Line, Scenario};

/// What a scenario said.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The scenario's name.
    pub name: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// Go's output, a scenario at a time.
///
/// # Errors
///
/// If a line is none.
pub fn parse(text: &str) -> Result<Vec<Output>, String> {
    let mut outputs: Vec<Output> = Vec::new();
    for line in body(text) {
        let (name, said) = line
            .split_once(": ")
            .ok_or_else(|| format!("Go said `{line}`, without a scenario"))?;
        let line = match said.strip_prefix("go: ") {
            Some(only) => Line::Only(only.to_string()),
            None => Line::Both(said.to_string()),
        };
        match outputs.last_mut() {
            Some(last) if last.name == name => last.lines.push(line),
            _ => outputs.push(Output {
                name: name.to_string(),
                lines: vec![line],
            }),
        }
    }
    Ok(outputs)
}

/// The lines of a file of Go's, without the one that names its version.
pub fn body(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// The version of Go that a file of its is of: the first line's last word that begins with `go`.
#[must_use]
pub fn version(text: &str) -> &str {
    let first = text.lines().next().unwrap_or_default();
    let words = first.split([' ', ',']);
    let mut versions = words.map(|word| word.trim_end_matches('.'));
    versions
        .rfind(|word| word.starts_with("go"))
        .unwrap_or("an unknown version of Go")
}

/// What is wrong, if the scenario is not the same on both sides, but for what is different on
/// purpose.
#[must_use]
pub fn compare(scenario: &Scenario, go: &[Line], rust: &[Line]) -> Option<String> {
    let both = |lines: &[Line]| -> Vec<String> {
        // How many lines one side has of its own is its own affair. That there are some is not.
        let mut texts: Vec<_> = lines
            .iter()
            .map(|line| match line {
                Line::Both(text) => text.clone(),
                Line::Only(_) => String::from("(different on purpose)"),
            })
            .collect();
        texts.dedup();
        texts
    };
    let (go_both, rust_both) = (both(go), both(rust));
    if go_both != rust_both {
        let lines = diff(&go_both, &rust_both);
        return Some(format!(
            "differs: - is Go, + is Rust\n{}",
            indent(lines.iter())
        ));
    }
    let has_own = rust.iter().any(|line| matches!(line, Line::Only(_)));
    match (scenario.reason, has_own) {
        (None, true) => Some(String::from("differs without a reason")),
        (Some(_), false) => Some(String::from("has a reason to differ, and does not")),
        _ => None,
    }
}

/// Lines, each set in by two spaces.
pub fn indent(lines: impl Iterator<Item = impl AsRef<str>>) -> String {
    let lines: Vec<_> = lines.map(|line| format!("  {}", line.as_ref())).collect();
    lines.join("\n")
}

/// `- ` before a line of `old` alone, `+ ` before one of `new` alone.
#[must_use]
pub fn diff<T: AsRef<str>>(old: &[T], new: &[T]) -> Vec<String> {
    let equal = |i: usize, j: usize| old[i].as_ref() == new[j].as_ref();
    // The length of the longest common subsequence of what comes from `i` and from `j` on.
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if equal(i, j) {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && equal(i, j) {
            lines.push(format!("  {}", old[i].as_ref()));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && common[i + 1][j] >= common[i][j + 1] {
            lines.push(format!("- {}", old[i].as_ref()));
            i += 1;
        } else {
            lines.push(format!("+ {}", new[j].as_ref()));
            j += 1;
        }
    }
    lines
}

/// What of `diff` has changed, with nothing that is the same.
#[must_use]
pub fn changes<'a>(
    old: impl Iterator<Item = &'a str>,
    new: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let mut lines = diff(&old.collect::<Vec<_>>(), &new.collect::<Vec<_>>());
    lines.retain(|line| !line.starts_with("  "));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str) -> Line {
        Line::Both(text.into())
    }

    fn only(text: &str) -> Line {
        Line::Only(text.into())
    }

    fn scenario(reason: Option<&'static str>) -> Scenario {
        let mut scenario = crate::scenarios::ALL[0][0];
        scenario.reason = reason;
        scenario
    }

    #[test]
    fn output_is_parsed() {
        let text = "# as of go1.27.3. Words.\na/b: x: y\na/b: go: z\nc/d: x\n";
        let output = |name: &str, lines: &[Line]| Output {
            name: name.into(),
            lines: lines.to_vec(),
        };
        let expected = [
            output("a/b", &[both("x: y"), only("z")]),
            output("c/d", &[both("x")]),
        ];
        assert_eq!(parse(text).unwrap(), expected);
        assert_eq!(version(text), "go1.27.3");
        assert!(parse("no scenario\n").is_err());
    }

    #[test]
    fn what_is_not_the_same_is_found() {
        let same = scenario(None);
        let wrong = |go: &[Line], rust: &[Line]| compare(&same, go, rust);
        assert_eq!(wrong(&[both("a")], &[both("a")]), None);
        let text = wrong(&[both("a"), both("b")], &[both("a"), both("c")]);
        let expected = "differs: - is Go, + is Rust\n    a\n  - b\n  + c";
        assert_eq!(text.as_deref(), Some(expected));
        assert!(wrong(&[both("a"), both("b")], &[both("b"), both("a")]).is_some());
        assert!(wrong(&[both("a")], &[]).is_some());
    }

    #[test]
    fn what_differs_on_purpose_has_a_reason() {
        let differs = scenario(Some("a reason"));
        let (go, rust) = ([both("a"), only("b")], [both("a"), only("c"), only("d")]);
        assert_eq!(compare(&differs, &go, &rust), None);
        assert!(compare(&scenario(None), &go, &rust).is_some());
        assert!(compare(&differs, &[both("a")], &[both("a")]).is_some());
        // Only one side says that something is its own, or each says it of another line.
        assert!(compare(&differs, &go, &[both("a"), both("b")]).is_some());
        assert!(compare(&differs, &go, &[only("a"), both("b")]).is_some());
    }

    #[test]
    fn changes_are_shown_alone() {
        let text = changes(["a", "b", "c"].into_iter(), ["b", "d", "c"].into_iter());
        assert_eq!(text, ["- a", "+ d"]);
    }
}
