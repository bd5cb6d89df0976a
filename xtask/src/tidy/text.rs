//! Rules about any text: nothing unfinished in the code, no path of somebody's machine, no dead
//! link.
//!
//! The forbidden words stand here in halves, so that this file keeps its own rules.

use std::path::{Component, Path, PathBuf};

use super::Finding;
use crate::markdown;

/// What code that is not finished, or not tested, looks like. Comments and examples count too.
const UNFINISHED: [&str; 3] = [
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[", "ignore"),
];

/// Folders at the root of a file system in which people and machines keep their work.
const HOMES: [&str; 4] = ["home", "Users", "root", "work"];

pub(super) fn check(root: &Path, file: &Path, content: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in content.lines().enumerate() {
        findings.extend(unfinished(file, line).map(|word| {
            let message = format!("`{word}` is not finished");
            Finding::new(file, at + 1, message)
        }));
        findings.extend(path_of_a_machine(line).map(|path| {
            let message = format!("`{path}` is a path of one machine");
            Finding::new(file, at + 1, message)
        }));
    }
    if is(file, "md") {
        let exists = |path: &Path| root.join(path).exists();
        for (line, url) in markdown::links(content) {
            if let Some(target) = target(file, &url)
                && !exists(&target)
            {
                let message = format!("the link to `{url}` is dead");
                findings.push(Finding::new(file, line, message));
            }
        }
    }
    findings
}

fn is(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|its| its == extension)
}

fn unfinished(file: &Path, line: &str) -> Option<&'static str> {
    let mut words = UNFINISHED.into_iter();
    words.find(|word| is(file, "rs") && line.contains(word))
}

/// An absolute path below one of [`HOMES`], or below a user's folder on a Windows drive.
fn path_of_a_machine(line: &str) -> Option<&str> {
    let path = |c: char| c.is_alphanumeric() || "/\\-_.~:".contains(c);
    line.split(|c| !path(c)).find(|word| {
        // A `file:` address ends in such a path; a web address does not, nor does a relative
        // path with such a folder in its middle.
        let absolute = word.find(":/").map_or(*word, |colon| &word[colon + 1..]);
        let absolute = absolute.strip_prefix("//").unwrap_or(absolute);
        let mut parts = absolute.split(['/', '\\']);
        let root = parts.next().unwrap_or_default();
        let drive = root.len() == 2 && root.ends_with(':');
        let home = parts.next().is_some_and(|first| HOMES.contains(&first));
        (root.is_empty() || drive) && home && parts.next().is_some_and(|below| !below.is_empty())
    })
}

/// The file that a link in `file` points to, relative to the repository's root; `None` for the
/// web, and for a place in the same document.
fn target(file: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['#', '?']).next().unwrap_or_default();
    let scheme = path
        .split('/')
        .next()
        .is_some_and(|first| first.contains(':'));
    if path.is_empty() || scheme || path.starts_with("//") {
        return None;
    }
    // The web's way to write a path from the root, and a space.
    let path = path.replace("%20", " ");
    let from = match path.strip_prefix('/') {
        Some(below_root) => PathBuf::from(below_root),
        None => file.with_file_name("").join(path),
    };
    let mut target = PathBuf::new();
    for component in from.components() {
        match component {
            Component::ParentDir if target.pop() => {}
            Component::CurDir => {}
            other => target.push(other),
        }
    }
    Some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_code_is_found() {
        let code = Path::new("a.rs");
        for word in UNFINISHED {
            assert_eq!(unfinished(code, &format!("    {word}...")), Some(word));
            assert_eq!(unfinished(Path::new("a.md"), word), None);
        }
        assert_eq!(unfinished(code, "let todo = ignore(unimplemented);"), None);
    }

    #[test]
    fn paths_of_machines_are_found() {
        for home in HOMES {
            let path = format!("/{home}/somebody/x.rs");
            assert_eq!(path_of_a_machine(&format!("see `{path}`.")), Some(&*path));
            assert_eq!(path_of_a_machine(&format!("https://a.org{path}")), None);
            assert_eq!(path_of_a_machine(&format!("src{path}")), None);
            assert_eq!(
                path_of_a_machine(&format!("the /{home} folder, ../{home}/x")),
                None
            );
        }
        let file = format!("file:///{}/x", HOMES[0]);
        assert_eq!(path_of_a_machine(&file), Some(&*file));
        let drive = format!(r"C:\{}\x", HOMES[1]);
        assert_eq!(path_of_a_machine(&format!("<{drive}>")), Some(&*drive));
    }

    #[test]
    fn links_are_resolved_as_a_browser_does() {
        let file = Path::new("crates/a/README.md");
        let resolved = |url| target(file, url).map(|path| path.display().to_string());
        assert_eq!(
            resolved("src/lib.rs#L3").as_deref(),
            Some("crates/a/src/lib.rs")
        );
        assert_eq!(resolved("../../docs/./x.md").as_deref(), Some("docs/x.md"));
        assert_eq!(resolved("/LICENSE-MIT").as_deref(), Some("LICENSE-MIT"));
        assert_eq!(resolved("a%20b?raw").as_deref(), Some("crates/a/a b"));
        for elsewhere in ["#part", "https://a.org/b", "mailto:a@b.org", "//a.org/b"] {
            assert_eq!(target(file, elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn a_dead_link_has_a_line() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = "[here](Cargo.toml)\n\n[gone](no/such/file)\n";
        let findings = check(root, Path::new("a.md"), text);
        let message = "the link to `no/such/file` is dead";
        assert_eq!(findings, [Finding::new(Path::new("a.md"), 3, message)]);
        assert_eq!(check(root, Path::new("a.txt"), text), []);
    }
}
