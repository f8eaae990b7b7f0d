//! The settings of the standard rules, in the words of the users' settings file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::protect::Protect;
use crate::{LicenseType, SettingsError};

/// About 2,700 years: enough for "never", and far from where dates end.
pub const DAYS_MAX: u32 = 1_000_000;

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
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
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LicenseTypes {
    /// Analyzer access.
    pub analyzer: LicenseTypeSettings,
    /// Professional access.
    pub professional: LicenseTypeSettings,
    /// Token-based user access.
    pub user: LicenseTypeSettings,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LicenseTypeSettings {
    /// Seats of this type may be released.
    pub enable: bool,
    /// A seat is released when nobody used it for this many days of 24 hours.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub release_threshold_days: u32,
}

impl LicenseTypes {
    pub fn of(&self, license_type: LicenseType) -> &LicenseTypeSettings {
        match license_type {
            LicenseType::Analyzer => &self.analyzer,
            LicenseType::Professional => &self.professional,
            LicenseType::User => &self.user,
        }
    }
}

impl Default for LicenseTypeSettings {
    fn default() -> Self {
        Self { enable: false, release_threshold_days: 90 }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NeverRelease {
    /// Exact people.
    pub user: Vec<Account>,
    /// Owners with one of these tags.
    pub tag: Vec<String>,
    /// Owners with one of these custom properties set to the value.
    pub custom_property: Vec<NamedValue>,
    /// Owners from one of these user directories.
    pub user_directory: Vec<String>,
    /// Owners who are (`yes`) or are not (`no`) marked as inactive.
    pub inactive: FlagRule,
    /// Owners who are (`yes`) or are not (`no`) blocked.
    pub blocked: FlagRule,
    /// Owners who are (`yes`) or are not (`no`) removed from their user directory.
    pub removed_externally: FlagRule,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Account {
    /// The user directory.
    pub user_dir: String,
    /// The user id within the directory.
    pub user_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedValue {
    /// The name of the custom property or attribute.
    pub name: String,
    /// The value that protects.
    pub value: String,
}

/// Which owners a flag protects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FlagRule {
    /// Nobody.
    #[default]
    Ignore,
    /// Owners whose flag is set.
    Yes,
    /// Owners whose flag is not set.
    No,
}

impl FlagRule {
    pub(super) fn protects(self, flag: bool) -> bool {
        match self {
            Self::Ignore => false,
            Self::Yes => flag,
            Self::No => !flag,
        }
    }
}

/// What happens to the seats of deleted owners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeletedOwnerRule {
    /// They are kept.
    #[default]
    Keep,
    /// They are treated like any other seat.
    Release,
}

impl Settings {
    /// What the types cannot say.
    pub(super) fn errors(&self) -> Vec<SettingsError> {
        let mut errors = Vec::new();
        let types = &self.license_type;
        for (name, kind) in
            [("analyzer", &types.analyzer), ("professional", &types.professional), ("user", &types.user)]
        {
            if !(1..=DAYS_MAX).contains(&kind.release_threshold_days) {
                errors.push(SettingsError {
                    path: format!("/licenseType/{name}/releaseThresholdDays"),
                    message: format!(
                        "{} is not a number of days from 1 to {DAYS_MAX}; a threshold of 0 would release everybody",
                        kind.release_threshold_days
                    ),
                });
            }
        }
        if self.never_used_grace_days.is_some_and(|days| days > DAYS_MAX) {
            errors.push(SettingsError {
                path: "/neverUsedGraceDays".to_owned(),
                message: format!("write a number of days up to {DAYS_MAX}"),
            });
        }
        errors.extend(self.never_release.blank_entries());
        errors.extend(self.protect.errors());
        errors
    }
}

impl NeverRelease {
    /// A blank entry protects nobody, so it is a mistake.
    fn blank_entries(&self) -> Vec<SettingsError> {
        let is_blank = |text: &str| text.trim().is_empty();
        let users = self.user.iter().map(|entry| is_blank(&entry.user_dir) || is_blank(&entry.user_id));
        let tags = self.tag.iter().map(|tag| is_blank(tag));
        let properties = self.custom_property.iter().map(|entry| is_blank(&entry.name));
        let directories = self.user_directory.iter().map(|directory| is_blank(directory));
        blank("/neverRelease/user", users)
            .chain(blank("/neverRelease/tag", tags))
            .chain(blank("/neverRelease/customProperty", properties))
            .chain(blank("/neverRelease/userDirectory", directories))
            .collect()
    }
}

/// An error for each entry of the list at a JSON Pointer that is blank.
pub(super) fn blank(list: &'static str, entries: impl Iterator<Item = bool>) -> impl Iterator<Item = SettingsError> {
    entries.enumerate().filter(|(_, is_blank)| *is_blank).map(move |(index, _)| SettingsError {
        path: format!("{list}/{index}"),
        message: "a blank entry protects nobody; fill it in or leave it out".to_owned(),
    })
}
