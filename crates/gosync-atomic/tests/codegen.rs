//! The scalar types and the functions are std's operations: same instructions, same orderings.
//!
//! The same functions are compiled twice, once over this crate's source and once over std, and
//! what comes out is compared, so that the test knows nothing of any processor. The assembly shows
//! that nothing is added. LLVM's own language shows the orderings, which x86-64, for one, does not
//! tell apart in most of its instructions.
#![cfg(not(gosync_loom))]

use std::{
    collections::HashMap,
    env,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{self, Command},
};

/// Our type, std's, and what they hold.
const TYPES: [(&str, &str, &str); 6] = [
    ("Int32", "AtomicI32", "i32"),
    ("Int64", "AtomicI64", "i64"),
    ("Uint32", "AtomicU32", "u32"),
    ("Uint64", "AtomicU64", "u64"),
    ("Uintptr", "AtomicUsize", "usize"),
    ("Bool", "AtomicBool", "bool"),
];

/// Our method, its arguments, and the same on std's type. The first four are the ones of a `Bool`
/// and of a pointer too, the last two have no function.
const METHODS: [(&str, &str, &str); 9] = [
    ("load", "", "a.load(SeqCst)"),
    ("store", "x", "a.store(x, SeqCst)"),
    ("swap", "x", "a.swap(x, SeqCst)"),
    (
        "compare_and_swap",
        "x, y",
        "a.compare_exchange(x, y, SeqCst, SeqCst).is_ok()",
    ),
    ("add", "x", "a.fetch_add(x, SeqCst).wrapping_add(x)"),
    ("and", "x", "a.fetch_and(x, SeqCst)"),
    ("or", "x", "a.fetch_or(x, SeqCst)"),
    ("max", "x", "a.fetch_max(x, SeqCst)"),
    ("min", "x", "a.fetch_min(x, SeqCst)"),
];

/// The two sources, which define functions of the same names.
#[derive(Default)]
struct Sources {
    names: Vec<String>,
    ours: String,
    std: String,
}

impl Sources {
    fn new() -> Self {
        let mut all = Self::default();
        for module in ["boolean", "functions", "integer"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{module}.rs"));
            writeln!(
                all.ours,
                "#[path = {path:?}]\nmod {module};\nuse {module}::*;"
            )
            .unwrap();
        }
        for (ours, std, int) in TYPES {
            let methods = if int == "bool" {
                &METHODS[..4]
            } else {
                &METHODS
            };
            for &(method, args, body) in methods {
                let our_body = format!("a.{method}({args})");
                all.pair(
                    &format!("method_{method}_{int}"),
                    method,
                    int,
                    (ours, &our_body),
                    (std, body),
                );
            }
            let functions = if int == "bool" { &[] } else { &METHODS[..7] };
            for &(method, args, body) in functions {
                let our_body = format!("{method}_{}(a, {args})", ours.to_lowercase());
                all.pair(
                    &format!("function_{method}_{int}"),
                    method,
                    int,
                    (std, &our_body),
                    (std, body),
                );
            }
        }
        for (method, args, body) in &METHODS[..4] {
            let our_body = format!("{method}_pointer(a, {args})");
            let std = "AtomicPtr<u8>";
            all.pair(
                &format!("function_{method}_pointer"),
                method,
                "*mut u8",
                (std, &our_body),
                (std, body),
            );
        }
        all
    }

    /// Adds a function over `ours` and over `std`: the type of `a`, and what is done to it.
    fn pair(&mut self, name: &str, method: &str, int: &str, ours: (&str, &str), std: (&str, &str)) {
        let result = match method {
            "store" => "()",
            "compare_and_swap" => "bool",
            _ => int,
        };
        for (source, (ty, body)) in [(&mut self.ours, ours), (&mut self.std, std)] {
            let head = format!("extern \"C\" fn {name}(a: &{ty}, x: {int}, y: {int}) -> {result}");
            writeln!(source, "#[unsafe(no_mangle)]\npub {head} {{ {body} }}").unwrap();
        }
        self.names.push(name.to_owned());
    }
}

/// The assembly and the LLVM language of a source. `None` where there is no compiler to run.
fn compile(dir: &Path, name: &str, source: &str) -> Option<[String; 2]> {
    const HEAD: &str = "#![allow(unused)]\nuse std::sync::atomic::{Ordering::SeqCst, *};\n";
    let file = |extension: &str| dir.join(name).with_extension(extension);
    fs::write(file("rs"), format!("{HEAD}{source}")).unwrap();
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition=2024", "--crate-type=lib", "--crate-name=scalars"])
        .args([
            "-Copt-level=3",
            "-Ccodegen-units=1",
            "--emit=asm,llvm-ir",
            "--out-dir",
        ])
        .arg(dir)
        .arg(file("rs"))
        .output();
    match output {
        Err(error) => {
            skipped(&format!("rustc does not run: {error}"));
            None
        }
        Ok(output) => {
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            // Named after the crate; to be read before the other source is compiled.
            Some(
                ["s", "ll"].map(|ext| {
                    fs::read_to_string(dir.join("scalars").with_extension(ext)).unwrap()
                }),
            )
        }
    }
}

