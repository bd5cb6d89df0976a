//! Packing and building all crates as the registry would, and as often as one likes.
//!
//! `cargo package` puts the packed crates into a registry below the target folder, for those that
//! depend on each other. As with any registry it takes for granted that a version never changes:
//! it unpacks each crate once, into cargo's home, and builds it once. A second run would check
//! what the first one packed. So both are thrown away before each run.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::{process::Cmd, workspace::Workspace};

/// Below the target folder.
const FOLDER: &str = "packed";

/// Packs all published crates, and builds each from its package.
pub(super) fn command(workspace: &Workspace) -> Cmd {
    Cmd::cargo("package --allow-dirty")
        .args(&workspace.published_only())
        .arg("--target-dir")
        .arg(workspace.target_dir(FOLDER))
}

/// Throws away what earlier runs unpacked and built.
pub(super) fn forget(workspace: &Workspace) -> io::Result<()> {
    remove(&workspace.target.join(FOLDER))?;
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let Some(home) = home.or_else(|| Some(env::home_dir()?.join(".cargo"))) else {
        return Ok(());
    };
    let names: Vec<_> = workspace
        .published()
        .map(|package| format!("{}-{}", package.name, package.version))
        .collect();
    unpacked(&home, &names)
        .iter()
        .try_for_each(|dir| remove(dir))
}

/// Where packages with these names were unpacked from registries that are folders. Cargo gives a
/// registry the name `HOST-HASH`, and a folder has no host.
fn unpacked(home: &Path, names: &[String]) -> Vec<PathBuf> {
    let registries = home.join("registry").join("src").read_dir();
    let registries = registries.into_iter().flatten().flatten();
    let folders = registries.filter(|entry| entry.file_name().to_string_lossy().starts_with('-'));
    let dirs = folders.flat_map(|folder| names.iter().map(move |name| folder.path().join(name)));
    dirs.filter(|dir| dir.is_dir()).collect()
}

fn remove(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_packages_of_folders_are_forgotten() {
        let home = env::temp_dir().join(format!("xtask-home-{}", std::process::id()));
        let src = home.join("registry").join("src");
        let names = [String::from("lock-0.1.0")];
        assert!(unpacked(&home, &names).is_empty());
        for dir in [
            "-12/lock-0.1.0",
            "-12/other-0.1.0",
            "-34/other-0.1.0",
            "host-56/lock-0.1.0",
        ] {
            fs::create_dir_all(src.join(dir)).unwrap();
        }
        assert_eq!(
            unpacked(&home, &names),
            [src.join("-12").join("lock-0.1.0")]
        );
        remove(&home).unwrap();
        remove(&home).unwrap();
        assert!(!home.exists());
    }
}
