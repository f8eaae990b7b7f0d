//! `steward.forecast`: how far back and how far ahead the forecast of the pools looks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far back and how far ahead the forecast of the pools looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Forecast {
    /// Days to look ahead. Exhaustion further away than this is not told.
    #[schemars(range(min = 7, max = 730))]
    pub horizon_days: u32,
    /// Days of the past that count.
    #[schemars(range(min = 28, max = 1095))]
    pub history_days: u32,
}

impl Default for Forecast {
    fn default() -> Self {
        let own = steward_core::forecast::ForecastSettings::default();
        Self { horizon_days: own.horizon_days, history_days: own.history_days }
    }
}
