//! `steward.history`: what is kept for charts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is kept for charts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct History {
    /// Days for which readings of the pools are kept. Audit entries are kept for good.
    #[schemars(range(min = 1, max = 36_500))]
    pub retention_days: u32,
}

impl Default for History {
    fn default() -> Self {
        // A year and a month, so that a month can be compared with the same one a year ago.
        Self { retention_days: 400 }
    }
}