/// The bodies of all functions by name. The compiler gives equal functions one body and several
/// names: `aliases` are the names, and the names that they stand for.
#[derive(Default)]
struct Bodies {
    bodies: HashMap<String, Vec<String>>,
    aliases: HashMap<String, String>,
}

impl Bodies {
    fn get(&self, name: &str) -> &[String] {
        let name = self.aliases.get(name).map_or(name, |name| name);
        self.bodies
            .get(name)
            .unwrap_or_else(|| panic!("{name} not found in the output"))
    }

    /// Every instruction of a function, and every place that it jumps to.
    fn of_assembly(text: &str) -> Self {
        let mut all = Self::default();
        let mut body = &mut Vec::new();
        for line in text.lines() {
            // `.set alias, name` or `alias = name`.
            let alias = line
                .trim()
                .strip_prefix(".set ")
                .and_then(|set| set.split_once(", "));
            if let Some((alias, name)) = alias.or_else(|| line.split_once(" = ")) {
                all.aliases.insert(symbol(alias), symbol(name));
            } else if let Some(name) = line.strip_suffix(':')
                && !name.starts_with(['.', 'L'])
            {
                body = all.bodies.entry(symbol(name)).or_default();
            } else if line.starts_with(char::is_whitespace) && !line.trim().starts_with('.')
                || line.contains("LBB") && !line.contains("func_end")
            {
                body.push(without_function_number(line.trim()));
            }
        }
        all
    }

    /// Every atomic operation, with its type and ordering.
    fn of_llvm(text: &str) -> Self {
        let mut all = Self::default();
        let mut body = &mut Vec::new();
        for line in text.lines() {
            let name = || {
                let name = line.split_once('@').expect("a name").1;
                name.split(['(', ' ']).next().expect("a name").to_owned()
            };
            if line.starts_with('@') && line.contains(" alias ") {
                let of = line.rsplit_once('@').expect("a name").1;
                all.aliases.insert(name(), of.to_owned());
            } else if line.starts_with("define ") {
                body = all.bodies.entry(name()).or_default();
            } else if ["atomic", "cmpxchg", "fence"]
                .iter()
                .any(|word| line.contains(word))
                && line.starts_with(' ')
            {
                // Without the names of values, and without notes about them.
                let words = line
                    .split_whitespace()
                    .take_while(|word| !word.starts_with('!'));
                let words: Vec<_> = words.filter(|word| !word.starts_with('%')).collect();
                body.push(words.join(" "));
            }
        }
        all
    }
}

/// `.LBB12_3`, the third block of the twelfth function, becomes `.block_3`.
fn without_function_number(line: &str) -> String {
    let mut parts = line.split("LBB");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| {
        line + "block" + part.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}

/// The name of a symbol, where the platform puts an underscore before it and where not.
fn symbol(name: &str) -> String {
    name.trim_matches(['_', '"']).to_owned()
}

/// Says so past the harness, which would keep it to itself.
fn skipped(why: &str) {
    writeln!(
        io::stderr(),
        "skipped: what the compiler makes of atomics: {why}"
    )
    .expect("stderr");
}

/// A directory that goes when the test does.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn compiles_to_what_std_compiles_to() {
    if cfg!(miri) || cfg!(target_family = "wasm") {
        skipped("no compiler can be run here");
        return;
    }
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("codegen-{}", process::id()));
    let dir = Scratch(dir);
    fs::create_dir_all(&dir.0).unwrap();
    let sources = Sources::new();
    let Some([our_assembly, our_llvm]) = compile(&dir.0, "ours", &sources.ours) else {
        return;
    };
    let [std_assembly, std_llvm] = compile(&dir.0, "std", &sources.std).expect("it ran before");

    let assembly = [our_assembly, std_assembly].map(|text| Bodies::of_assembly(&text));
    let llvm = [our_llvm, std_llvm].map(|text| Bodies::of_llvm(&text));
    for name in &sources.names {
        let [ours, std] = assembly.each_ref().map(|bodies| bodies.get(name));
        assert!(!std.is_empty(), "{name} has no instruction");
        assert_eq!(ours, std, "the instructions of {name}");

        let [ours, std] = llvm.each_ref().map(|bodies| bodies.get(name));
        assert!(
            std.iter().any(|line| line.contains("seq_cst")),
            "{name}: {std:?}"
        );
        assert_eq!(ours, std, "the orderings of {name}");
    }
    println!("{} functions are the same", sources.names.len());
}
