//! `steward check`: what is wrong, and how to mend it.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use steward_fake_qrs::{Clock, Fault, FaultScript, LicenseModel};

use crate::site::{Run, Site, data, data_of, now, serve, site};

/// The findings as level, subject and text.
fn findings(run: &Run) -> Vec<(String, String, String)> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    run.json().as_array().unwrap().iter().map(|f| (text(f, "level"), text(f, "about"), text(f, "text"))).collect()
}

#[track_caller]
fn has(run: &Run, level: &str, about: &str, words: &str) {
    let found = findings(run);
    assert!(
        found.iter().any(|(l, a, text)| l == level && a == about && text.contains(words)),
        "no {level} {about} {words:?}: {found:#?}"
    );
}

fn check(site: &Site) -> Run {
    site.run(["check", "--format", "json"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_site_is_good_and_counts_who_is_protected() {
    let site = site(400).await;
    let run = check(&site);
    run.is_done();
    assert!(findings(&run).iter().all(|(level, ..)| level == "good" || level == "note"), "{run:?}");
    for (about, words) in [
        ("settings", "is a valid settings file"),
        ("release", "analyzer after 30 days, professional after 30 days"),
        ("policy", "standard 1.1.0 (sha256:"),
        ("policy", "accepts its settings"),
        ("certificate", "chain and name are verified"),
        ("certificate", "the client certificate is valid until "),
        ("server", "Qlik Sense build "),
        ("server", "400 seats and 500 users were read"),
        ("licence", "issued to "),
        ("protection", "neverRelease.user `internal\\sa_repository` matches 1 person"),
        ("protection", "neverRelease.userDirectory `internal` matches 7 people"),
    ] {
        has(&run, "good", about, words);
    }
    let text = site.run(["check"]);
    assert!(
        text.is_done().out.lines().all(|line| line.starts_with("ok       ") || line.starts_with("note     ")),
        "{text:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_match_nobody_are_told() {
    let mut site = site(400).await;
    site.set(&[
        ("          - some other tag\n", "          - a tag that nobody has\n"),
        ("            userId: qs_admin_account", "            userId: qs_admin_acount"),
        ("            value: do-not-release", "            value: do-not-relase"),
        ("          - ADMIN\n", "          - ADMINS\n"),
        ("        inactive: Ignore", "        inactive: Yes"),
    ]);
    let run = check(&site);
    run.is_done();
    for words in [
        "neverRelease.tag `a tag that nobody has` matches nobody",
        "neverRelease.user `userdir\\qs_admin_acount` matches nobody",
        "neverRelease.customProperty `licensemanage` = `do-not-relase` matches nobody",
        "neverRelease.userDirectory `admins` matches nobody",
    ] {
        has(&run, "warning", "protection", words);
    }
    has(&run, "good", "protection", "neverRelease.inactive: Yes matches ");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agreement_is_mentioned_once_for_each_data_folder() {
    let mut site = site(40).await;
    let own = site.path("data");
    site.set(&[(&format!("dataDir: {}", own.display()), "dataDir: own")]);
    has(&check(&site), "note", "agreement", "agreement with Qlik");
    let again = check(&site);
    assert!(findings(&again).iter().all(|(_, about, _)| about != "agreement"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_others_may_write_is_refused() {
    let mut site = site(40).await;
    let own = site.path("data");
    site.set(&[(&format!("dataDir: {}", own.display()), "dataDir: own")]);
    std::fs::create_dir_all(site.path("own/compiled")).unwrap();
    std::fs::set_permissions(site.path("own/compiled"), std::fs::Permissions::from_mode(0o777)).unwrap();
    site.run(["plan"]).fails(2, &["can be written by others", "chmod 700"]);
    let run = check(&site);
    assert_eq!(run.code, 1);
    has(&run, "bad", "policy", "chmod 700");

    site.set(&[("dataDir: own", "dataDir: client.pem")]);
    site.run(["plan"]).fails(2, &["client.pem"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn modes_are_told() {
    let mut site = site(40).await;
    has(&check(&site), "note", "release", "licenseRelease.dryRun is on");
    site.set(&[("    licenseRelease:\n      enable: true\n", "    licenseRelease:\n      enable: false\n")]);
    has(&check(&site), "note", "release", "licenseRelease.enable is off");
    site.set(&[(
        "    licenseRelease:\n      enable: false\n      dryRun: true",
        "    licenseRelease:\n      enable: true\n      dryRun: false",
    )]);
    has(&check(&site), "note", "release", "takes seats by the schedule");
    for name in ["analyzer", "professional"] {
        site.set(&[(
            &format!("        {name}:\n          enable: true"),
            &format!("        {name}:\n          enable: false"),
        )]);
    }
    has(&check(&site), "warning", "release", "no licence type is enabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weaker_connection_is_a_warning() {
    let mut site = site(40).await;
    site.set(&[("    serverName: qlikserver\n", "    retries: 1\n")]);
    has(&check(&site), "warning", "certificate", "its name is not");
    site.set(&[("    retries: 1\n", "    verify: none\n")]);
    has(&check(&site), "warning", "certificate", "anybody between here and the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn licences_in_trouble_are_told() {
    for (model, words) in [(LicenseModel::Expired, "expired"), (LicenseModel::Unlicensed, "no licence")] {
        let seats = if model == LicenseModel::Unlicensed { 0 } else { 40 };
        let site = serve(data_of(7, seats, model), |options| options.model = model).await;
        has(&check(&site), "warning", "licence", words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_disagree_are_wrong() {
    let site = serve(data(40), |options| options.clock = Clock::starting_at(now() + chrono::TimeDelta::hours(2))).await;
    let run = check(&site);
    assert_eq!(run.code, 1, "{run:?}");
    has(&run, "bad", "guard", "clock-skew");
    assert_eq!(run.err, "steward: 1 thing to mend\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_at_the_server_is_one_wrong_thing() {
    let mut site = site(40).await;
    site.set(&[("    serverName: qlikserver", "    serverName: qlikserver\n    retries: 0\n    timeoutSeconds: 1")]);
    for (path, fault, about) in [
        ("*", Fault::Html, "server"),
        ("*", Fault::Unavailable, "server"),
        ("*", Fault::Reset, "server"),
        ("/qrs/about", Fault::Latency { ms: 600_000 }, "server"),
        ("/qrs/user/full", Fault::TruncatedJson, "server"),
        ("*", Fault::NotCentral, "server"),
    ] {
        site.qrs.set_faults(FaultScript::every(path, fault.clone()));
        let run = check(&site);
        assert_eq!(run.code, 1, "{fault:?}: {run:?}");
        has(&run, "bad", about, "");
    }
}
