//! `steward.policy`: the rules that decide. What the settings mean is the policy's own affair.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::FilePath;

/// The rules that decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// A policy component that always decides. Without it the one that `steward policy activate` chose, or `standard`.
    pub component: Option<FilePath>,
    /// Settings given to the policy; `steward policy inspect` says which ones it knows.
    pub settings: Map<String, Value>,
    /// Settings given to policies of these names instead of `settings`.
    pub settings_of: BTreeMap<String, Map<String, Value>>,
    /// Policies that decide beside the active one and never act: `steward run` counts where they disagree.
    #[schemars(length(max = 10))]
    pub shadow: Vec<Shadow>,
    /// People who may newly lose a seat when rules or limits change, before `steward run` waits for `steward arm`, and when
    /// a policy is activated.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub max_new_releases: u32,
    /// Runs in the shadow without anybody who would newly lose a seat that a policy needs before it is activated.
    #[schemars(range(min = 0, max = 1000))]
    pub clean_shadow_runs: u32,
    /// Which policies are accepted at all.
    pub trust: Trust,
}

/// A policy in the shadow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Shadow {
    /// A stored or shipped policy: its name, `name@version`, or the beginning of its digest.
    #[schemars(length(min = 1))]
    pub policy: String,
    /// Settings given to it instead of those that are found by its name.
    pub settings: Option<Map<String, Value>>,
}

/// Whose policies are accepted. Those that are part of Steward always are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Trust {
    /// Public keys of minisign, the line that begins with `RW`. With one of them here, every policy needs a signature.
    pub keys: Vec<String>,
    /// Signatures made before this day (UTC) are refused, such as `2026-01-31`: older policies do not come back.
    pub not_signed_before: Option<String>,
    /// The oldest version that is accepted, by name of policy.
    pub min_versions: BTreeMap<String, String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            component: None,
            settings: Map::new(),
            settings_of: BTreeMap::new(),
            shadow: Vec::new(),
            // As many as the cap always lets through: a slip of a finger in a threshold costs no more.
            max_new_releases: 5,
            clean_shadow_runs: 0,
            trust: Trust::default(),
        }
    }
}

impl Policy {
    /// The settings of a policy with this name.
    pub fn settings_for(&self, name: &str) -> &Map<String, Value> {
        self.settings_of.get(name).unwrap_or(&self.settings)
    }
}
