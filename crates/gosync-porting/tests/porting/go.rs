//! The Go toolchain, if there is one.

use std::{
    path::Path,
    process::{Command, Output},
    sync::OnceLock,
};

/// The first Go with `WaitGroup.Go`.
const MINOR: u32 = 25;

/// Runs `go` with these arguments in the crate's folder. If there is no Go, says that `what` is
/// skipped.
pub(crate) fn go(what: &str, arguments: &[&str]) -> Option<Output> {
    static MISSING: OnceLock<Option<String>> = OnceLock::new();
    if let Some(why) = MISSING.get_or_init(missing) {
        crate::skipped(what, why);
        return None;
    }
    let output = command().args(arguments).output();
    Some(output.expect("go was there a moment ago"))
}

fn missing() -> Option<String> {
    let Ok(output) = command().args(["env", "GOVERSION"]).output() else {
        return Some("Go is not installed".into());
    };
    let version = String::from_utf8_lossy(&output.stdout);
    let minor = version
        .strip_prefix("go1.")
        .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next())
        .and_then(|minor| minor.parse::<u32>().ok());
    match minor {
        Some(minor) if minor >= MINOR => None,
        _ => Some(format!("Go 1.{MINOR} is needed, not `{}`", version.trim())),
    }
}

/// Go on its own: no network, no settings of the user's, and a cache below `target`.
fn command() -> Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut go = Command::new("go");
    go.current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("GOCACHE", target.join("go-cache"))
        .env("GOPATH", target.join("go-path"))
        .env("GOENV", "off")
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off")
        .env_remove("GODEBUG");
    go
}
