//! The settings of the standard policy: what is refused, where, and with which words.

use serde_json::{Value, json};
use steward_policy_sdk::{Evaluator, Fact, describe, testing::run};
use steward_policy_standard::Standard;

/// The settings are refused at exactly these places, with these words.
#[track_caller]
fn refused(settings: &Value, expected: &[(&str, &str)]) {
    let errors = Evaluator::<Standard>::configure(&settings.to_string(), &run()).err().expect("settings to be refused");
    let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(paths, expected.iter().map(|(path, _)| *path).collect::<Vec<_>>());
    for (error, (_, words)) in errors.iter().zip(expected) {
        assert!(error.message.contains(words), "{}: {}", error.path, error.message);
        let begins_well = error.message.chars().next().is_some_and(|c| !c.is_uppercase());
        assert!(begins_well && !error.message.ends_with('.'), "{}", error.message);
    }
}

#[test]
fn mistakes_are_refused_where_they_stand() {
    let days = |days: i64| json!({ "licenseType": { "user": { "releaseThresholdDays": days } } });
    refused(&days(0), &[("/licenseType/user/releaseThresholdDays", "would release everybody")]);
    refused(&days(1_000_001), &[("/licenseType/user/releaseThresholdDays", "1 to 1000000")]);
    refused(&days(-1), &[("/licenseType/user/releaseThresholdDays", "invalid value")]);
    refused(&json!({ "neverUsedGraceDays": 1_000_001 }), &[("/neverUsedGraceDays", "up to 1000000")]);
    refused(&json!({ "neverRelease": { "tag": ["a", " "] } }), &[("/neverRelease/tag/1", "protects nobody")]);
    refused(&json!({ "protect": { "roles": [] } }), &[("/protect/roles", "unknown field `roles`")]);
    refused(&json!({ "protect": { "role": "RootAdmin" } }), &[("/protect/role", "expected a sequence")]);
    refused(&json!({ "protect": { "attribute": [{ "name": "group" }] } }), &[("/protect/attribute/0", "`value`")]);
}

#[test]
fn every_mistake_of_protect_is_told_at_once() {
    let protect = json!({
        "role": ["ContentAdmin", ""],
        "attribute": [{ "name": " ", "value": "x" }],
        "namePattern": ["svc_*", "*", "", "ACME\\\\x"],
        "keepUntilProperty": " ",
    });
    refused(
        &json!({ "protect": protect }),
        &[
            ("/protect/role/1", "protects nobody"),
            ("/protect/attribute/0", "protects nobody"),
            ("/protect/namePattern/1", "such as `svc_*`"),
            ("/protect/namePattern/2", "blank"),
            ("/protect/namePattern/3", "two backslashes"),
            ("/protect/keepUntilProperty", "name of a custom property"),
        ],
    );
    let many = vec!["svc_*"; 201];
    refused(&json!({ "protect": { "namePattern": many } }), &[("/protect/namePattern", "at most 200")]);
}

#[test]
fn what_is_left_out_or_bare_protects_nobody() {
    let bare = json!({ "role": null, "attribute": null, "namePattern": null, "keepUntilProperty": null });
    for settings in [json!({}), json!({ "protect": {} }), json!({ "protect": bare })] {
        assert!(Evaluator::<Standard>::configure(&settings.to_string(), &run()).is_ok(), "{settings}");
    }
}

#[test]
fn the_schema_marks_the_settings_that_need_a_fact() {
    let description = describe::<Standard>();
    assert_eq!(description.needs, [Fact::Roles, Fact::Attributes]);
    let schema: Value = serde_json::from_str(&description.settings_schema).expect("JSON");
    let protect = schema.pointer("/properties/protect/properties").expect("protect");
    assert_eq!(protect["role"]["x-needs-fact"], "roles");
    assert_eq!(protect["attribute"]["x-needs-fact"], "attributes");
    assert_eq!(description.settings_schema.matches("x-needs-fact").count(), 2);
    assert_eq!(protect["namePattern"]["type"], "array");
    // Nobody could tell which settings a mark behind a reference belongs to.
    assert!(!description.settings_schema.contains("$ref"));
    // The host offers these settings of the users' file to policies whose schema has members of these names.
    assert!(
        schema.pointer("/properties/licenseType").is_some() && schema.pointer("/properties/neverRelease").is_some()
    );
}
