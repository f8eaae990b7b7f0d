//! The gates by name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a gate holds when it closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "GateScope"))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    Quarantined,
    UnresolvedOwner,
    Floor,
    ServiceAccount,
    ProtectedRole,
    Protected,
    ProtectedByHand,
    Restored,
    NoNotice,
    Cap,
    UndoReserve,
    PolicyFault,
    ListTooShort,
    UsersMissing,
    UsersHalved,
    SeatsVanished,
    UnknownDates,
    NeverUsedJump,
    FutureDates,
    ClockSkew,
    StaleInventory,
    ProtectionLost,
    RulesChanged,
    OutsideWindow,
    Paused,
    NotArmed,
}

impl Gate {
    pub const ALL: [Self; 26] = [
        Self::Quarantined,
        Self::UnresolvedOwner,
        Self::Floor,
        Self::ServiceAccount,
        Self::ProtectedRole,
        Self::Protected,
        Self::ProtectedByHand,
        Self::Restored,
        Self::NoNotice,
        Self::Cap,
        Self::UndoReserve,
        Self::PolicyFault,
        Self::ListTooShort,
        Self::UsersMissing,
        Self::UsersHalved,
        Self::SeatsVanished,
        Self::UnknownDates,
        Self::NeverUsedJump,
        Self::FutureDates,
        Self::ClockSkew,
        Self::StaleInventory,
        Self::ProtectionLost,
        Self::RulesChanged,
        Self::OutsideWindow,
        Self::Paused,
        Self::NotArmed,
    ];

    pub fn scope(self) -> Scope {
        match self {
            Self::Quarantined
            | Self::UnresolvedOwner
            | Self::Floor
            | Self::ServiceAccount
            | Self::ProtectedRole
            | Self::Protected
            | Self::ProtectedByHand
            | Self::Restored
            | Self::NoNotice => Scope::Seat,
            Self::Cap | Self::UndoReserve => Scope::Type,
            Self::PolicyFault
            | Self::ListTooShort
            | Self::UsersMissing
            | Self::UsersHalved
            | Self::SeatsVanished
            | Self::UnknownDates
            | Self::NeverUsedJump
            | Self::FutureDates
            | Self::ClockSkew
            | Self::StaleInventory
            | Self::ProtectionLost
            | Self::RulesChanged
            | Self::OutsideWindow
            | Self::Paused
            | Self::NotArmed => Scope::Run,
        }
    }

