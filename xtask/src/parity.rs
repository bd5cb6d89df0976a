//! `cargo xtask parity`: holds gosync against Go, symbol by symbol and scenario by scenario.
//!
//! What is compared, and how, is the business of the crate `gosync-parity`. This asks Go, where it
//! is installed, and hands on what it says.
//!
//! | file | what it is |
//! |---|---|
//! | `parity/go.rs` | the Go toolchain: its version, and running the programs in `gosync-parity/go` |

mod go;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::{
    Command,
    process::{self, Cmd, End},
    screen::Screen,
    workspace::Workspace,
};

pub(crate) const COMMAND: Command = Command {
    name: "parity",
    about: "holds gosync against Go: every symbol, and what scenarios observe",
    run,
};

const HELP: &str = "\
usage: cargo xtask parity [--write] [--without-go]

Proves that each symbol which Go's sync and sync/atomic export has its spelling here, and runs the
scenarios of crates/gosync-parity in Go and in Rust. Where Go is not installed, its part is played
by what it has said before: crates/gosync-parity/go/symbols.txt and output.txt. The exit status is
0 if all is well, 1 if something is not, 2 if the check could not be made.

  --write       writes the files that are out of date: docs/go-to-rust.md, and in
                crates/gosync-parity go/symbols.txt, go/output.txt and differences.md
  --without-go  as if Go was not installed";

/// The longest that anything may take here: Go's standard library is compiled the first time.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Default, PartialEq)]
struct Arguments {
    write: bool,
    without_go: bool,
}

fn run(arguments: lexopt::Parser) -> anyhow::Result<ExitCode> {
    let Some(arguments) = parse(arguments)? else {
        Screen::new().line(HELP);
        return Ok(ExitCode::SUCCESS);
    };
    let workspace = Workspace::load()?;
    process::catch_interrupts()?;
    let folder = workspace.target.join("parity");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let mut runner = Runner {
        screen: Screen::new(),
        folder,
    };
    let sources = workspace.root.join("crates/gosync-parity/go");

    let mut check = Cmd::cargo("run --quiet -p gosync-parity --");
    let found = if arguments.without_go {
        Err(String::from("--without-go was given"))
    } else {
        go::find(&sources)
    };
    match found {
        Ok(version) => {
            runner.screen.line(format!("Go: {version}, asked now"));
            check = check.arg("--go");
            for program in ["symbols", "scenarios"] {
                let cmd = go::command(program, &runner.folder);
                let (said, well) = runner.run(program, &cmd, &sources)?;
                if !well {
                    runner.show(&said)?;
                    bail!(
                        "go/{program} failed, in {}: {cmd}",
                        workspace.show(&sources)
                    );
                }
                check = check.arg(said.display().to_string());
            }
        }
        Err(why) => {
            runner.screen.line(format!("skipped: Go itself: {why}"));
            runner.screen.line("What it said before is in its place.");
        }
    }
    if arguments.write {
        check = check.arg("--write");
    }
    let (said, well) = runner.run("check", &check, &workspace.root)?;
    runner.show(&said)?;
    Ok(ExitCode::from(u8::from(!well)))
}

/// `None` if help was asked for.
fn parse(mut parser: lexopt::Parser) -> anyhow::Result<Option<Arguments>> {
    use lexopt::prelude::{Long, Short};

    let mut arguments = Arguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("write") => arguments.write = true,
            Long("without-go") => arguments.without_go = true,
            Long("help") | Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(arguments))
}

struct Runner {
    screen: Screen,
    /// Where it keeps what the programs say.
    folder: PathBuf,
}

impl Runner {
    /// Runs a program in `dir`, and returns the file with what it said, and whether it ended well.
    fn run(&mut self, name: &str, cmd: &Cmd, dir: &Path) -> anyhow::Result<(PathBuf, bool)> {
        let path = self.folder.join(format!("{name}.txt"));
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        let deadline = Instant::now() + TIMEOUT;
        self.screen.live(&cmd.to_string());
        let end = cmd.run(dir, &file, deadline, || {});
        self.screen.clear();
        match end {
            End::Success => Ok((path, true)),
            End::Failure(_) => Ok((path, false)),
            End::NotStarted(error) => Err(error).with_context(|| cmd.to_string()),
            End::TimedOut => {
                self.show(&path)?;
                bail!("not done after {} s: {cmd}", TIMEOUT.as_secs())
            }
            End::Interrupted => bail!("interrupted"),
        }
    }

    fn show(&mut self, said: &Path) -> anyhow::Result<()> {
        let text = fs::read_to_string(said).with_context(|| said.display().to_string())?;
        for line in text.lines() {
            self.screen.line(line);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_parsed() {
        let parsed = |words: &[&str]| parse(lexopt::Parser::from_args(words));
        let all = Arguments {
            write: true,
            without_go: true,
        };
        assert_eq!(parsed(&["--write", "--without-go"]).unwrap(), Some(all));
        assert_eq!(parsed(&[]).unwrap(), Some(Arguments::default()));
        assert_eq!(parsed(&["--help"]).unwrap(), None);
        assert!(parsed(&["--go"]).is_err());
        assert!(parsed(&["symbols"]).is_err());
    }
}
