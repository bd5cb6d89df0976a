//! Markdown, as far as this program reads it: links, and examples of code.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Where each link and picture points to, and the line it begins on.
pub(crate) fn links(markdown: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (event, range) in Parser::new_ext(markdown, Options::all()).into_offset_iter() {
        let line = 1 + markdown[..range.start].matches('\n').count();
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                found.push((line, dest_url.into_string()));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                for attribute in ["src=\"", "href=\"", "srcset=\""] {
                    let values = html.split(attribute).skip(1);
                    let values = values.filter_map(|rest| rest.split('"').next());
                    found.extend(values.map(|url| (line, url.to_string())));
                }
            }
            _ => {}
        }
    }
    found
}

/// The first Rust example that is meant to run.
pub(crate) fn first_example(markdown: &str) -> Option<String> {
    let mut code: Option<String> = None;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if runs(&info) => {
                code = Some(String::new());
            }
            Event::Text(text) => {
                if let Some(code) = &mut code {
                    *code += &text;
                }
            }
            Event::End(TagEnd::CodeBlock) if code.is_some() => break,
            _ => {}
        }
    }
    code
}

/// Whether rustdoc would compile and run a block with this info string.
fn runs(info: &str) -> bool {
    info.split([',', ' '])
        .all(|word| ["", "rust", "edition2021", "edition2024"].contains(&word))
}

/// An example as a whole program, in the way of rustdoc: `# ` hides a line, and code without a
/// `main` is the inside of one.
pub(crate) fn program(example: &str) -> String {
    let lines = example.lines().map(|line| match line.trim_start() {
        "#" => "",
        hidden if hidden.starts_with("# ") => &hidden[2..],
        _ => line,
    });
    let code = lines.collect::<Vec<_>>().join("\n");
    if code.contains("fn main()") {
        code + "\n"
    } else {
        format!("fn main() {{\n{code}\n}}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_but_not_in_code() {
        let text = "\
[one](a.md) and `[code](no.md)`

![two](b.svg \"title\") [three][ref]
```text
[code](no.md)
```
<img src=\"c.svg\" alt=\"d\">

[ref]: d.md#part
";
        let found = links(text);
        let found: Vec<_> = found.iter().map(|(line, url)| (*line, &**url)).collect();
        assert_eq!(
            found,
            [(1, "a.md"), (3, "b.svg"), (3, "d.md#part"), (7, "c.svg")]
        );
    }

    #[test]
    fn the_first_example_that_runs_becomes_a_program() {
        let text = "```toml\nx = 1\n```\n```no_run\na();\n```\n```rust\n# use x::y;\n#\n#[z]\ny();\n```\n```\nw();\n```\n";
        let example = first_example(text).unwrap();
        assert_eq!(example, "# use x::y;\n#\n#[z]\ny();\n");
        assert_eq!(
            program(&example),
            "fn main() {\nuse x::y;\n\n#[z]\ny();\n}\n"
        );
        assert_eq!(program("fn main() {}"), "fn main() {}\n");
        assert_eq!(first_example("none"), None);
    }
}
