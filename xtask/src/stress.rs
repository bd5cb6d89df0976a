//! `cargo xtask stress`: the program `stress` of the crate `gosync-proof`, built for release.

use std::process::{Command as Program, ExitCode};

use anyhow::Context;

use crate::Command;

pub(crate) const COMMAND: Command = Command {
    name: "stress",
    about: "runs random threads against each primitive, and checks its invariants",
    run,
};

/// The arguments are the program's own.
fn run(mut arguments: lexopt::Parser) -> anyhow::Result<ExitCode> {
    let status = Program::new("cargo")
        .args(["run", "--quiet", "--release", "-p", "gosync-proof", "--bin"])
        .args(["stress", "--"])
        .args(arguments.raw_args()?)
        .status()
        .context("cargo does not start")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}
