//! The list of steps: what each runs.
//!
//! Steps that compile with the same flags share cargo's target folder; others have their own, or
//! each run would throw away what the one before it built.

use super::{
    outside, packed,
    toolchain::{self, Nightly, TSAN_TARGET},
};
use crate::{
    process::Cmd,
    tidy,
    workspace::{Package, Workspace},
};

/// One line of the table.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: &'static str,
    /// What holds when it passes.
    pub(super) about: &'static str,
    /// What its parts are called, if it has any: `crate`, `example`.
    pub(super) unit: &'static str,
    /// Whether `--quick` runs it.
    pub(super) quick: bool,
    pub(super) parts: Vec<Part>,
}

/// What can be run, pass and fail by itself. Its actions run until one fails.
#[derive(Debug)]
pub(super) struct Part {
    /// Empty in a step that has one part only.
    pub(super) name: String,
    pub(super) note: &'static str,
    /// Why it cannot run on this machine.
    pub(super) skip: Option<String>,
    pub(super) actions: Vec<Action>,
    /// What it must have run: a step that runs nothing shows nothing.
    pub(super) expect: Expect,
}

#[derive(Debug)]
pub(super) enum Action {
    Run(Cmd),
    /// Forgets what was packed before, and runs this.
    Package(Cmd),
    /// Writes the package that uses this crate from outside.
    WriteOutside(String),
    Tidy,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Expect {
    Nothing,
    Tests,
    Models,
    Mutants,
    /// Of stress.
    Steps,
}

impl Part {
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            note: "",
            skip: None,
            actions: Vec::new(),
            expect: Expect::Nothing,
        }
    }

    /// The only part of a step.
    fn only(action: Action) -> Vec<Self> {
        vec![Self::named("").and(action)]
    }

    fn and(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    fn expect(self, expect: Expect) -> Self {
        Self { expect, ..self }
    }

    /// Skipped where there is no such program.
    fn needs(self, program: &str) -> Self {
        Self {
            skip: toolchain::missing(program),
            ..self
        }
    }
}

/// How much time there is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Depth {
    /// A minute or two.
    Quick,
    /// Ten minutes.
    Usual,
    /// An hour: what is random takes longer, and what is sampled is run whole.
    Thorough,
}

