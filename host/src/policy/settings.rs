//! What a policy is configured with.

use serde_json::{Map, Value};
use steward_core::policy::Description;

/// The settings that users already have, offered to every policy.
const SHARED: [&str; 2] = ["licenseType", "neverRelease"];

/// Puts together what a policy asked for: `licenseType` and `neverRelease` of the users' settings when its schema has
/// members of these names, and `own` (`steward.policy.settings`) as it is; the settings file cannot have both.
pub fn policy_settings(description: &Description, shared: &Map<String, Value>, own: &Map<String, Value>) -> Value {
    // The schema was read once when the policy was loaded, so an unreadable one cannot get here.
    let schema: Value = serde_json::from_str(&description.settings_schema).unwrap_or_default();
    let asked_for = |name: &str| schema.pointer(&format!("/properties/{name}")).is_some();
    let mut settings = Map::new();
    for name in SHARED.into_iter().filter(|name| asked_for(name)) {
        if let Some(value) = shared.get(name) {
            settings.insert(name.to_owned(), value.clone());
        }
    }
    settings.extend(own.clone());
    Value::Object(settings)
}
