//! What is told. Texts are plain; names in them are data, and every sink escapes them in its own way.

use serde::{Deserialize, Serialize};

use super::key::AlertKey;
use super::rule::Severity;
use super::state::Alert;
use crate::digest::Digest;
use crate::instant::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Firing,
    /// It fires already and became more severe.
    Worse,
    /// Still firing.
    Repeat,
    Resolved,
    /// Somebody tries a sink.
    Test,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Worse => "worse",
            Self::Repeat => "repeat",
            Self::Resolved => "resolved",
            Self::Test => "test",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// The same event has the same id, also after a restart; so receivers can tell what they were told before.
    pub id: String,
    /// All notifications of one alert, from firing to resolved, share it.
    pub alert_id: String,
    pub kind: Kind,
    pub key: AlertKey,
    pub severity: Severity,
    pub title: String,
    /// The facts, as a sentence.
    pub text: String,
    /// What to do, as a sentence; empty when nothing is to be done.
    pub next_step: String,
    pub at: Instant,
    pub fired_at: Instant,
    /// Which repetition, from 1; 0 for all other kinds.
    pub repeat: u32,
    /// The silence that mutes it: to be recorded, and not to be sent.
    pub silenced_by: Option<String>,
}

impl Notification {
    pub(super) fn of(alert: &Alert, key: &AlertKey, kind: Kind, now: Instant, silenced_by: Option<String>) -> Self {
        let fired_at = alert.fired_at.unwrap_or(now);
        let alert_id = short_id(&format!("{key}\n{}\n{fired_at}", alert.number));
        let repeat = if kind == Kind::Repeat { alert.repeats } else { 0 };
        let title = key.rule().title();
        let subject = if key.subject().is_empty() { String::new() } else { format!(" ({})", key.subject()) };
        let (title, text, next_step) = match kind {
            Kind::Resolved => (format!("Resolved: {title}{subject}"), alert.resolution.clone(), ""),
            _ => (format!("{title}{subject}"), alert.facts.clone(), key.rule().next_step()),
        };
        Self {
            id: short_id(&format!("{alert_id}\n{}\n{repeat}", kind.as_str())),
            alert_id,
            kind,
            key: key.clone(),
            severity: alert.severity,
            title,
            text,
            next_step: next_step.to_owned(),
            at: now,
            fired_at,
            repeat,
            silenced_by,
        }
    }

    /// What `steward alert test` sends about one alert: nothing happened.
    pub fn test(key: AlertKey, by: &str, now: Instant) -> Self {
        let alert_id = short_id(&format!("test\n{key}\n{now}"));
        Self {
            id: alert_id.clone(),
            alert_id,
            kind: Kind::Test,
            severity: Severity::Info,
            title: format!("Test: {}", key.rule().title()),
            text: format!("{by} tries whether this message arrives; nothing has happened."),
            next_step: String::new(),
            at: now,
            fired_at: now,
            repeat: 0,
            silenced_by: None,
            key,
        }
    }
}

/// Half of a SHA-256: short enough for a topic, long enough never to meet another one.
fn short_id(text: &str) -> String {
    let digest = Digest::of_bytes(text.as_bytes()).to_string();
    digest.trim_start_matches("sha256:").chars().take(32).collect()
}
