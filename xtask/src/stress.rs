//! `cargo xtask stress`: the program `stress` of the crate `gosync-proof`, built for release.

use std::process::ExitCode;

use crate::{Command, process};

pub(crate) const COMMAND: Command = Command {
    name: "stress",
    about: "runs random threads against each primitive, and checks its invariants",
    run,
};

fn run(arguments: lexopt::Parser) -> anyhow::Result<ExitCode> {
    process::hand_over("--release -p gosync-proof --bin stress", arguments)
}
