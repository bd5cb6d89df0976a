//! The entries of `crates/*/tests/mutants.toml`, and what is wrong with them.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use crate::{
    rust::{self, TestFn},
    tidy::Finding,
    workspace::{Package, Workspace},
};

/// A weakening, and the tests of which one must notice.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mutant {
    pub(super) package: String,
    pub(super) name: String,
    /// Relative to the workspace's root.
    pub(super) file: PathBuf,
    pub(super) find: String,
    pub(super) replace: String,
    pub(super) suite: Suite,
    pub(super) why: String,
    /// Whether to run out of time counts as caught.
    pub(super) hangs: bool,
}

impl Mutant {
    /// Whether it is meant by this argument.
    pub(super) fn is_called(&self, name: &str) -> bool {
        match name.split_once(':') {
            Some((package, name)) => self.package == package && self.name == name,
            None => self.package == name || self.name == name,
        }
    }

    /// The file with the weakening in it.
    pub(super) fn apply(&self, code: &str) -> String {
        code.replacen(&self.find, &self.replace, 1)
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.package, self.name)
    }
}

/// A target of cargo's that has tests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// The models: `tests/loom.rs`, with loom in place of std.
    Loom,
    /// `tests/NAME.rs`.
    Test(String),
    /// The unit tests.
    Lib,
}

/// Some tests of one crate, by target, each with its modules.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Suite(pub(super) BTreeMap<Target, Vec<String>>);

impl Suite {
    pub(super) fn add(&mut self, other: &Self) {
        for (target, tests) in &other.0 {
            let own = self.0.entry(target.clone()).or_default();
            own.extend(tests.iter().cloned());
            own.sort();
            own.dedup();
        }
    }
}

/// All mutants, by crate, and what is wrong with the entries.
pub(super) fn all(workspace: &Workspace) -> (Vec<Mutant>, Vec<Finding>) {
    let (mut mutants, mut findings) = (Vec::new(), Vec::new());
    for package in &workspace.packages {
        let file = package.dir.join("tests").join("mutants.toml");
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let tests = tests(package);
        let dir = relative(workspace, &package.dir);
        let read = |path: &Path| fs::read_to_string(workspace.root.join(path)).ok();
        let (good, bad) = parse(&text, &package.name, &dir, &tests, read);
        mutants.extend(good);
        let file = relative(workspace, &file);
        let bad = bad.into_iter();
        findings.extend(bad.map(|(line, message)| Finding::new(&file, line, message)));
    }
    (mutants, findings)
}

/// The models of loom that no mutant names, in those crates that are looked at.
pub(super) fn models_without(
    workspace: &Workspace,
    mutants: &[Mutant],
    looked_at: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let packages = workspace.packages.iter();
    for package in packages.filter(|package| looked_at(&package.name)) {
        let file = package.dir.join("tests").join("loom.rs");
        let code = fs::read_to_string(&file).unwrap_or_default();
        let named = |model: &TestFn| {
            let of_package = mutants
                .iter()
                .filter(|mutant| mutant.package == package.name);
            of_package
                .filter_map(|mutant| mutant.suite.0.get(&Target::Loom))
                .any(|models| models.contains(&model.path))
        };
        for model in rust::tests(&code, "") {
            if !named(&model) {
                let message = format!("no mutant shows that the model `{}` can fail", model.path);
                findings.push(Finding::new(
                    &relative(workspace, &file),
                    model.line,
                    message,
                ));
            }
        }
    }
    findings
}

fn relative(workspace: &Workspace, path: &Path) -> PathBuf {
    path.strip_prefix(&workspace.root)
        .unwrap_or(path)
        .to_path_buf()
}

/// All tests of a crate and where they are.
pub(super) fn tests(package: &Package) -> Vec<(Target, TestFn)> {
    let mut found = Vec::new();
    for name in &package.tests {
        let folder = package.dir.join("tests").join(name);
        let code = fs::read_to_string(folder.with_extension("rs")).unwrap_or_default();
        let target = match name.as_str() {
            "loom" => Target::Loom,
            _ => Target::Test(name.clone()),
        };
        let tests = rust::tests(&code, "").into_iter();
        found.extend(tests.map(|test| (target.clone(), test)));
        in_folder(&folder, "", &target, &mut found);
    }
    in_folder(&package.dir.join("src"), "", &Target::Lib, &mut found);
    found
}

