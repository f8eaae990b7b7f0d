//! `steward policy test`: what passes, what fails, and what is said about it.

use std::path::{Path, PathBuf};

use crate::policy_store::built;
use crate::site::{Run, replaced, steward};

/// The suite at the beginning of docs/policy-tests.md.
fn documented() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/policy-tests.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, suite) = page.split_once("```yaml\n").unwrap();
    suite.split_once("```").unwrap().0.to_owned()
}

fn test(policy: &str, suite: &str, options: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("suite.yaml");
    std::fs::write(&file, suite).unwrap();
    steward([&["policy", "test", policy, "--tests", file.to_str().unwrap()], options].concat())
}

#[test]
fn the_suite_of_the_documentation_passes() {
    let run = test("standard", &documented(), &[]);
    assert!(run.is_done().out.contains("ok: 9 cases passed, 0 failed"), "{run:?}");
    let report = test("standard", &documented(), &["--format", "json"]).is_done().json();
    assert_eq!(report["ok"], true);
}

#[test]
fn a_case_that_fails_shows_both_answers_and_every_rule() {
    let idle = "expect: {verdict: release, rule: idle, flipsAt: never}";
    let wrong = replaced(&documented(), idle, "expect: {verdict: keep, rule: recently-used}");
    let run = test("standard", &wrong, &["--variations", "0"]);
    run.fails(1, &["1 failed"]);
    for words in ["expected keep", "got      release", "recently-used                     passes", "idle   "] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    let report = test("standard", &wrong, &["--variations", "0", "--format", "json"]);
    assert_eq!((report.code, &report.json()["ok"]), (1, &serde_json::Value::Bool(false)));
}

#[test]
fn a_suite_that_shows_nothing_fails() {
    let one =
        |expect: &str| format!("name: x\ncases:\n  - {{name: a, candidate: {{lastUse: never}}, expect: {expect}}}\n");
    for (suite, words) in [
        ("name: x\ncases: []\n".to_owned(), "there are no cases"),
        (one("{verdict: release, rule: idel}"), "did you mean `idle`"),
        (one("{verdict: perhaps, rule: idle}"), "perhaps"),
        (one("{verdict: release}"), "rule"),
        ("name: x\ncasez: []\n".to_owned(), "casez"),
        ("- name\n".to_owned(), "expected keys with values"),
    ] {
        let run = test("standard", &suite, &["--variations", "0"]);
        assert!([1, 2].contains(&run.code), "{suite}: {run:?}");
        assert!(run.out.contains(words) || run.err.contains(words), "{suite}: {run:?}");
    }
    // Rules that no case reaches are told, and on request they are a failure.
    let few = documented();
    test("standard", &few, &["--variations", "0", "--all-rules"]).fails(1, &[]);
    // A policy that brings no tests has shown nothing.
    let run = steward(["policy", "test", built("hostile").to_str().unwrap()]);
    assert!(run.code == 1 && run.out.contains("there are no tests"), "{run:?}");
}

#[test]
fn a_promise_about_a_setting_that_does_not_exist_fails() {
    let promise = "setting: /licenseType/analyzer/releaseThresholdDays\n    direction";
    let wrong = replaced(&documented(), promise, "setting: /licenseType/analyser/releaseThresholdDays\n    direction");
    let run = test("standard", &wrong, &["--variations", "0"]);
    assert!(run.code == 1 && run.out.contains("is no number, neither in the settings nor by default"), "{run:?}");
}

#[test]
fn every_shipped_policy_passes_the_tests_that_it_brings() {
    for policy in ["standard", "need-based", "leavers-first"] {
        steward(["policy", "test", policy, "--all-rules"]).is_done();
    }
}
