//! The daemon's jobs and their schedules.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use steward_core::schedule::{Schedule, ScheduleError};
use thiserror::Error;

use crate::config::Settings;

/// What the daemon does by schedule; in this order when several are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Reads the pools and the seats.
    Monitor,
    /// Reads when the server's own licence ends.
    ServerLicense,
    /// Makes a plan and, unless it is a dry run, applies it.
    Release,
}

impl Job {
    pub const ALL: [Self; 3] = [Self::Monitor, Self::ServerLicense, Self::Release];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monitor => "monitor",
            Self::ServerLicense => "server-license",
            Self::Release => "release",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|job| job.as_str() == name)
    }

    /// The section of the settings that switches it on.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Monitor => "Butler.qlikSenseLicense.licenseMonitor",
            Self::ServerLicense => "Butler.qlikSenseLicense.serverLicenseMonitor",
            Self::Release => "Butler.qlikSenseLicense.licenseRelease",
        }
    }

    /// Its schedule as written, and whether it is switched on.
    pub fn frequency(self, settings: &Settings) -> (bool, &str) {
        let qlik = &settings.butler.qlik_sense_license;
        match self {
            Self::Monitor => (qlik.license_monitor.enable, &qlik.license_monitor.frequency),
            Self::ServerLicense => (qlik.server_license_monitor.enable, &qlik.server_license_monitor.frequency),
            Self::Release => (qlik.license_release.enable, &qlik.license_release.frequency),
        }
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A schedule of the settings that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{setting}.frequency: `{text}`, position {}: {}", .error.position, .error.message)]
pub struct ScheduleProblem {
    setting: &'static str,
    text: String,
    error: ScheduleError,
}

/// The schedules of the jobs that are switched on.
///
/// # Errors
/// With the first one that cannot be read.
pub fn schedules(settings: &Settings) -> Result<BTreeMap<Job, Schedule>, ScheduleProblem> {
    let mut found = BTreeMap::new();
    for job in Job::ALL {
        let (is_on, text) = job.frequency(settings);
        if is_on {
            let parsed = Schedule::parse(text).map_err(|error| ScheduleProblem {
                setting: job.setting(),
                text: text.to_owned(),
                error,
            });
            found.insert(job, parsed?);
        }
    }
    Ok(found)
}
