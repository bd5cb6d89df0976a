//! The house's rules as code. What breaks one is a [`Finding`]: a file, a line, what is wrong.
//!
//! | file | rules |
//! |---|---|
//! | `tidy/manifest.rs` | each published crate says what it is, and carries a README and both licences |
//! | `mutants/entry.rs` | each mutant applies to the code as it is |
//! | `tidy/claims.rs` | docs/correctness.md names tests that are there |
//! | `tidy/traits.rs` | each public type has assertions about its auto traits |
//! | `tidy/text.rs` | nothing unfinished in the code, no path of somebody's machine, no dead link |
//! | `tidy/waiting.rs` | threads wait in gosync-park and nowhere else |

mod claims;
mod manifest;
mod text;
mod traits;
mod waiting;

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use crate::{mutants, workspace::Workspace};
use traits::Types;

/// A broken rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// Relative to the workspace's root.
    file: PathBuf,
    line: usize,
    message: String,
}

impl Finding {
    pub(crate) fn new(file: &Path, line: usize, message: impl Into<String>) -> Self {
        Self {
            file: file.to_path_buf(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// How many files were looked at, and what was found.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<(usize, Vec<Finding>)> {
    let root = &workspace.root;
    let mut findings: Vec<_> = workspace
        .published()
        .flat_map(|package| manifest::check(root, package))
        .collect();
    findings.extend(mutants::check(workspace));
    let claims = fs::read_to_string(root.join(claims::PAGE)).context(claims::PAGE)?;
    findings.extend(claims::check(workspace, &claims));
    let files = files(root)?;
    let mut types: BTreeMap<&str, Types> = BTreeMap::new();
    for file in &files {
        // What is not UTF-8 is not text.
        let Ok(content) = fs::read_to_string(root.join(file)) else {
            continue;
        };
        findings.extend(text::check(root, file, &content));
        let owner = workspace
            .published()
            .find(|package| root.join(file).starts_with(package.dir.join("src")));
        if let Some(package) = owner {
            types.entry(&package.name).or_default().read(file, &content);
            findings.extend(waiting::check(&package.name, file, &content));
        }
    }
    for package in workspace.published() {
        let assertions = package.dir.join("tests").join("traits.rs");
        let assertions = fs::read_to_string(assertions).unwrap_or_default();
        let types = types.remove(&*package.name).unwrap_or_default();
        findings.extend(types.without_assertion(&assertions));
    }
    Ok((files.len(), findings))
}

/// All files that are part of the repository or about to be, relative to its root.
pub(crate) fn files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    match tracked(root) {
        Some(tracked) => files = tracked,
        // No checkout, or git is not installed, or does not trust who owns it.
        None => walk(root, Path::new(""), &mut files)?,
    }
    // What git tracks may have been deleted, or be a submodule.
    files.retain(|file| root.join(file).is_file());
    files.sort();
    Ok(files)
}

/// The files that git tracks, and those that it neither tracks nor ignores.
fn tracked(root: &Path) -> Option<Vec<PathBuf>> {
    // Not those of a repository around it.
    if !root.join(".git").exists() {
        return None;
    }
    let arguments = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let output = Command::new("git")
        .args(arguments)
        .current_dir(root)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let names = String::from_utf8(output.stdout).ok()?;
    Some(names.split_terminator('\0').map(PathBuf::from).collect())
}

/// All files below `root/dir`, but for git's own and what cargo builds.
fn walk(root: &Path, dir: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(root.join(dir))? {
        let entry = entry?;
        let path = dir.join(entry.file_name());
        // In a worktree `.git` is a file.
        if [Path::new(".git"), Path::new("target")].contains(&&*path) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_answer_of_gits_all_files_are_looked_at() {
        let root = std::env::temp_dir().join(format!("xtask-tidy-{}", std::process::id()));
        fs::create_dir_all(root.join("a/target")).unwrap();
        // No repository: git refuses.
        for file in [".git", "a/target/b", "c"] {
            fs::write(root.join(file), "").unwrap();
        }
        assert_eq!(
            files(&root).unwrap(),
            [Path::new("a/target/b"), Path::new("c")]
        );
        fs::remove_dir_all(&root).unwrap();
    }
}
