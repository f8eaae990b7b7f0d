//! What was said, and what is on its way to be said. Written down by the host after each step, and read when it starts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::key::AlertKey;
use super::rule::Severity;
use crate::instant::Instant;

/// A quarter with five alerts a day. Whoever needs more has the log and the sinks.
pub(super) const HISTORY_MAX: usize = 500;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertState {
    pub(super) last_step_at: Option<Instant>,
    /// How many alerts there ever were.
    pub(super) alerts_ever: u64,
    pub(super) alerts: BTreeMap<AlertKey, Alert>,
    /// The oldest first.
    pub(super) history: VecDeque<PastAlert>,
    /// The last reading that was seen, and for how long none came after it.
    pub(super) last_reading: Option<(Instant, u64)>,
}

impl AlertState {
    /// When the rules looked at the facts last.
    pub fn last_step_at(&self) -> Option<Instant> {
        self.last_step_at
    }

    /// Pending and firing ones.
    pub fn alerts(&self) -> &BTreeMap<AlertKey, Alert> {
        &self.alerts
    }

    /// Resolved ones, the oldest first.
    pub fn history(&self) -> &VecDeque<PastAlert> {
        &self.history
    }

    pub fn is_firing(&self, key: &AlertKey) -> bool {
        self.alerts.get(key).is_some_and(|alert| alert.phase == Phase::Firing)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Not yet for long enough.
    Pending,
    Firing,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alert {
    pub phase: Phase,
    /// It rises with the facts at once, and falls when they have been milder for as long as they would have to be clear.
    pub severity: Severity,
    /// The facts when they were last raised, as a sentence.
    pub facts: String,
    /// By the clock of that time.
    pub began_at: Instant,
    /// `None` while it is pending.
    pub fired_at: Option<Instant>,
    /// Silences that muted it.
    pub silenced_by: BTreeSet<String>,
    /// How often it was repeated.
    pub repeats: u32,
    /// Tells alerts of one key apart.
    pub(super) number: u64,
    /// The highest severity there was.
    pub(super) worst: Severity,
    /// The facts are milder than the severity says; `None` while they are not.
    pub(super) milder: Option<Milder>,
    /// How often it became worse.
    pub(super) rises: u32,
    /// Milliseconds since somebody was told that it became worse; `None` when nobody was.
    pub(super) since_worse_ms: Option<u64>,
    /// How often it came back shortly after it was resolved.
    pub(super) returns: u32,
    /// What somebody has still to be told: it lay in a silence, or came too soon after the last time.
    pub(super) owes: Option<super::notification::Kind>,
    /// Somebody was told that it fires, and waits for its end: the highest severity that was said.
    pub(super) told: Option<Severity>,
    /// Milliseconds since it began, by the steps.
    pub(super) lasted_ms: u64,
    /// Milliseconds for which it has been raised while pending.
    pub(super) raised_ms: u64,
    /// Milliseconds for which it has been clear while firing; `None` while it is not.
    pub(super) clear_ms: Option<u64>,
    /// Milliseconds since somebody was told.
    pub(super) quiet_ms: u64,
}

/// Facts that are milder than what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Milder {
    /// The highest severity since then.
    pub severity: Severity,
    pub ms: u64,
}

/// An alert that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PastAlert {
    pub key: AlertKey,
    /// The highest there was.
    pub severity: Severity,
    pub facts: String,
    pub began_at: Instant,
    pub fired_at: Instant,
    pub resolved_at: Instant,
    pub repeats: u32,
    pub silenced_by: BTreeSet<String>,
    /// Nobody was told: all of it lay in silences.
    pub was_muted: bool,
    /// How often it had come back shortly after it was resolved.
    pub(super) returns: u32,
}
