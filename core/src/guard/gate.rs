//! The gates by name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a gate holds when it closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// One seat.
    Seat,
    /// All releases of a licence type.
    Type,
    /// Every release of the run.
    Run,
}

/// Ordered as plans list them: seat gates, type gates, run gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    Quarantined,
    UnresolvedOwner,
    Floor,
    ServiceAccount,
    ProtectedRole,
    Protected,
    Cap,
    PolicyFault,
    ListTooShort,
    UsersMissing,
    UnknownDates,
    FutureDates,
    ClockSkew,
    StaleInventory,
}

impl Gate {
    pub const ALL: [Self; 14] = [
        Self::Quarantined,
        Self::UnresolvedOwner,
        Self::Floor,
        Self::ServiceAccount,
        Self::ProtectedRole,
        Self::Protected,
        Self::Cap,
        Self::PolicyFault,
        Self::ListTooShort,
        Self::UsersMissing,
        Self::UnknownDates,
        Self::FutureDates,
        Self::ClockSkew,
        Self::StaleInventory,
    ];

    pub fn scope(self) -> Scope {
        match self {
            Self::Quarantined
            | Self::UnresolvedOwner
            | Self::Floor
            | Self::ServiceAccount
            | Self::ProtectedRole
            | Self::Protected => Scope::Seat,
            Self::Cap => Scope::Type,
            Self::PolicyFault
            | Self::ListTooShort
            | Self::UsersMissing
            | Self::UnknownDates
            | Self::FutureDates
            | Self::ClockSkew
            | Self::StaleInventory => Scope::Run,
        }
    }

    /// The stable name in plans, ledgers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarantined => "quarantined",
            Self::UnresolvedOwner => "unresolved-owner",
            Self::Floor => "floor",
            Self::ServiceAccount => "service-account",
            Self::ProtectedRole => "protected-role",
            Self::Protected => "protected",
            Self::Cap => "cap",
            Self::PolicyFault => "policy-fault",
            Self::ListTooShort => "list-too-short",
            Self::UsersMissing => "users-missing",
            Self::UnknownDates => "unknown-dates",
            Self::FutureDates => "future-dates",
            Self::ClockSkew => "clock-skew",
            Self::StaleInventory => "stale-inventory",
        }
    }

    /// Why this gate exists, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Quarantined => "The seat was released already and waits for the end of its quarantine.",
            Self::UnresolvedOwner => {
                "The user list does not say who holds the seat, so nobody can tell who is protected."
            }
            Self::Floor => {
                "The seat was used or allocated too recently for anybody to take it, whatever the policy says."
            }
            Self::ServiceAccount => {
                "The seat belongs to a service account of Qlik Sense or to the account that Steward uses."
            }
            Self::ProtectedRole => "An administrator without a seat may not reach the management console.",
            Self::Protected => "The settings say that this owner keeps the seat.",
            Self::Cap => "More seats would go within 24 hours than the cap allows.",
            Self::PolicyFault => "The policy did not answer as it should, so none of its answers is trusted.",
            Self::ListTooShort => "Fewer seats were listed than the server counts, so the lists are incomplete.",
            Self::UsersMissing => "Too many owners are missing from the user list, so protections may be missing too.",
            Self::UnknownDates => "For too many seats nobody can tell since when they are idle.",
            Self::FutureDates => "Some seats were used or allocated in the future, so the clocks disagree.",
            Self::ClockSkew => "The clock of the server and the clock of this machine disagree.",
            Self::StaleInventory => "The reading of the server is too old to act on.",
        }
    }

    /// What an administrator does next.
    pub fn way_out(self) -> &'static str {
        match self {
            Self::Quarantined => "Nothing to do: the server frees the seat when the quarantine ends.",
            Self::UnresolvedOwner => {
                "Give the account that Steward uses the right to read all users and all their fields, or look the owner \
                 up in the QMC."
            }
            Self::Floor => "Wait, or lower `steward.guard.minIdleDays`.",
            Self::ServiceAccount => "Deallocate the seat by hand in the QMC if nobody needs it.",
            Self::ProtectedRole => "Take the role from the user in the QMC, or change `steward.guard.protectRoles`.",
            Self::Protected => "Change `Butler.qlikSenseLicense.licenseRelease.neverRelease` in the settings.",
            Self::Cap => {
                "Look at the plan; then raise `steward.guard.maxReleasePercent` or `steward.guard.maxReleases`, or set \
                 `steward.guard.aboveCap: longest-idle-first` to work a backlog off cap by cap."
            }
            Self::PolicyFault => "Run `steward policy inspect`, mend or replace the policy, and plan again.",
            Self::ListTooShort => {
                "Give the account that Steward uses the right to read all licence allocations, and plan again."
            }
            Self::UsersMissing => "Give the account that Steward uses the right to read all users, and plan again.",
            Self::UnknownDates => {
                "Look at the seats with `lastUsed: unknown` in the plan; a new release of Qlik Sense may have renamed a \
                 field."
            }
            Self::FutureDates => {
                "Set the clocks of all nodes and of this machine by the same time server, and plan again."
            }
            Self::ClockSkew => {
                "Set the clocks of the server and of this machine by the same time server, and plan again."
            }
            Self::StaleInventory => "Plan again.",
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gate_is_written_in_files_as_it_is_named() {
        for gate in Gate::ALL {
            assert_eq!(serde_json::to_value(gate).unwrap(), gate.as_str());
            assert!(gate.sentence().ends_with('.') && gate.way_out().ends_with('.'));
        }
    }

    #[test]
    fn gates_are_ordered_by_scope() {
        assert!(Gate::ALL.is_sorted());
        assert!(Gate::ALL.map(Gate::scope).is_sorted());
    }
}
