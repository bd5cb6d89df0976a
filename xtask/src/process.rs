//! Another program: its command line, its time limit, its end.
//!
//! A program runs in a process group of its own, so that a time limit ends its children too: a
//! hung test is a grandchild, through cargo. The terminal's Ctrl-C does not reach that group, so
//! this program catches it and passes it on. If the program is this one again, with programs in groups
//! of their own, it is asked to end before it is killed.

use std::{
    env, fmt,
    fs::File,
    io,
    path::Path,
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
#[cfg(unix)]
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// How often a running program is looked at.
const POLL: Duration = Duration::from_millis(20);

/// How long this program, run by itself, has to end those that it runs. It takes a moment.
#[cfg(unix)]
const GRACE: Duration = Duration::from_secs(10);

/// Set by Ctrl-C and by the signals that ask a program to end.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on, Ctrl-C ends the program that runs, and then this one.
pub(crate) fn catch_interrupts() -> anyhow::Result<()> {
    // The flag is all that is passed on, so Relaxed is enough.
    ctrlc::set_handler(|| INTERRUPTED.store(true, Relaxed))?;
    Ok(())
}

/// Runs the program that `cargo run` finds by these arguments, on the terminal. The arguments that are
/// left are its own, and so is the exit status.
pub(crate) fn hand_over(program: &str, mut left: lexopt::Parser) -> anyhow::Result<ExitCode> {
    let status = Command::new("cargo")
        .args(["run", "--quiet"])
        .args(program.split_whitespace())
        .arg("--")
        .args(left.raw_args()?)
        .status()
        .context("cargo does not start")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

/// A command line. It displays as what a person would type to run it again.
#[derive(Clone, Debug)]
pub(crate) struct Cmd {
    program: String,
    arguments: Vec<String>,
    set: Vec<(&'static str, String)>,
    unset: Vec<&'static str>,
    /// Whether it runs programs in groups of their own, and ends them if it is asked to end.
    asked: bool,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) enum End {
    Success,
    Failure(ExitStatus),
    NotStarted(io::Error),
    /// It ran past its deadline, and was killed.
    TimedOut,
    /// The user wants to stop; it was killed.
    Interrupted,
}

impl Cmd {
    /// A program with arguments that hold no spaces.
    pub(crate) fn new(program: &str, arguments: &str) -> Self {
        Self {
            program: program.to_string(),
            arguments: arguments.split_whitespace().map(String::from).collect(),
            set: Vec::new(),
            unset: Vec::new(),
            asked: false,
        }
    }

    /// This program, once more.
    pub(crate) fn xtask(arguments: &str) -> Self {
        Self {
            asked: true,
            ..Self::cargo("xtask").args(arguments)
        }
    }

    /// Cargo, of the toolchain that runs this program.
    pub(crate) fn cargo(arguments: &str) -> Self {
        Self::new("cargo", arguments)
    }

    /// An argument that may hold spaces.
    pub(crate) fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// More arguments that hold no spaces.
    pub(crate) fn args(mut self, arguments: &str) -> Self {
        let more = arguments.split_whitespace().map(String::from);
        self.arguments.extend(more);
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.set.push((name, value.into()));
        self
    }

    pub(crate) fn env_remove(mut self, name: &'static str) -> Self {
        self.unset.push(name);
        self
    }

    /// Runs it in `dir` with no input, its output going to `log`. Calls `tick` again and again
    /// while it runs.
    pub(crate) fn run(
        &self,
        dir: &Path,
        log: &File,
        deadline: Instant,
        mut tick: impl FnMut(),
    ) -> End {
        let mut child = match self.start(dir, log) {
            Ok(child) => child,
            Err(error) => return End::NotStarted(error),
        };
        let mut last = Instant::now();
        let mut left = deadline.saturating_duration_since(last);
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return End::Success,
                Ok(Some(status)) => return End::Failure(status),
                Ok(None) => {}
                Err(error) => return End::NotStarted(error),
            }
            if INTERRUPTED.load(Relaxed) {
                self.end(&mut child);
                return End::Interrupted;
            }
            // A machine that slept, or a program that was stopped, has not taken its time.
            left = left.saturating_sub(last.elapsed().min(100 * POLL));
            last = Instant::now();
            if left.is_zero() {
                self.end(&mut child);
                return End::TimedOut;
            }
            tick();
            thread::sleep(POLL);
        }
    }

    fn start(&self, dir: &Path, log: &File) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?);
        // `cargo run` describes this package to this program. Build scripts of others must not
        // see that, or they would run again when the command is repeated by hand.
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(set_by_cargo_run) {
                command.env_remove(name);
            }
        }
        // It would go before what is set here: before RUSTFLAGS, and before RUSTDOCFLAGS.
        for (name, _) in &self.set {
            command.env_remove(format!("CARGO_ENCODED_{name}"));
        }
        for name in &self.unset {
            command.env_remove(name);
        }
        command.envs(self.set.iter().map(|(name, value)| (name, value)));
        own_group(&mut command);
        command.spawn()
    }

    /// Ends the program, its children, and theirs.
    fn end(&self, child: &mut Child) {
        if !(self.asked && has_ended_when_asked(child)) {
            kill_group(child);
        }
    }
}