/// Those of the files of a folder, whose module is `module`.
fn in_folder(dir: &Path, module: &str, target: &Target, found: &mut Vec<(Target, TestFn)>) {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        let own = match (stem, module) {
            ("lib" | "main" | "mod", _) => module.to_string(),
            (_, "") => stem.to_string(),
            _ => format!("{module}::{stem}"),
        };
        if path.is_dir() {
            in_folder(&path, &own, target, found);
        } else if path.extension().is_some_and(|its| its == "rs") {
            let code = fs::read_to_string(&path).unwrap_or_default();
            let tests = rust::tests(&code, &own).into_iter();
            found.extend(tests.map(|test| (target.clone(), test)));
        }
    }
}

/// The entries of one file, and what is wrong with others, by line. `read` reads a file, `dir` is
/// the crate's; both are relative to the workspace's root.
fn parse(
    text: &str,
    package: &str,
    dir: &Path,
    tests: &[(Target, TestFn)],
    read: impl Fn(&Path) -> Option<String>,
) -> (Vec<Mutant>, Vec<(usize, String)>) {
    let line = |at: usize| 1 + text[..at].matches('\n').count();
    let (mut mutants, mut bad) = (Vec::new(), Vec::new());
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            return (mutants, vec![(line(at), error.message().to_string())]);
        }
    };
    for (key, value) in &table {
        let entries = value.get_ref().as_array();
        let Some(entries) = entries.filter(|_| key.get_ref() == "mutant") else {
            bad.push((line(key.span().start), String::from("not a [[mutant]]")));
            continue;
        };
        for entry in entries {
            let checked = mutant(entry.get_ref(), package, dir, tests, &read);
            match checked {
                Ok(mutant) if is_named(&mutants, &mutant.name) => {
                    let message = format!("`{}` is there twice", mutant.name);
                    bad.push((line(entry.span().start), message));
                }
                Ok(mutant) => mutants.push(mutant),
                Err(message) => bad.push((line(entry.span().start), message)),
            }
        }
    }
    (mutants, bad)
}

fn is_named(mutants: &[Mutant], name: &str) -> bool {
    mutants.iter().any(|mutant| mutant.name == name)
}

/// One entry, or what is wrong with it.
fn mutant(
    entry: &DeValue<'_>,
    package: &str,
    dir: &Path,
    tests: &[(Target, TestFn)],
    read: impl Fn(&Path) -> Option<String>,
) -> Result<Mutant, String> {
    const KEYS: [&str; 7] = [
        "name",
        "file",
        "find",
        "replace",
        "caught_by",
        "why",
        "hangs",
    ];
    let table = entry.as_table().ok_or("not a table")?;
    let unknown = table.keys().find(|key| !KEYS.contains(&&**key.get_ref()));
    if let Some(unknown) = unknown {
        return Err(format!("no key is called `{}`", unknown.get_ref()));
    }
    let text = |key: &str| -> Result<String, String> {
        let value = table.get(key).and_then(|value| value.get_ref().as_str());
        value
            .map(String::from)
            .ok_or(format!("no text for `{key}`"))
    };
    let name = text("name")?;
    let here = |what: &str| format!("{name}: {what}");
    let file = join(dir, &text("file")?);
    let (find, replace, why) = (text("find")?, text("replace")?, text("why")?);
    let code = read(&file).ok_or_else(|| here(&format!("no file {}", file.display())))?;
    match code.matches(&find).count() {
        _ if find.is_empty() || find == replace => return Err(here("changes nothing")),
        0 => return Err(here(&format!("stale: not in {}: {find}", file.display()))),
        1 => {}
        n => return Err(here(&format!("{n} times in {}: {find}", file.display()))),
    }
    if why.trim().is_empty() {
        return Err(here("no reason why"));
    }
    let names = table
        .get("caught_by")
        .and_then(|value| value.get_ref().as_array());
    let names = names.filter(|names| !names.is_empty());
    let names = names.ok_or_else(|| here("no list `caught_by`"))?;
    let mut suite = Suite::default();
    for wanted in names {
        let wanted = wanted.get_ref().as_str().unwrap_or_default();
        let mut found = tests
            .iter()
            .filter(|(_, test)| test.path == wanted || test.name() == wanted)
            .peekable();
        if found.peek().is_none() {
            return Err(here(&format!("the crate has no test `{wanted}`")));
        }
        for (target, test) in found {
            let one = BTreeMap::from([(target.clone(), vec![test.path.clone()])]);
            suite.add(&Suite(one));
        }
    }
    let hangs = table.get("hangs").map(|value| value.get_ref().as_bool());
    Ok(Mutant {
        package: package.to_string(),
        file,
        find,
        replace,
        suite,
        why,
        hangs: match hangs {
            None => false,
            Some(hangs) => hangs.ok_or_else(|| here("`hangs` is true or false"))?,
        },
        name,
    })
}

