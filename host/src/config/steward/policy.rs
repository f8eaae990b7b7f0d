//! `steward.policy`: the rules that decide. What the settings mean is the policy's own affair.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::FilePath;

/// The rules that decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// A policy component that replaces the shipped one.
    pub component: Option<FilePath>,
    /// Settings given to the policy; `steward policy inspect` says which ones it knows.
    pub settings: Map<String, Value>,
    /// People who may newly lose a seat when rules or limits change, before `steward run` waits for `steward arm`.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub max_new_releases: u32,
}

impl Default for Policy {
    fn default() -> Self {
        // As many as the cap always lets through: a slip of a finger in a threshold costs no more.
        Self { component: None, settings: Map::new(), max_new_releases: 5 }
    }
}
