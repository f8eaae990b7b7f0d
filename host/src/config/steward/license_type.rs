//! `steward.licenseType`: kinds of seats that Butler does not know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::butler::license_release::LicenseType;

/// Kinds of seats that Butler does not know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseTypes {
    /// User access passes of a token-based licence.
    pub user: LicenseType,
}
