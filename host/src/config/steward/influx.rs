//! `steward.influxDb`: what the connection to `InfluxDB` needs beyond Butler's settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::FilePath;

/// The connection to `InfluxDB`, and the points that wait for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct InfluxDb {
    /// Speak https.
    pub tls: bool,
    /// Certificates in PEM that the server's chain must lead to. Left out: those that the system trusts.
    pub root_certificate: Option<FilePath>,
    /// Points in one request.
    #[schemars(range(min = 1, max = 10_000))]
    pub batch_points: u32,
    /// Seconds that a request may take. With version 3 `Butler.influxDb.v3Config.writeTimeout` wins.
    #[schemars(range(min = 1, max = 3600))]
    pub timeout_seconds: u32,
    /// Points that may wait while `InfluxDB` does not take them. Above it the oldest readings are given up.
    #[schemars(range(min = 100, max = 10_000_000))]
    pub outbox_max_points: u32,
}

impl Default for InfluxDb {
    fn default() -> Self {
        Self {
            tls: false,
            root_certificate: None,
            // Some 100 kB of text: far below every server's limit, and few requests for a day's backlog.
            batch_points: 1000,
            timeout_seconds: 10,
            // A reading is about ten points and a release one: years of readings every six hours, or 100,000 releases.
            // It is some 40 MB of the database, and is delivered within a minute.
            outbox_max_points: 100_000,
        }
    }
}
