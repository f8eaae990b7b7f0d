//! Suites find what is wrong with a policy, say it so that people understand, and find nothing else.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

mod mini;

use mini::{Mini, Wrong, description};
use serde_json::{Value, json};
use steward_core::policy::{Policy, RunContext};
use steward_core::suite::{NotReady, Options, PropertyOutcome, Report, Suite, run};

fn suite() -> Value {
    json!({
        "name": "mini",
        "now": "2026-01-31T09:00:00Z",
        "settings": {"days": 30, "neverRelease": {"user": [{"userDir": "ACME", "userId": "boss"}], "tag": ["VIP"]}},
        "monotone": [{"setting": "/days", "direction": "fewer-releases-when-higher"}],
        "cases": [
            {"name": "releases what nobody used", "candidate": {"lastUse": "30 days ago"},
             "expect": {"verdict": "release", "rule": "idle", "flipsAt": "never", "reason": "30 days"}},
            {"name": "keeps what was used a moment less long ago",
             "candidate": {"lastUse": "29 days 23 hours 59 minutes ago"},
             "expect": {"verdict": "keep", "rule": "recently-used", "flipsAt": "in 1 minute", "priority": 0}},
            {"name": "keeps the boss", "candidate": {"owner": {"userId": "boss"}},
             "expect": {"verdict": "keep", "rule": "never-release.user", "outcomes": {"never-release.tag": "passes"}}},
            {"name": "keeps important people", "candidate": {"owner": {"tags": ["VIP"]}},
             "expect": {"verdict": "keep", "rule": "never-release.tag"}},
            {"name": "keeps the seats of deleted people", "candidate": {"owner": "deleted"},
             "expect": {"verdict": "keep", "rule": "deleted-owner"}},
            {"name": "keeps what nobody can tell", "candidate": {"lastUse": "unknown"},
             "expect": {"verdict": "keep", "rule": "unknown"}},
            {"name": "releases later with other settings", "settings": {"days": 90},
             "candidate": {"lastUse": "60 days ago"}, "expect": {"verdict": "keep", "rule": "recently-used"}},
        ],
        "quotas": [
            {"name": "has no limit", "licenseType": "analyzer", "expect": "none"},
            {"name": "has the limit of its settings", "settings": {"quota": 5}, "licenseType": "user", "expect": 5},
        ],
        "refuses": [{"settings": {"days": 0}, "path": "/days", "message": "from 1"}],
    })
}

fn read(value: &Value) -> Suite {
    serde_json::from_value(value.clone()).unwrap()
}

fn run_all(wrong: Wrong, suites: &[Value]) -> Report {
    let suites: Vec<Suite> = suites.iter().map(read).collect();
    let mut configure = |settings: &Value, run: &RunContext| -> Result<Box<dyn Policy>, NotReady> {
        Ok(Box::new(Mini::configure(wrong, settings, run)?))
    };
    run(&description(), &suites, &mut configure, Options { variations: 300, ..Options::default() })
}

/// The suite with one member of it changed.
fn changed(pointer: &str, value: Value) -> Value {
    let mut suite = suite();
    *suite.pointer_mut(pointer).unwrap() = value;
    suite
}

#[test]
fn a_sane_policy_passes() {
    let report = run_all(Wrong::Nothing, &[suite()]);
    assert!(report.ok, "{}", report.to_text());
    assert_eq!((report.passed, report.failed), (10, 0));
    assert!(report.uncovered.is_empty(), "`undecided` need not be reached");
    for property in &report.suites[0].properties {
        assert_eq!(property.outcome, PropertyOutcome::Holds, "{}", property.property);
        assert!(property.checked >= 30, "{} looked at {} seats", property.property, property.checked);
    }
}

#[test]
fn the_same_suite_gives_the_same_report() {
    let text = || run_all(Wrong::FlipsLate, &[suite()]).to_json().unwrap();
    assert_eq!(text(), text());
}

#[track_caller]
fn check_property(wrong: Wrong, property: &str, words: &str) {
    let report = run_all(wrong, &[suite()]);
    assert!(!report.ok, "{wrong:?} is not found");
    let found = report.suites[0].properties.iter().find(|found| found.property == property).unwrap();
    let PropertyOutcome::Fails(example) = &found.outcome else {
        panic!("{wrong:?} is not found by {property}:\n{}", report.to_text())
    };
    assert!(example.detail.contains(words), "{wrong:?}: {}", example.detail);
    assert!(report.to_text().contains(&example.detail));
}

