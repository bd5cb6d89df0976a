//! The whole check, and what comes of it.

use std::{collections::BTreeSet, fs, iter, path::Path};

use crate::{
    compare::{self, Output},
    documents,
    scenarios::{self, Line, Scenario},
    symbols::{PARTS, Symbol},
};

/// The files that are compared, from the workspace's root.
const SYMBOLS: &str = "crates/gosync-parity/go/symbols.txt";
const OUTPUT: &str = "crates/gosync-parity/go/output.txt";
const DIFFERENCES: &str = "crates/gosync-parity/differences.md";
const TABLES: &str = "docs/go-to-rust.md";

const WRITE: &str = "`cargo xtask parity --write` writes it anew";

/// What Go says on this machine.
#[derive(Debug)]
pub struct Go {
    /// What `go/symbols` prints.
    pub symbols: String,
    /// What `go/scenarios` prints.
    pub output: String,
}

/// How the check went.
#[derive(Debug, Default)]
pub struct Report {
    /// What is wrong. Nothing, if all is well.
    pub mistakes: Vec<String>,
    /// The files that were written.
    pub written: Vec<&'static str>,
    /// What there is to say in the end.
    pub summary: Vec<String>,
}

/// Checks everything: against `go`, or, without it, against what Go is known to say. Files that
/// should be different are mistakes, or, with `write`, are written. `root` is the workspace's folder.
///
/// # Errors
///
/// If a file cannot be read or written, or if what Go said is no list of observations.
pub fn check(root: &Path, go: Option<&Go>, write: bool) -> Result<Report, String> {
    let mut check = Check {
        root,
        write,
        report: Report::default(),
    };
    let known = Go {
        symbols: check.read(SYMBOLS)?,
        output: check.read(OUTPUT)?,
    };
    if let Some(go) = go {
        check.file(SYMBOLS, &known.symbols, &go.symbols)?;
        check.file(OUTPUT, &known.output, &go.output)?;
    }
    let here = if go.is_some() { "here" } else { "as committed" };
    let go = go.unwrap_or(&known);

    let proved = check.symbols(&go.symbols);
    let summary = format!(
        "symbols: {proved} proved, of those of {} ({here})",
        compare::version(&go.symbols)
    );
    check.report.summary.push(summary);

    let (of_rust, mistakes) = scenarios::run();
    check.report.mistakes.extend(mistakes);
    let of_go = compare::parse(&go.output)?;
    let [equal, differ] = check.scenarios(&of_go, &of_rust);
    let summary = format!(
        "scenarios: {equal} equal, {differ} different on purpose, against {} ({here})",
        compare::version(&go.output)
    );
    check.report.summary.push(summary);

    let old = check.read(DIFFERENCES).unwrap_or_default();
    let new = documents::differences(&of_go, &of_rust);
    check.file(DIFFERENCES, &old, &new)?;

    let old = check.read(TABLES)?;
    match documents::with_tables(&old) {
        Ok(new) => check.file(TABLES, &old, &new)?,
        Err(mistake) => check.report.mistakes.push(format!("{TABLES}: {mistake}")),
    }
    Ok(check.report)
}

struct Check<'a> {
    root: &'a Path,
    write: bool,
    report: Report,
}

impl Check<'_> {
    fn read(&self, file: &str) -> Result<String, String> {
        let text = fs::read_to_string(self.root.join(file));
        // Where git has written line ends as Windows likes them.
        text.map(|text| text.replace('\r', ""))
            .map_err(|error| format!("{file}: {error}"))
    }

    /// A file that holds `old` and should hold `new`. Another version of Go alone is no reason to
    /// complain, but one to write.
    fn file(&mut self, file: &'static str, old: &str, new: &str) -> Result<(), String> {
        if old == new {
            return Ok(());
        }
        if self.write {
            let written = fs::write(self.root.join(file), new);
            written.map_err(|error| format!("{file}: {error}"))?;
            self.report.written.push(file);
        } else if !compare::body(old).eq(compare::body(new)) {
            let changes = compare::changes(old.lines(), new.lines());
            self.report.mistakes.push(format!(
                "{file} is out of date, {WRITE}: - is there, + should be\n{}",
                compare::indent(changes.iter())
            ));
        }
        Ok(())
    }

    /// How many symbols are proved.
    fn symbols(&mut self, list: &str) -> usize {
        let mut missing: BTreeSet<_> = compare::body(list)
            .filter_map(|line| line.split(' ').next())
            .collect();
        let parts = PARTS.iter();
        let symbols: Vec<(String, &Symbol)> = parts
            .flat_map(|part| part.iter().zip(iter::repeat(part.package)))
            .map(|(symbol, package)| (format!("{package}.{}", symbol.name()), symbol))
            .collect();
        let mut proved = 0;
        for (name, symbol) in &symbols {
            if !missing.remove(name.as_str()) {
                let mistake = format!("{name} is no symbol of Go's, or has two rows");
                self.report.mistakes.push(mistake);
            } else if let Some(wrong) = symbol.wrong() {
                self.report.mistakes.push(format!("{name}: {wrong}"));
            } else {
                proved += 1;
            }
        }
        for name in missing {
            let mistake = format!(
                "{name} has no spelling in Rust: crates/gosync-parity/src/symbols has no row of it"
            );
            self.report.mistakes.push(mistake);
        }
        proved
    }

    /// How many scenarios are equal, and how many differ on purpose.
    fn scenarios(&mut self, go: &[Output], rust: &[(Scenario, Vec<Line>)]) -> [usize; 2] {
        let names: Vec<_> = go.iter().map(|output| output.name.as_str()).collect();
        let ours: Vec<_> = rust.iter().map(|(scenario, _)| scenario.name).collect();
        if names != ours {
            let changes = compare::changes(names.into_iter(), ours.into_iter());
            self.report.mistakes.push(format!(
                "the scenarios are not the same, or not in the same order: - is Go, + is Rust\n{}",
                compare::indent(changes.iter())
            ));
        }
        let mut counts = [0, 0];
        for (scenario, lines) in rust {
            let Some(of_go) = go.iter().find(|output| output.name == scenario.name) else {
                continue;
            };
            match compare::compare(scenario, &of_go.lines, lines) {
                None => counts[usize::from(scenario.reason.is_some())] += 1,
                Some(wrong) => {
                    let mistake = format!("{} {wrong}", scenario.name);
                    self.report.mistakes.push(mistake);
                }
            }
        }
        counts
    }
}
