//! The settings: those of the standard policy, and the days of each group that goes before idle seats.

use steward_policy_sdk::SettingsError;
use steward_policy_sdk::rules::{self, DAYS_MAX, DeletedOwnerRule, LicenseTypes, NeverRelease, Protect};
use steward_policy_sdk::schemars::JsonSchema;
use steward_policy_sdk::serde::Deserialize;

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
    /// More owners who keep their seats however long they do not use them.
    pub protect: Protect,
    /// People who left, and after how many days without use their seats go.
    pub leavers: Leavers,
    /// Analyzer seats of people who also hold a professional seat. On unless `enable` is false.
    pub second_seat: SecondSeat,
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "steward_policy_sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "steward_policy_sdk::schemars")]
pub struct Leavers {
    /// Owners who were deleted from the user list. On unless `enable` is false; then their seats stay.
    pub deleted_owner: Group,
    /// Owners whom the user directory no longer contains. On unless `enable` is false.
    pub removed_externally: Group,
    /// Owners whom an administrator has blocked. Off unless `enable` is true: being blocked may be a leave.
    pub blocked: Group,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "steward_policy_sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "steward_policy_sdk::schemars")]
pub struct Group {
    /// Seats of this group have days of their own and go first.
    pub enable: Option<bool>,
    /// A seat of this group goes when nobody used it for this many days of 24 hours, whatever its type.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub after_days: u32,
}

impl Default for Group {
    fn default() -> Self {
        Self { enable: None, after_days: 30 }
    }
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "steward_policy_sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "steward_policy_sdk::schemars")]
pub struct SecondSeat {
    /// Second seats go before idle ones.
    pub enable: Option<bool>,
    /// A second seat goes when nobody used it for this many days of 24 hours.
    /// Without a number it has the days of any analyzer seat, and only goes before others.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub after_days: Option<u32>,
}

impl Settings {
    /// Those of the standard policy.
    pub(crate) fn standard(self) -> rules::Settings {
        let deleted_may_go = self.leavers.deleted_owner.is_on(true);
        rules::Settings {
            license_type: self.license_type,
            never_release: self.never_release,
            never_used_grace_days: self.never_used_grace_days,
            deleted_owner: if deleted_may_go { DeletedOwnerRule::Release } else { DeletedOwnerRule::Keep },
            protect: self.protect,
        }
    }

    /// What is wrong with the groups.
    pub(crate) fn errors(&self) -> Vec<SettingsError> {
        let days = [
            ("/leavers/deletedOwner", Some(self.leavers.deleted_owner.after_days)),
            ("/leavers/removedExternally", Some(self.leavers.removed_externally.after_days)),
            ("/leavers/blocked", Some(self.leavers.blocked.after_days)),
            ("/secondSeat", self.second_seat.after_days),
        ];
        let is_wrong = |days: Option<u32>| days.filter(|days| !(1..=DAYS_MAX).contains(days));
        let errors = days.into_iter().filter_map(|(path, days)| Some((path, is_wrong(days)?)));
        let error = |(path, days)| SettingsError {
            path: format!("{path}/afterDays"),
            message: format!("{days} is not a number of days from 1 to {DAYS_MAX}"),
        };
        errors.map(error).collect()
    }
}

impl Group {
    pub(crate) fn is_on(&self, by_default: bool) -> bool {
        self.enable.unwrap_or(by_default)
    }
}