/// All steps, in the order in which they run.
pub(super) fn all(workspace: &Workspace, depth: Depth) -> Vec<Step> {
    let thorough = depth == Depth::Thorough;
    vec![
        Step {
            name: "fmt",
            about: "all code is formatted",
            unit: "",
            quick: true,
            parts: fmt(),
        },
        Step {
            name: "clippy",
            about: "no warning, of the compiler or of clippy",
            unit: "",
            quick: true,
            parts: clippy(),
        },
        Step {
            name: "alone",
            about: "each crate compiles without the others, with its tests, and works outside",
            unit: "crate",
            quick: false,
            parts: alone(workspace, depth),
        },
        Step {
            name: "tests",
            about: "all tests of the workspace, and of its examples",
            unit: "",
            quick: true,
            parts: tests(depth),
        },
        Step {
            name: "doctests",
            about: "all examples in the documentation",
            unit: "",
            quick: false,
            parts: doctests(),
        },
        Step {
            name: "rustdoc",
            about: "the documentation builds without a warning",
            unit: "",
            quick: false,
            parts: Part::only(Action::Run(
                Cmd::cargo("doc --workspace --no-deps --all-features")
                    .env("RUSTDOCFLAGS", "-D warnings"),
            )),
        },
        Step {
            name: "loom",
            about: "the model checker finds no bad interleaving",
            unit: "crate",
            quick: false,
            parts: loom(workspace, thorough),
        },
        Step {
            name: "mutants",
            about: if thorough {
                "weakened code is noticed by a model or a test"
            } else {
                "each model has weakened code that it must notice"
            },
            unit: "",
            quick: false,
            parts: mutants(thorough),
        },
        Step {
            name: "fallback",
            about: "what waits also does on the futex made of std alone",
            unit: "",
            quick: false,
            parts: fallback(workspace),
        },
        Step {
            name: "bits32",
            about: "all tests, built for a machine of 32 bits",
            unit: "",
            quick: false,
            parts: bits32(workspace),
        },
        Step {
            name: "tsan",
            about: "ThreadSanitizer finds no race",
            unit: "run",
            quick: false,
            parts: tsan(workspace, thorough),
        },
        Step {
            name: "memcheck",
            about: "valgrind finds no access to freed memory, and no leak",
            unit: "run",
            quick: false,
            parts: memcheck(),
        },
        Step {
            name: "stress",
            about: "random threads break no invariant, and none hangs",
            unit: "",
            quick: false,
            parts: stress(thorough),
        },
        Step {
            name: "examples",
            about: "each example runs and ends well",
            unit: "example",
            quick: false,
            parts: examples(workspace, || Cmd::cargo("run --quiet")),
        },
        Step {
            name: "parity",
            about: "each of Go's symbols is here, and does what Go's does",
            unit: "",
            quick: false,
            parts: Part::only(Action::Run(Cmd::xtask("parity"))),
        },
        Step {
            name: "package",
            about: "each crate, packed as for the registry, builds from its package",
            unit: "",
            quick: false,
            parts: Part::only(Action::Package(packed::command(workspace))),
        },
        Step {
            name: "tidy",
            about: "the house's rules: manifests, licences, links, who may wait",
            unit: "",
            quick: false,
            parts: Part::only(Action::Tidy),
        },
        Step {
            name: "cross",
            about: "each crate type-checks for other targets that are installed",
            unit: "target",
            quick: false,
            parts: cross(workspace),
        },
    ]
}

/// The smallest of rustup's profiles has neither `cargo fmt` nor `cargo clippy`.
fn fmt() -> Vec<Part> {
    let part = Part::named("").and(Action::Run(Cmd::cargo("fmt --all --check")));
    vec![part.needs("cargo fmt")]
}

fn clippy() -> Vec<Part> {
    let cmd = Cmd::cargo("clippy --workspace --all-targets --all-features -- -D warnings");
    vec![Part::named("").and(Action::Run(cmd)).needs("cargo clippy")]
}

/// The crate that all waiting is in.
const PARK: &str = "gosync-park";

/// Many tests panic on purpose, often: to collect a backtrace each time takes long.
fn quickly(cmd: Cmd) -> Cmd {
    cmd.env("RUST_BACKTRACE", "0")
}

/// Features add to what there is, and change nothing of it. So what a crate's tests find in one set
/// of them they find in all, if they compile in all: only a thorough run runs them in all.
fn alone(workspace: &Workspace, depth: Depth) -> Vec<Part> {
    let thorough = depth == Depth::Thorough;
    let part = |package: &Package| {
        let (sets, note) = package.feature_sets();
        let test = |flag: &&str| {
            let cmd = Cmd::cargo(if thorough { "test" } else { "check" });
            let cmd = cmd.args("--lib --tests -p").arg(&package.name).args(flag);
            Action::Run(quickly(cmd))
        };
        let mut actions: Vec<_> = sets.iter().map(test).collect();
        actions.push(Action::WriteOutside(package.name.clone()));
        actions.push(Action::Run(outside::command(workspace, &package.name)));
        Part {
            note,
            actions,
            expect: if thorough {
                Expect::Tests
            } else {
                Expect::Nothing
            },
            ..Part::named(&package.name)
        }
    };
    workspace.published().map(part).collect()
}

