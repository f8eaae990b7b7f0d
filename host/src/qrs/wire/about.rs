//! `about`: which server answers.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    pub build_version: String,
    /// As the server writes it; its meaning is not documented.
    #[serde(default)]
    pub node_type: Value,
}

pub(in crate::qrs) fn read(about: &Value) -> Result<About, String> {
    About::deserialize(about).map_err(|error| error.to_string())
}
