//! What is told. Texts are plain; names in them are data, and every sink escapes them in its own way.

use serde::{Deserialize, Serialize};

use super::key::AlertKey;
use super::rule::Severity;
use super::state::Alert;
use super::words::clause;
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
    /// It ends because another alert says what has become of it.
    Replaced,
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
            Self::Replaced => "replaced",
            Self::Test => "test",
        }
    }

    /// Nothing more comes about this alert.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Resolved | Self::Replaced)
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
    /// Of an end the highest that somebody was told, so that whoever heard of the alert hears of its end.
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
    /// That an alert fires, still or more severely than before.
    pub(super) fn of(alert: &Alert, key: &AlertKey, kind: Kind, now: Instant, silenced_by: Option<String>) -> Self {
        let (title, text) = (titled(key), alert.facts.clone());
        let next_step = key.rule().next_step().to_owned();
        Self { title, text, next_step, ..Self::begin(alert, key, kind, now, silenced_by) }
    }

    /// That an alert is over: `Resolved` or `Replaced`.
    pub(super) fn end(
        alert: &Alert,
        key: &AlertKey,
        kind: Kind,
        text: String,
        now: Instant,
        silenced_by: Option<String>,
    ) -> Self {
        let word = if kind == Kind::Replaced { "Replaced" } else { "Resolved" };
        let title = format!("{word}: {}", titled(key));
        let severity = alert.told.unwrap_or(alert.worst);
        Self { severity, title, text, ..Self::begin(alert, key, kind, now, silenced_by) }
    }

    fn begin(alert: &Alert, key: &AlertKey, kind: Kind, now: Instant, silenced_by: Option<String>) -> Self {
        let fired_at = alert.fired_at.unwrap_or(now);
        let alert_id = short_id(&format!("{key}\n{}\n{fired_at}", alert.number));
        let repeat = if kind == Kind::Repeat { alert.repeats } else { 0 };
        // Which one of its kind: an alert fires once and ends once.
        let nth = if kind == Kind::Worse { alert.rises } else { repeat };
        Self {
            id: short_id(&format!("{alert_id}\n{}\n{nth}", kind.as_str())),
            alert_id,
            kind,
            key: key.clone(),
            severity: alert.severity,
            title: String::new(),
            text: String::new(),
            next_step: String::new(),
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
            title: format!("Test: {}", titled(&key)),
            text: format!("{} tries whether this message arrives; nothing has happened.", clause(by)),
            next_step: String::new(),
            at: now,
            fired_at: now,
            repeat: 0,
            silenced_by: None,
            key,
        }
    }
}

fn titled(key: &AlertKey) -> String {
    let title = key.rule().title();
    if key.subject().is_empty() { title.to_owned() } else { format!("{title} ({})", key.subject()) }
}

/// Half of a SHA-256: short enough for a topic, long enough never to meet another one.
fn short_id(text: &str) -> String {
    let digest = Digest::of_bytes(text.as_bytes()).to_string();
    digest.trim_start_matches("sha256:").chars().take(32).collect()
}
