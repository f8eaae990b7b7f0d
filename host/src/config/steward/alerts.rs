//! `steward.alerts`: from which number on administrators are told, and how patiently.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// From which number on administrators are told, and how patiently.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Alerts {
    /// A number fires at one threshold and clears at another, so that it may waver between them.
    pub thresholds: Thresholds,
    /// What differs from a rule's own timing, by the name of the rule, such as `low-availability`. `steward alert rules`
    /// lists them.
    pub rules: BTreeMap<String, AlertRule>,
}

/// What differs from a rule's own timing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertRule {
    /// Look at it at all.
    pub enable: bool,
    /// Minutes for which it must hold before anybody is told.
    #[schemars(range(min = 0, max = 525_600))]
    pub for_minutes: Option<u32>,
    /// Minutes for which it must be over before it counts as resolved.
    #[schemars(range(min = 0, max = 525_600))]
    pub clear_for_minutes: Option<u32>,
    /// Hours after which it is told again while it lasts; 0: say it once.
    #[schemars(range(min = 0, max = 8760))]
    pub repeat_hours: Option<u32>,
}

impl Default for AlertRule {
    fn default() -> Self {
        Self { enable: true, for_minutes: None, clear_for_minutes: None, repeat_hours: None }
    }
}

/// A number fires at one threshold and clears at another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Thresholds {
    /// Per cent of a pool's seats: fewer available ones are few.
    #[schemars(range(min = 0, max = 100))]
    pub available_percent: u32,
    /// Per cent from which on enough are available again. Left out: two more than `availablePercent`.
    #[schemars(range(min = 0, max = 100))]
    pub available_clear_percent: Option<u32>,
    /// Fewer available seats than this are few too, if also limited by number.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub available_seats: Option<u32>,
    /// Per cent of a pool's seats: when so many are allocated, nearly all are.
    #[schemars(range(min = 1, max = 100))]
    pub utilisation_percent: u32,
    /// Per cent below which it is over. Left out: three less than `utilisationPercent`.
    #[schemars(range(min = 0, max = 100))]
    pub utilisation_clear_percent: Option<u32>,
    /// Days until a pool is exhausted, by the middle of the forecast.
    #[schemars(range(min = 1, max = 365))]
    pub exhaustion_days: u32,
    /// Days above which it is over. Left out: a third more than `exhaustionDays`.
    #[schemars(range(min = 1, max = 3650))]
    pub exhaustion_clear_days: Option<u32>,
    /// Days until the licence of the server ends. Left out: Butler's `serverLicenseMonitor.alert.thresholdDays`.
    #[schemars(range(min = 0, max = 3650))]
    pub server_license_days: Option<u32>,
    /// Days until the client certificate ends.
    #[schemars(range(min = 0, max = 3650))]
    pub certificate_days: u32,
    /// Days for which releases are paused.
    #[schemars(range(min = 1, max = 3650))]
    pub paused_days: u32,
    /// Days without a release run that succeeded. A schedule with longer pauses gets one of its pauses more.
    #[schemars(range(min = 1, max = 3650))]
    pub no_success_days: u32,
    /// Hours without a reading of the pools. A schedule with longer pauses gets three of its pauses.
    #[schemars(range(min = 1, max = 8760))]
    pub stale_hours: u32,
    /// Per cent of `steward.influxDb.outboxMaxPoints` that wait.
    #[schemars(range(min = 1, max = 100))]
    pub outbox_percent: u32,
    /// Per cent below which it is over. Left out: half of `outboxPercent`.
    #[schemars(range(min = 0, max = 100))]
    pub outbox_clear_percent: Option<u32>,
}

impl Default for Thresholds {
    fn default() -> Self {
        let own = steward_core::alert::Thresholds::default();
        Self {
            available_percent: own.available_percent,
            available_clear_percent: None,
            available_seats: None,
            utilisation_percent: own.utilisation_percent,
            utilisation_clear_percent: None,
            exhaustion_days: own.exhaustion_days,
            exhaustion_clear_days: None,
            server_license_days: None,
            certificate_days: own.certificate_days,
            paused_days: own.paused_days,
            no_success_days: own.no_success_days,
            stale_hours: own.stale_hours,
            outbox_percent: own.outbox_percent,
            outbox_clear_percent: None,
        }
    }
}
