//! The part of the users' settings file that decides: what the simulator lets somebody change, and what the program
//! reads from the file. Both make the settings of a run of it in the one way that is here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{AboveCap, FlagRule, GuardSettings, NeverRelease, RunSettings};
use crate::policy::Description;

/// The settings that users already have, offered to every policy.
const LICENSE_TYPE: &str = "licenseType";
const NEVER_RELEASE: &str = "neverRelease";

/// Settings before they are put together for one policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsDraft {
    pub license_type: LicenseTypeRules,
    /// With the protections of the file: they are the policy's and the guard's.
    pub guard: GuardSettings,
    /// The policy's own settings: `steward.policy.settings` of the file.
    pub policy: Map<String, Value>,
    /// Settings of a policy that no file would give, such as those of a snapshot that somebody edited. They count as
    /// they are, and `license_type` and `policy` do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verbatim: Option<Value>,
}

/// `licenseType` of the file, that of `steward.licenseType` included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LicenseTypeRules {
    pub analyzer: LicenseTypeRule,
    pub professional: LicenseTypeRule,
    pub user: LicenseTypeRule,
}

/// Whether seats of a type are taken back, and after how many days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LicenseTypeRule {
    pub enable: bool,
    pub release_threshold_days: u32,
}

impl Default for LicenseTypeRule {
    fn default() -> Self {
        // As Butler has it.
        Self { enable: false, release_threshold_days: 90 }
    }
}

impl SettingsDraft {
    /// The settings of a run of this policy: `licenseType` and `neverRelease` when its schema has members of these names,
    /// and the policy's own settings as they are; the settings file cannot have both.
    pub fn for_policy(&self, description: &Description) -> RunSettings {
        let policy = self.verbatim.clone().unwrap_or_else(|| self.policy_settings(description));
        RunSettings { policy, guard: self.guard.clone() }
    }

    fn policy_settings(&self, description: &Description) -> Value {
        // The schema was read once when the policy was loaded, so an unreadable one cannot get here.
        let schema: Value = serde_json::from_str(&description.settings_schema).unwrap_or_default();
        let offered = [(LICENSE_TYPE, json!(self.license_type)), (NEVER_RELEASE, json!(self.guard.never_release))];
        let asked_for = |name: &str| schema.pointer(&format!("/properties/{name}")).is_some();
        let mut settings: Map<String, Value> = offered
            .into_iter()
            .filter(|(name, _)| asked_for(name))
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        settings.extend(self.policy.clone());
        Value::Object(settings)
    }

    /// The draft that gives these settings with this policy. What a policy does not tell has its default.
    pub fn of_run(run: &RunSettings, description: &Description) -> Self {
        let mut policy = run.policy.as_object().cloned().unwrap_or_default();
        let license_type = policy.remove(LICENSE_TYPE).and_then(|value| serde_json::from_value(value).ok());
        policy.remove(NEVER_RELEASE);
        let license_type = license_type.unwrap_or_default();
        let mut draft = Self { license_type, guard: run.guard.clone(), policy, verbatim: None };
        if draft.for_policy(description) != *run {
            draft.verbatim = Some(run.policy.clone());
        }
        draft
    }

    /// The members of the users' settings file that say the same. The account that Steward uses is not among them: it
    /// follows from the connection.
    pub fn to_file(&self) -> Value {
        let LicenseTypeRules { analyzer, professional, user } = &self.license_type;
        let guard = &self.guard;
        let above_cap = match guard.above_cap {
            AboveCap::Hold => "hold",
            AboveCap::LongestIdleFirst => "longest-idle-first",
        };
        json!({
            "Butler": {"qlikSenseLicense": {"licenseRelease": {
                "licenseType": {"analyzer": analyzer, "professional": professional},
                "neverRelease": never_release(&guard.never_release),
            }}},
            "steward": {
                "licenseType": {"user": user},
                "policy": {"settings": self.policy},
                "guard": {
                    "minIdleDays": guard.min_idle_days,
                    "protectRoles": guard.protect_roles,
                    "maxReleasePercent": percent(guard.max_release_basis_points),
                    "maxReleases": guard.max_releases,
                    "aboveCap": above_cap,
                    "undoReserveDays": guard.undo_reserve_days,
                    "maxInventoryAgeMinutes": guard.max_inventory_age_minutes,
                    "planTtlDays": guard.plan_ttl_days,
                },
            },
        })
    }
}

/// The file writes flags with a capital letter.
fn never_release(settings: &NeverRelease) -> Value {
    let flag = |rule: FlagRule| match rule {
        FlagRule::Ignore => "Ignore",
        FlagRule::Yes => "Yes",
        FlagRule::No => "No",
    };
    json!({
        "user": settings.user,
        "tag": settings.tag,
        "customProperty": settings.custom_property,
        "userDirectory": settings.user_directory,
        "inactive": flag(settings.inactive),
        "blocked": flag(settings.blocked),
        "removedExternally": flag(settings.removed_externally),
    })
}

fn percent(basis_points: u32) -> Value {
    if basis_points.is_multiple_of(100) { json!(basis_points / 100) } else { json!(f64::from(basis_points) / 100.0) }
}
