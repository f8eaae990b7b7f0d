//! Forecasts of the pools, and what months cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use steward_core::cost::{Month, MonthlyReport};
use steward_core::forecast::Forecast;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;

/// When the pools will be exhausted, if nothing more is released.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Forecasts {
    pub at: Instant,
    pub pools: Vec<PoolForecast>,
}

/// When one pool will be exhausted, or why nobody can tell.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolForecast {
    pub license_type: LicenseType,
    pub forecast: Forecast,
    /// The same as a sentence.
    pub text: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct CostQuery {
    /// Such as `2026-10`, from the month of the first reading to the running one. Left out: the running month.
    pub month: Option<String>,
}

/// What a month costs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostBody {
    /// The months that can be asked for, the first one first; empty before the first reading.
    pub months: Vec<Month>,
    /// Digits behind the point in the currency of the report: amounts are whole numbers of its smallest unit.
    pub decimals: Option<u32>,
    /// `None` without prices.
    pub report: Option<MonthlyReport>,
    /// Why there is no report.
    pub problem: Option<String>,
}
