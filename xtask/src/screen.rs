//! What a person sees: lines, a live last line where there is a terminal, tables.

use std::time::Duration;

use console::{Term, measure_text_width, truncate_str};

/// Standard output.
#[derive(Debug)]
pub(crate) struct Screen {
    term: Term,
    /// Whether the last line is a live one.
    live: bool,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self {
            term: Term::stdout(),
            live: false,
        }
    }

    /// Whether a person looks at a terminal, and not a file or a log of a CI run.
    pub(crate) fn is_terminal(&self) -> bool {
        self.term.is_term()
    }

    /// Writes a line that stays.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        self.clear();
        // A reader that has gone away is no reason to stop testing.
        let _ = self.term.write_line(text.as_ref());
    }

    /// Replaces the live line. Does nothing without a terminal.
    pub(crate) fn live(&mut self, text: &str) {
        if !self.is_terminal() {
            return;
        }
        self.clear();
        let (_, columns) = self.term.size();
        let width = usize::from(columns).saturating_sub(1);
        let _ = self.term.write_str(&truncate_str(text, width, "…"));
        self.live = true;
    }

    /// Takes the live line away.
    pub(crate) fn clear(&mut self) {
        if self.live {
            let _ = self.term.clear_line();
            self.live = false;
        }
    }
}

/// Rows as aligned columns, two spaces apart. The columns in `right` are aligned to the right.
pub(crate) fn table<const N: usize>(rows: &[[String; N]], right: &[usize]) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = measure_text_width(cell).max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[column] - measure_text_width(cell));
            line += if column == 0 { "" } else { "  " };
            line += &if right.contains(&column) {
                pad + cell
            } else {
                format!("{cell}{pad}")
            };
        }
        line.trim_end().to_string()
    };
    rows.iter().map(line).collect()
}

/// `8.3 s`, or `12 min 05 s`.
pub(crate) fn time(elapsed: Duration) -> String {
    let tenths = (elapsed.as_millis() + 50) / 100;
    if tenths < 600 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        let seconds = (tenths + 5) / 10;
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// `1 test`, `1,234 tests`.
pub(crate) fn count(number: u64, unit: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let plural = if number == 1 { "" } else { "s" };
    format!("{text} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let row = |cells: [&str; 3]| cells.map(String::from);
        let rows = [
            row(["step", "time", "note"]),
            row(["\u{1b}[32mfmt\u{1b}[0m", "12.5 s", ""]),
            row(["größer", "1 s", "a note"]),
        ];
        let lines = table(&rows, &[1]);
        assert_eq!(lines[0], "step      time  note");
        assert_eq!(lines[1], "\u{1b}[32mfmt\u{1b}[0m     12.5 s");
        assert_eq!(lines[2], "größer     1 s  a note");
    }

    #[test]
    fn times() {
        let millis = |millis| time(Duration::from_millis(millis));
        assert_eq!(millis(0), "0.0 s");
        assert_eq!(millis(8_349), "8.3 s");
        assert_eq!(millis(59_949), "59.9 s");
        assert_eq!(millis(59_950), "1 min 00 s");
        assert_eq!(millis(725_000), "12 min 05 s");
    }

    #[test]
    fn counts() {
        assert_eq!(count(0, "test"), "0 tests");
        assert_eq!(count(1, "test"), "1 test");
        assert_eq!(count(999, "test"), "999 tests");
        assert_eq!(count(1_000, "test"), "1,000 tests");
        assert_eq!(count(1_234_567, "test"), "1,234,567 tests");
    }
}
