//! docs/correctness.md says of each claim what shows it: tests, models, and programs that must not
//! compile. Each of them is there.

use std::path::Path;

use super::Finding;
use crate::{mutants, workspace::Workspace};

/// The page, relative to the workspace's root.
pub(super) const PAGE: &str = "docs/correctness.md";

/// A name on the page, and the crate that should have it.
#[derive(Debug, PartialEq)]
struct Name<'a> {
    line: usize,
    package: &'a str,
    test: &'a str,
}

pub(super) fn check(workspace: &Workspace, page: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let names = names(page);
    if names.is_empty() {
        findings.push(Finding::new(Path::new(PAGE), 1, "no test is named"));
    }
    for package in names.chunk_by(|a, b| a.package == b.package) {
        let Name {
            line,
            package: owner,
            ..
        } = package[0];
        let Some(owner) = workspace.packages.iter().find(|its| its.name == owner) else {
            let message = format!("no crate `{owner}`");
            findings.push(Finding::new(Path::new(PAGE), line, message));
            continue;
        };
        let tests = mutants::tests(owner);
        for Name { line, test, .. } in package {
            let there = match test.strip_prefix("ui/") {
                Some(case) => owner.dir.join(format!("tests/ui/{case}.rs")).is_file(),
                None => tests.iter().any(|its| is(its, test)),
            };
            if !there {
                let message = format!("{} has no test `{test}`", owner.name);
                findings.push(Finding::new(Path::new(PAGE), *line, message));
            }
        }
    }
    findings
}

/// Whether the test of this path, with its target before it, is meant: by as many of the last parts
/// as the name has.
fn is(path: &str, name: &str) -> bool {
    path == name || path.ends_with(&format!("::{name}"))
}

/// What stands in code in the tables below the crates' headings, but for the first column.
fn names(page: &str) -> Vec<Name<'_>> {
    let mut names = Vec::new();
    let mut section = None;
    for (at, line) in page.lines().enumerate() {
        if line.starts_with('#') {
            let heading = line.strip_prefix("### `");
            section = heading.and_then(|heading| heading.strip_suffix('`'));
        }
        let row = line.strip_prefix('|').and_then(|row| row.split_once('|'));
        let (Some(section), Some((_, cells))) = (section, row) else {
            continue;
        };
        names.extend(cells.split('`').skip(1).step_by(2).map(|code| {
            // Not the two colons of a module.
            let other = code
                .split_once(':')
                .filter(|(_, test)| !test.starts_with(':'));
            let (package, test) = other.unwrap_or((section, code));
            Name {
                line: at + 1,
                package,
                test,
            }
        }));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        let page = "
# Page
| `not` | `here` |
### `lock`
| a `Claim` | models |
|---|---|
| one at `a` time | `excludes`, `proof:order`, `ui/send` | `api::lock` |
## Another
| `nor` | `here` |
";
        let name = |package, test| Name {
            line: 7,
            package,
            test,
        };
        let expected = [
            name("lock", "excludes"),
            name("proof", "order"),
            name("lock", "ui/send"),
            name("lock", "api::lock"),
        ];
        assert_eq!(names(page), expected);
    }

    #[test]
    fn a_test_is_known_by_the_end_of_its_path() {
        assert!(is("api::tests::lock", "lock"));
        assert!(is("api::tests::lock", "tests::lock"));
        assert!(!is("api::tests::unlock", "lock"));
    }
}
