//! `license`: the licence of the site. The signed key, the control number and the LEF text are secrets; of the LEF only the
//! end of the licence is read, and nothing of it is kept.

use serde::Deserialize;
use serde_json::Value;
use steward_core::monitor::server_license::{self, Expiry};

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
    key_details: Option<String>,
    /// When it ends, from `keyDetails` and `lef`.
    #[serde(skip, default = "unread")]
    pub expiry: Expiry,
}

fn unread() -> Expiry {
    Expiry::Unknown("it was not read".to_owned())
}

/// `None` for a site without a licence.
pub(in crate::qrs) fn read(license: &Value) -> Result<Option<License>, String> {
    let lef = license.get("lef").and_then(Value::as_str);
    let mut read = Option::<License>::deserialize(license).map_err(|error| error.to_string())?;
    if let Some(read) = &mut read {
        read.expiry = server_license::expiry(read.key_details.as_deref(), lef);
    }
    Ok(read)
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
