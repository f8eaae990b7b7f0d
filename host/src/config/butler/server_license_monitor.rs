//! `Butler.qlikSenseLicense.serverLicenseMonitor`: when the server's licence expires.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tags::InfluxDestination;

/// Watches the expiry date of the server's licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerLicenseMonitor {
    /// Read the server's licence on a schedule.
    pub enable: bool,
    /// When, as a text such as `every 24 hours`, or as a cron expression.
    #[schemars(length(min = 1))]
    pub frequency: String,
    /// When to warn.
    pub alert: ExpiryAlert,
    /// Who is told.
    pub destination: Destinations,
}

impl Default for ServerLicenseMonitor {
    fn default() -> Self {
        Self {
            enable: false,
            frequency: "every 24 hours".to_owned(),
            alert: ExpiryAlert::default(),
            destination: Destinations::default(),
        }
    }
}

/// When to warn of the licence's end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpiryAlert {
    /// Warn when the licence expires in fewer days than this.
    #[schemars(range(min = 0, max = 36500))]
    pub threshold_days: u32,
}

impl Default for ExpiryAlert {
    fn default() -> Self {
        Self { threshold_days: 60 }
    }
}

/// Who is told of the server's licence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Destinations {
    /// `InfluxDB`.
    pub influx_db: InfluxDestination,
    /// The broker of `Butler.mqttConfig`.
    pub mqtt: MessageDestination,
    /// The webhooks of `Butler.webhookNotification`.
    pub webhook: MessageDestination,
}

/// A destination that gets readings and warnings as messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageDestination {
    /// Send anything at all.
    pub enable: bool,
    /// Every reading.
    pub send_recurring: Switch,
    /// Warnings.
    pub send_alert: Switch,
}

/// On or off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Switch {
    /// On or off.
    pub enable: bool,
}
