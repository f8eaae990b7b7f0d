//! The settings of one run, as far as core and policies need them.
//!
//! Where settings come from (the users' file) is the host's business. Here they are values that can be digested, so
//! that a plan proves under which settings it was made.

mod draft;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use draft::{LicenseTypeRule, LicenseTypeRules, SettingsDraft};

use crate::digest::Digest;

/// What a run needs beside the snapshot, the policy and the time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunSettings {
    /// What the policy is configured with. Only the policy knows its shape.
    pub policy: Value,
    pub guard: GuardSettings,
}

/// The settings of the guard: what no policy can override.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardSettings {
    /// A seat used or allocated within this many days of 24 hours is never released.
    pub min_idle_days: u32,
    /// Owners with one of these roles keep their seats.
    pub protect_roles: Vec<String>,
    /// At most this share of a type's allocated seats may go within 24 hours, in hundredths of a per cent.
    pub max_release_basis_points: u32,
    /// At most this many seats of a type may go within 24 hours; `None` for no absolute limit.
    pub max_releases: Option<u32>,
    pub above_cap: AboveCap,
    /// As many seats stay free as are needed to give back what was released within this many days; `None` for no
    /// reserve.
    pub undo_reserve_days: Option<u32>,
    /// A plan is made of a reading that is at most this old.
    pub max_inventory_age_minutes: u32,
    /// A plan may be applied for this many days.
    pub plan_ttl_days: u32,
    /// A seat goes only when its owner was told at least this many days before; `None` for no notices. Left out then, so
    /// that settings without notices keep their digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_days: Option<u32>,
    pub never_release: NeverRelease,
    /// The account that Steward uses at the server.
    pub own_account: Option<Account>,
}

/// What happens to a licence type that has more releases than its cap allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AboveCap {
    /// All of them are held until an administrator decides.
    Hold,
    /// As many as the cap allows go, the rest is held for the next run.
    LongestIdleFirst,
}

/// The users' `neverRelease` settings: owners who keep their seats whatever the policy says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NeverRelease {
    pub user: Vec<Account>,
    pub tag: Vec<String>,
    pub custom_property: Vec<crate::snapshot::Property>,
    pub user_directory: Vec<String>,
    pub inactive: FlagRule,
    pub blocked: FlagRule,
    pub removed_externally: FlagRule,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Account {
    pub user_dir: String,
    pub user_id: String,
}

/// Which owners a flag protects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    pub fn protects(self, flag: bool) -> bool {
        match self {
            Self::Ignore => false,
            Self::Yes => flag,
            Self::No => !flag,
        }
    }
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            // Qlik keeps a released seat in quarantine for seven days after its last use.
            min_idle_days: 7,
            // An administrator without a seat may not reach the management console.
            protect_roles: vec!["RootAdmin".to_owned()],
            max_release_basis_points: 500,
            max_releases: None,
            above_cap: AboveCap::Hold,
            undo_reserve_days: None,
            max_inventory_age_minutes: 15,
            plan_ttl_days: 7,
            notice_days: None,
            never_release: NeverRelease::default(),
            own_account: None,
        }
    }
}

impl GuardSettings {
    /// # Errors
    /// Never in practice: every part can be written as JSON.
    pub fn digest(&self) -> Result<Digest, serde_json::Error> {
        Digest::of_canonical_json(self)
    }
}

/// The account of a user of the server, for messages: `DIR\user`.
pub fn account_name(user_directory: &str, user_id: &str) -> String {
    format!("{user_directory}\\{user_id}")
}