/// This program's own tests are among them. They are unit tests only, on purpose: for a package
/// with integration tests cargo would also build the program itself, over the one that is running,
/// which Windows does not allow. No other program has unit tests, and a harness for each would take
/// long to link.
fn tests(depth: Depth) -> Vec<Part> {
    let what = "test --workspace --all-features --lib --test * --bin xtask --example tour";
    let mut cmd = quickly(Cmd::cargo(what));
    match depth {
        Depth::Quick => {
            for unpublished in ["bench", "parity", "porting", "proof"] {
                cmd = cmd.arg("--exclude").arg(format!("gosync-{unpublished}"));
            }
        }
        Depth::Usual => {}
        Depth::Thorough => cmd = cmd.env("PROPTEST_CASES", "5000"),
    }
    vec![Part::named("").and(Action::Run(cmd)).expect(Expect::Tests)]
}

fn doctests() -> Vec<Part> {
    let cmd = Cmd::cargo("test --workspace --all-features --doc");
    vec![Part::named("").and(Action::Run(cmd)).expect(Expect::Tests)]
}

/// In release mode, since the model checker runs each model thousands of times. All are compiled
/// first, so that all processors have something to do; a crate's models then run side by side.
fn loom(workspace: &Workspace, thorough: bool) -> Vec<Part> {
    let models = || {
        Cmd::cargo("test --release --test loom --target-dir")
            .arg(workspace.target_dir("loom"))
            .env("RUSTFLAGS", "--cfg gosync_loom")
    };
    let packages = || {
        let has_models = |package: &&Package| package.tests.iter().any(|test| test == "loom");
        workspace.packages.iter().filter(has_models)
    };
    let build = packages().fold(models().arg("--no-run"), |cmd, package| {
        cmd.arg("-p").arg(&package.name)
    });
    let run = |package: &Package| {
        let cmd = models().arg("-p").arg(&package.name);
        let cmd = cmd.args("-- --nocapture");
        let cmd = if thorough {
            cmd.env("GOSYNC_LOOM_DEEPER", "20000")
        } else {
            cmd
        };
        Part::named(&package.name)
            .and(Action::Run(cmd))
            .expect(Expect::Models)
    };
    let mut parts = vec![Part::named("build").and(Action::Run(build))];
    parts.extend(packages().map(run));
    parts
}

/// To try them takes most of an hour.
fn mutants(thorough: bool) -> Vec<Part> {
    let part = Part::named("").and(Action::Run(Cmd::xtask("mutants --check")));
    if !thorough {
        return vec![part];
    }
    let run = Action::Run(Cmd::xtask("mutants"));
    vec![part.and(run).expect(Expect::Mutants)]
}

/// The crates that wait, since nothing else of them changes.
fn fallback(workspace: &Workspace) -> Vec<Part> {
    let cmd = quickly(Cmd::cargo("test --all-features --lib --tests --target-dir"))
        .arg(workspace.target_dir("fallback"))
        .env("RUSTFLAGS", "--cfg gosync_fallback");
    let waits = |package: &&Package| {
        package.name == PARK || package.dependencies.iter().any(|name| name == PARK)
    };
    let cmd = workspace
        .published()
        .filter(waits)
        .fold(cmd, |cmd, package| cmd.arg("-p").arg(&package.name));
    let together = together(|cmd| {
        cmd.arg("--target-dir")
            .arg(workspace.target_dir("fallback"))
            .env("RUSTFLAGS", "--cfg gosync_fallback")
    });
    let part = Part::named("").and(Action::Run(cmd)).and(together);
    vec![part.expect(Expect::Tests)]
}

/// The tests of all primitives together.
fn together(built: impl FnOnce(Cmd) -> Cmd) -> Action {
    let cmd = Cmd::cargo("test -p gosync-proof --test faults --test late --test linearizable");
    Action::Run(built(quickly(cmd)))
}

