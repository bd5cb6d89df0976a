//! The Go toolchain of this machine.

use std::{fs, path::Path, process::Command};

use crate::process::Cmd;

/// The version of the installed Go, if it is recent enough for the programs in `sources`. Else why
/// it cannot be asked.
pub(super) fn find(sources: &Path) -> Result<String, String> {
    let module = sources.join("go.mod");
    let module = fs::read_to_string(&module).map_err(|error| error.to_string())?;
    let needed = needed(&module).ok_or("go.mod names no version")?;
    let output = Command::new("go")
        .args(["env", "GOVERSION"])
        .env("GOTOOLCHAIN", "local")
        .output()
        .map_err(|error| format!("`go` does not run: {error}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_string();
    match number(&version) {
        Some(installed) if installed >= needed => Ok(version),
        Some(_) => Err(format!(
            "it is {version}, and {}.{} is needed",
            needed.0, needed.1
        )),
        None => Err(format!("`go env GOVERSION` says `{version}`")),
    }
}

/// Runs one of the programs. It needs no network and leaves nothing behind but in `folder`.
pub(super) fn command(program: &str, folder: &Path) -> Cmd {
    let below = |name: &str| folder.join(name).display().to_string();
    Cmd::new("go", "run")
        .arg(format!("./{program}"))
        .env("GOCACHE", below("go-cache"))
        .env("GOPATH", below("go-path"))
        .env("GOTOOLCHAIN", "local")
        .env("GOPROXY", "off")
        .env("GOWORK", "off")
        .env("GOENV", "off")
        .env("GOFLAGS", "")
        .env("GO111MODULE", "on")
        .env("CGO_ENABLED", "0")
        .env_remove("GODEBUG")
        .env_remove("GOTRACEBACK")
        .env_remove("GOMAXPROCS")
}

/// The version in `go 1.27`, a line of a `go.mod`.
fn needed(module: &str) -> Option<(u32, u32)> {
    let mut lines = module.lines();
    lines.find_map(|line| number(&line.strip_prefix("go ")?.replace(' ', "")))
}

/// The first two numbers of `go1.27.3`, `1.27`, `go1.28rc1`.
fn number(version: &str) -> Option<(u32, u32)> {
    let version = version.strip_prefix("go").unwrap_or(version);
    let (major, rest) = version.split_once('.')?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    let minor = &rest[..end.unwrap_or(rest.len())];
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(number("go1.27.3"), Some((1, 27)));
        assert_eq!(number("go1.28rc1"), Some((1, 28)));
        assert_eq!(number("1.27"), Some((1, 27)));
        assert_eq!(number("devel +abc"), None);
        assert_eq!(needed("module m\n\ngo 1.27\n"), Some((1, 27)));
        assert_eq!(needed("module m\n"), None);
        assert!(number("go1.9") < number("go1.27"));
    }

    #[test]
    fn it_touches_nothing_of_the_users() {
        let text = command("symbols", Path::new("/x/parity")).to_string();
        assert!(text.starts_with("GOCACHE=/x/parity/go-cache GOPATH=/x/parity/go-path "));
        assert!(text.ends_with(" go run ./symbols"));
    }
}
