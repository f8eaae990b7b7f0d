//! When something is to be done: the text language of the settings file, or cron.
//!
//! [`Schedule::parse`] reads a text once; [`Schedule::next`] is then pure calendar arithmetic in UTC. A text of
//! which only a part would be understood is refused, with the position and what to write instead; a legal text that
//! may surprise has [`Schedule::warnings`].
//! Nothing here waits, and nothing here knows what time it is. There are no time zones: both languages are read in UTC.

mod cron;
mod day;
mod error;
mod kind;
mod later;
mod report;
mod rule;
mod text;
mod times;
mod unit;

use std::fmt;

use self::cron::Cron;
use self::later::Later;
use crate::instant::Instant;
pub use error::ScheduleError;
pub use kind::Kind;
pub use report::ScheduleReport;

/// A text that was understood.
#[derive(Debug, Clone)]
pub struct Schedule {
    text: String,
    language: Language,
}

#[derive(Debug, Clone)]
enum Language {
    Later(Later),
    Cron(Cron),
}

impl Schedule {
    /// Blanks around the text do not count.
    ///
    /// # Errors
    /// When the text is not wholly understood, is longer than 500 characters, or names a value that no calendar has.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        // One more than is allowed tells that there are more.
        let mut chars: Vec<char> = text.chars().take(text::CHARS_MAX + 1).map(|c| c.to_ascii_lowercase()).collect();
        if chars.len() > text::CHARS_MAX {
            let message = format!("the text is longer than {} characters", text::CHARS_MAX);
            return Err(ScheduleError::new(text::CHARS_MAX, message));
        }
        while chars.last().copied().is_some_and(text::is_blank) {
            chars.pop();
        }
        if chars.is_empty() {
            return Err(ScheduleError::new(0, "the text is empty; write for example `every 6 hours`"));
        }
        let language = match Kind::of(text) {
            Kind::Later => {
                Later::parse(&chars).map(Language::Later).map_err(|error| later::with_hint(&chars, error))?
            }
            Kind::Cron => Cron::parse(&chars).map(Language::Cron).map_err(|error| cron::with_hint(&chars, error))?,
        };
        Ok(Self { text: text.to_owned(), language })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn kind(&self) -> Kind {
        match self.language {
            Language::Later(_) => Kind::Later,
            Language::Cron(_) => Kind::Cron,
        }
    }

    /// The first occurrence strictly after `after`. `None` when there is none before the year 2100.
    pub fn next(&self, after: Instant) -> Option<Instant> {
        self.occurrences(after).next()
    }

    /// The next occurrences strictly after `after`, at most `count`.
    pub fn upcoming(&self, after: Instant, count: usize) -> Vec<Instant> {
        self.occurrences(after).take(count).collect()
    }

    /// All occurrences strictly after `after`, in order, until the year 2100.
    pub fn occurrences(&self, after: Instant) -> Box<dyn Iterator<Item = Instant> + '_> {
        match &self.language {
            Language::Later(later) => Box::new(later.occurrences(after)),
            Language::Cron(cron) => Box::new(cron.occurrences(after)),
        }
    }

    /// Sentences about effects that the author may not expect, such as `every 36 hours`, which fires every day.
    pub fn warnings(&self) -> Vec<String> {
        match &self.language {
            Language::Later(later) => later.warnings(),
            Language::Cron(cron) => cron.warnings(),
        }
    }

    /// The warnings, and a sentence about each part whose last occurrence is not after `after`.
    pub fn warnings_after(&self, after: Instant) -> Vec<String> {
        let mut all = self.warnings();
        all.extend(match &self.language {
            Language::Later(later) => later.ended(after),
            Language::Cron(cron) => cron.ended(after).into_iter().collect(),
        });
        all
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
