//! The schema for editors and the effective settings for people.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{SMALL, accept, with_release, with_steward};
use crate::config::{Format, schema, schema_text};

/// Every schema of a setting, with its path.
fn each_setting(schema: &Value, path: &str, visit: &mut dyn FnMut(&str, &Value)) {
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/{key}");
        visit(&path, inner);
        each_setting(inner, &path, visit);
        each_setting(&inner["items"], &path, visit);
    }
}

#[test]
fn describes_every_setting_in_the_schema() {
    let parsed: Value = serde_json::from_str(&schema_text()).expect("JSON");
    assert_eq!(parsed, schema());
    assert_eq!(parsed["title"], "Steward settings");
    assert!(!schema_text().contains("$ref"));
    let mut paths = BTreeSet::new();
    each_setting(&parsed, "", &mut |path, setting| {
        assert!(setting["description"].as_str().is_some_and(|text| !text.is_empty()), "{path} has no description");
        paths.insert(path.to_owned());
    });
    for path in [
        "/Butler/cert/clientCertCA",
        "/Butler/configQRS/headers/static/value",
        "/Butler/configQRS/useSSL",
        "/Butler/qlikSenseLicense/licenseRelease/neverRelease/user/userDir",
        "/Butler/qlikSenseLicense/licenseRelease/neverRelease/removedExternally",
        "/Butler/qlikSenseLicense/serverLicenseMonitor/destination/mqtt/sendAlert/enable",
        "/Butler/influxDb/v1Config/retentionPolicy/duration",
        "/Butler/influxDb/hostIP",
        "/Butler/mqttConfig/qlikSenseServerLicenseExpireTopic",
        "/Butler/webhookNotification/qlikSenseServerLicenseExpiryAlert/webhooks/cert/certCA",
        "/steward/dataDir",
        "/steward/guard/aboveCap",
        "/steward/licenseType/user/releaseThresholdDays",
        "/steward/policy/settings",
        "/steward/qrs/maxResponseMegabytes",
    ] {
        assert!(paths.contains(path), "{path} is missing");
    }
}

#[test]
fn limits_every_number_in_the_schema() {
    each_setting(&schema(), "", &mut |path, setting| {
        let types = setting["type"].to_string();
        if types.contains("integer") || types.contains("number") {
            assert!(setting["minimum"].is_number() && setting["maximum"].is_number(), "{path} has no limits");
        }
    });
}

#[test]
fn refuses_unknown_keys_in_all_sections_that_are_ours() {
    each_setting(&schema(), "", &mut |path, setting| {
        let ours = path.starts_with("/steward") || path.starts_with("/Butler/qlikSenseLicense");
        for section in [setting, &setting["items"]] {
            if ours && section["properties"].is_object() {
                assert_eq!(section["additionalProperties"], false, "{path} takes unknown keys");
            }
        }
    });
}

#[test]
fn shows_settings_that_read_back_as_the_same() {
    for text in [
        SMALL.to_owned(),
        with_release(
            "neverRelease:\n  user: [ { userDir: NO, userId: 007 } ]\n  tag: [ 'a \"b\" \\c', 'é\u{1}: #' ]\n  blocked: yes",
        ),
        with_steward(
            "guard: { maxReleasePercent: 2.5, maxReleases: 3 }\npolicy: { settings: { a: [ 1, [], {}, [ [ 2, 3 ], { c: d, e: [ f ] } ] ], 'b c': '1' } }",
        ),
    ] {
        let mut settings = accept(&text);
        let yaml = settings.show(Format::Yaml);
        let json = settings.show(Format::Json);
        // Shown as it takes effect.
        settings.steward.qrs.verify = Some(settings.qrs_verify());
        settings.steward.data_dir = settings.data_dir().map(Into::into);
        assert_eq!(accept(&yaml), settings, "{yaml}");
        assert_eq!(accept(&json), settings, "{json}");
    }
}
