//! `Butler.qlikSenseLicense.licenseRelease`: whose seats are taken back, and whose never.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tags::InfluxOnly;

/// Takes back seats that nobody uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseRelease {
    /// Release on a schedule. When off, plans can still be made and looked at.
    pub enable: bool,
    /// Say what would be released, release nothing.
    pub dry_run: bool,
    /// When, as a text such as `every 24 hours`, or as a cron expression.
    #[schemars(length(min = 1))]
    pub frequency: String,
    /// Whose seats are never taken.
    pub never_release: NeverRelease,
    /// People whose seats are never taken, as older files have it: use `neverRelease.user`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub never_release_users: Vec<UserEntry>,
    /// Which kinds of seats are taken back, and after how long.
    pub license_type: LicenseTypes,
    /// Where releases are recorded besides the ledger.
    pub destination: InfluxOnly,
}

impl Default for LicenseRelease {
    fn default() -> Self {
        Self {
            enable: false,
            dry_run: true,
            frequency: "every 24 hours".to_owned(),
            never_release: NeverRelease::default(),
            never_release_users: Vec::new(),
            license_type: LicenseTypes::default(),
            destination: InfluxOnly::default(),
        }
    }
}

/// Whose seats are never taken. Names and values compare without regard to case and outer blanks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct NeverRelease {
    /// These people.
    pub user: Vec<UserEntry>,
    /// Everybody who has one of these tags.
    #[schemars(inner(length(min = 1)), extend("x-hint" = "every entry must name a tag, or it would protect nobody"))]
    pub tag: Vec<String>,
    /// Everybody who has one of these custom property values.
    pub custom_property: Vec<PropertyEntry>,
    /// Everybody of these user directories.
    #[schemars(
        inner(length(min = 1)),
        extend("x-hint" = "every entry must name a user directory, or it would protect nobody")
    )]
    pub user_directory: Vec<String>,
    /// People by their `Inactive` flag.
    pub inactive: FlagRule,
    /// People by their `Blocked` flag.
    pub blocked: FlagRule,
    /// People by their `Removed externally` flag.
    pub removed_externally: FlagRule,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserEntry {
    /// The user directory.
    #[schemars(length(min = 1), extend("x-hint" = "an entry needs `userDir` and `userId`, or it would protect nobody"))]
    pub user_dir: String,
    /// The user id, taken as written: `007` and `NO` are ids.
    #[schemars(length(min = 1), extend("x-hint" = "an entry needs `userDir` and `userId`, or it would protect nobody"))]
    pub user_id: String,
}

/// One value of a custom property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyEntry {
    /// The custom property.
    #[schemars(length(min = 1), extend("x-hint" = "an entry needs `name` and `value`, or it would protect nobody"))]
    pub name: String,
    /// Its value.
    #[schemars(length(min = 1), extend("x-hint" = "an entry needs `name` and `value`, or it would protect nobody"))]
    pub value: String,
}

/// What a flag of a person means for their seat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-aliases" = { "true": "Yes", "on": "Yes", "y": "Yes", "false": "No", "off": "No", "n": "No" }))]
pub enum FlagRule {
    /// The flag does not matter.
    #[default]
    Ignore,
    /// Never take the seats of people whose flag is set.
    Yes,
    /// Never take the seats of people whose flag is not set.
    No,
}

/// Which kinds of seats are taken back. Token-based seats: see `steward.licenseType.user`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseTypes {
    /// Analyzer seats.
    pub analyzer: LicenseType,
    /// Professional seats.
    pub professional: LicenseType,
}

/// One kind of seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseType {
    /// Take back seats of this kind.
    pub enable: bool,
    /// After how many days without use.
    #[schemars(
        range(min = 1, max = 1_000_000),
        extend("x-hint" = "write the number of days without use after which a seat may be taken, 1 or more, such as 90")
    )]
    pub release_threshold_days: u32,
}

impl Default for LicenseType {
    fn default() -> Self {
        Self { enable: false, release_threshold_days: 90 }
    }
}