/// A processor of 64 bits runs programs of 32, too, on Linux. This target brings its own C library,
/// and the linker comes with rustc: nothing else needs to be installed.
fn bits32(workspace: &Workspace) -> Vec<Part> {
    const TARGET: &str = "i686-unknown-linux-musl";
    const LINKER: &str = "CARGO_TARGET_I686_UNKNOWN_LINUX_MUSL_LINKER";

    let cmd = quickly(Cmd::cargo("test --all-features --lib --tests --target"))
        .arg(TARGET)
        .args(&workspace.published_only())
        .env(LINKER, "rust-lld");
    let together = together(|cmd| cmd.arg("--target").arg(TARGET).env(LINKER, "rust-lld"));
    let skip = if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        Some(String::from("only on Linux, x86_64"))
    } else if !toolchain::installed_targets()
        .iter()
        .any(|name| name == TARGET)
    {
        Some(format!("not installed: {TARGET}"))
    } else {
        None
    };
    vec![Part {
        skip,
        ..Part::named("")
            .and(Action::Run(cmd))
            .and(together)
            .expect(Expect::Tests)
    }]
}

/// All tests run under `ThreadSanitizer` only where std can be compiled for it too: it takes for
/// races what it does not see synchronized, such as the end of a `thread::scope`. That takes long.
/// Two programs are written to need no such std: `examples/races.rs`, and what stress does to
/// these primitives (not to the map, since seize orders by fences, nor to what gives out an `Arc`,
/// since std does).
fn tsan(workspace: &Workspace, thorough: bool) -> Vec<Part> {
    let nightly_cargo = |arguments: &str| {
        Cmd::cargo(arguments)
            .arg("--target")
            .arg(TSAN_TARGET)
            // The cargo that runs this program names its own toolchain to its children.
            .env_remove("RUSTUP_TOOLCHAIN")
    };
    // An absolute path, since a program of cargo's may run in any folder; in quotes, since a space
    // would end it.
    let suppressions = |file: &str| {
        let path = workspace.root.join("xtask").join(file);
        format!("suppressions='{}'", path.display())
    };
    // With and without a std of their own, they would throw away each other's work in one folder.
    let without_std = |arguments: &str| {
        nightly_cargo(arguments)
            .arg("--target-dir")
            .arg(workspace.target_dir("tsan"))
            .env("TSAN_OPTIONS", suppressions("tsan.supp"))
            .env(
                "RUSTFLAGS",
                "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
            )
    };
    let races = without_std("+nightly run --quiet --release -p xtask --example races");
    let stress = without_std("+nightly run --quiet --release -p gosync-proof --bin stress")
        .args("-- mutex rwmutex once waitgroup cond pool --calm --threads 8 --seconds")
        .arg(if thorough { "120" } else { "6" });
    let with_std = |cmd: Cmd| {
        cmd.arg("--target-dir")
            .arg(workspace.target_dir("tsan-std"))
            .env("TSAN_OPTIONS", suppressions("tsan-std.supp"))
            // What is random takes ten times as long, and looks for wrong results rather than races.
            .env("PROPTEST_CASES", "16")
            .env("RUSTFLAGS", "-Zsanitizer=thread")
    };
    let tests = "+nightly test -Zbuild-std --no-fail-fast --all-features --lib --tests";
    let tests = with_std(quickly(nightly_cargo(tests)).args(&workspace.published_only()));
    let nightly = Nightly::probe();
    let part = |name: &str, cmd| Part {
        skip: nightly.no_tsan(),
        ..Part::named(name).and(Action::Run(cmd))
    };
    let mut parts = vec![
        part("races", races),
        part("stress", stress).expect(Expect::Steps),
    ];
    if thorough {
        let run = || with_std(nightly_cargo("+nightly run -Zbuild-std --quiet"));
        let examples = examples(workspace, run).into_iter();
        let tests = part("tests", tests).expect(Expect::Tests);
        parts.extend([tests].into_iter().chain(examples).map(|part| Part {
            skip: nightly.no_tsan().or_else(|| nightly.no_std_source()),
            ..part
        }));
    }
    parts
}

