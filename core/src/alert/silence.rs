//! Who wants to hear nothing about what, and until when.

use serde::{Deserialize, Serialize};

use super::key::AlertKey;
use super::rule::Rule;
use crate::instant::Instant;
use crate::text::fold;

/// A silence always ends: one that is forgotten would be worse than none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Silence {
    pub id: String,
    /// `None`: all rules.
    pub rule: Option<Rule>,
    /// `None`: whatever it is about.
    pub subject: Option<String>,
    pub by: String,
    pub note: String,
    pub from: Instant,
    pub until: Instant,
}

impl Silence {
    /// The beginning does not count: a clock that was set back by an hour must not undo what somebody just said.
    pub fn holds_at(&self, now: Instant) -> bool {
        now < self.until
    }

    pub fn covers(&self, key: &AlertKey) -> bool {
        // As the key has it: cut in the same way.
        let same = |subject: &String| fold(AlertKey::about(key.rule(), subject).subject()) == fold(key.subject());
        self.rule.is_none_or(|rule| rule == key.rule()) && self.subject.as_ref().is_none_or(same)
    }
}
