//! Which alert: the rule, and what it is about.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule::Rule;
use crate::digest::Digest;
use crate::text::printable;

/// Subjects come from settings and servers; longer ones are cut.
const SUBJECT_CHARS: usize = 120;
/// What is left of them then, before the mark that tells them apart.
const CUT_CHARS: usize = 100;
const MARK_CHARS: usize = 8;

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
        Self { rule, subject: bounded(subject) }
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

/// On one line, without signs that nobody sees, and not too long; two long subjects stay two.
fn bounded(subject: &str) -> String {
    let subject = printable(subject.trim());
    if subject.chars().count() <= SUBJECT_CHARS {
        return subject;
    }
    let digest = Digest::of_bytes(subject.as_bytes()).to_string();
    let mark: String = digest.trim_start_matches("sha256:").chars().take(MARK_CHARS).collect();
    let begin: String = subject.chars().take(CUT_CHARS).collect();
    format!("{}… {mark}", begin.trim_end())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_bounded_and_stay_apart() {
        let long = |end: &str| AlertKey::about(Rule::RunFailed, &format!("{}{end}", "ä".repeat(10_000)));
        assert_ne!(long("a"), long("b"));
        assert!(long("a").subject().chars().count() <= SUBJECT_CHARS);
        for key in [long("a"), AlertKey::about(Rule::RunFailed, " a\nb\u{202e}: c "), AlertKey::new(Rule::PausedLong)] {
            assert_eq!(AlertKey::parse(&key.to_string()), Some(key.clone()), "{key}");
            assert!(!key.to_string().contains('\n'));
        }
    }
}
