//! Who asks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use steward_core::instant::Instant;

use crate::config::steward::http::Role;

/// The code of a sign-in link.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    #[schemars(length(min = 1, max = 200))]
    pub code: String,
}

/// A token for a while. It is in the memory of the daemon only, and a restart ends it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// For the header `Authorization: Bearer …`.
    pub token: String,
    pub name: String,
    pub role: Role,
    pub expires_at: Instant,
}

/// Whose token it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Who {
    pub name: String,
    pub role: Role,
    /// `null` when it does not expire.
    pub expires_at: Option<Instant>,
}
