//! The rules by name, how bad each is, and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::settings::Timing;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Critical,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    LowAvailability,
    HighUtilisation,
    Exhaustion,
    CostAboveBudget,
    ExcessSeats,
    ServerLicenseExpiring,
    ServerLicenseExpired,
    ServerLicenseUnknown,
    DeletedOwners,
    DoubleSeats,
    PolicyFault,
    RunHeld,
    RunFailed,
    NoSuccessfulRun,
    DataStale,
    OutboxFilling,
    SinkFailing,
    SettingsBroken,
    CertificateExpiring,
    PausedLong,
    ProtectionUnmatched,
}

impl Rule {
    pub const ALL: [Self; 21] = [
        Self::LowAvailability,
        Self::HighUtilisation,
        Self::Exhaustion,
        Self::CostAboveBudget,
        Self::ExcessSeats,
        Self::ServerLicenseExpiring,
        Self::ServerLicenseExpired,
        Self::ServerLicenseUnknown,
        Self::DeletedOwners,
        Self::DoubleSeats,
        Self::PolicyFault,
        Self::RunHeld,
        Self::RunFailed,
        Self::NoSuccessfulRun,
        Self::DataStale,
        Self::OutboxFilling,
        Self::SinkFailing,
        Self::SettingsBroken,
        Self::CertificateExpiring,
        Self::PausedLong,
        Self::ProtectionUnmatched,
    ];

