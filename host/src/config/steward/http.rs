//! `steward.http`: where `steward run` answers about its health.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where `steward run` answers about its health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Http {
    /// Answer at all. `steward reload` and `steward poke` need it.
    pub enable: bool,
    /// Address and port; port 0 takes a free one.
    #[schemars(length(min = 1))]
    pub listen: String,
}

impl Default for Http {
    fn default() -> Self {
        // Only this machine: nothing binds further without a token.
        Self { enable: true, listen: "127.0.0.1:8642".to_owned() }
    }
}
