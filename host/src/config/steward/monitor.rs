//! `steward.monitor`: what is watched beside Butler's own measurements.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is watched beside Butler's own measurements.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Monitor {
    /// Write how many days each person has been idle, by name, at each reading. Off: names of people and one series for
    /// each of them are not for every database.
    pub user_activity: bool,
}
