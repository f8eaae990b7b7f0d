//! One step of the state machine: from what was said and what is known to what has to be said.

use super::findings::{Finding, Findings, Standing};
use super::key::AlertKey;
use super::notification::{Kind, Notification};
use super::observations::Observations;
use super::settings::{AlertSettings, Timing};
use super::silence::Silence;
use super::state::{Alert, AlertState, HISTORY_MAX, PastAlert, Phase};
use crate::instant::{Instant, MS_PER_DAY};

/// After a long sleep, or with a clock that leapt ahead, nothing counts as longer than this.
const STEP_MAX_MS: i64 = MS_PER_DAY;
const MS_PER_MINUTE: u64 = 60_000;
const MS_PER_HOUR: u64 = 60 * MS_PER_MINUTE;

/// What comes of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stepped {
    /// To be stored together with the notifications, so that a crash loses neither.
    pub state: AlertState,
    /// By key. Those with `silenced_by` are to be recorded, the others to be sent.
    pub notifications: Vec<Notification>,
}

/// Looks at the facts once more. Called at each reading and after each run, and every few minutes between them.
pub fn step(
    mut state: AlertState,
    observations: &Observations,
    settings: &AlertSettings,
    silences: &[Silence],
    now: Instant,
) -> Stepped {
    let elapsed_ms = state.last_step_at.map_or(0, |last| now.millis_since(last).clamp(0, STEP_MAX_MS));
    let elapsed_ms = u64::try_from(elapsed_ms).unwrap_or_default();
    state.last_step_at = Some(now);
    let reading_age_ms = reading_age(&mut state, observations.read_at, elapsed_ms, now);
    let mut findings = Findings::of(observations, settings, reading_age_ms, now);
    findings.settle(settings, state.alerts.keys());
    let mut notifications = Vec::new();
    for (key, finding) in findings.into_all() {
        let timing = settings.timing(key.rule());
        let silence = silences.iter().find(|silence| silence.holds_at(now) && silence.covers(&key));
        let at = At { key: &key, timing, silence, elapsed_ms, now };
        let alert = state.alerts.remove(&key);
        if let Some(alert) = at.advance(alert, finding, &mut state, &mut notifications) {
            state.alerts.insert(key, alert);
        }
    }
    Stepped { state, notifications }
}

/// How old the last reading is: by the clock, or by the steps that saw no newer one, whichever is longer. A clock that was
/// set back must not make an old reading new.
fn reading_age(state: &mut AlertState, read_at: Option<Instant>, elapsed_ms: u64, now: Instant) -> Option<u64> {
    let read_at = read_at?;
    let unchanged_ms = match state.last_reading {
        Some((last, unchanged_ms)) if last == read_at => unchanged_ms.saturating_add(elapsed_ms),
        _ => 0,
    };
    state.last_reading = Some((read_at, unchanged_ms));
    let by_clock = u64::try_from(now.millis_since(read_at)).unwrap_or_default();
    Some(by_clock.max(unchanged_ms))
}

/// One alert at one instant.
struct At<'a> {
    key: &'a AlertKey,
    timing: Timing,
    silence: Option<&'a Silence>,
    elapsed_ms: u64,
    now: Instant,
}

