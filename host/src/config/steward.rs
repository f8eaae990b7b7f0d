//! `steward:`: what Butler has no key for. Unknown keys are refused everywhere below.
//!
//! A new section is a new file here and a field below; schema, messages and `config show` follow by themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FilePath;

pub mod alerts;
pub mod cost;
pub mod daemon;
pub mod digest;
pub mod forecast;
pub mod guard;
pub mod history;
pub mod http;
pub mod influx;
pub mod license_type;
pub mod monitor;
pub mod notices;
pub mod notify;
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
    /// How far back and how far ahead the forecast of the pools looks.
    pub forecast: forecast::Forecast,
    /// What seats cost, and what a month may cost.
    pub cost: cost::Cost,
    /// From which number on administrators are told, and how patiently.
    pub alerts: alerts::Alerts,
    /// Where messages go.
    pub notify: notify::Notify,
    /// Telling people that their seat goes before it goes.
    pub notices: notices::Notices,
    /// A regular mail to the administrators.
    pub digest: digest::DigestMail,
}