#[test]
fn every_fault_is_found_by_its_property() {
    check_property(Wrong::Moody, "deterministic", "the second time: release by idle, because \"");
    check_property(Wrong::Sticky, "order-independent", "asked backwards");
    check_property(Wrong::ExplainsOtherwise, "explained", "after explain it should be release by idle");
    check_property(Wrong::FailsToExplain, "explained", "explain gives a fault: out-of-fuel: too much to say");
    check_property(Wrong::OutlinesOtherwise, "outlines", "among many: ");
    check_property(Wrong::OutlinesTooFew, "outlines", "answers about");
    check_property(Wrong::FlipsLate, "flips-at", "it is release by idle");
    check_property(Wrong::FlipsInThePast, "flips-at", "which is not after 2026-01-31T09:00:00Z");
    check_property(Wrong::NeverFlips, "flips-at", "says that it turns never; at 2026-02-01T09:00:00Z it is release");
    check_property(Wrong::ForgetsProtectedUsers, "protected", "neverRelease.user has ACME\\test, released by idle");
    check_property(Wrong::ForgetsProtectedTags, "protected", "neverRelease.tag has ACME\\test");
    check_property(Wrong::Backwards, "monotone", "with /days at ");
    check_property(Wrong::FailsAtDeleted, "answers", "a fault: trap: unreachable");
}

#[test]
fn a_release_in_doubt_is_noted_and_no_failure() {
    let mut suite = suite();
    suite["cases"].as_array_mut().unwrap().retain(|case| case["name"] != "keeps what nobody can tell");
    let report = run_all(Wrong::Bold, &[suite]);
    assert!(report.ok, "{}", report.to_text());
    let doubts = report.suites[0].properties.iter().find(|found| found.property == "doubts").unwrap();
    let PropertyOutcome::Noted(example) = &doubts.outcome else { panic!("it is noted: {:?}", doubts.outcome) };
    assert!(example.detail.contains("Steward keeps such a seat"), "{}", example.detail);
    assert_eq!(report.uncovered, ["unknown"]);
}

#[test]
fn a_counterexample_can_be_pasted_into_a_suite() {
    let report = run_all(Wrong::ForgetsProtectedTags, &[suite()]);
    let found = report.suites[0].properties.iter().find(|found| found.property == "protected").unwrap();
    let PropertyOutcome::Fails(example) = &found.outcome else { panic!("it fails") };
    let mut case = example.reproduce.clone();
    case["name"] = json!("keeps them");
    case["expect"] = json!({"verdict": "keep", "rule": "never-release.tag"});
    let pasted = json!({"name": "pasted", "cases": [case]});
    let pasted = [pasted];
    assert!(run_all(Wrong::Nothing, &pasted).ok);
    assert!(!run_all(Wrong::ForgetsProtectedTags, &pasted).ok);
}

#[test]
fn a_failed_case_says_what_was_expected_and_what_every_rule_said() {
    let mut suite = changed("/cases/0/candidate", json!({"lastUse": "3 days ago", "owner": {"roles": ["RootAdmin"]}}));
    suite["cases"].as_array_mut().unwrap().truncate(2);
    suite["quotas"] = json!([{"name": "has a limit", "licenseType": "analyzer", "expect": 3}]);
    suite["refuses"] = json!([{"settings": {"days": 7}, "path": "/days"}]);
    suite["monotone"] = json!([]);
    let mut configure = |settings: &Value, run: &RunContext| -> Result<Box<dyn Policy>, NotReady> {
        Ok(Box::new(Mini::configure(Wrong::Nothing, settings, run)?))
    };
    let options = Options { variations: 0, needs_all_rules: true, ..Options::default() };
    let report = run(&description(), &[read(&suite)], &mut configure, options);
    assert_eq!(
        report.to_text(),
        r"mini 1.2.3

mini
  FAILED  releases what nobody used
      verdict: expected release
               got      keep
      rule: expected idle
            got      recently-used
      flipsAt: expected never
               got      2026-02-27T09:00:00Z
      reason: expected … 30 days …
              got      last used 3 days ago
      what the rules say:
        deleted-owner       passes    what deleted-owner saw
        unknown             passes    what unknown saw
        recently-used       keeps     what recently-used saw
        never-release.user  passes    what never-release.user saw
        never-release.tag   passes    what never-release.tag saw
        idle                releases  what idle saw
      hint: the candidate has roles, for which the policy does not ask with these settings
  ok      keeps what was used a moment less long ago
  FAILED  has a limit
      quota: expected 3
             got      none
  FAILED  refuses /days
      settings: expected refused at `/days`
                got      accepted
  ok      every seat gets a valid answer (2 seats)
  ok      a seat that is asked about again gets the same answer (2 seats)
  ok      an answer does not depend on the seats before it (2 seats)
  ok      answers without sentences are those with sentences (2 seats)
  ok      the first rule that keeps decides, else the first that releases (2 seats)
  ok      a verdict turns when it says so, and not otherwise (2 seats)
  -       nobody who is listed under neverRelease loses a seat: there is no seat to look at
  -       seats about which nobody can tell are kept: there is no seat to look at

rules: 1 of 7 decide a case; no case is decided by deleted-owner, unknown, never-release.user, never-release.tag, idle
FAILED rules without a case: deleted-owner, unknown, never-release.user, never-release.tag, idle
FAILED: 1 cases passed, 3 failed
"
    );
}

