//! The guide shows files of this crate, word for word.
//!
//! A block of code follows a line that is nothing but a link to its file. To bring the blocks up
//! to date with the files: `PORTING=overwrite cargo test -p gosync-porting guide`

use std::{collections::BTreeSet, env, fs, path::Path};

use crate::{names, text};

const GUIDE: &str = "../../docs/porting.md";

/// Where this crate is, seen from the guide.
const HERE: &str = "../crates/gosync-porting/";

/// The folders whose files the guide shows.
const SHOWN: [&str; 5] = ["go", "output", "refused", "src/bin", "tools"];

/// The file that this line, alone, links to.
fn linked(line: &str) -> Option<&str> {
    let (name, target) = line.strip_prefix("[`")?.split_once("`](")?;
    let file = target.strip_suffix(")")?.strip_prefix(HERE)?;
    assert!(file.ends_with(name), "`{line}` is called otherwise");
    Some(file)
}

fn language(file: &str) -> &str {
    match file.rsplit('.').next() {
        Some("rs") => "rust",
        Some("go") => "go",
        _ => "text",
    }
}

/// The guide with the files as they are in its blocks, and the files shown, in their order.
fn with_files(guide: &str, read: impl Fn(&str) -> String) -> (String, Vec<String>) {
    let (mut new, mut shown) = (String::new(), Vec::new());
    let mut lines = guide.lines();
    // The file that the last line linked to, but for empty ones.
    let mut file = None;
    while let Some(line) = lines.next() {
        new += &format!("{line}\n");
        let Some(info) = line.strip_prefix("```") else {
            if !line.is_empty() {
                file = linked(line);
            }
            continue;
        };
        let code: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        match file.take() {
            Some(file) => {
                assert_eq!(info, language(file), "{file}");
                new += &read(file);
                shown.push(file.to_owned());
            }
            // Commands are not programs.
            None => {
                assert_eq!(info, "sh", "a block without its file: {code:?}");
                new.extend(code.iter().map(|line| format!("{line}\n")));
            }
        }
        new += "```\n";
    }
    (new, shown)
}

fn guide() -> String {
    text(GUIDE)
}

#[test]
fn the_blocks_are_the_files() {
    let guide = guide();
    let (new, _) = with_files(&guide, text);
    if env::var_os("PORTING").is_some_and(|value| value == "overwrite") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GUIDE);
        fs::write(path, new).expect("the guide can be written");
        return;
    }
    let differs = guide.lines().zip(new.lines()).position(|(a, b)| a != b);
    if let Some(at) = differs {
        let (is, should) = (guide.lines().nth(at), new.lines().nth(at));
        panic!(
            "docs/porting.md:{}: {is:?}, and in the file {should:?}",
            at + 1
        );
    }
    assert_eq!(guide.len(), new.len(), "it ends too early or too late");
}

#[test]
fn every_file_is_shown_once() {
    let (_, mut shown) = with_files(&guide(), text);
    shown.sort();
    let there: BTreeSet<_> = SHOWN
        .into_iter()
        .flat_map(|folder| {
            names(folder)
                .into_iter()
                .map(move |name| format!("{folder}/{name}"))
        })
        .collect();
    assert!(
        shown.iter().eq(&there),
        "shown: {shown:#?}\nthere: {there:#?}"
    );
}

#[test]
fn blocks_are_found() {
    let text = "\
a [link](../crates/gosync-porting/go/x.go)

```sh
ls
```

[`go/x.go`](../crates/gosync-porting/go/x.go)

```go
old
```
end
";
    let (new, shown) = with_files(text, |file| format!("{file}\nnew\n"));
    assert_eq!(new, text.replace("old\n", "go/x.go\nnew\n"));
    assert_eq!(shown, ["go/x.go"]);
}

#[test]
#[should_panic(expected = "a block without its file")]
fn code_without_a_file_is_found() {
    with_files("```rust\nfn f() {}\n```\n", |_| String::new());
}
