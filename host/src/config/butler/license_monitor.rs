//! `Butler.qlikSenseLicense.licenseMonitor`: how many seats are used and free.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tags::InfluxOnly;

/// Watches how many seats are used and free.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseMonitor {
    /// Read the pools on a schedule.
    pub enable: bool,
    /// When, as a text such as `every 6 hours`, or as a cron expression.
    #[schemars(length(min = 1))]
    pub frequency: String,
    /// Where the readings go.
    pub destination: InfluxOnly,
}

impl Default for LicenseMonitor {
    fn default() -> Self {
        Self { enable: false, frequency: "every 6 hours".to_owned(), destination: InfluxOnly::default() }
    }
}
