//! Rules between the settings of alerts: rules that there are, and thresholds that do not contradict each other.

use super::checks::Report;
use super::notify_checks;
use super::steward::alerts::Alerts;

const ALERTS: &str = "steward.alerts";

pub(super) fn check(alerts: &Alerts, report: &mut Report<'_>) {
    for name in alerts.rules.keys() {
        notify_checks::rule(name, &format!("{ALERTS}.rules.{name}"), report);
    }
    let of = &alerts.thresholds;
    clears_above("available", of.available_percent, of.available_clear_percent, "Percent", report);
    clears_above("exhaustion", of.exhaustion_days, of.exhaustion_clear_days, "Days", report);
    clears_below("utilisation", of.utilisation_percent, of.utilisation_clear_percent, "Percent", report);
    clears_below("outbox", of.outbox_percent, of.outbox_clear_percent, "Percent", report);
}

/// What is few fires below a number, so it is over above it.
fn clears_above(what: &str, fires: u32, clears: Option<u32>, unit: &str, report: &mut Report<'_>) {
    if clears.is_some_and(|clears| clears < fires) {
        contradicts(what, fires, "less", unit, report);
    }
}

/// What is much fires above a number, so it is over below it.
fn clears_below(what: &str, fires: u32, clears: Option<u32>, unit: &str, report: &mut Report<'_>) {
    if clears.is_some_and(|clears| clears > fires) {
        contradicts(what, fires, "more", unit, report);
    }
}

fn contradicts(what: &str, fires: u32, than: &str, unit: &str, report: &mut Report<'_>) {
    let setting = format!("{ALERTS}.thresholds.{what}Clear{unit}");
    let message = format!(
        "it must not be {than} than `{what}{unit}`, which is {fires}: the alert would fire and be over at once"
    );
    report.add(&setting, message);
}
