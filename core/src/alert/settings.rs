//! From which number on something is told, and how patiently.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rule::Rule;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertSettings {
    pub thresholds: Thresholds,
    /// What differs from a rule's own timing. A rule that is not here is on.
    pub rules: BTreeMap<Rule, RuleSettings>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleSettings {
    pub enable: bool,
    pub for_minutes: Option<u32>,
    pub clear_for_minutes: Option<u32>,
    /// 0: say it once.
    pub repeat_hours: Option<u32>,
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self { enable: true, for_minutes: None, clear_for_minutes: None, repeat_hours: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    pub for_minutes: u32,
    /// Twice as long, and up to eight times, for an alert that came back within a week.
    pub clear_for_minutes: u32,
    /// 0: say it once.
    pub repeat_hours: u32,
}

/// A number fires at one threshold and clears at another, so that it may waver between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Thresholds {
    /// Fewer available seats than this share of the total.
    pub available_percent: u32,
    pub available_clear_percent: u32,
    /// Fewer available seats than this, if also limited by number.
    pub available_seats: Option<u32>,
    /// At least this share of the total is allocated.
    pub utilisation_percent: u32,
    pub utilisation_clear_percent: u32,
    /// The middle of the forecast is at most so many days away.
    pub exhaustion_days: u32,
    pub exhaustion_clear_days: u32,
    /// Fewer days than this until the server's licence ends, as `serverLicenseMonitor.alert.thresholdDays`.
    pub server_license_days: u32,
    pub certificate_days: u32,
    pub paused_days: u32,
    /// So long after the last run that succeeded, and one pause of the schedule more.
    pub no_success_days: u32,
    /// A reading is late after so long, or after three pauses of the schedule when that is longer.
    pub stale_hours: u32,
    /// This share of what the outbox may hold.
    pub outbox_percent: u32,
    pub outbox_clear_percent: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            available_percent: 5,
            available_clear_percent: 7,
            available_seats: None,
            utilisation_percent: 90,
            utilisation_clear_percent: 87,
            // Time to get an order through.
            exhaustion_days: 30,
            exhaustion_clear_days: 40,
            server_license_days: 60,
            certificate_days: 30,
            paused_days: 7,
            // Release runs are daily, and tried again.
            no_success_days: 3,
            stale_hours: 24,
            outbox_percent: 50,
            outbox_clear_percent: 25,
        }
    }
}

impl AlertSettings {
    pub fn is_on(&self, rule: Rule) -> bool {
        self.rules.get(&rule).is_none_or(|settings| settings.enable)
    }

    pub fn timing(&self, rule: Rule) -> Timing {
        let own = rule.timing();
        let Some(settings) = self.rules.get(&rule) else { return own };
        Timing {
            for_minutes: settings.for_minutes.unwrap_or(own.for_minutes),
            clear_for_minutes: settings.clear_for_minutes.unwrap_or(own.clear_for_minutes),
            repeat_hours: settings.repeat_hours.unwrap_or(own.repeat_hours),
        }
    }
}
