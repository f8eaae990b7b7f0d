//! Alerts, silences, sinks and rules as they are shown, on the command line and over the API alike.

use schemars::JsonSchema;
use serde::Serialize;
use steward_core::alert::{Alert, AlertKey, AlertSettings, PastAlert, Phase, Rule, Severity, Silence};
use steward_core::instant::Instant;

use crate::ledger::SinkStanding;
use crate::notify::SinkDescription;

/// What administrators were told, and what is on its way.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Alerts")]
pub struct AlertsBody {
    /// When somebody looked at the rules last; nothing before the first look.
    pub at: Option<Instant>,
    /// Firing ones first, the worst before the others, then pending ones.
    pub alerts: Vec<AlertBody>,
    /// Those that still last.
    pub silences: Vec<SilenceBody>,
    pub sinks: Vec<SinkBody>,
    pub rules: Vec<RuleBody>,
}

/// An alert that fires, or will when it lasts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Alert")]
pub struct AlertBody {
    /// The rule, and behind a colon what it is about.
    pub key: String,
    pub rule: String,
    /// Empty when the rule has only one subject.
    pub subject: String,
    pub phase: AlertPhase,
    pub severity: AlertSeverity,
    pub title: String,
    /// A sentence.
    pub facts: String,
    /// What to do, as a sentence.
    pub next_step: String,
    pub began_at: Instant,
    pub fired_at: Option<Instant>,
    pub repeats: u32,
    /// Silences that muted it.
    pub silenced_by: Vec<String>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertPhase {
    /// Not yet for long enough.
    Pending,
    Firing,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertSeverity {
    Info,
    Warning,
    Critical,
}

/// Alerts that are over, the latest first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AlertHistory {
    pub alerts: Vec<PastAlertBody>,
    /// There are older ones.
    #[serde(rename = "hasMore")]
    pub has_more: bool,
}

/// An alert that is over.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PastAlert")]
pub struct PastAlertBody {
    pub key: String,
    pub rule: String,
    pub subject: String,
    pub severity: AlertSeverity,
    pub title: String,
    pub facts: String,
    pub began_at: Instant,
    pub fired_at: Instant,
    pub resolved_at: Instant,
    pub repeats: u32,
    /// Nobody was told: all of it lay in silences.
    pub was_muted: bool,
    pub silenced_by: Vec<String>,
}

/// Who wants to hear nothing about what, and until when.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Silence")]
pub struct SilenceBody {
    pub id: String,
    /// Nothing: all rules.
    pub rule: Option<String>,
    /// Nothing: whatever it is about.
    pub subject: Option<String>,
    pub by: String,
    pub note: String,
    pub from: Instant,
    pub until: Instant,
}

/// Where messages go, and how that stands.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Sink")]
pub struct SinkBody {
    pub name: String,
    /// Such as `mail`, `slack` or `mqtt`.
    pub kind: String,
    /// A host or addresses; never a secret.
    #[serde(rename = "where")]
    pub place: String,
    /// It takes alerts, and so tests of them.
    pub takes_alerts: bool,
    pub waiting: u64,
    /// Refused for good, and kept to be looked at.
    pub refused: u64,
    pub delivered: u64,
    /// Given up unsent.
    pub dropped: u64,
    pub last_delivered_at: Option<Instant>,
    /// What the last attempt at a message that still waits met.
    pub problem: Option<String>,
}

/// A rule as the settings have it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AlertRule")]
pub struct RuleBody {
    pub rule: String,
    pub title: String,
    /// When nothing makes it worse.
    pub severity: AlertSeverity,
    pub enable: bool,
    pub for_minutes: u32,
    pub clear_for_minutes: u32,
    /// 0: it is said once.
    pub repeat_hours: u32,
}

impl AlertBody {
    pub fn new(key: &AlertKey, alert: &Alert) -> Self {
        Self {
            key: key.to_string(),
            rule: key.rule().as_str().to_owned(),
            subject: key.subject().to_owned(),
            phase: match alert.phase {
                Phase::Pending => AlertPhase::Pending,
                Phase::Firing => AlertPhase::Firing,
            },
            severity: alert.severity.into(),
            title: title(key),
            facts: alert.facts.clone(),
            next_step: key.rule().next_step().to_owned(),
            began_at: alert.began_at,
            fired_at: alert.fired_at,
            repeats: alert.repeats,
            silenced_by: alert.silenced_by.iter().cloned().collect(),
        }
    }
}

impl PastAlertBody {
    pub fn new(past: &PastAlert) -> Self {
        Self {
            key: past.key.to_string(),
            rule: past.key.rule().as_str().to_owned(),
            subject: past.key.subject().to_owned(),
            severity: past.severity.into(),
            title: title(&past.key),
            facts: past.facts.clone(),
            began_at: past.began_at,
            fired_at: past.fired_at,
            resolved_at: past.resolved_at,
            repeats: past.repeats,
            was_muted: past.was_muted,
            silenced_by: past.silenced_by.iter().cloned().collect(),
        }
    }
}

fn title(key: &AlertKey) -> String {
    match key.subject() {
        "" => key.rule().title().to_owned(),
        subject => format!("{} ({subject})", key.rule().title()),
    }
}

impl From<Severity> for AlertSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Info,
            Severity::Warning => Self::Warning,
            Severity::Critical => Self::Critical,
        }
    }
}

impl AlertSeverity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl From<Silence> for SilenceBody {
    fn from(silence: Silence) -> Self {
        let Silence { id, rule, subject, by, note, from, until } = silence;
        Self { id, rule: rule.map(|rule| rule.as_str().to_owned()), subject, by, note, from, until }
    }
}

impl SinkBody {
    pub fn new(sink: &SinkDescription, takes_alerts: bool, standing: Option<&SinkStanding>) -> Self {
        let standing = standing.cloned().unwrap_or_default();
        Self {
            name: sink.name.clone(),
            kind: sink.kind.to_owned(),
            place: sink.place.clone(),
            takes_alerts,
            waiting: standing.waiting,
            refused: standing.refused_kept,
            delivered: standing.delivered,
            dropped: standing.dropped,
            last_delivered_at: standing.last_delivered_at,
            problem: standing.problem,
        }
    }
}

impl RuleBody {
    pub fn new(rule: Rule, settings: &AlertSettings) -> Self {
        let timing = settings.timing(rule);
        Self {
            rule: rule.as_str().to_owned(),
            title: rule.title().to_owned(),
            severity: rule.severity().into(),
            enable: settings.is_on(rule),
            for_minutes: timing.for_minutes,
            clear_for_minutes: timing.clear_for_minutes,
            repeat_hours: timing.repeat_hours,
        }
    }
}
