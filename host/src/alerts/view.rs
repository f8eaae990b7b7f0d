//! Everything about alerts at one moment, for the command line and the API alike.

use std::collections::BTreeMap;

use steward_core::alert::{AlertState, Phase, Rule};
use steward_core::instant::Instant;

use super::told::{AlertBody, AlertHistory, AlertsBody, PastAlertBody, RuleBody, SinkBody};
use super::{alert_settings, silences};
use crate::config::Settings;
use crate::cycle;
use crate::ledger::{Ledger, LedgerError};
use crate::notify::Sinks;

/// What fires, what is muted, and how the sinks stand.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn all(ledger: &mut Ledger, settings: &Settings, now: Instant) -> Result<AlertsBody, LedgerError> {
    let state = ledger.alert_state(cycle::site_of(settings)).await?;
    let silences = silences::in_force(ledger, now).await?;
    let standings = ledger.sink_standings().await?;
    let rules = alert_settings(settings);
    let sinks = Sinks::of(settings);
    let takers = sinks.of_alerts();
    let described = sinks.describe().into_iter();
    Ok(AlertsBody {
        at: state.last_step_at(),
        alerts: alerts(&state),
        silences: silences.into_iter().map(Into::into).collect(),
        sinks: described
            .map(|sink| SinkBody::new(&sink, takers.contains(&sink.name), standings.get(&sink.name)))
            .collect(),
        rules: Rule::ALL.into_iter().map(|rule| RuleBody::new(rule, &rules)).collect(),
    })
}

/// Firing ones first, the worst before the others, and of those the oldest first.
pub fn alerts(state: &AlertState) -> Vec<AlertBody> {
    let mut alerts: Vec<_> = state.alerts().iter().collect();
    alerts.sort_by_key(|(_, alert)| {
        (alert.phase == Phase::Pending, std::cmp::Reverse(alert.severity), alert.fired_at.unwrap_or(alert.began_at))
    });
    alerts.into_iter().map(|(key, alert)| AlertBody::new(key, alert)).collect()
}

/// What is over, the latest first.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn history(ledger: &mut Ledger, settings: &Settings, limit: usize) -> Result<AlertHistory, LedgerError> {
    let state = ledger.alert_state(cycle::site_of(settings)).await?;
    let past = state.history();
    let alerts = past.iter().rev().take(limit).map(PastAlertBody::new).collect();
    Ok(AlertHistory { alerts, has_more: past.len() > limit })
}

/// Firing alerts by rule, every rule named.
pub fn firing(state: &AlertState) -> BTreeMap<&'static str, u64> {
    let mut firing: BTreeMap<&str, u64> = Rule::ALL.into_iter().map(|rule| (rule.as_str(), 0)).collect();
    for (key, _) in state.alerts().iter().filter(|(_, alert)| alert.phase == Phase::Firing) {
        *firing.entry(key.rule().as_str()).or_default() += 1;
    }
    firing
}
