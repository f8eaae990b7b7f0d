//! Policies that are none, and policies that misbehave: refused with a reason, or everything is held.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::site::{Site, gates, site, steward};

fn hostile() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/policies/hostile.wasm")
}

async fn with_policy(component: &Path, settings: &str) -> Site {
    let mut site = site(40).await;
    site.add(&format!("  policy:\n    component: {}\n    settings: {settings}\n", component.display()));
    site
}

/// A section of a binary component.
fn section(id: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![id, u8::try_from(contents.len()).unwrap()];
    bytes.extend_from_slice(contents);
    bytes
}

fn component(sections: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.extend(sections.concat());
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_policy_is_refused_with_the_reason() {
    // A function type without parameters and results, and an import of such a function.
    let imports = component(&[section(7, &[1, 0x40, 0, 1, 0]), section(10, b"\x01\0\x09host-call\x01\0")]);
    let good = fs::read(hostile()).unwrap();
    let site = with_policy(Path::new("policy.wasm"), "{act: nothing}").await;
    for (bytes, words) in [
        (b"".to_vec(), &["not WebAssembly"][..]),
        (b"(component)".to_vec(), &["not WebAssembly"]),
        (b"\0asm\x01\0\0\0".to_vec(), &["core WebAssembly module", "wasm-tools component new"]),
        (component(&[]), &["exports nothing", "steward:policy/policy@1.0.0"]),
        (imports, &["imports `host-call`", "may import nothing"]),
        (good[..good.len() / 2].to_vec(), &["component is broken"]),
        (vec![0; 33 << 20], &["at most"]),
    ] {
        fs::write(site.path("policy.wasm"), &bytes).unwrap();
        site.run(["plan", "--out", site.path("plan.json").to_str().unwrap()]).fails(2, words);
        assert_eq!(site.leftovers(), ["policy.wasm"]);
        steward(["policy", "inspect", site.path("policy.wasm").to_str().unwrap()]).fails(2, words);
        let run = site.run(["check"]);
        run.fails(1, &["to mend"]);
        assert!(words.iter().all(|word| run.out.contains(word)), "{run:?}");
    }
    fs::remove_file(site.path("policy.wasm")).unwrap();
    site.run(["plan"]).fails(2, &["policy.wasm"]);
    site.run(["check"]).fails(2, &["steward.policy.component", "policy.wasm"]);
    assert_eq!(site.qrs.journal().iter().filter(|entry| entry.path.contains("full")).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_policy_holds_everything() {
    for (act, kinds) in [
        ("spin", &["out-of-fuel"][..]),
        ("recurse", &["trap", "out-of-fuel"]),
        ("trap", &["trap"]),
        ("allocate", &["out-of-memory", "out-of-fuel"]),
        ("allocate-in-configure", &["out-of-memory"]),
        ("long-reason", &["malformed", "oversize"]),
        ("huge-reason", &["oversize", "out-of-memory"]),
        ("unknown-rule", &["malformed"]),
        ("trap-in-quota", &["trap"]),
    ] {
        let site = with_policy(&hostile(), &format!("{{act: {act}}}")).await;
        let run = site.run(["plan", "--format", "json"]);
        assert_eq!(run.code, 3, "{act}: {run:?}");
        let plan = run.json();
        assert_eq!(plan["releases"], json!([]), "{act}");
        assert!(gates(&plan).contains(&"policy-fault"), "{act}: {:?}", gates(&plan));
        let kind = plan["faults"][0]["kind"].as_str().unwrap();
        assert!(kinds.contains(&kind), "{act}: {kind}");
        let run = site.run(["plan"]);
        assert!(run.out.contains("fault") && run.out.contains("Nothing would be released."), "{act}: {run:?}");
        assert!(run.out.contains("steward policy inspect"), "{act}: {run:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_in_the_middle_spoils_the_answers_before_it() {
    let mut site = with_policy(&hostile(), "{act: nothing}").await;
    let plan = site.plan();
    let seats: Vec<&Value> = plan["decisions"].as_array().unwrap().iter().collect();
    let last = seats[seats.len() - 1]["licenseId"].as_str().unwrap().to_owned();
    site.set(&[("{act: nothing}", &format!("{{act: trap, at: {last}}}"))]);
    let plan = site.plan();
    assert_eq!(plan["faults"][0]["licenseId"], last.as_str());
    let released = plan["decisions"].as_array().unwrap().iter().filter(|d| d["verdict"] == "release").count();
    assert_eq!((released, plan["releases"].as_array().unwrap().len()), (seats.len() - 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_explained_even_when_the_policy_fails() {
    let site = with_policy(&hostile(), "{act: trap}").await;
    let run = site.run(["why", "ACME\\qadmin"]);
    assert!(run.is_done().out.contains("policy-fault"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_a_policy_does_not_take_are_the_fault_of_the_settings() {
    for (component, settings, words) in [
        (hostile(), "{act: dance}", &["refuses its settings", "dance"][..]),
        (hostile(), "{}", &["refuses its settings", "act"]),
        (hostile(), "{act: nothing, more: 1}", &["refuses its settings", "more"]),
    ] {
        let site = with_policy(&component, settings).await;
        site.run(["plan"]).fails(2, words);
        let run = site.run(["check"]);
        assert!(run.code == 1 && run.out.contains(words[1]), "{run:?}");
    }
    for (settings, words) in [
        ("{neverUsedGraceDay: 3}", &["neverUsedGraceDay"][..]),
        ("{neverUsedGraceDays: -1}", &["neverUsedGraceDays"]),
        ("{deletedOwner: burn}", &["deletedOwner"]),
    ] {
        let mut site = site(40).await;
        site.add(&format!("  policy:\n    settings: {settings}\n"));
        site.run(["plan"]).fails(2, &["refuses its settings"]);
        site.run(["plan"]).fails(2, words);
    }
}

#[test]
fn policies_are_listed_and_inspected() {
    let run = steward(["policy", "list", "--format", "json"]);
    let list = run.is_done().json();
    assert_eq!((list[0]["name"].clone(), list[0]["active"].clone()), (json!("standard"), json!(true)));
    let run = steward(["policy", "inspect", "--format", "json"]);
    let standard = run.is_done().json();
    assert_eq!((standard["imports"].clone(), standard["digest"].clone()), (json!([]), list[0]["digest"].clone()));
    assert_eq!(standard["settingsSchema"]["type"], "object");
    assert_eq!(standard["contract"], "steward:policy/policy@1.0.0");
    assert!(standard["fuelPerDecision"].as_u64().is_some_and(|fuel| fuel > 1000), "{standard}");
    let run = steward(["policy", "inspect"]);
    for rule in ["license-type-disabled", "never-release.custom-property", "idle"] {
        assert!(run.out.contains(rule), "{run:?}");
    }
    let run = steward(["policy", "inspect", hostile().to_str().unwrap()]);
    assert!(run.is_done().out.starts_with("hostile 0.0.1\n"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_marks_the_policy_that_the_settings_name() {
    let site = with_policy(&hostile(), "{act: nothing}").await;
    let list = site.run(["policy", "list", "--format", "json"]).json();
    let active: Vec<(&str, bool)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["name"].as_str().unwrap(), p["active"].as_bool().unwrap()))
        .collect();
    assert_eq!(active, [("standard", false), ("need-based", false), ("leavers-first", false), ("hostile", true)]);
}