#[test]
fn settings_that_are_refused_fail_their_case() {
    let report = run_all(Wrong::Nothing, &[changed("/cases/6/settings", json!({"days": 0}))]);
    let text = report.to_text();
    assert!(text.contains("refused at `/days`: write a number of days from 1"), "{text}");
}

#[track_caller]
fn check_mistake(suite: Value, path: &str, words: &str) {
    let report = run_all(Wrong::Nothing, &[suite]);
    assert!(!report.ok);
    let problems = &report.suites[0].problems;
    assert!(problems.iter().any(|problem| problem.path == path && problem.message.contains(words)), "{problems:?}");
    assert!(report.suites[0].cases.is_empty(), "a suite with mistakes is not run");
}

#[test]
fn mistakes_of_a_suite_are_told_with_their_place() {
    check_mistake(json!({"name": "empty"}), "", "there are no cases");
    check_mistake(changed("/cases/0/expect/rule", json!("idel")), "/cases/0/expect/rule", "did you mean `idle`?");
    check_mistake(
        changed("/cases/0/expect/rule", json!("holiday")),
        "/cases/0/expect/rule",
        "its rules are `deleted-owner`",
    );
    check_mistake(
        changed("/cases/2/expect/outcomes", json!({"never-release.tags": "passes"})),
        "/cases/2/expect/outcomes/never-release.tags",
        "did you mean `never-release.tag`",
    );
    check_mistake(changed("/cases/1/name", json!("releases what nobody used")), "/cases/1/name", "another case");
    check_mistake(changed("/quotas/0/name", json!(" ")), "/quotas/0/name", "needs a name");
    let gone = json!({"kind": "deleted", "tags": ["VIP"]});
    check_mistake(changed("/cases/2/candidate/owner", gone), "/cases/2/candidate/owner", "nothing but a name");
    check_mistake(changed("/cases/0/candidate", json!({"rank": 0})), "/cases/0/candidate/rank", "begin at 1");
    check_mistake(changed("/monotone/0/setting", json!("days")), "/monotone/0/setting", "JSON Pointer");
    let far = json!({"lastUse": "900000 days ago"});
    check_mistake(changed("/cases/0/candidate", far), "/cases/0/candidate/lastUse", "outside the years");
    let without = json!({"analyzer": {}});
    let mut suite = changed("/cases/0/candidate", json!({"licenseType": "professional"}));
    suite["pools"] = without;
    check_mistake(suite, "/cases/0/pools", "no pool of the type professional");
}

#[test]
fn a_policy_without_tests_has_not_passed() {
    let report = run_all(Wrong::Nothing, &[]);
    assert!(!report.ok && report.to_text().contains("FAILED there are no tests"), "{}", report.to_text());
    let only_refuses = json!({"name": "refuses", "refuses": [{"settings": {"days": 0}, "path": "/days"}]});
    let suites = [only_refuses, suite()];
    assert!(!run_all(Wrong::Nothing, &suites[..1]).ok);
    assert!(run_all(Wrong::Nothing, &suites).ok, "beside suites with cases it is one of them");
}

#[test]
fn one_failing_suite_fails_all_and_rules_count_over_all() {
    let one = json!({"name": "one", "cases": [suite()["cases"][0]], "settings": {"days": 30}});
    let two = json!({"name": "two", "cases": [suite()["cases"][4]], "settings": {"days": 30}});
    let both = run_all(Wrong::Nothing, &[one, two.clone()]);
    assert!(both.ok);
    assert_eq!(both.coverage.iter().map(|rule| rule.cases).collect::<Vec<_>>(), [1, 0, 0, 0, 0, 1, 0]);
    let empty = json!({"name": "empty"});
    assert!(!run_all(Wrong::Nothing, &[two, empty]).ok);
}

#[test]
fn unknown_members_are_refused() {
    for (pointer, value) in [
        ("/cases/0/expect", json!({"verdict": "keep", "rule": "idle", "flips": "never"})),
        ("/cases/0/candidate", json!({"lastUsed": "never"})),
        ("/cases/0/expect", json!({"verdict": "maybe", "rule": "idle"})),
        ("/quotas/0/expect", json!("many")),
        ("/monotone/0/direction", json!("up")),
    ] {
        serde_json::from_value::<Suite>(changed(pointer, value)).expect_err(pointer);
    }
}

#[test]
fn the_report_is_json_too() {
    let report: Value = serde_json::from_str(&run_all(Wrong::FlipsLate, &[suite()]).to_json().unwrap()).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(report["suites"][0]["cases"][0]["kind"], "decision");
    let flips = &report["suites"][0]["properties"][5];
    assert_eq!(flips["property"], "flips-at");
    assert!(flips["outcome"]["fails"]["reproduce"]["candidate"]["lastUse"].is_string(), "{flips}");
    assert_eq!(report["suites"][0]["properties"][0]["outcome"], "holds");
}
