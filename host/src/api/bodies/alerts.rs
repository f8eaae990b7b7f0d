//! What is asked for about alerts. What is answered is [`crate::alerts::told`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for a silence.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SilenceRequest {
    /// A rule by its name. Left out: all of them.
    #[serde(default)]
    pub rule: Option<String>,
    /// Such as a licence type. Left out: whatever it is about.
    #[serde(default)]
    pub subject: Option<String>,
    /// How long it lasts: 1 to 2208.
    pub hours: u32,
    /// Why, for whoever wonders.
    pub note: String,
}

/// Asks for a test of sinks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestRequest {
    /// Left out: all sinks that take alerts.
    #[serde(default)]
    pub sink: Option<String>,
    /// What the message is said to be about. Left out: low availability.
    #[serde(default)]
    pub rule: Option<String>,
}

/// Messages that wait for their sinks now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "AlertTest")]
pub struct TestBody {
    /// Of the message, as sinks are given it.
    pub id: String,
    pub sinks: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertHistoryQuery {
    /// How many at most: 1 to 500.
    pub limit: u32,
}

impl Default for AlertHistoryQuery {
    fn default() -> Self {
        Self { limit: 100 }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SilencePath {
    pub id: String,
}
