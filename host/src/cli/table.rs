//! Tables and texts for a terminal.

use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use steward_core::text::{is_unprintable, printable};

/// A table without lines, indented by two blanks.
pub struct Columns {
    table: Table,
}

impl Columns {
    /// Titles that begin with `>` are columns of numbers, aligned to the right.
    pub fn new(titles: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_style(NOTHING);
        table.set_header(titles.iter().map(|title| title.trim_start_matches('>')).collect::<Vec<_>>());
        for (index, title) in titles.iter().enumerate() {
            if let Some(column) = table.column_mut(index) {
                column.set_padding((if index == 0 { 2 } else { 0 }, 2));
                if title.starts_with('>') {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
        }
        Self { table }
    }

    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.table.add_row(cells.into_iter().map(|cell| printable(&cell.into())).collect::<Vec<_>>());
    }

    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The lines without the blanks at their ends.
    pub fn text(&self) -> String {
        self.table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}

/// As [`printable`], for a text of several lines.
pub fn printable_lines(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| line.strip_suffix('\n').map_or_else(|| printable(line), |line| printable(line) + "\n"))
        .collect()
}

/// JSON, and YAML whose texts are in double quotes, with the same characters escaped: a program reads what was there, a
/// terminal is not steered. They stand nowhere but inside of texts, but for the line ends of the layout.
pub fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && is_unprintable(c) {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}

/// The beginning of a long text.
pub fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut shown: String = text.chars().take(max.saturating_sub(1)).collect();
    shown.push('…');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_steer_a_terminal() {
        for (name, shown) in [
            ("Müller\u{1b}[2J", "Müller\u{fffd}[2J"),
            ("a\tb\r\nc", "a\u{fffd}b\u{fffd}\u{fffd}c"),
            ("abc\u{202e}txt\u{9b}1m", "abc\u{fffd}txt\u{fffd}1m"),
            ("مرحبا 日本 🦀", "مرحبا 日本 🦀"),
        ] {
            assert_eq!(printable(name), shown);
        }
        assert_eq!(printable_lines("a\u{7}\nb\n\nc"), "a\u{fffd}\nb\n\nc");
    }

    #[test]
    fn escaped_json_is_the_same_json() {
        let names = ["a\u{9b}b", "\u{202e}\u{7f}", "\u{1b}\n\t", "日本 🦀"];
        let json = serde_json::to_string_pretty(&names).unwrap();
        let safe = escaped(&json);
        assert!(!safe.chars().any(|c| c != '\n' && is_unprintable(c)), "{safe}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), names);
    }
}