    /// The stable name in settings, silences, messages and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LowAvailability => "low-availability",
            Self::HighUtilisation => "high-utilisation",
            Self::Exhaustion => "exhaustion",
            Self::CostAboveBudget => "cost-above-budget",
            Self::ExcessSeats => "excess-seats",
            Self::ServerLicenseExpiring => "server-license-expiring",
            Self::ServerLicenseExpired => "server-license-expired",
            Self::ServerLicenseUnknown => "server-license-unknown",
            Self::DeletedOwners => "deleted-owners",
            Self::DoubleSeats => "double-seats",
            Self::PolicyFault => "policy-fault",
            Self::RunHeld => "run-held",
            Self::RunFailed => "run-failed",
            Self::NoSuccessfulRun => "no-successful-run",
            Self::DataStale => "data-stale",
            Self::OutboxFilling => "outbox-filling",
            Self::SinkFailing => "sink-failing",
            Self::SettingsBroken => "settings-broken",
            Self::CertificateExpiring => "certificate-expiring",
            Self::PausedLong => "paused-long",
            Self::ProtectionUnmatched => "protection-unmatched",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == name.trim())
    }

    /// What it says, without any number.
    pub fn title(self) -> &'static str {
        match self {
            Self::LowAvailability => "Few seats are left",
            Self::HighUtilisation => "Nearly all seats are in use",
            Self::Exhaustion => "A pool of seats will soon be exhausted",
            Self::CostAboveBudget => "Seats cost more than the budget",
            Self::ExcessSeats => "More seats are allocated than the licence has",
            Self::ServerLicenseExpiring => "The licence of the server ends soon",
            Self::ServerLicenseExpired => "The licence of the server has ended",
            Self::ServerLicenseUnknown => "Nobody can tell when the licence of the server ends",
            Self::DeletedOwners => "Deleted users hold seats",
            Self::DoubleSeats => "People hold two seats",
            Self::PolicyFault => "The policy failed",
            Self::RunHeld => "The guard holds releases",
            Self::RunFailed => "A job failed",
            Self::NoSuccessfulRun => "No release run has succeeded for days",
            Self::DataStale => "The pools have not been read for a while",
            Self::OutboxFilling => "Measurements wait and are not taken",
            Self::SinkFailing => "Messages do not arrive",
            Self::SettingsBroken => "The settings file is broken",
            Self::CertificateExpiring => "The client certificate ends soon",
            Self::PausedLong => "Releases have been paused for days",
            Self::ProtectionUnmatched => "A protection matches nobody any more",
        }
    }

    /// What an administrator does next.
    pub fn next_step(self) -> &'static str {
        match self {
            Self::LowAvailability | Self::HighUtilisation => {
                "Look at `steward plan` for seats that nobody uses; release them with `steward apply`, or buy more."
            }
            Self::Exhaustion => {
                "Release idle seats (`steward plan`), lower the release threshold, or buy seats before that day."
            }
            Self::CostAboveBudget => "See `steward report` for the month, and release idle seats.",
            Self::ExcessSeats => "Deallocate seats in the QMC or buy more: the server refuses people above the total.",
            Self::ServerLicenseExpiring | Self::ServerLicenseExpired => {
                "Renew the licence and enter the new key in the QMC."
            }
            Self::ServerLicenseUnknown => {
                "Look at the licence in the QMC, and run `steward check` to see what the server says about it."
            }
            Self::DeletedOwners => {
                "Deallocate these seats in the QMC, or set `deletedOwner: release` for the policy and look at a plan."
            }
            Self::DoubleSeats => "Take one of the two seats from each of these people in the QMC.",
            Self::PolicyFault => "Run `steward policy inspect`, mend or replace the policy, and plan again.",
            Self::RunHeld => "Look at `steward plan`: each gate that holds says why, and what its way out is.",
            Self::RunFailed => "Run `steward check`; the log has the whole chain of causes.",
            Self::NoSuccessfulRun => "Look at `steward status` for what the last runs said.",
            Self::DataStale => {
                "Run `steward status` to see whether the daemon runs, and `steward check` for the server."
            }
            Self::OutboxFilling => {
                "Run `steward check` to see what InfluxDB answers; above the limit the oldest readings are given up."
            }
            Self::SinkFailing => {
                "Run `steward alert list` to see what the sink answers, and `steward alert refused` for what it refused; mend \
                 it, and try it with `steward alert test`."
            }
            Self::SettingsBroken => {
                "Mend the file; `steward check` names the place. Until then the settings before it are in force."
            }
            Self::CertificateExpiring => "Export a new certificate from the QMC and put it in place of the old one.",
            Self::PausedLong => "Run `steward resume` when the reason is gone.",
            Self::ProtectionUnmatched => {
                "Correct or remove the entry in the settings: a renamed tag or user protects nobody."
            }
        }
    }

    /// How bad it is when nothing makes it worse.
    pub fn severity(self) -> Severity {
        match self {
            Self::CostAboveBudget | Self::DeletedOwners | Self::DoubleSeats => Severity::Info,
            Self::HighUtilisation
            | Self::Exhaustion
            | Self::LowAvailability
            | Self::ServerLicenseExpiring
            | Self::ServerLicenseUnknown
            | Self::RunHeld
            | Self::RunFailed
            | Self::OutboxFilling
            | Self::SinkFailing
            | Self::CertificateExpiring
            | Self::PausedLong
            | Self::ProtectionUnmatched => Severity::Warning,
            Self::ExcessSeats
            | Self::ServerLicenseExpired
            | Self::PolicyFault
            | Self::NoSuccessfulRun
            | Self::DataStale
            | Self::SettingsBroken => Severity::Critical,
        }
    }

    /// How long a condition holds before it fires, and is clear before it is resolved, unless the settings say otherwise.
    pub fn timing(self) -> Timing {
        const HOUR: u32 = 60;
        const DAY: u32 = 24 * HOUR;
        let (for_minutes, clear_for_minutes) = match self {
            // A count of a reading is as true as it will be; but seats come and go in the course of a day, a projection
            // wavers with each of them, and directories with each synchronisation.
            Self::LowAvailability
            | Self::HighUtilisation
            | Self::ExcessSeats
            | Self::CostAboveBudget
            | Self::DeletedOwners
            | Self::DoubleSeats => (0, DAY),
            // A forecast wavers with each reading.
            Self::Exhaustion => (DAY, DAY),
            // One plan in two that is held is one trouble, and so is an entry that matches every other time.
            Self::PolicyFault | Self::RunHeld | Self::ProtectionUnmatched => (0, 12 * HOUR),
            Self::ServerLicenseUnknown => (0, 6 * HOUR),
            // Servers restart, and jobs are tried again; and an hourly job that fails every other time is one trouble.
            Self::RunFailed => (30, 2 * HOUR),
            // A clock that was wrong for a moment makes everything old.
            Self::DataStale
            | Self::NoSuccessfulRun
            | Self::ServerLicenseExpiring
            | Self::ServerLicenseExpired
            | Self::CertificateExpiring => (10, HOUR),
            // Somebody who says `steward resume` means it.
            Self::PausedLong => (10, 0),
            Self::OutboxFilling => (30, HOUR),
            Self::SinkFailing => (0, HOUR),
            // Whoever mends a file saves it more than once.
            Self::SettingsBroken => (5, 15),
        };
        // What is bad is said daily, the rest weekly.
        let repeat_hours = if self.severity() == Severity::Info { 7 * 24 } else { 24 };
        Timing { for_minutes, clear_for_minutes, repeat_hours }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_written_in_files_as_it_is_named() {
        for rule in Rule::ALL {
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.as_str());
            assert_eq!(Rule::parse(rule.as_str()), Some(rule));
            assert!(rule.next_step().ends_with('.') && !rule.title().ends_with('.'));
        }
        assert!(Rule::ALL.is_sorted());
    }
}
