//! `Butler.influxDb`: the database that measurements are written to. Butler keeps more settings here; they are passed
//! over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tags::StaticTags;
use crate::config::Secret;

/// The `InfluxDB` that measurements are written to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct InfluxDb {
    /// Master switch: without it nothing is written.
    pub enable: bool,
    /// Name or address of the server.
    #[serde(rename = "hostIP")]
    pub host_ip: Option<String>,
    /// Its port.
    #[schemars(range(min = 1, max = 65535))]
    pub host_port: u16,
    /// Version of `InfluxDB`: 1, 2 or 3.
    #[schemars(range(min = 1, max = 3))]
    pub version: u8,
    /// Settings for version 1.
    pub v1_config: V1Config,
    /// Settings for version 2.
    pub v2_config: V2Config,
    /// Settings for version 3.
    pub v3_config: V3Config,
    /// Tags on every point.
    pub tag: StaticTags,
    /// Version 1, as older files have it: use `v1Config.auth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// Version 1, as older files have it: use `v1Config.dbName`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub db_name: Option<String>,
    /// Version 1, as older files have it: use `v1Config.retentionPolicy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_policy: Option<RetentionPolicy>,
}

impl Default for InfluxDb {
    fn default() -> Self {
        Self {
            enable: false,
            host_ip: None,
            host_port: 8086,
            version: 1,
            v1_config: V1Config::default(),
            v2_config: V2Config::default(),
            v3_config: V3Config::default(),
            tag: StaticTags::default(),
            auth: None,
            db_name: None,
            retention_policy: None,
        }
    }
}

/// Settings for version 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct V1Config {
    /// How to sign in.
    pub auth: Option<Auth>,
    /// The database; created when missing.
    pub db_name: Option<String>,
    /// The default retention policy of a database that Steward creates.
    pub retention_policy: Option<RetentionPolicy>,
}

/// How to sign in to version 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Auth {
    /// Sign in at all.
    pub enable: bool,
    /// The user name.
    pub username: Option<String>,
    /// The password, also `${env:NAME}` or `${file:PATH}`.
    pub password: Option<Secret>,
}

/// How long version 1 keeps the points.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct RetentionPolicy {
    /// Its name.
    pub name: Option<String>,
    /// How long, such as `10d`.
    pub duration: Option<String>,
}

/// Settings for version 2.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct V2Config {
    /// The organisation.
    pub org: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The token, also `${env:NAME}` or `${file:PATH}`.
    pub token: Option<Secret>,
    /// How long points are kept, such as `10d`.
    pub retention_duration: Option<String>,
}

/// Settings for version 3.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct V3Config {
    /// The database.
    pub database: Option<String>,
    /// The token, also `${env:NAME}` or `${file:PATH}`.
    pub token: Option<Secret>,
    /// How long points are kept, such as `10d`.
    pub retention_duration: Option<String>,
    /// Milliseconds that a write may take.
    #[schemars(range(min = 1, max = 3_600_000))]
    pub write_timeout: Option<u32>,
}