    /// What was read, or decided from it, is not whole: its numbers are nothing to compare later plans with.
    pub fn spoils_counts(self) -> bool {
        matches!(
            self,
            Self::PolicyFault | Self::ListTooShort | Self::UsersMissing | Self::UnknownDates | Self::StaleInventory
        )
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
            Self::ProtectedByHand => "protected-by-hand",
            Self::Restored => "restored",
            Self::NoNotice => "no-notice",
            Self::Cap => "cap",
            Self::UndoReserve => "undo-reserve",
            Self::PolicyFault => "policy-fault",
            Self::ListTooShort => "list-too-short",
            Self::UsersMissing => "users-missing",
            Self::UsersHalved => "users-halved",
            Self::SeatsVanished => "seats-vanished",
            Self::UnknownDates => "unknown-dates",
            Self::NeverUsedJump => "never-used-jump",
            Self::FutureDates => "future-dates",
            Self::ClockSkew => "clock-skew",
            Self::StaleInventory => "stale-inventory",
            Self::ProtectionLost => "protection-lost",
            Self::RulesChanged => "rules-changed",
            Self::OutsideWindow => "outside-window",
            Self::Paused => "paused",
            Self::NotArmed => "not-armed",
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
            Self::ProtectedByHand => "An administrator said by hand that this person keeps the seat.",
            Self::Restored => "The person got a seat back by an undo and is left alone for a while.",
            Self::NoNotice => "Nobody can prove that the owner was told in time that the seat goes.",
            Self::Cap => "More seats would go within 24 hours than the cap allows.",
            Self::UndoReserve => "Too few seats are free to give back what was released lately.",
            Self::PolicyFault => "The policy did not answer as it should, so none of its answers is trusted.",
            Self::ListTooShort => "Fewer seats were listed than the server counts, so the lists are incomplete.",
            Self::UsersMissing => "Too many owners are missing from the user list, so protections may be missing too.",
            Self::UsersHalved => {
                "Half of the users or more are gone since the last reading, so the list is not believed."
            }
            Self::SeatsVanished => "Many seats are gone since the last reading, and Steward did not take them.",
            Self::UnknownDates => "For too many seats nobody can tell since when they are idle.",
            Self::NeverUsedJump => {
                "Seats that were used before count as never used now, so their dates are not believed."
            }
            Self::FutureDates => "Some seats were used or allocated in the future, so the clocks disagree.",
            Self::ClockSkew => "The clock of the server and the clock of this machine disagree.",
            Self::StaleInventory => "The reading of the server is too old to act on.",
            Self::ProtectionLost => "A protection that matched somebody before matches nobody now.",
            Self::RulesChanged => "Changed rules or limits would newly take seats, and nobody has looked at that yet.",
            Self::OutsideWindow => "Releases are allowed at other times only.",
            Self::Paused => "An administrator paused all releases.",
            Self::NotArmed => "Nobody has looked at a plan yet and allowed releases.",
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
            Self::ProtectedByHand => "Wait until the protection ends, or run `steward unprotect`.",
            Self::Restored => "Wait until the grace period (`steward.guard.undoGraceDays`) ends.",
            Self::NoNotice => {
                "Wait until the notice has been out for long enough; what a letter promised holds even when notices are \
                 switched off (`steward.notices`)."
            }
            Self::Cap => {
                "Look at the plan; then release a part with `steward apply PLAN --first N`, approve it once with \
                 `steward apply PLAN --approve-over-cap --note …`, raise `steward.guard.maxReleasePercent` or \
                 `steward.guard.maxReleases`, or let `steward.guard.aboveCap: longest-idle-first` work a backlog off cap \
                 by cap."
            }
            Self::UndoReserve => "Wait until seats are free again, or lower `steward.guard.undoReserveDays`.",
            Self::PolicyFault => "Run `steward policy inspect`, mend or replace the policy, and plan again.",
            Self::ListTooShort => {
                "Give the account that Steward uses the right to read all licence allocations, and plan again."
            }
            Self::UsersMissing => "Give the account that Steward uses the right to read all users, and plan again.",
            Self::UsersHalved | Self::SeatsVanished => {
                "Check the rights of the account that Steward uses; if people or seats are really gone, accept the new \
                 numbers with `steward arm`, and plan again."
            }
            Self::UnknownDates => {
                "Look at the seats with `lastUsed: unknown` in the plan; a new release of Qlik Sense may have renamed a \
                 field."
            }
            Self::NeverUsedJump => {
                "Look at the last use of some seats in the QMC; if they were really never used, accept the new numbers \
                 with `steward arm`, and plan again."
            }
            Self::FutureDates => {
                "Set the clocks of all nodes and of this machine by the same time server, and plan again."
            }
            Self::ClockSkew => {
                "Set the clocks of the server and of this machine by the same time server, and plan again; after a clock \
                 that was ahead by mistake, accept the time with `steward arm`."
            }
            Self::StaleInventory => "Plan again.",
            Self::ProtectionLost => {
                "Correct or remove the entry in the settings; if nobody should match it any more, accept that with \
                 `steward arm`, and plan again."
            }
            Self::RulesChanged => {
                "Look at a plan, then accept the rules with `steward arm`; or change the settings back, or raise \
                 `steward.policy.maxNewReleases`."
            }
            Self::OutsideWindow => "Wait for the window, or change `steward.guard.window`.",
            Self::Paused => "Run `steward resume`.",
            Self::NotArmed => "Look at a plan, then run `steward arm`.",
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
