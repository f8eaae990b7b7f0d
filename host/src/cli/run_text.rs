//! What became of a run, as text and as JSON.

use std::fmt::Write as _;

use anyhow::Result;
use steward_core::settings::account_name;
use steward_core::text::printable;

use super::table::{Columns, escaped};
use crate::executor::{RunReport, SeatReport, SeatResult};
use crate::wording::counted;

/// Seats listed in the text. JSON has them all.
const LISTED_MAX: usize = 50;

pub fn run_json(report: &RunReport) -> Result<String> {
    Ok(escaped(&serde_json::to_string_pretty(report)?) + "\n")
}

pub fn run_text(report: &RunReport) -> String {
    let mut text = String::new();
    let what = match report.undone {
        Some(undone) => format!("Run {}: undo of run {undone}", report.run),
        None => format!("Run {}: plan {}", report.run, report.plan),
    };
    let _ = writeln!(text, "{what}, by {}", printable(&report.by));
    let mut columns = Columns::new(&["outcome", ">seats"]);
    for (result, count) in &report.counts {
        columns.row([result.as_str(), &count.to_string()]);
    }
    if columns.is_empty() {
        text += "  no seats\n";
    } else {
        text += &columns.text();
    }
    if let Some(stopped) = &report.stopped {
        let _ = writeln!(text, "  ended early: {}", printable(stopped));
    }
    if report.finished_at.is_none() {
        text += "  It is not known yet what came of some seats; the next command looks again.\n";
    }
    text += &listed(report);
    let is_taken = |seat: &&SeatReport| matches!(seat.outcome, SeatResult::Freed | SeatResult::Quarantined);
    if report.seats.iter().any(|seat| is_taken(&seat)) {
        let _ = writeln!(text, "To give the seats back: steward undo {}", report.run);
    }
    text
}

/// Everything that did not go as planned.
fn listed(report: &RunReport) -> String {
    let is_as_planned = |seat: &&SeatReport| {
        let as_planned = matches!(seat.outcome, SeatResult::Freed | SeatResult::Restored | SeatResult::NotTried);
        as_planned && !seat.returned && seat.detail.is_none()
    };
    let odd: Vec<&SeatReport> = report.seats.iter().filter(|seat| !is_as_planned(seat)).collect();
    let mut columns = Columns::new(&["type", "person", "outcome", "why"]);
    for seat in odd.iter().take(LISTED_MAX) {
        columns.row([seat.license_type.to_string(), person(seat), seat.outcome.as_str().to_owned(), why(seat)]);
    }
    if columns.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}", columns.text());
    if odd.len() > LISTED_MAX {
        let _ = writeln!(text, "  … and {} more; --format json lists them", counted(odd.len() - LISTED_MAX, "seat"));
    }
    text.push('\n');
    text
}

fn person(seat: &SeatReport) -> String {
    match (&seat.user_directory, &seat.user_id) {
        (Some(directory), Some(id)) => account_name(directory, id),
        _ => "erased".to_owned(),
    }
}

fn why(seat: &SeatReport) -> String {
    let mut parts = Vec::new();
    if let Some(until) = seat.quarantined_until {
        parts.push(format!("until {until}"));
    }
    if seat.returned {
        parts.push("holds a seat again".to_owned());
    }
    parts.extend(seat.detail.clone());
    parts.join("; ")
}
