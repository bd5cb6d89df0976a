//! What is written of symbols and scenarios: the tables in `docs/go-to-rust.md`, and
//! `differences.md`.

use crate::{
    compare::{Output, indent},
    scenarios::{Line, Scenario},
    symbols::{PARTS, Part, Symbol},
};

/// The document with its tables as they should be. Each stands between two comments.
///
/// # Errors
///
/// If a comment is not there.
pub fn with_tables(document: &str) -> Result<String, String> {
    let mut text = document.to_string();
    for part in PARTS {
        let begin = format!("<!-- parity: {} -->\n", part.title);
        let end = "\n<!-- /parity -->";
        let place = text.split_once(&begin).and_then(|(before, rest)| {
            let (_, after) = rest.split_once(end)?;
            Some((before, after))
        });
        let (before, after) =
            place.ok_or_else(|| format!("`{}` and `{}` not found", begin.trim(), end.trim()))?;
        text = format!("{before}{begin}{}{end}{after}", table(part));
    }
    Ok(text)
}

fn table(part: &Part) -> String {
    let mut text = String::from(
        "\n| Go | in Go's spelling | in Rust's spelling | what differs |\n|---|---|---|---|\n",
    );
    for symbol in part.iter() {
        text += &row(symbol);
    }
    text
}

fn row(symbol: &Symbol) -> String {
    let go = format!("`{}`", symbol.go);
    let cells = [&go, symbol.spelled, symbol.rust, symbol.differs];
    let cells = cells.map(|cell| match cell {
        "" => String::from(" |"),
        cell => format!(" {cell} |"),
    });
    format!("|{}\n", cells.concat())
}

/// All that is different on purpose, with the reason and with what both sides observe.
#[must_use]
pub fn differences(go: &[Output], rust: &[(Scenario, Vec<Line>)]) -> String {
    let mut text = String::from(
        "# Where Go and Rust are different on purpose\n\n\
         Of the scenarios that are run on both sides, these do not end alike. `cargo xtask parity \
         --write` writes\nthis from what both have said. A line without a mark is the same in \
         both.\n",
    );
    for (scenario, lines) in rust {
        let Some(reason) = scenario.reason else {
            continue;
        };
        let of_go = go.iter().find(|output| output.name == scenario.name);
        let of_go = of_go.map_or(&[][..], |output| &output.lines);
        text += &format!("\n## {}\n\n{reason}\n\n", scenario.name);
        text += &format!("{}\n", indent(side_by_side(of_go, lines).iter()));
    }
    text
}

/// The lines that both have, and before, between and after them what each has alone.
fn side_by_side(go: &[Line], rust: &[Line]) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut go, mut rust) = (go.iter().peekable(), rust.iter().peekable());
    loop {
        while let Some(Line::Only(text)) = go.next_if(|line| matches!(line, Line::Only(_))) {
            lines.push(format!("  Go:    {text}"));
        }
        while let Some(Line::Only(text)) = rust.next_if(|line| matches!(line, Line::Only(_))) {
            lines.push(format!("  Rust:  {text}"));
        }
        let (in_go, in_rust) = (go.next(), rust.next());
        match in_go.or(in_rust) {
            Some(Line::Both(text)) => lines.push(format!("  {text}")),
            Some(Line::Only(_)) | None => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tables_are_replaced() {
        let empty: String = PARTS
            .iter()
            .map(|part| {
                format!(
                    "before\n<!-- parity: {} -->\n\n<!-- /parity -->\n",
                    part.title
                )
            })
            .collect();
        let full = with_tables(&empty).unwrap();
        assert!(full.starts_with("before\n<!-- parity: sync -->\n\n| Go |"));
        assert!(full.contains("\n| `Cond.L` | `c.L` |"));
        assert!(
            full.ends_with(" the same |\n\n<!-- /parity -->\n"),
            "{full}"
        );
        assert_eq!(with_tables(&full).unwrap(), full);
        assert!(with_tables("before").is_err());
    }

    #[test]
    fn sides_are_named() {
        let (both, only) = (
            |text: &str| Line::Both(text.into()),
            |text: &str| Line::Only(text.into()),
        );
        let go = [both("a"), only("b"), both("c")];
        let rust = [both("a"), only("d"), only("e"), both("c")];
        let lines = ["  a", "  Go:    b", "  Rust:  d", "  Rust:  e", "  c"];
        assert_eq!(side_by_side(&go, &rust), lines);
    }
}
