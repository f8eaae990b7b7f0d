//! Which alert: the rule, and what it is about.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule::Rule;

/// Subjects come from settings and servers; longer ones are cut.
const SUBJECT_CHARS: usize = 200;

/// In files `rule:subject`, or the rule alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlertKey {
    rule: Rule,
    subject: String,
}

impl AlertKey {
    /// About nothing in particular.
    pub fn new(rule: Rule) -> Self {
        Self { rule, subject: String::new() }
    }

    /// About a licence type, a gate, a job, an entry of the settings.
    pub fn about(rule: Rule, subject: &str) -> Self {
        Self { rule, subject: subject.chars().take(SUBJECT_CHARS).collect() }
    }

    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// Empty when the rule has only one subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (rule, subject) = text.split_once(':').unwrap_or((text, ""));
        Some(Self::about(Rule::parse(rule)?, subject))
    }
}

impl fmt::Display for AlertKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule.as_str())?;
        if self.subject.is_empty() { Ok(()) } else { write!(f, ":{}", self.subject) }
    }
}

impl Serialize for AlertKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AlertKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` names no rule")))
    }
}
