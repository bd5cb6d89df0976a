//! The copy of the workspace in which mutants are applied, so that the work of a person who goes
//! on writing is not disturbed, nor a file left changed.

use std::{
    fs::{self, File, TryLockError},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;

use super::{
    entry::{Mutant, Suite, Target},
    verdict::{self, By, Verdict},
};
use crate::{
    log::Log,
    process::{Cmd, End},
    tidy,
    workspace::Workspace,
};

/// The longest that one target's tests may take. All models of a crate take about a minute.
const TIMEOUT: Duration = Duration::from_secs(180);
/// The longest that they may take to compile, with all that they depend on.
const COMPILE_TIMEOUT: Duration = Duration::from_secs(900);

/// Where mutants are tried.
pub(super) struct Laboratory {
    copy: PathBuf,
    /// Cargo's folders, for the models and for other tests.
    loom: String,
    target: String,
    log: Log,
    /// Held for as long as there is the laboratory: two would change each other's code.
    _alone: File,
}

impl Laboratory {
    /// Copies the workspace as it is now. An error if another run is at work there.
    pub(super) fn new(workspace: &Workspace) -> anyhow::Result<Self> {
        let logs = workspace.target.join("xtask");
        fs::create_dir_all(&logs)?;
        let alone = alone(&logs.join("mutants.lock"))?;
        let copy = workspace.target.join("mutants");
        sync(&workspace.root, &copy)?;
        // Not those of the workspace: Cargo would take a library that was built here, of weakened
        // code, for that of the workspace, since its file is newer than the code there.
        let built = workspace.target.join("mutants-built");
        let folder = |name| built.join(name).display().to_string();
        Ok(Self {
            copy,
            loom: folder("loom"),
            target: folder("tests"),
            log: Log::create(logs.join("mutants.log"))?,
            _alone: alone,
        })
    }

    pub(super) fn log(&self) -> &Path {
        &self.log.path
    }

    /// What comes of a mutant. The copy is as before then.
    pub(super) fn mutate(
        &mut self,
        mutant: &Mutant,
        tick: impl FnMut(&str),
    ) -> anyhow::Result<Verdict> {
        let file = self.copy.join(&mutant.file);
        let code = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        writeln!(self.log.file, "\n==== {mutant}: {}", mutant.why)?;
        fs::write(&file, mutant.apply(&code))?;
        let verdict = self.run(&mutant.package, &mutant.suite, tick);
        fs::write(&file, code)?;
        Ok(match verdict? {
            Verdict::TimedOut if mutant.hangs => {
                Verdict::Caught(By::Otherwise(String::from("it hangs")))
            }
            verdict => verdict,
        })
    }

    /// Runs tests of a crate, one target after the other, until one of them fails.
    pub(super) fn run(
        &mut self,
        package: &str,
        suite: &Suite,
        mut tick: impl FnMut(&str),
    ) -> anyhow::Result<Verdict> {
        for (target, tests) in &suite.0 {
            let command = self.command(package, target);
            // To compile first, apart: code that does not compile shows nothing.
            let compile = command.clone().arg("--no-run");
            let verdict = match self.start(&compile, COMPILE_TIMEOUT, &mut tick)? {
                (End::Success, _) => {
                    let mut test = command.args("-- --exact");
                    for name in tests {
                        test = test.arg(name);
                    }
                    let (end, output) = self.start(&test, TIMEOUT, &mut tick)?;
                    verdict::of(&end, &output, tests)
                }
                (End::Interrupted, _) => Verdict::Interrupted,
                _ => Verdict::NotCompiled,
            };
            if verdict != Verdict::Missed {
                return Ok(verdict);
            }
        }
        Ok(Verdict::Missed)
    }

    fn command(&self, package: &str, target: &Target) -> Cmd {
        let test = |arguments, folder: &str| {
            Cmd::cargo(arguments)
                .arg(package)
                .arg("--target-dir")
                .arg(folder)
                // Failures are expected; how a thread came to one is not read.
                .env("RUST_BACKTRACE", "0")
        };
        match target {
            Target::Loom => test("test --release --test loom -p", &self.loom)
                .env("RUSTFLAGS", "--cfg gosync_loom"),
            Target::Test(name) => test("test --all-features -p", &self.target)
                .arg("--test")
                .arg(name),
            Target::Lib => test("test --all-features --lib -p", &self.target),
        }
    }

    fn start(
        &mut self,
        cmd: &Cmd,
        limit: Duration,
        tick: &mut impl FnMut(&str),
    ) -> anyhow::Result<(End, String)> {
        writeln!(self.log.file, "$ {cmd}")?;
        let from = self.log.end()?;
        let deadline = Instant::now() + limit;
        let log = &self.log;
        let end = cmd.run(&self.copy, &log.file, deadline, || tick(&log.last_line()));
        Ok((end, self.log.since(from)?))
    }
}

/// Locks this file, which the system unlocks when the program ends, in whichever way.
fn alone(lock: &Path) -> anyhow::Result<File> {
    let file = File::create(lock)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => anyhow::bail!(
            "another run of the mutants is at work in {}",
            lock.parent().unwrap_or(lock).display()
        ),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Makes `copy` what the repository is. A file that is the same is not touched, so that cargo does
/// not compile it again.
fn sync(root: &Path, copy: &Path) -> anyhow::Result<()> {
    let files = tidy::files(root)?;
    if copy.is_dir() {
        for old in tidy::files(copy)? {
            if !files.contains(&old) {
                fs::remove_file(copy.join(&old))?;
            }
        }
    }
    for file in &files {
        let (from, to) = (root.join(file), copy.join(file));
        let content = fs::read(&from).with_context(|| from.display().to_string())?;
        if fs::read(&to).is_ok_and(|old| old == content) {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(copy))?;
        fs::write(&to, content).with_context(|| to.display().to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_at_a_time() {
        let file = format!("xtask-mutants-{}.lock", std::process::id());
        let lock = std::env::temp_dir().join(file);
        let first = alone(&lock).unwrap();
        assert!(alone(&lock).is_err());
        drop(first);
        // A program that another test starts has the file, too, until it is itself.
        while alone(&lock).is_err() {
            std::thread::yield_now();
        }
        fs::remove_file(&lock).unwrap();
    }

    #[test]
    fn a_copy_follows() {
        let dir = std::env::temp_dir().join(format!("xtask-copy-{}", std::process::id()));
        let (root, copy) = (dir.join("root"), dir.join("copy"));
        let write = |name: &str, text: &str| {
            let file = root.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write("a", "1");
        write("b/c", "2");
        write("target/x", "3");
        sync(&root, &copy).unwrap();
        assert_eq!(fs::read_to_string(copy.join("b/c")).unwrap(), "2");
        assert!(!copy.join("target").exists());
        let written = |name: &str| fs::metadata(copy.join(name)).unwrap().modified().unwrap();
        let before = written("b/c");
        fs::remove_file(root.join("a")).unwrap();
        write("d", "4");
        sync(&root, &copy).unwrap();
        assert!(!copy.join("a").exists() && copy.join("d").exists());
        assert_eq!(written("b/c"), before);
        fs::remove_dir_all(&dir).unwrap();
    }
}
