//! `license`: the licence of the site. The signed key, the control number and the LEF text are secrets and are never
//! read into anything.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct License {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub organization: String,
    pub is_expired: bool,
    #[serde(default)]
    pub expired_reason: Option<String>,
    #[serde(default)]
    pub is_blacklisted: bool,
    #[serde(default)]
    pub is_invalid: bool,
    /// Lines such as `Valid To: …`; `None` in older releases.
    #[serde(default)]
    pub key_details: Option<String>,
}

/// `None` for a site without a licence.
pub(in crate::qrs) fn read(license: &Value) -> Result<Option<License>, String> {
    Option::<License>::deserialize(license).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn never_holds_the_key() {
        let license = json!({"key": "SECRET", "check": "SECRET", "lef": "SECRET", "name": "ACME", "isExpired": false});
        let license = read(&license).unwrap().unwrap();
        assert!(!format!("{license:?}").contains("SECRET"));
        assert_eq!(read(&json!(null)), Ok(None));
        assert!(read(&json!({"name": "ACME"})).is_err(), "an unknown expiry is not fine");
    }
}
