//! A user of one crate, outside the workspace: nothing here may lean on features that the
//! workspace's other members turn on.
//!
//! A throwaway package below the target folder depends, by path, on one crate only. Its program
//! is the first example of that crate's README. It has a lock file of its own, which begins as a
//! copy of the workspace's, so that no newer version is looked for and no network is needed.

use std::{fs, path::PathBuf};

use anyhow::Context;

use crate::{
    markdown,
    process::Cmd,
    workspace::{Package, Workspace},
};

/// Where the throwaway package of this crate is.
fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("xtask").join("outside").join(name)
}

/// Compiles and runs it.
pub(super) fn command(workspace: &Workspace, name: &str) -> Cmd {
    let manifest = folder(workspace, name).join("Cargo.toml");
    // One folder for all, or each would build the common dependencies again.
    Cmd::cargo("run --quiet --manifest-path")
        .arg(workspace.show(&manifest))
        .arg("--target-dir")
        .arg(workspace.target_dir("xtask/outside/target"))
}

/// Writes the package.
pub(super) fn write(workspace: &Workspace, name: &str) -> anyhow::Result<()> {
    let package = workspace.published().find(|package| package.name == name);
    let package = package.context("no such package")?;
    let readme = package.readme.as_deref().unwrap_or("README.md");
    let readme = fs::read_to_string(package.dir.join(readme)).unwrap_or_default();

    let folder = folder(workspace, name);
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), manifest(package))?;
    fs::write(folder.join("src").join("main.rs"), program(name, &readme))?;
    fs::copy(workspace.root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

fn manifest(package: &Package) -> String {
    let (name, path) = (&package.name, package.dir.display());
    format!(
        "[package]
name = \"outside-{name}\"
edition = \"2024\"

# Not a member of the workspace that it lies in.
[workspace]

[dependencies]
{name} = {{ path = '{path}' }}
"
    )
}

fn program(name: &str, readme: &str) -> String {
    match markdown::first_example(readme) {
        Some(example) => markdown::program(&example),
        None => format!("use {} as _;\n\nfn main() {{}}\n", name.replace('-', "_")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_the_example_or_a_mere_link() {
        assert_eq!(
            program("gosync-lock", "# gosync-lock\n"),
            "use gosync_lock as _;\n\nfn main() {}\n"
        );
        let readme = "# gosync-lock\n\n```rust\nlock();\n```\n";
        assert_eq!(program("gosync-lock", readme), "fn main() {\nlock();\n}\n");
    }
}
