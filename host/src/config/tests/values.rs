//! What values mean.

use serde_json::json;

use super::{SMALL, accept, refuse_with, with_release, with_steward};
use crate::config::Settings;
use crate::config::butler::license_release::{FlagRule, LicenseType, UserEntry};
use crate::config::steward::guard::{AboveCap, Guard};

#[test]
fn takes_ids_as_written() {
    let settings = accept(&with_release(
        "neverRelease:
  user:
    - { userDir: NO, userId: 007 }
    - { userDir: 0x1F, userId: 1e3 }
    - { userDir: true, userId: Null }
    - { userDir: 'DOMAIN\\x', userId: \"Ünï \\u263A 名\" }
  tag: [ yes, 2026-01-01, 1_000, ~ ]
  userDirectory: [ NO, 12:30 ]",
    ));
    let never = &settings.butler.qlik_sense_license.license_release.never_release;
    let users: Vec<(&str, &str)> =
        never.user.iter().map(|UserEntry { user_dir, user_id }| (user_dir.as_str(), user_id.as_str())).collect();
    assert_eq!(users, [("NO", "007"), ("0x1F", "1e3"), ("true", "Null"), ("DOMAIN\\x", "Ünï ☺ 名")]);
    assert_eq!(never.tag, ["yes", "2026-01-01", "1_000", "~"]);
    assert_eq!(never.user_directory, ["NO", "12:30"]);
}

#[test]
fn reads_bare_keys_as_left_out() {
    let bare = accept(&with_release(
        "enable:
dryRun:
frequency:
neverRelease:
  user:
  tag:
  customProperty: []
  userDirectory: ~
  inactive:
licenseType:
  analyzer:
  professional: { enable: true, releaseThresholdDays: }
destination:
  influxDb: { tag: { static: } }",
    ));
    let mut expected = accept(SMALL);
    expected.butler.qlik_sense_license.license_release.license_type.professional.enable = true;
    assert_eq!(bare, expected);
    let release = bare.butler.qlik_sense_license.license_release;
    assert!(!release.enable && release.dry_run);
    assert_eq!(release.license_type.analyzer, LicenseType { enable: false, release_threshold_days: 90 });
}

#[test]
fn reads_flags_in_any_case_and_as_booleans() {
    for (written, rule) in [
        ("Ignore", FlagRule::Ignore),
        ("ignore", FlagRule::Ignore),
        ("IGNORE", FlagRule::Ignore),
        ("Yes", FlagRule::Yes),
        ("yes", FlagRule::Yes),
        ("' YES '", FlagRule::Yes),
        ("true", FlagRule::Yes),
        ("True", FlagRule::Yes),
        ("No", FlagRule::No),
        ("no", FlagRule::No),
        ("FALSE", FlagRule::No),
        ("false", FlagRule::No),
    ] {
        let settings = accept(&with_release(&format!("neverRelease: {{ blocked: {written} }}")));
        let never = settings.butler.qlik_sense_license.license_release.never_release;
        assert_eq!(never.blocked, rule, "{written}");
        assert_eq!((never.inactive, never.removed_externally), (FlagRule::Ignore, FlagRule::Ignore));
    }
}

#[test]
fn reads_booleans_of_both_yaml_versions() {
    for (written, expected) in
        [("true", true), ("True", true), ("yes", true), ("on", true), ("no", false), ("OFF", false)]
    {
        let settings = accept(&with_release(&format!("dryRun: {written}")));
        assert_eq!(settings.butler.qlik_sense_license.license_release.dry_run, expected, "{written}");
    }
    refuse_with(
        &with_release("dryRun: \"false\""),
        "dryRun: `true` or `false` is expected, but a text was found: write `false` without quotes",
    );
}

#[test]
fn reads_whole_numbers_in_their_spellings() {
    for (written, expected) in
        [("1", 1), ("030", 30), ("30.0", 30), ("+45", 45), ("0x1e", 30), ("1_000_000", 1_000_000)]
    {
        let text = with_release(&format!("licenseType: {{ analyzer: {{ releaseThresholdDays: {written} }} }}"));
        let types = accept(&text).butler.qlik_sense_license.license_release.license_type;
        assert_eq!(types.analyzer.release_threshold_days, expected, "{written}");
    }
}

#[test]
fn reads_the_guard_and_its_defaults() {
    assert_eq!(accept(SMALL).steward.guard, Guard::default());
    let settings = accept(&with_steward(
        "guard: { minIdleDays: 0, protectRoles: [], maxReleasePercent: 2.5, maxReleases: 0, aboveCap: Longest-Idle-First, planTtlDays: 365 }",
    ));
    let guard = settings.steward.guard;
    assert_eq!((guard.min_idle_days, guard.max_releases, guard.plan_ttl_days), (0, Some(0), 365));
    assert!((guard.max_release_percent - 2.5).abs() < f64::EPSILON);
    assert_eq!(guard.above_cap, AboveCap::LongestIdleFirst);
    assert!(guard.protect_roles.is_empty());
    refuse_with(&with_steward("guard: { maxReleases: -1 }"), "must be at least 0, but is `-1`");
    refuse_with(&with_steward("guard: { aboveCap: cut }"), "must be one of `hold`, `longest-idle-first`, but is `cut`");
}

#[test]
fn passes_policy_settings_on_by_the_core_rules_of_yaml() {
    let settings = accept(&with_steward(
        "policy:
  settings:
    deletedOwner: release
    neverUsedGraceDays: 14
    share: 0.25
    on: yes
    flag: true
    id: '007'
    nothing:
    list: [ 1, { a: ~ }, 0x10, -2 ]",
    ));
    assert_eq!(
        serde_json::Value::Object(settings.steward.policy.settings),
        json!({
            "deletedOwner": "release", "neverUsedGraceDays": 14, "share": 0.25, "on": "yes", "flag": true,
            "id": "007", "nothing": null, "list": [1, { "a": null }, 16, -2],
        })
    );
    refuse_with(&with_steward("policy: { settings: { a: [ .inf ] } }"), "`.inf` is not a number that can be passed on");
    refuse_with(
        &with_steward("policy: { settings: [ 1 ] }"),
        "settings of its own are expected here, but a list was found",
    );
}

#[test]
fn reads_windows_files() {
    let plain = accept(SMALL);
    assert_eq!(accept(&format!("\u{feff}{}", SMALL.replace('\n', "\r\n"))), plain);
    let folded = with_release("neverRelease:\n  tag:\n    - keep\n    - a b").replace('\n', "\r\n");
    assert_eq!(accept(&folded).butler.qlik_sense_license.license_release.never_release.tag, ["keep", "a b"]);
}

#[test]
fn reads_anchors_aliases_and_merge_keys() {
    let settings = accept(&with_release(
        "licenseType:
  analyzer: &common { enable: true, releaseThresholdDays: 45 }
  professional: { <<: *common, releaseThresholdDays: 60 }",
    ));
    let types = settings.butler.qlik_sense_license.license_release.license_type;
    assert_eq!(types.analyzer, LicenseType { enable: true, release_threshold_days: 45 });
    assert_eq!(types.professional, LicenseType { enable: true, release_threshold_days: 60 });
}

#[test]
fn fills_in_what_is_left_out() {
    let settings = Settings::default();
    let license = &settings.butler.qlik_sense_license;
    assert_eq!(license.license_release.frequency, "every 24 hours");
    assert_eq!(license.license_monitor.frequency, "every 6 hours");
    assert_eq!(license.server_license_monitor.alert.threshold_days, 60);
    assert_eq!((settings.butler.influx_db.version, settings.butler.influx_db.host_port), (1, 8086));
    assert_eq!(settings.steward.license_type.user, LicenseType { enable: false, release_threshold_days: 90 });
    let qrs = settings.steward.qrs;
    assert_eq!((qrs.connect_timeout_seconds, qrs.timeout_seconds, qrs.retries), (10, 60, 3));
    assert_eq!((qrs.parallelism, qrs.max_response_megabytes), (3, 512));
}
