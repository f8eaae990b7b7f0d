//! How one alert goes on from one step to the next.

use std::collections::BTreeSet;

use super::findings::{ALERTS_MAX, Finding, Standing};
use super::key::AlertKey;
use super::notification::{Kind, Notification};
use super::rule::Severity;
use super::settings::Timing;
use super::silence::Silence;
use super::state::{Alert, AlertState, HISTORY_MAX, Milder, PastAlert, Phase};
use super::words::lasting;
use crate::instant::{Instant, MS_PER_DAY};

const MS_PER_MINUTE: u64 = 60_000;
const MS_PER_HOUR: u64 = 60 * MS_PER_MINUTE;
/// That something became worse is not said more often than this, however it sways.
const WORSE_MIN_MS: u64 = MS_PER_HOUR;
/// An alert that comes back within this time after its end is taken for one that sways.
const RETURN_MS: i64 = 7 * MS_PER_DAY;
/// Such an alert has to be clear for twice as long each time, up to eight times.
const RETURNS_MAX: u32 = 3;

/// One alert at one instant.
pub(super) struct At<'a> {
    pub key: &'a AlertKey,
    pub timing: Timing,
    pub silence: Option<&'a Silence>,
    pub elapsed_ms: u64,
    pub now: Instant,
}

impl At<'_> {
    /// The alert as it goes on; `None` when there is none any more.
    pub(super) fn advance(
        &self,
        alert: Option<Alert>,
        finding: Finding,
        state: &mut AlertState,
        told: &mut Vec<Notification>,
    ) -> Option<Alert> {
        let Some(alert) = alert.map(|alert| self.older(alert)) else {
            let of_rule = state.alerts.keys().filter(|key| key.rule() == self.key.rule()).count();
            return match finding.standing {
                Standing::Raised if of_rule < ALERTS_MAX => {
                    let alert = self.begin(finding, state);
                    Some(self.fire_if_due(alert, told))
                }
                _ => None,
            };
        };
        match (alert.phase, finding.standing) {
            // A fact that is not known changes nothing.
            (_, Standing::Unknown) | (Phase::Pending, Standing::Between) => Some(alert),
            (Phase::Pending, Standing::Raised) => {
                let raised_ms = alert.raised_ms.saturating_add(self.elapsed_ms);
                let severity = alert.severity.max(finding.severity);
                let facts = finding.facts;
                Some(self.fire_if_due(Alert { raised_ms, severity, worst: severity, facts, ..alert }, told))
            }
            (Phase::Pending, _) => None,
            (Phase::Firing, Standing::Raised | Standing::Between) => Some(self.go_on(alert, finding, told)),
            (Phase::Firing, Standing::Covered) => {
                Some(Alert { clear_ms: None, milder: None, facts: finding.facts, ..alert })
            }
            (Phase::Firing, _) => self.clear(alert, &finding, state, told),
        }
    }

    fn older(&self, alert: Alert) -> Alert {
        Alert {
            lasted_ms: alert.lasted_ms.saturating_add(self.elapsed_ms),
            since_worse_ms: alert.since_worse_ms.map(|ms| ms.saturating_add(self.elapsed_ms)),
            ..alert
        }
    }

    fn begin(&self, finding: Finding, state: &mut AlertState) -> Alert {
        state.alerts_ever = state.alerts_ever.saturating_add(1);
        let last = state.history.iter().rev().find(|past| past.key == *self.key);
        let came_back = last.filter(|past| self.now.millis_since(past.resolved_at) < RETURN_MS);
        Alert {
            phase: Phase::Pending,
            severity: finding.severity,
            facts: finding.facts,
            began_at: self.now,
            fired_at: None,
            silenced_by: BTreeSet::new(),
            repeats: 0,
            number: state.alerts_ever,
            worst: finding.severity,
            milder: None,
            rises: 0,
            since_worse_ms: None,
            returns: came_back.map_or(0, |past| past.returns.saturating_add(1)),
            owes: None,
            told: None,
            lasted_ms: 0,
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

    /// It still fires: raised, or between the thresholds.
    fn go_on(&self, mut alert: Alert, finding: Finding, told: &mut Vec<Notification>) -> Alert {
        alert.clear_ms = None;
        alert.quiet_ms = alert.quiet_ms.saturating_add(self.elapsed_ms);
        let is_raised = finding.standing == Standing::Raised;
        let is_worse = self.weigh(&mut alert, finding.severity, is_raised);
        if is_raised {
            alert.facts = finding.facts;
        }
        // Whoever was not told that it fires is told that, and that it is severe.
        if is_worse && alert.owes.is_none() {
            alert.rises = alert.rises.saturating_add(1);
            if self.may_say_worse(&alert) {
                self.tell(&mut alert, Kind::Worse, told);
            } else {
                alert.owes = Some(Kind::Worse);
            }
            return alert;
        }
        if self.silence.is_some() {
            return alert;
        }
        let repeat_ms = u64::from(self.timing.repeat_hours) * MS_PER_HOUR;
        match alert.owes {
            Some(Kind::Worse) if !self.may_say_worse(&alert) => {}
            Some(kind) => self.tell(&mut alert, kind, told),
            None if repeat_ms > 0 && alert.quiet_ms >= repeat_ms => {
                alert.repeats = alert.repeats.saturating_add(1);
                self.tell(&mut alert, Kind::Repeat, told);
            }
            None => {}
        }
        alert
    }

    /// Lets the severity follow the facts; whether it rose.
    fn weigh(&self, alert: &mut Alert, severity: Severity, is_raised: bool) -> bool {
        if severity >= alert.severity && is_raised {
            let is_worse = severity > alert.severity;
            alert.severity = severity;
            alert.worst = alert.worst.max(severity);
            alert.milder = None;
            return is_worse;
        }
        // What is not raised is no worse than the rule itself.
        let severity = if is_raised { severity } else { severity.min(self.key.rule().severity()) };
        let milder = match alert.milder {
            Some(milder) => {
                Milder { severity: milder.severity.max(severity), ms: milder.ms.saturating_add(self.elapsed_ms) }
            }
            None => Milder { severity, ms: 0 },
        };
        if milder.severity < alert.severity && milder.ms >= self.clear_for_ms(alert) {
            alert.severity = milder.severity;
            alert.milder = None;
            // It rose and fell before anybody could be told.
            if alert.owes == Some(Kind::Worse) && alert.told >= Some(alert.severity) {
                alert.owes = None;
            }
        } else {
            alert.milder = Some(milder);
        }
        false
    }

    fn may_say_worse(&self, alert: &Alert) -> bool {
        let brake_ms = (u64::from(self.timing.clear_for_minutes) * MS_PER_MINUTE).max(WORSE_MIN_MS);
        alert.since_worse_ms.is_none_or(|ms| ms >= brake_ms)
    }

    fn clear_for_ms(&self, alert: &Alert) -> u64 {
        let once = u64::from(self.timing.clear_for_minutes) * MS_PER_MINUTE;
        once << alert.returns.min(RETURNS_MAX)
    }

    fn clear(
        &self,
        mut alert: Alert,
        finding: &Finding,
        state: &mut AlertState,
        told: &mut Vec<Notification>,
    ) -> Option<Alert> {
        // What is not asked any more, or was replaced by something worse, does not wait.
        let clear_for_ms = if finding.standing == Standing::Clear { self.clear_for_ms(&alert) } else { 0 };
        let clear_ms = alert.clear_ms.map_or(0, |clear_ms| clear_ms.saturating_add(self.elapsed_ms));
        alert.quiet_ms = alert.quiet_ms.saturating_add(self.elapsed_ms);
        if clear_ms < clear_for_ms {
            alert.clear_ms = Some(clear_ms);
            self.weigh(&mut alert, finding.severity, false);
            return Some(alert);
        }
        // A silence mutes trouble, not the end of a trouble that somebody was told of.
        let muted_by = if alert.told.is_some() { None } else { self.muted_by(&alert) };
        let (kind, text) = self.ending(&alert, finding, clear_ms);
        told.push(Notification::end(&alert, self.key, kind, text, self.now, muted_by));
        state.history.push_back(PastAlert {
            key: self.key.clone(),
            severity: alert.worst,
            facts: alert.facts,
            began_at: alert.began_at,
            fired_at: alert.fired_at.unwrap_or(alert.began_at),
            resolved_at: self.now,
            repeats: alert.repeats,
            was_muted: alert.told.is_none(),
            silenced_by: alert.silenced_by,
            returns: alert.returns,
        });
        while state.history.len() > HISTORY_MAX {
            state.history.pop_front();
        }
        None
    }

    /// How it ended, in what words.
    fn ending(&self, alert: &Alert, finding: &Finding, clear_ms: u64) -> (Kind, String) {
        let facts = &finding.facts;
        let cover = finding.cover.filter(|_| finding.standing == Standing::Superseded);
        if let Some(cover) = cover {
            return (Kind::Replaced, format!("{facts} It goes on as another alert: {}.", cover.rule().title()));
        }
        // By the clock as well: a daemon that did not run made no steps.
        let by_clock = u64::try_from(self.now.millis_since(alert.began_at)).unwrap_or_default();
        let lasted_ms = alert.lasted_ms.max(by_clock).saturating_sub(clear_ms);
        (Kind::Resolved, format!("{facts} It lasted for {}.", lasting(lasted_ms)))
    }

    fn tell(&self, alert: &mut Alert, kind: Kind, told: &mut Vec<Notification>) {
        let silenced_by = self.silence.map(|silence| silence.id.clone());
        alert.silenced_by.extend(silenced_by.clone());
        alert.owes = silenced_by.is_some().then_some(kind);
        if silenced_by.is_none() {
            alert.told = alert.told.max(Some(alert.severity));
            alert.quiet_ms = 0;
            if kind == Kind::Worse {
                alert.since_worse_ms = Some(0);
            }
        }
        told.push(Notification::of(alert, self.key, kind, self.now, silenced_by));
    }

    /// The silence in force, or the last one that muted the alert.
    fn muted_by(&self, alert: &Alert) -> Option<String> {
        let in_force = self.silence.map(|silence| silence.id.clone());
        in_force.or_else(|| alert.silenced_by.last().cloned())
    }
}