fn set_by_cargo_run(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"].contains(&name)
}

impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.set {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str(&self.program)?;
        for argument in &self.arguments {
            write!(f, " {}", quoted(argument))?;
        }
        Ok(())
    }
}

/// A word as a POSIX shell wants it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_+=/.,:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

/// Asks the child to end, and whatever is in its group.
#[cfg(unix)]
fn has_ended_when_asked(child: &mut Child) -> bool {
    signal_group(child, Signal::SIGTERM);
    // By looks, not by the clock: a machine that slept has given it no time.
    (0..GRACE.as_millis() / POLL.as_millis()).any(|_| {
        let ended = matches!(child.try_wait(), Ok(Some(_)));
        if !ended {
            thread::sleep(POLL);
        }
        ended
    })
}

#[cfg(not(unix))]
fn has_ended_when_asked(_: &mut Child) -> bool {
    false
}

/// The child must not have been waited for yet: so the number is still its own.
#[cfg(unix)]
fn signal_group(child: &Child, signal: Signal) {
    if let Ok(id) = i32::try_from(child.id()) {
        // An error means that the whole group is gone already.
        let _ = killpg(Pid::from_raw(id), signal);
    }
}

/// Kills the child, its children, and theirs.
fn kill_group(child: &mut Child) {
    #[cfg(unix)]
    signal_group(child, Signal::SIGKILL);
    #[cfg(windows)]
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &child.id().to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_displays_as_a_shell_takes_it() {
        let cmd = Cmd::cargo("+nightly test -p gosync --features=a,b")
            .env("RUSTFLAGS", "--cfg gosync_loom")
            .env("EMPTY", "")
            .env_remove("RUSTUP_TOOLCHAIN")
            .arg("it's")
            .arg("$HOME");
        assert_eq!(
            cmd.to_string(),
            r"RUSTFLAGS='--cfg gosync_loom' EMPTY='' cargo +nightly test -p gosync --features=a,b 'it'\''s' '$HOME'"
        );
    }

    #[cfg(unix)]
    mod runs {
        use std::{io::Read, os::fd::OwnedFd};

        use super::*;

        /// Runs a shell script, and returns how it ended and what it and its children said. Comes
        /// back only when all of them are gone.
        fn shell(script: &str, limit: Duration) -> (End, String) {
            let (mut reader, writer) = io::pipe().unwrap();
            let log = File::from(OwnedFd::from(writer));
            let cmd = Cmd::new("sh", "-c").arg(script).env("GIVEN", "a b");
            let end = cmd.run(Path::new("/"), &log, Instant::now() + limit, || {});
            drop(log);
            let mut said = String::new();
            reader.read_to_string(&mut said).unwrap();
            (end, said)
        }

        const LONG: Duration = Duration::from_secs(600);

        #[test]
        fn output_input_and_environment() {
            let script = "pwd; cat; echo \"$GIVEN\" >&2; echo \"[$CARGO_MANIFEST_DIR]\"";
            let (end, said) = shell(script, LONG);
            assert!(matches!(end, End::Success), "{end:?}");
            assert_eq!(said, "/\na b\n[]\n");
        }

        #[test]
        fn failure() {
            let (end, _) = shell("exit 3", LONG);
            assert!(matches!(end, End::Failure(status) if status.code() == Some(3)));
            let missing = Cmd::new("/no/such/program", "");
            let log = File::open("/dev/null").unwrap();
            let end = missing.run(Path::new("/"), &log, Instant::now() + LONG, || {});
            assert!(matches!(end, End::NotStarted(_)), "{end:?}");
        }

        #[test]
        fn a_time_limit_ends_grandchildren_too() {
            let (end, said) = shell(
                "(sleep 30; echo grandchild lived) & sleep 30; echo child lived",
                Duration::from_millis(100),
            );
            assert!(matches!(end, End::TimedOut), "{end:?}");
            assert_eq!(said, "");
        }

        /// As `cargo xtask parity` has to, which `test-all` runs.
        #[test]
        fn who_is_asked_to_end_has_time_to_end_others() {
            let (mut reader, writer) = io::pipe().unwrap();
            let log = File::from(OwnedFd::from(writer));
            // The shell may say that its `sleep` was asked to end, too.
            let script = "exec 2>/dev/null; trap 'sleep 1; echo ended; exit' TERM; echo ready; \
                          while :; do sleep 0.1; done";
            let mut cmd = Cmd::new("sh", "-c").arg(script);
            cmd.asked = true;
            let mut child = cmd.start(Path::new("/"), &log).unwrap();
            drop(log);
            let mut said = [0; 6];
            reader.read_exact(&mut said).unwrap();
            assert_eq!(said, *b"ready\n");
            cmd.end(&mut child);
            let mut said = String::new();
            reader.read_to_string(&mut said).unwrap();
            assert_eq!(said, "ended\n");
        }

        /// Whoever asks it waits for it.
        #[test]
        fn who_is_not_asked_to_end_is_killed_at_once() {
            let (end, said) = shell(
                "trap 'echo asked' TERM; sleep 30; echo lived",
                Duration::from_millis(100),
            );
            assert!(matches!(end, End::TimedOut), "{end:?}");
            assert_eq!(said, "");
        }
    }
}
