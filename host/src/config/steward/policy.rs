//! `steward.policy`: the rules that decide. What the settings mean is the policy's own affair.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::FilePath;

/// The rules that decide.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// A policy component that replaces the shipped one.
    pub component: Option<FilePath>,
    /// Settings given to the policy; `steward policy inspect` says which ones it knows.
    pub settings: Map<String, Value>,
}
