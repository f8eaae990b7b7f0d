//! The settings: those of the standard policy, and how many seats are to be free.

use steward_policy_sdk::rules::{self, DeletedOwnerRule, LicenseTypes, NeverRelease, Protect, license_type_name};
use steward_policy_sdk::schemars::JsonSchema;
use steward_policy_sdk::serde::Deserialize;
use steward_policy_sdk::{LicenseType, SettingsError};

/// No site has as many.
const SEATS_MAX: u32 = 10_000_000;

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "steward_policy_sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "steward_policy_sdk::schemars")]
pub struct Settings {
    /// Which licence types may be released, and after how many days.
    pub license_type: LicenseTypes,
    /// Owners who keep their seats however long they do not use them.
    pub never_release: NeverRelease,
    /// A seat that was never used is kept for this many days after its allocation.
    /// Without a number the threshold of its licence type counts.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub never_used_grace_days: Option<u32>,
    /// What happens to the seats of owners who were deleted from the user list.
    pub deleted_owner: DeletedOwnerRule,
    /// More owners who keep their seats however long they do not use them.
    pub protect: Protect,
    /// How many seats of each type are to be free. Every type that is enabled needs a target.
    pub target_free: TargetFree,
    /// Quarantined seats count as free: they will be within days, and nobody else need lose a seat until then.
    pub count_quarantined: bool,
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "steward_policy_sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "steward_policy_sdk::schemars")]
pub struct TargetFree {
    /// Analyzer access.
    pub analyzer: Option<Target>,
    /// Professional access.
    pub professional: Option<Target>,
    /// Token-based user access.
    pub user: Option<Target>,
}

/// A number of seats, or a share of all seats that the licence allows.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(crate = "steward_policy_sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "steward_policy_sdk::schemars")]
pub struct Target {
    /// So many seats are to be free. 0: none, but no seat is to be allocated above the total either.
    #[schemars(range(min = 0, max = 10_000_000))]
    pub seats: Option<u32>,
    /// So many of a hundred seats are to be free, rounded up to a whole seat.
    #[schemars(range(min = 0, max = 100))]
    pub percent: Option<u32>,
}

const TYPES: [LicenseType; 3] = [LicenseType::Analyzer, LicenseType::Professional, LicenseType::User];

impl Settings {
    /// Those of the standard policy.
    pub(crate) fn standard(self) -> rules::Settings {
        rules::Settings {
            license_type: self.license_type,
            never_release: self.never_release,
            never_used_grace_days: self.never_used_grace_days,
            deleted_owner: self.deleted_owner,
            protect: self.protect,
        }
    }

    /// What is wrong with the targets.
    pub(crate) fn errors(&self) -> Vec<SettingsError> {
        TYPES.into_iter().filter_map(|kind| self.error_of(kind)).collect()
    }

    fn error_of(&self, kind: LicenseType) -> Option<SettingsError> {
        let name = license_type_name(kind);
        let error = |member: &str, message: String| {
            Some(SettingsError { path: format!("/targetFree/{name}{member}"), message })
        };
        match self.target_free.of(kind) {
            None if self.license_type.of(kind).enable => {
                let message = format!(
                    "{name} seats may be released, but nothing says how many of them are to be free; write \
                     `{name}: {{ seats: 10 }}` or `{name}: {{ percent: 5 }}`"
                );
                error("", message)
            }
            Some(Target { seats: None, percent: None } | Target { seats: Some(_), percent: Some(_) }) => {
                error("", "write either `seats` or `percent`".to_owned())
            }
            Some(Target { seats: Some(seats), .. }) if seats > SEATS_MAX => {
                error("/seats", format!("write a number of seats up to {SEATS_MAX}"))
            }
            Some(Target { percent: Some(percent), .. }) if percent > 100 => {
                error("/percent", "write a number from 0 to 100".to_owned())
            }
            None | Some(_) => None,
        }
    }
}

impl TargetFree {
    pub fn of(&self, license_type: LicenseType) -> Option<Target> {
        match license_type {
            LicenseType::Analyzer => self.analyzer,
            LicenseType::Professional => self.professional,
            LicenseType::User => self.user,
        }
    }
}
