//! Each published crate says what it is, and carries a README and both licences.

use std::{fs, path::Path};

use super::Finding;
use crate::workspace::Package;

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// The crate that knows the model checker, so that no other has to.
const KNOWS_LOOM: &str = "gosync-park";

pub(super) fn check(root: &Path, package: &Package) -> Vec<Finding> {
    let dir = package.dir.strip_prefix(root).unwrap_or(&package.dir);
    let manifest = dir.join("Cargo.toml");
    let mut findings: Vec<_> = complaints(package)
        .into_iter()
        .map(|complaint| Finding::new(&manifest, 1, complaint))
        .collect();
    for licence in LICENCES {
        let file = dir.join(licence);
        let text = |path: &Path| fs::read_to_string(path).ok();
        match (text(&root.join(&file)), text(&root.join(licence))) {
            (None, _) => findings.push(Finding::new(&file, 1, "missing")),
            (own, ours) if own != ours => {
                findings.push(Finding::new(&file, 1, "not the text of the root's"));
            }
            _ => {}
        }
    }
    if let Some(readme) = &package.readme {
        let file = dir.join(readme);
        if !root.join(&file).is_file() {
            findings.push(Finding::new(&file, 1, "missing"));
        }
    }
    findings
}

/// What the manifest itself lacks.
fn complaints(package: &Package) -> Vec<&'static str> {
    let empty = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    let knows_loom = package.dependencies.iter().any(|name| name == "loom");
    let rules = [
        (empty(&package.description), "no description"),
        (empty(&package.license), "no license"),
        (empty(&package.readme), "no readme"),
        (package.keywords.is_empty(), "no keywords"),
        (
            package.keywords.len() > 5,
            "more than five keywords, which crates.io refuses",
        ),
        (package.categories.is_empty(), "no categories"),
        (!package.docs_rs, "no [package.metadata.docs.rs]"),
        (
            knows_loom && package.name != KNOWS_LOOM,
            "depends on loom: only gosync-park does, and lends it",
        ),
    ];
    let broken = rules.into_iter().filter(|(broken, _)| *broken);
    broken.map(|(_, complaint)| complaint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Package {
        Package {
            name: "gosync-lock".into(),
            description: Some("a lock".into()),
            license: Some("MIT".into()),
            readme: Some("README.md".into()),
            keywords: vec!["lock".into()],
            categories: vec!["concurrency".into()],
            docs_rs: true,
            ..Package::default()
        }
    }

    #[test]
    fn a_complete_manifest_passes_and_an_empty_one_lacks_all() {
        assert_eq!(complaints(&complete()), [""; 0]);
        assert_eq!(complaints(&Package::default()).len(), 6);
    }

    #[test]
    fn too_much_is_found_too() {
        let mut package = complete();
        package.keywords = vec![String::new(); 6];
        package.dependencies = vec!["loom".into()];
        assert_eq!(complaints(&package).len(), 2);
        package.name = KNOWS_LOOM.into();
        assert_eq!(complaints(&package).len(), 1);
    }

    #[test]
    fn missing_files_are_found() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut package = complete();
        package.dir = here.join("no-such-crate");
        let findings = check(here, &package);
        let files: Vec<_> = findings.iter().map(|found| found.file.clone()).collect();
        let expected = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"];
        assert_eq!(
            files,
            expected.map(|file| Path::new("no-such-crate").join(file))
        );
    }
}
