//! The life of a policy: added, tested, compared, activated through the gate, watched in the shadow, and rolled back.

use std::path::PathBuf;

use serde_json::Value;
use sqlx::Connection as _;

use crate::daemon::{Daemon, OWN_PORT, get, metric, release};
use crate::ledger::{deletes, events, open, planned, releasing};
use crate::release::until;
use crate::site::{Site, data};

/// A component that `cargo xtask policies` built.
pub fn built(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/policies").join(format!("{name}.wasm"))
}

/// Armed, with a copy of the policy that releases everybody in its folder.
async fn site_with_hostile(seats: usize) -> (Site, String) {
    let mut site = releasing(data(seats), |_| {}).await;
    site.add(OWN_PORT);
    site.add("  policy:\n    settingsOf:\n      hostile: { act: nothing }\n");
    planned(&site);
    site.run(["arm"]).is_done();
    let file = site.path("hostile.wasm");
    std::fs::copy(built("hostile"), &file).unwrap();
    (site, file.display().to_string())
}

fn list(site: &Site) -> Vec<(String, bool)> {
    let listed = site.run(["policy", "list", "--format", "json"]).is_done().json();
    let of = |it: &Value| (it["name"].as_str().unwrap().to_owned(), it["active"].as_bool().unwrap());
    listed.as_array().unwrap().iter().map(of).collect()
}

fn active(site: &Site) -> String {
    let active: Vec<String> =
        list(site).into_iter().filter(|(_, is_active)| *is_active).map(|(name, _)| name).collect();
    assert_eq!(active.len(), 1, "{active:?}");
    active.into_iter().next().unwrap()
}

