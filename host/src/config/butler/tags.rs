//! Static tags and the `InfluxDB` destination, which several sections share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a job's measurements go in `InfluxDB`. Written when this switch and `Butler.influxDb.enable` are both on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct InfluxDestination {
    /// Write these measurements.
    pub enable: bool,
    /// Tags of these measurements; they win over those of `Butler.influxDb.tag`.
    pub tag: StaticTags,
}

/// The one destination of the licence monitor and of the release.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct InfluxOnly {
    /// `InfluxDB`.
    pub influx_db: InfluxDestination,
}

/// Tags with a fixed value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct StaticTags {
    /// Names and values.
    #[serde(rename = "static")]
    pub fixed: Vec<NameValue>,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NameValue {
    /// The name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The value.
    pub value: String,
}
