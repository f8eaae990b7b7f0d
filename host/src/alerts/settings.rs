//! From the settings file to what core's rules take.

use std::collections::BTreeMap;

use steward_core::alert::{AlertSettings, Rule, RuleSettings, Thresholds};

use crate::config::Settings;
use crate::config::steward::alerts::AlertRule;

/// How far a number that has no clear threshold of its own lies behind the one that fires.
const AVAILABLE_CLEAR_MORE: u32 = 2;
const UTILISATION_CLEAR_LESS: u32 = 3;

/// The rules of the settings. Names that are no rule were refused when the file was read.
pub fn alert_settings(settings: &Settings) -> AlertSettings {
    let file = &settings.steward.alerts;
    let numbers = &file.thresholds;
    let butler = &settings.butler.qlik_sense_license.server_license_monitor.alert;
    let exhaustion_clear = numbers.exhaustion_days.saturating_add(numbers.exhaustion_days.div_ceil(3));
    let thresholds = Thresholds {
        available_percent: numbers.available_percent,
        available_clear_percent: numbers
            .available_clear_percent
            .unwrap_or(numbers.available_percent.saturating_add(AVAILABLE_CLEAR_MORE).min(100)),
        available_seats: numbers.available_seats,
        utilisation_percent: numbers.utilisation_percent,
        utilisation_clear_percent: numbers
            .utilisation_clear_percent
            .unwrap_or(numbers.utilisation_percent.saturating_sub(UTILISATION_CLEAR_LESS)),
        exhaustion_days: numbers.exhaustion_days,
        exhaustion_clear_days: numbers.exhaustion_clear_days.unwrap_or(exhaustion_clear),
        server_license_days: numbers.server_license_days.unwrap_or(butler.threshold_days),
        certificate_days: numbers.certificate_days,
        paused_days: numbers.paused_days,
        no_success_days: numbers.no_success_days,
        stale_hours: numbers.stale_hours,
        outbox_percent: numbers.outbox_percent,
        outbox_clear_percent: numbers.outbox_clear_percent.unwrap_or(numbers.outbox_percent / 2),
    };
    let rules = file.rules.iter().filter_map(|(name, rule)| Some((Rule::parse(name)?, of_rule(rule))));
    AlertSettings { thresholds, rules: rules.collect::<BTreeMap<_, _>>() }
}

fn of_rule(file: &AlertRule) -> RuleSettings {
    RuleSettings {
        enable: file.enable,
        for_minutes: file.for_minutes,
        clear_for_minutes: file.clear_for_minutes,
        repeat_hours: file.repeat_hours,
    }
}
