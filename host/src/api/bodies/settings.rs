//! The settings that decide, without secrets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::settings::GuardSettings;

/// The settings that count when a plan is made, as policy and guard get them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Settings")]
pub struct SettingsBody {
    /// Of the policy that decides.
    pub policy: PolicySettings,
    pub guard: GuardSettings,
    /// Of the guard's settings, as plans carry it.
    pub guard_digest: Digest,
    pub is_enabled: bool,
    pub is_dry_run: bool,
    /// `steward.policy.maxNewReleases`
    pub max_new_releases: u32,
    /// `steward.policy.cleanShadowRuns`
    pub clean_shadow_runs: u32,
}

/// What a policy is configured with.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicySettings {
    pub name: String,
    pub version: String,
    pub digest: Digest,
    /// In the shape of the policy's own JSON Schema.
    pub settings: Value,
    /// As plans carry it.
    pub settings_digest: Digest,
}

/// Which schedule.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleQuery {
    #[schemars(length(min = 1, max = 500))]
    pub text: String,
    /// Occurrences after this instant; left out: from now on.
    #[serde(default)]
    pub from: Option<Instant>,
    #[serde(default = "five")]
    #[schemars(range(min = 1, max = 100))]
    pub count: u16,
}

fn five() -> u16 {
    5
}
