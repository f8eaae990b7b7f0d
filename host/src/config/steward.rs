//! `steward:`: what Butler has no key for. Unknown keys are refused everywhere below.
//!
//! A new section is a new file here and a field below; schema, messages and `config show` follow by themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FilePath;

pub mod daemon;
pub mod guard;
pub mod history;
pub mod http;
pub mod influx;
pub mod license_type;
pub mod monitor;
pub mod policy;
pub mod qrs;

/// Settings that Butler has no key for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Steward {
    /// Folder for the ledger and the compiled policies. Left out: the state folder of the service, or that of the user.
    pub data_dir: Option<FilePath>,
    /// The connection to the Qlik Repository Service.
    pub qrs: qrs::Qrs,
    /// Kinds of seats that Butler does not know.
    pub license_type: license_type::LicenseTypes,
    /// The rules that decide.
    pub policy: policy::Policy,
    /// Limits that no policy can override.
    pub guard: guard::Guard,
    /// What is kept for charts.
    pub history: history::History,
    /// What is watched beside Butler's own measurements.
    pub monitor: monitor::Monitor,
    /// How `steward run` works.
    pub daemon: daemon::Daemon,
    /// Where `steward run` answers about its health.
    pub http: http::Http,
    /// The connection to `InfluxDB`, and the points that wait for it.
    pub influx_db: influx::InfluxDb,
}
