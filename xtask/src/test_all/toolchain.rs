//! What is installed on this machine: the nightly toolchain, its parts, other programs, other targets.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The only target that `ThreadSanitizer` is tried on.
pub(super) const TSAN_TARGET: &str = "x86_64-unknown-linux-gnu";

/// What the nightly toolchain has.
pub(super) struct Nightly {
    /// Where it is, if it is there.
    sysroot: Option<PathBuf>,
}

impl Nightly {
    pub(super) fn probe() -> Self {
        let sysroot = sysroot(&["+nightly"]).map(PathBuf::from);
        Self { sysroot }
    }

    /// Whether this file is there, below `lib/rustlib`.
    fn has(&self, file: &str) -> bool {
        let sysroot = self.sysroot.as_ref();
        sysroot.is_some_and(|sysroot| sysroot.join("lib/rustlib").join(file).is_file())
    }

    /// Why `ThreadSanitizer` cannot run here.
    pub(super) fn no_tsan(&self) -> Option<String> {
        let library = format!("{TSAN_TARGET}/lib/librustc-nightly_rt.tsan.a");
        let why = if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            "only on Linux, x86_64"
        } else if self.sysroot.is_none() {
            "no nightly toolchain: `rustc +nightly` does not run"
        } else if !self.has(&library) {
            "the nightly toolchain has no ThreadSanitizer"
        } else {
            return None;
        };
        Some(String::from(why))
    }

    /// Why std cannot be compiled here.
    pub(super) fn no_std_source(&self) -> Option<String> {
        let there = self.has("src/rust/library/Cargo.lock");
        (!there).then(|| String::from("the nightly toolchain has no rust-src, to instrument std"))
    }
}

/// Why this program, or this command of cargo's, cannot run here.
pub(super) fn missing(program: &str) -> Option<String> {
    let mut words = program.split(' ');
    let version = Command::new(words.next()?)
        .args(words)
        .arg("--version")
        .output();
    let there = version.is_ok_and(|output| output.status.success());
    (!there).then(|| format!("{program} is not installed"))
}

/// The targets, other than this machine's own, whose std is there.
pub(super) fn installed_targets() -> Vec<String> {
    let Some(sysroot) = sysroot(&[]) else {
        return Vec::new();
    };
    let host = query(&["--print", "host-tuple"]).unwrap_or_default();
    let folders = Path::new(&sysroot).join("lib/rustlib").read_dir();
    let has_std = |name: &String| {
        let libraries = Path::new(&sysroot)
            .join("lib/rustlib")
            .join(name)
            .join("lib");
        let mut files = libraries.read_dir().into_iter().flatten().flatten();
        files.any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    };
    let names = folders.into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    names
        .filter(|name| *name != host && has_std(name))
        .collect()
}

fn sysroot(toolchain: &[&str]) -> Option<String> {
    query(&[toolchain, &["--print", "sysroot"]].concat())
}

/// What rustc prints, unless it fails.
fn query(arguments: &[&str]) -> Option<String> {
    let mut rustc = Command::new("rustc");
    rustc.args(arguments);
    // To look for a toolchain must not install it.
    rustc.env("RUSTUP_AUTO_INSTALL", "0");
    if arguments[0].starts_with('+') {
        rustc.env_remove("RUSTUP_TOOLCHAIN");
    }
    let output = rustc.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(missing("cargo"), None);
        for program in ["no-such-program", "cargo no-such-command"] {
            let why = missing(program).unwrap();
            assert_eq!(why, format!("{program} is not installed"));
        }
    }
}