/// What owns memory, under stress. valgrind runs one thread at a time, so a few are enough. Cargo starts
/// it, and so knows where the program is.
fn memcheck() -> Vec<Part> {
    const RUNNER: &str = "target.'cfg(all())'.runner='valgrind --quiet --error-exitcode=3 \
        --fair-sched=yes --leak-check=full --errors-for-leak-kinds=definite,indirect'";
    let part = |primitive: &str| {
        let run = Cmd::cargo("run --quiet --release -p gosync-proof --bin stress --config")
            .arg(RUNNER)
            .args("--")
            .arg(primitive)
            .args("--calm --threads 4 --seconds 3");
        Part::named(primitive)
            .and(Action::Run(run))
            .expect(Expect::Steps)
            .needs("valgrind")
    };
    ["pool", "map", "once", "atomic"].map(part).into()
}

fn stress(thorough: bool) -> Vec<Part> {
    let run = Cmd::xtask("stress --seconds").arg(if thorough { "180" } else { "10" });
    vec![Part::named("").and(Action::Run(run)).expect(Expect::Steps)]
}

/// All examples, each by a command that begins like this.
fn examples(workspace: &Workspace, run: impl Fn() -> Cmd) -> Vec<Part> {
    let mut parts = Vec::new();
    for package in workspace.published() {
        for example in &package.examples {
            let mut cmd = run()
                .arg("-p")
                .arg(&package.name)
                .arg("--example")
                .arg(&example.name);
            if !example.required_features.is_empty() {
                cmd = cmd
                    .arg("--features")
                    .arg(example.required_features.join(","));
            }
            parts.push(Part::named(&example.name).and(Action::Run(cmd)));
        }
    }
    parts
}

/// Targets that differ in what matters here: the width of a pointer, the strength of the memory
/// model, the futex, none at all. Others are checked too where they are installed.
const TARGETS: [&str; 4] = [
    "aarch64-unknown-linux-gnu",
    "i686-unknown-linux-gnu",
    "wasm32-unknown-unknown",
    "x86_64-pc-windows-gnu",
];

fn cross(workspace: &Workspace) -> Vec<Part> {
    let installed = toolchain::installed_targets();
    let mut targets: Vec<_> = TARGETS.map(String::from).to_vec();
    targets.extend(installed.iter().cloned());
    targets.sort();
    targets.dedup();
    let part = |target: String| {
        let cmd = Cmd::cargo("check --all-features")
            .args(&workspace.published_only())
            .arg("--target")
            .arg(&target);
        Part {
            skip: (!installed.contains(&target)).then(|| String::from("not installed")),
            ..Part::named(target).and(Action::Run(cmd))
        }
    };
    targets.into_iter().map(part).collect()
}

impl Action {
    /// What is done, as a person would do it again. `part` is its name among the arguments.
    pub(super) fn repeat(&self, part: &str) -> String {
        match self {
            Action::Run(cmd) => cmd.to_string(),
            Action::Package(_) | Action::WriteOutside(_) | Action::Tidy => {
                format!("cargo xtask test-all {part}")
            }
        }
    }
}

/// The rules, as text for the log: what was found, or how much was looked at.
pub(super) fn tidy(workspace: &Workspace) -> Result<String, String> {
    let (files, findings) = tidy::check(workspace).map_err(|error| format!("{error:#}\n"))?;
    if findings.is_empty() {
        return Ok(crate::screen::count(files as u64, "file"));
    }
    let lines = findings.iter().map(|finding| format!("{finding}\n"));
    Err(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_space_is_one_word_to_thread_sanitizer() {
        let workspace = Workspace {
            root: "a b".into(),
            target: "target".into(),
            packages: Vec::new(),
        };
        for part in tsan(&workspace, true) {
            let Action::Run(cmd) = &part.actions[0] else {
                panic!("a command");
            };
            let cmd = cmd.to_string();
            assert!(cmd.contains(r"TSAN_OPTIONS='suppressions='\''a b"), "{cmd}");
        }
    }
}
