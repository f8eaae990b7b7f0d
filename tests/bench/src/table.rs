//! The table that is printed in the end.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// One line: something measured beside its baseline.
#[derive(Debug)]
pub struct Row {
    pub what: String,
    pub measured: String,
    pub baseline: String,
    pub ratio: String,
    pub target: String,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Met,
    Missed,
    /// There to compare with; the design sets no target.
    NoTarget,
}

impl Verdict {
    pub fn of(is_met: bool) -> Self {
        if is_met { Self::Met } else { Self::Missed }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "MISSED",
            Self::NoTarget => "",
        }
    }
}

pub fn text(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["what", "measured", "baseline", "ratio", "target", ""]);
    for row in rows {
        table.add_row([
            Cell::new(&row.what),
            Cell::new(&row.measured).set_alignment(CellAlignment::Right),
            Cell::new(&row.baseline).set_alignment(CellAlignment::Right),
            Cell::new(&row.ratio).set_alignment(CellAlignment::Right),
            Cell::new(&row.target),
            Cell::new(row.verdict.word()),
        ]);
    }
    table.to_string()
}

/// `12,345`
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