impl At<'_> {
    /// The alert as it goes on; `None` when there is none any more.
    fn advance(
        &self,
        alert: Option<Alert>,
        finding: Finding,
        state: &mut AlertState,
        told: &mut Vec<Notification>,
    ) -> Option<Alert> {
        match (alert, finding.standing) {
            (None, Standing::Raised) => {
                let alert = self.begin(finding, state);
                Some(self.fire_if_due(alert, told))
            }
            (None, _) => None,
            // A fact that is not known changes nothing.
            (Some(alert), Standing::Unknown) => Some(alert),
            (Some(alert), standing) if alert.phase == Phase::Pending => match standing {
                Standing::Raised => {
                    let raised_ms = alert.raised_ms.saturating_add(self.elapsed_ms);
                    let severity = alert.severity.max(finding.severity);
                    Some(self.fire_if_due(Alert { raised_ms, severity, facts: finding.facts, ..alert }, told))
                }
                Standing::Between => Some(alert),
                _ => None,
            },
            (Some(alert), Standing::Raised) => Some(self.go_on(alert, Some(finding), told)),
            (Some(alert), Standing::Between) => Some(self.go_on(alert, None, told)),
            (Some(alert), standing) => self.clear(alert, standing, finding, state, told),
        }
    }

    fn begin(&self, finding: Finding, state: &mut AlertState) -> Alert {
        state.alerts_ever = state.alerts_ever.saturating_add(1);
        Alert {
            phase: Phase::Pending,
            severity: finding.severity,
            facts: finding.facts,
            began_at: self.now,
            fired_at: None,
            silenced_by: std::collections::BTreeSet::new(),
            repeats: 0,
            number: state.alerts_ever,
            resolution: String::new(),
            owes: None,
            was_told: false,
            raised_ms: 0,
            clear_ms: None,
            quiet_ms: 0,
        }
    }

    fn fire_if_due(&self, mut alert: Alert, told: &mut Vec<Notification>) -> Alert {
        if alert.raised_ms < u64::from(self.timing.for_minutes) * MS_PER_MINUTE {
            return alert;
        }
        alert.phase = Phase::Firing;
        alert.fired_at = Some(self.now);
        self.tell(&mut alert, Kind::Firing, told);
        alert
    }

    /// It still fires: `finding` says how when it is raised, and nothing between the thresholds.
    fn go_on(&self, mut alert: Alert, finding: Option<Finding>, told: &mut Vec<Notification>) -> Alert {
        alert.clear_ms = None;
        alert.quiet_ms = alert.quiet_ms.saturating_add(self.elapsed_ms);
        let mut is_worse = false;
        if let Some(finding) = finding {
            is_worse = finding.severity > alert.severity;
            alert.severity = alert.severity.max(finding.severity);
            alert.facts = finding.facts;
        }
        let repeat_ms = u64::from(self.timing.repeat_hours) * MS_PER_HOUR;
        if is_worse {
            // Whoever was not told that it fires is told that, and that it is severe.
            let kind = alert.owes.unwrap_or(Kind::Worse);
            self.tell(&mut alert, kind, told);
        } else if let Some(kind) = alert.owes.filter(|_| self.silence.is_none()) {
            self.tell(&mut alert, kind, told);
        } else if repeat_ms > 0 && alert.quiet_ms >= repeat_ms && self.silence.is_none() {
            alert.repeats = alert.repeats.saturating_add(1);
            self.tell(&mut alert, Kind::Repeat, told);
        }
        alert
    }

    fn clear(
        &self,
        mut alert: Alert,
        standing: Standing,
        finding: Finding,
        state: &mut AlertState,
        told: &mut Vec<Notification>,
    ) -> Option<Alert> {
        // What is not asked any more, or was replaced by something worse, does not wait.
        let clear_for_minutes = if standing == Standing::Clear { self.timing.clear_for_minutes } else { 0 };
        let clear_ms = alert.clear_ms.map_or(0, |clear_ms| clear_ms.saturating_add(self.elapsed_ms));
        alert.quiet_ms = alert.quiet_ms.saturating_add(self.elapsed_ms);
        if clear_ms < u64::from(clear_for_minutes) * MS_PER_MINUTE {
            alert.clear_ms = Some(clear_ms);
            return Some(alert);
        }
        alert.resolution = finding.facts;
        if standing != Standing::Superseded {
            // A silence mutes trouble, not the end of a trouble that somebody was told of.
            let muted_by = if alert.was_told { None } else { self.muted_by(&alert) };
            told.push(Notification::of(&alert, self.key, Kind::Resolved, self.now, muted_by));
        }
        state.history.push_back(PastAlert {
            key: self.key.clone(),
            severity: alert.severity,
            facts: alert.facts,
            began_at: alert.began_at,
            fired_at: alert.fired_at.unwrap_or(alert.began_at),
            resolved_at: self.now,
            repeats: alert.repeats,
            was_muted: !alert.was_told,
            silenced_by: alert.silenced_by,
        });
        while state.history.len() > HISTORY_MAX {
            state.history.pop_front();
        }
        None
    }

    fn tell(&self, alert: &mut Alert, kind: Kind, told: &mut Vec<Notification>) {
        let silenced_by = self.silence.map(|silence| silence.id.clone());
        alert.silenced_by.extend(silenced_by.clone());
        alert.owes = silenced_by.is_some().then_some(kind);
        if silenced_by.is_none() {
            alert.was_told = true;
            alert.quiet_ms = 0;
        }
        told.push(Notification::of(alert, self.key, kind, self.now, silenced_by));
    }

    /// The silence in force, or the last one that muted the alert.
    fn muted_by(&self, alert: &Alert) -> Option<String> {
        let in_force = self.silence.map(|silence| silence.id.clone());
        in_force.or_else(|| alert.silenced_by.last().cloned())
    }
}
