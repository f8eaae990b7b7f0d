//! The `protect` settings. A mistake in them is an error and never a protection that protects nobody.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::pattern::Pattern;
use crate::SettingsError;
use crate::rules::settings::{NamedValue, blank};

/// Each pattern is looked at for each seat.
const PATTERNS_MAX: usize = 200;

/// People who keep their seats however long they do not use them, beside those of `neverRelease`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Protect {
    /// Owners with one of these roles.
    #[serde(deserialize_with = "list")]
    #[schemars(extend("x-needs-fact" = "roles"))]
    pub role: Vec<String>,
    /// Owners with one of these directory attributes, such as `group`, set to the value.
    #[serde(deserialize_with = "list")]
    #[schemars(extend("x-needs-fact" = "attributes"))]
    pub attribute: Vec<NamedValue>,
    /// Owners whose name matches one of these patterns: `*` stands for any characters, `?` for one. A pattern with a
    /// backslash is compared with directory and user id, such as `ACME\svc_*`; one without with the user id.
    #[serde(deserialize_with = "list")]
    #[schemars(length(max = 200))]
    pub name_pattern: Vec<String>,
    /// Owners with this custom property keep their seats until the date that it holds: `2026-12-31` means until the end
    /// of that day in UTC, `2026-12-31T18:00:00+01:00` an instant. A value that is no date keeps the seat.
    pub keep_until_property: Option<String>,
}

/// A bare key, which YAML reads as null, is an empty list.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Protect {
    /// What the types cannot say.
    pub(crate) fn errors(&self) -> Vec<SettingsError> {
        let is_blank = |text: &str| text.trim().is_empty();
        let mut errors: Vec<SettingsError> = blank("/protect/role", self.role.iter().map(|role| is_blank(role)))
            .chain(blank("/protect/attribute", self.attribute.iter().map(|entry| is_blank(&entry.name))))
            .collect();
        for (index, text) in self.name_pattern.iter().enumerate() {
            if let Err(message) = Pattern::new(text) {
                errors.push(SettingsError { path: format!("/protect/namePattern/{index}"), message });
            }
        }
        if self.name_pattern.len() > PATTERNS_MAX {
            let message = format!("there are {} patterns, at most {PATTERNS_MAX} are allowed", self.name_pattern.len());
            errors.push(SettingsError { path: "/protect/namePattern".to_owned(), message });
        }
        if self.keep_until_property.as_deref().is_some_and(is_blank) {
            errors.push(SettingsError {
                path: "/protect/keepUntilProperty".to_owned(),
                message: "write the name of a custom property, or leave it out".to_owned(),
            });
        }
        errors
    }
}