fn outcome(report: &Value, check: &str) -> String {
    let checks = report["report"]["checks"].as_array().unwrap();
    let found = checks.iter().find(|it| it["name"] == check).unwrap_or_else(|| panic!("{check} in {report}"));
    found["outcome"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_keeps_a_policy_out_and_force_needs_a_word() {
    let (site, file) = site_with_hostile(100).await;
    assert_eq!(active(&site), "standard");
    site.run(["policy", "activate", &file]).fails(1, &["add it with `steward policy add`"]);
    site.run(["policy", "add", &file]).is_done();
    let again = site.run(["policy", "add", &file]);
    again.is_done();
    // The ledger has it: the file may go.
    std::fs::remove_file(&file).unwrap();

    let refused = site.run(["policy", "activate", "hostile", "--format", "json"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    let report = refused.json();
    assert_eq!(report["isActive"], false);
    let outcomes = ["contract", "settings", "tests", "difference", "shadow"].map(|check| outcome(&report, check));
    assert_eq!(outcomes, ["passed", "passed", "failed", "failed", "skipped"]);
    assert!(report["newlyLoses"].as_array().unwrap().len() > 5);
    assert_eq!(active(&site), "standard");
    site.run(["policy", "activate", "hostile", "--force"]).fails(2, &["--note"]);
    site.run(["policy", "activate", "hostile", "--force", "--note", "a test"]).is_done();
    assert_eq!(active(&site), "hostile");
    let plan = site.plan();
    assert_eq!(plan["policy"]["name"], "hostile");
    site.run(["policy", "remove", "hostile"]).fails(1, &["active"]);
    let told = events(&site).await;
    let activated = told.iter().find(|event| event["type"] == "policy-activated").unwrap();
    assert_eq!((&activated["forced"], &activated["note"]), (&Value::Bool(true), &Value::from("a test")));

    site.run(["policy", "rollback"]).is_done();
    assert_eq!(active(&site), "standard");
    assert_eq!(site.plan()["policy"]["name"], "standard");
    // A rollback could lead to it no more.
    site.run(["policy", "remove", "hostile"]).is_done();
    site.run(["policy", "activate", "hostile"]).fails(2, &["there is no policy `hostile`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_policy_waits_in_the_daemon_until_somebody_arms_it() {
    let (site, file) = site_with_hostile(100).await;
    site.run(["policy", "add", &file]).is_done();
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    site.run(["policy", "activate", "hostile", "--force", "--note", "a test"]).is_done();
    assert_eq!(release(&site).await, "attention");
    assert_eq!(deletes(&site).len(), 0, "nobody looked at its plan");
    assert_eq!(metric(&site, "steward_rules_waiting{}"), Some(1.0));
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shadow_decides_and_never_acts() {
    let (mut site, file) = site_with_hostile(100).await;
    site.run(["policy", "add", &file]).is_done();
    site.set(&[(
        "    settingsOf:\n",
        "    shadow:\n      - policy: hostile\n      - policy: hostile\n        settings: { act: trap }\n      - policy: \
         nobody\n    settingsOf:\n",
    )]);
    let (_, by_standard) = planned(&site);
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    assert_ne!(release(&site).await, "failed");
    let taken = deletes(&site).len();
    let loses = metric(&site, "steward_shadow_disagreements{policy=\"hostile\",change=\"newly_loses\"}").unwrap();
    assert!(loses > 5.0, "{loses}");
    assert_eq!(taken, by_standard.len(), "only the active policy takes seats");
    assert_eq!(metric(&site, "steward_shadow_faulty{policy=\"nobody\"}"), Some(1.0));
    site.run(["policy", "remove", "hostile"]).fails(1, &["steward.policy.shadow"]);
    daemon.stop().is_done();
    let shown = site.run(["policy", "shadow"]);
    assert!(shown.is_done().out.contains("newly-loses") || shown.out.contains("it failed"), "{shown:?}");
    assert!(shown.out.contains("nobody cannot be used: there is no policy"), "{shown:?}");
    let listed = site.run(["policy", "list"]);
    assert!(listed.is_done().err.contains("there is no policy `nobody`"), "{listed:?}");
    let told = events(&site).await;
    assert_eq!(told.iter().filter(|event| event["type"] == "shadow-compared").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_name_a_file_leave_nothing_to_activate() {
    let (mut site, file) = site_with_hostile(40).await;
    site.run(["policy", "add", &file]).is_done();
    site.set(&[("    settingsOf:\n", &format!("    component: {file}\n    settingsOf:\n"))]);
    assert_eq!(list(&site).iter().filter(|(_, is_active)| *is_active).count(), 1);
    site.run(["policy", "activate", "standard"]).fails(1, &["steward.policy.component"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_keys_nobody_slips_in_another_policy() {
    let (mut site, file) = site_with_hostile(40).await;
    site.run(["policy", "add", &file]).is_done();
    let keys = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let trust = format!("    trust:\n      keys: [ \"{}\" ]\n    settingsOf:\n", keys.pk.to_base64());
    site.set(&[("    settingsOf:\n", &trust)]);
    let needs = "asks for a signature";
    site.run(["policy", "add", &file]).fails(2, &[needs]);
    site.run(["policy", "inspect", "hostile"]).fails(2, &[needs]);
    site.run(["policy", "inspect", &file]).fails(2, &[needs]);
    site.run(["policy", "test", &file]).fails(2, &[needs]);
    let refused = site.run(["policy", "activate", "hostile", "--format", "json"]);
    assert_eq!((refused.code, outcome(&refused.json(), "contract")), (3, "failed".to_owned()));
    site.run(["policy", "activate", "hostile", "--force", "--note", "x"]).fails(2, &[needs]);
    assert_eq!(site.plan()["policy"]["name"], "standard", "what is part of Steward needs no signature");

    let bytes = std::fs::read(&file).unwrap();
    let comment = Some("timestamp:1767225600\tfile:hostile.wasm");
    let signed = minisign::sign(Some(&keys.pk), &keys.sk, std::io::Cursor::new(&bytes), comment, None).unwrap();
    std::fs::write(format!("{file}.minisig"), signed.into_string()).unwrap();
    let added = site.run(["policy", "add", &file]);
    assert!(added.is_done().out.contains("signed by RW"), "{added:?}");
    site.run(["policy", "inspect", "hostile"]).is_done();
    site.run(["policy", "activate", "hostile", "--force", "--note", "x"]).is_done();
    assert_eq!(site.plan()["policy"]["name"], "hostile");
    // Another key from now on: what decides is refused too, and nothing decides.
    let others = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    site.set(&[(&keys.pk.to_base64(), &others.pk.to_base64())]);
    site.run(["plan"]).fails(2, &["none of the keys"]);
}

#[test]
fn a_policy_of_ones_own_begins_with_everything_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("night-shift");
    let path = target.display().to_string();
    let made = crate::site::steward(["policy", "new", "night-shift", "--folder", &path]);
    assert!(made.is_done().out.contains("steward policy build"), "{made:?}");
    for file in [
        "Cargo.toml",
        "README.md",
        "src/lib.rs",
        "tests/rules.rs",
        "tests/rules.yaml",
        "vendor/sdk/Cargo.toml",
        "vendor/sdk/src/lib.rs",
        "wit/v1/policy.wit",
    ] {
        let text = std::fs::read_to_string(target.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(!text.contains("{{name}}"), "{file}");
    }
    assert!(std::fs::read_to_string(target.join("Cargo.toml")).unwrap().contains("name = \"night-shift\""));
    crate::site::steward(["policy", "new", "night-shift", "--folder", &path]).fails(1, &["is there already"]);
    for name in ["standard", "Night", "-x", "x-", "a b", ""] {
        crate::site::steward(["policy", "new", "--folder", "/nowhere/x", "--", name]).fails(2, &["name"]);
    }
    crate::site::steward(["policy", "build", "/nowhere"]).fails(1, &["/nowhere"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_cannot_be_used_any_more_can_be_left() {
    let (mut site, file) = site_with_hostile(100).await;
    site.run(["policy", "add", &file]).is_done();
    site.run(["policy", "activate", "hostile", "--force", "--note", "a test"]).is_done();
    let damage = || async {
        let mut connection = open(&site).await;
        sqlx::query("UPDATE component SET bytes = x'78'").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    damage().await;
    site.run(["plan"]).fails(1, &["add it again"]);
    assert!(site.run(["policy", "list"]).is_done().err.contains("cannot be used"));
    // Nobody can tell who newly loses a seat, so somebody has to say that it shall be.
    let refused = site.run(["policy", "activate", "standard", "--format", "json"]);
    assert_eq!((refused.code, outcome(&refused.json(), "difference")), (3, "failed".to_owned()), "{refused:?}");
    site.run(["policy", "activate", "standard", "--force", "--note", "the other one is damaged"]).is_done();
    assert_eq!((active(&site), site.plan()["policy"]["name"].clone()), ("standard".to_owned(), "standard".into()));

    // Adding it again mends it.
    site.run(["policy", "add", &file]).is_done();
    site.run(["policy", "activate", "hostile", "--force", "--note", "mended"]).is_done();
    damage().await;
    site.run(["policy", "add", &file]).is_done();
    assert_eq!(site.plan()["policy"]["name"], "hostile");

    // Keys that do not trust the active policy do not chain anybody to it.
    let keys = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let trust = format!("    trust:\n      keys: [ \"{}\" ]\n    settingsOf:\n", keys.pk.to_base64());
    site.set(&[("    settingsOf:\n", &trust)]);
    assert_eq!(site.run(["policy", "rollback"]).code, 3);
    site.run(["policy", "rollback", "--force", "--note", "keys from now on"]).is_done();
    assert_eq!(active(&site), "standard");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_tests_of_stored_policies_are_not_exchanged_unseen() {
    let (site, file) = site_with_hostile(40).await;
    let tests = site.path("suites");
    std::fs::create_dir(&tests).unwrap();
    let suite = "name: x\nsettings: {act: nothing}\ncases:\n  - {name: a, candidate: {}, expect: {verdict: release, rule: release-all}}\n";
    std::fs::write(tests.join("x.yaml"), suite).unwrap();
    let tests = tests.display().to_string();
    site.run(["policy", "add", &file, "--tests", &tests]).is_done();
    let added = || async { events(&site).await.iter().filter(|event| event["type"] == "policy-added").count() };
    assert_eq!(added().await, 1);
    // Without tests of its own it keeps those that it has, and nothing new is noted.
    site.run(["policy", "add", &file]).is_done();
    assert_eq!(added().await, 1);
    std::fs::write(site.path("suites").join("y.yaml"), suite.replace("name: x", "name: y")).unwrap();
    site.run(["policy", "add", &file, "--tests", &tests]).is_done();
    assert_eq!(added().await, 2);
    let mut connection = open(&site).await;
    sqlx::query("UPDATE policy_suite SET text = 'name: z'").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let refused = site.run(["policy", "activate", "hostile", "--format", "json"]);
    assert_eq!(outcome(&refused.json(), "tests"), "failed");
    assert!(refused.err.contains("not those that were added"), "{refused:?}");

    // Other bytes under the same name and version, and the name of a policy of Steward.
    let other = site.path("other.wasm");
    let section = [&[0_u8, 2, 1][..], b"x"].concat();
    std::fs::write(&other, [std::fs::read(&file).unwrap(), section.clone()].concat()).unwrap();
    site.run(["policy", "add", other.to_str().unwrap()]).fails(1, &["raise the version"]);
    std::fs::write(&other, [std::fs::read(built("need-based")).unwrap(), section].concat()).unwrap();
    site.run(["policy", "add", other.to_str().unwrap()]).fails(1, &["belongs to Steward"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn pipes_and_devices_are_no_files() {
    let (site, file) = site_with_hostile(40).await;
    let pipe = site.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.display().to_string();
    for args in [
        &["policy", "inspect", &pipe][..],
        &["policy", "add", &pipe],
        &["policy", "add", "/dev/zero"],
        &["policy", "add", &file, "--signature", &pipe],
        &["policy", "add", &file, "--tests", "/dev/zero"],
        &["policy", "test", &file, "--tests", &pipe],
    ] {
        let run = site.run(args);
        assert!([1, 2].contains(&run.code), "{args:?}: {run:?}");
        assert!(run.err.contains("a pipe or a device"), "{args:?}: {run:?}");
    }
}
