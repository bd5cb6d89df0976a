//! Go as a peer: the programs in `go/`, built where there is a `go`, and run as a peer's turn.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{Peer, Sample};

/// A program of the module in `go/`, built.
#[derive(Debug)]
pub struct Program(PathBuf);

impl Program {
    /// Builds the program in the folder `go/NAME`, without a look at the network.
    ///
    /// # Errors
    ///
    /// Why there is none: no `go`, or what its compiler says.
    pub fn build(name: &str) -> Result<Self, String> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("go");
        let me = std::env::current_exe().map_err(|error| error.to_string())?;
        let program = me.with_file_name(format!("gosync-bench-go-{name}"));
        let built = Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(format!("./{name}"))
            .current_dir(source)
            .envs([
                ("GOFLAGS", "-mod=mod"),
                ("GOPROXY", "off"),
                ("GOTOOLCHAIN", "local"),
                ("GOWORK", "off"),
            ])
            .output()
            .map_err(|error| format!("`go` does not run: {error}"))?;
        if built.status.success() {
            Ok(Self(program))
        } else {
            Err(String::from_utf8_lossy(&built.stderr).into_owned())
        }
    }

    /// Runs a workload once on so many goroutines.
    ///
    /// # Panics
    ///
    /// If the program fails, or does not print two figures: a rate and the second one, such as the longest wait.
    #[must_use]
    pub fn run(&self, workload: &str, threads: usize, length: Duration) -> Sample {
        let ran = Command::new(&self.0)
            .arg(workload)
            .arg(threads.to_string())
            .arg(length.as_millis().to_string())
            .output()
            .expect("it was built");
        assert!(ran.status.success(), "{ran:?}");
        let text = String::from_utf8_lossy(&ran.stdout);
        let figures: Vec<f64> = text
            .split_whitespace()
            .map(|figure| figure.parse().expect("a figure"))
            .collect();
        let [rate, other] = figures[..] else {
            panic!("two figures are expected, not {text:?}");
        };
        Sample { rate, other }
    }
}

/// Go as a peer, with the program in the folder `go/NAME`; none, and why, where it does not build.
pub fn peer<W>(
    name: &str,
    run: impl Fn(&Program, &W) -> Option<Sample> + 'static,
) -> Option<Peer<W>> {
    match Program::build(name) {
        Ok(program) => Some(Peer::of_some("Go", move |workload| run(&program, workload))),
        Err(why) => {
            println!("Go: skipped: {why}");
            None
        }
    }
}