/// `dir` and a path of the web's kind, in which `..` goes up.
fn join(dir: &Path, path: &str) -> PathBuf {
    let mut joined = dir.to_path_buf();
    for part in path.split('/') {
        if part == ".." {
            joined.pop();
        } else {
            joined.push(part);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[mutant]]
name = "weak"
file = "src/raw.rs"
find = "Release"
replace = "Relaxed"
caught_by = ["excludes", "unit"]
why = "It is not seen."
"#;

    fn parsed(text: &str) -> (Vec<Mutant>, Vec<(usize, String)>) {
        let test = |target, path: &str| {
            let path = path.to_string();
            (target, TestFn { path, line: 1 })
        };
        let tests = [
            test(Target::Loom, "excludes"),
            test(Target::Lib, "raw::tests::unit"),
            test(Target::Test(String::from("api")), "unit"),
        ];
        let read = |path: &Path| {
            let code = "a.store(1, Release); b.load(Acquire); c.load(Acquire)";
            (path == Path::new("crates/lock/src/raw.rs")).then(|| code.to_string())
        };
        parse(text, "lock", Path::new("crates/lock"), &tests, read)
    }

    #[test]
    fn an_entry_is_read() {
        let (mutants, bad) = parsed(GOOD);
        assert_eq!(bad, []);
        let [mutant] = &mutants[..] else {
            panic!("one mutant: {mutants:?}");
        };
        assert_eq!(mutant.to_string(), "lock:weak");
        assert_eq!(mutant.apply("x Release y"), "x Relaxed y");
        let suite = [
            (Target::Loom, vec![String::from("excludes")]),
            (Target::Test("api".into()), vec![String::from("unit")]),
            (Target::Lib, vec![String::from("raw::tests::unit")]),
        ];
        assert_eq!(mutant.suite, Suite(suite.into()));
        assert!(!mutant.hangs);
        assert!(parsed(&format!("{GOOD}hangs = true")).0[0].hangs);
    }

    #[test]
    fn what_is_wrong_has_a_line() {
        let with = |from: &str, to: &str| {
            let (mutants, bad) = parsed(&GOOD.replace(from, to));
            assert!(mutants.is_empty());
            let [(line, message)] = &bad[..] else {
                panic!("one complaint: {bad:?}");
            };
            format!("{line}: {message}")
        };
        let raw = Path::new("crates/lock/src/raw.rs").display();
        assert_eq!(
            with("\"Release", "\"SeqCst"),
            format!("2: weak: stale: not in {raw}: SeqCst")
        );
        assert_eq!(
            with("\"Release", "\"Acquire"),
            format!("2: weak: 2 times in {raw}: Acquire")
        );
        assert_eq!(with("Relaxed", "Release"), "2: weak: changes nothing");
        assert_eq!(
            with("excludes", "none"),
            "2: weak: the crate has no test `none`"
        );
        assert_eq!(with("why", "when"), "2: no key is called `when`");
        assert_eq!(
            with("why = \"It is not seen.\"", ""),
            "2: no text for `why`"
        );
        assert!(with("src/raw.rs", "../src/raw.rs").contains("no file"));
        assert_eq!(with("[[mutant]]", "[[mutants]]"), "2: not a [[mutant]]");
        assert!(with("[[mutant]]", "[[mutant").starts_with("2: "));
        let (one, bad) = parsed(&format!("{GOOD}{GOOD}"));
        assert_eq!(one.len(), 1);
        assert_eq!(bad, [(10, String::from("`weak` is there twice"))]);
    }

    #[test]
    fn another_crate_is_beside() {
        let path = join(Path::new("crates/cond"), "../park/src/queue.rs");
        assert_eq!(path, Path::new("crates/park/src/queue.rs"));
    }
}
