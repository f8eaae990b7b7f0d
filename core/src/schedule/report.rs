//! What can be said of a text, legal or not, in the form that commands print as JSON.

use serde::Serialize;

use super::text::phrase;
use super::{Kind, Schedule, ScheduleError};
use crate::instant::Instant;

/// More occurrences than anybody reads; asking for more gives this many.
pub const COUNT_MAX: usize = 1000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScheduleReport {
    /// As it was written.
    pub text: String,
    /// The language that the text was taken for.
    pub kind: Kind,
    /// `None` when the text is legal.
    pub error: Option<ScheduleError>,
    pub warnings: Vec<String>,
    /// The occurrences strictly after the instant asked for; empty when the text is refused.
    pub next: Vec<Instant>,
}

impl ScheduleReport {
    /// Reads the text and finds the next `count` occurrences strictly after `from`.
    pub fn new(text: &str, from: Instant, count: usize) -> Self {
        let kind = Kind::of(text);
        match Schedule::parse(text) {
            Err(error) => {
                Self { text: text.to_owned(), kind, error: Some(error), warnings: Vec::new(), next: Vec::new() }
            }
            Ok(schedule) => {
                let next = schedule.upcoming(from, count.min(COUNT_MAX));
                Self { text: text.to_owned(), kind, error: None, warnings: schedule.warnings_after(from), next }
            }
        }
    }

    /// The text as a sentence shows it between backticks: not long, and without control characters.
    pub fn shown_text(&self) -> String {
        phrase(self.text.chars())
    }
}
