//! The kinds of seat that belong to one person.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Ordered by name, which is the order of plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LicenseType {
    Analyzer,
    Professional,
    /// Token-based user access.
    User,
}

impl LicenseType {
    pub const ALL: [Self; 3] = [Self::Analyzer, Self::Professional, Self::User];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Analyzer => "analyzer",
            Self::Professional => "professional",
            Self::User => "user",
        }
    }
}

impl fmt::Display for LicenseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
