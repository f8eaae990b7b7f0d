//! `steward.digest`: a regular mail to the administrators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A regular mail to the administrators: pools, forecast, what was released and held, what comes next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct DigestMail {
    /// Send it.
    pub enable: bool,
    /// When, as a text of later.js or a cron text, in UTC.
    pub frequency: String,
    /// Addresses of those who get it.
    pub to: Vec<String>,
}

impl Default for DigestMail {
    fn default() -> Self {
        Self { enable: false, frequency: "at 7:00 am on Monday".to_owned(), to: Vec::new() }
    }
}
