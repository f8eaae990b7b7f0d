//! `decide` asks the policy in all three ways, and fails when they do not agree or Steward would refuse the answer.

use policy::Newcomers;
use steward_policy_sdk::contract::{Candidate, KnownOwner};
use steward_policy_sdk::testing::{check_description, days_ago, decide, person, run, seat_of};
use steward_policy_sdk::{Evaluator, LastUse, Verdict};

const SETTINGS: &str = r#"{
    "licenseType": { "analyzer": { "enable": true, "releaseThresholdDays": 30 } },
    "neverRelease": { "tag": ["do not release"] },
    "newcomerDays": 60
}"#;

fn policy() -> Evaluator<Newcomers> {
    Evaluator::configure(SETTINGS, &run()).expect("good settings")
}

#[test]
fn steward_would_load_it() {
    check_description::<Newcomers>();
}

#[test]
fn releases_a_seat_that_nobody_used() {
    let decision = decide(&policy(), &seat_of(person("jdoe")));
    assert_eq!((decision.verdict, decision.rule.as_str()), (Verdict::Release, "idle"));
}

#[test]
fn keeps_the_seat_of_a_newcomer_until_the_days_are_over() {
    let used_at = LastUse::At(days_ago(40));
    let seat = Candidate { allocated_at: Some(days_ago(45)), last_use: used_at, ..seat_of(person("jdoe")) };
    let decision = decide(&policy(), &seat);
    assert_eq!((decision.verdict, decision.rule.as_str()), (Verdict::Keep, "newcomer"));
    assert_eq!(decision.reason, "allocated 45 days ago; newcomers keep their seats for 60 days");
    assert_eq!(decision.flips_at, Some(days_ago(45 - 60)));
}

#[test]
fn keeps_what_the_standard_rules_protect() {
    let owner = KnownOwner { tags: vec!["Do not release".to_owned()], ..person("jdoe") };
    assert_eq!(decide(&policy(), &seat_of(owner)).rule, "never-release.tag");
}

#[test]
fn refuses_settings_that_make_no_sense() {
    let errors = Evaluator::<Newcomers>::configure(r#"{ "newcomerDays": 5000 }"#, &run()).err();
    assert_eq!(errors.expect("settings to be refused")[0].path, "/newcomerDays");
}
