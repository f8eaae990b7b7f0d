//! What `steward check` found.

use std::fmt::Write as _;

use serde::Serialize;
use steward_core::text::printable;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Good,
    /// To be known.
    Note,
    /// Works, but not as somebody may think.
    Warning,
    /// Does not work.
    Bad,
}

#[derive(Debug, Serialize)]
struct Finding {
    level: Level,
    about: &'static str,
    text: String,
}

#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn add(&mut self, level: Level, about: &'static str, text: String) {
        self.0.push(Finding { level, about, text });
    }

    pub fn has_bad(&self) -> bool {
        self.count(Level::Bad) > 0
    }

    pub fn count(&self, level: Level) -> usize {
        self.0.iter().filter(|finding| finding.level == level).count()
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.0 {
            let mark = match finding.level {
                Level::Good => "ok      ",
                Level::Note => "note    ",
                Level::Warning => "warning ",
                Level::Bad => "WRONG   ",
            };
            let _ = writeln!(text, "{mark} {:<12} {}", finding.about, printable(&finding.text));
        }
        text
    }
}
