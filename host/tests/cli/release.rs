//! Plans that are applied: once, by whom it is allowed, and only as far as it still holds.

use serde_json::json;
use steward_fake_qrs::{Fault, FaultRule, FaultScript};

use crate::ledger::{
    accounted, apply, armed, armed_with, deletes, is_there, owner_of, planned, releasing, with_outcome,
};
use crate::site::{data, data_of, finish, replaced, start};

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_applied_once_after_somebody_armed() {
    let site = releasing(data(60), |_| {}).await;
    let run = site.run(["plan", "--out", site.path("plan.json").to_str().unwrap()]);
    assert!(run.err.contains("steward arm"), "{run:?}");
    let (id, _) = planned(&site);
    site.run(["apply", &id]).fails(3, &["not-armed", "steward arm"]);
    assert_eq!(deletes(&site), []);
    site.run(["arm"]).is_done();

    let (id, releases) = planned(&site);
    assert!(releases.len() > 5);
    let report = apply(&site, &[&id]).json();
    assert_eq!(report["counts"], json!({ "freed": releases.len() }));
    assert!(releases.iter().all(|id| !is_there(&site, id)));
    let sent = deletes(&site).len();
    assert_eq!(sent, releases.len());
    site.run(["apply", &id]).fails(1, &["applied before, in run 1"]);
    assert_eq!(deletes(&site).len(), sent);
    assert_eq!(planned(&site).1, Vec::<String>::new(), "planning again after success plans nothing");
    accounted(&site).await;
    assert!(site.run(["audit", "replay", "1"]).is_done().out.contains("byte for byte"));
}

#[tokio::test(flavor = "multi_thread")]
async fn arming_needs_a_plan_to_look_at() {
    let site = releasing(data(40), |_| {}).await;
    site.run(["arm"]).fails(1, &["no plan yet", "steward plan"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_counts_when_it_is_the_stored_plan_to_the_byte() {
    let site = armed(60).await;
    let path = site.path("plan.json");
    let file = path.to_str().unwrap();
    site.run(["plan", "--out", file]);
    let text = std::fs::read_to_string(&path).unwrap();
    for (name, changed) in [
        ("tampered.json", text.replacen("\"verdict\": \"keep\"", "\"verdict\": \"release\"", 1)),
        ("short.json", text[..text.len() / 2].to_owned()),
        ("empty.json", String::new()),
    ] {
        let changed = site.write(name, &changed);
        assert_eq!(site.run(["apply", changed.to_str().unwrap()]).code, 1, "{name}");
    }
    site.run(["apply", site.write("tampered.json", &text.replacen("release", "keep", 1)).to_str().unwrap()])
        .fails(1, &["tampered.json"]);
    let other = armed(60).await;
    other.run(["apply", file]).fails(1, &["has not made the plan"]);
    site.run(["apply", "nonsense"]).fails(2, &["neither a file nor the id"]);
    site.run(["apply", "0123456789"]).fails(1, &["no plan `0123456789`"]);
    assert_eq!((deletes(&site), deletes(&other)), (Vec::new(), Vec::new()));
    site.run(["apply", file, "--first", "1"]).is_done();
    assert_eq!(deletes(&site).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_for_other_times_or_from_files_are_never_applied() {
    let site = armed(60).await;
    site.run(["snapshot", "--out", site.path("s.json").to_str().unwrap()]).is_done();
    let out = site.path("other.json");
    let out = out.to_str().unwrap();
    site.run(["plan", "--now", "2031-01-01T00:00:00Z", "--out", out]);
    site.run(["apply", out]).fails(1, &["not applicable"]);
    site.run(["plan", "--snapshot", site.path("s.json").to_str().unwrap(), "--out", out]);
    site.run(["apply", out]).fails(1, &["not applicable"]);
    assert_eq!(deletes(&site), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_other_settings_is_refused_with_what_differs() {
    let mut site = armed(60).await;
    let (id, _) = planned(&site);
    let settings = site.settings.clone();
    for (from, to, words) in [
        ("dryRun: false", "dryRun: true", "licenseRelease.dryRun"),
        ("licenseRelease:\n      enable: true", "licenseRelease:\n      enable: false", "licenseRelease.enable"),
    ] {
        site.set(&[(from, to)]).run(["apply", &id]).fails(2, &[words]);
        site.set(&[(to, from)]);
    }
    for (from, to, words) in [
        ("          - some other tag\n", "          - another tag\n", "guard settings"),
        ("  guard:\n", "  policy:\n    settings: { neverUsedGraceDays: 90 }\n  guard:\n", "policy settings"),
        ("maxReleasePercent: 100", "maxReleasePercent: 99", "guard settings"),
    ] {
        let changed = if from.contains("tag") { settings.replacen(from, to, 1) } else { replaced(&settings, from, to) };
        let file = site.write("changed.yaml", &changed);
        let run = crate::site::steward(["apply", &id, "--config", file.to_str().unwrap()]);
        assert!(run.code == 1 && run.err.contains("made under other"), "{words}: {run:?}");
    }
    // How fast seats go changes nothing about which.
    let slower = replaced(&settings, "releasesPerMinute: 1000000", "releasesPerMinute: 6000");
    let file = site.write("changed.yaml", &slower);
    crate::site::steward(["apply", &id, "--first", "1", "--config", file.to_str().unwrap()]).is_done();
    assert_eq!(deletes(&site).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changed_since_the_plan_keeps_the_seat_and_the_others_go() {
    let site = armed(80).await;
    let (id, releases) = planned(&site);
    let [tagged, used, gone, by_hand] = [0, 1, 2, 3].map(|place| releases[place].clone());
    let (tagged_owner, used_owner, by_hand_owner) =
        (owner_of(&site, &tagged), owner_of(&site, &used), owner_of(&site, &by_hand));
    site.qrs.edit(|data| {
        let user_id = tagged_owner.split('\\').nth(1).unwrap();
        let boss = data.users.iter_mut().find(|row| row["userId"] == user_id).unwrap();
        boss["tags"] = json!([{ "id": "5a7e", "name": "license DO NOT release", "privileges": null }]);
        data.analyzeraccesstype.retain(|row| row["id"] != gone.as_str());
        data.professionalaccesstype.retain(|row| row["id"] != gone.as_str());
    });
    site.qrs.log_in(&used_owner).unwrap();
    site.run(["protect", &by_hand_owner, "--note", "leave", "--until", "2999-12-31"]).is_done();
    let report = apply(&site, &[&id]).json();
    let mut kept = with_outcome(&report, "stale");
    kept.sort();
    let mut expected = vec![tagged.clone(), used, by_hand];
    expected.sort();
    assert_eq!(kept, expected);
    assert_eq!(with_outcome(&report, "gone-before"), [gone]);
    assert_eq!(with_outcome(&report, "freed").len(), releases.len() - 4);
    assert!(is_there(&site, &tagged));
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn above_the_cap_somebody_decides_and_signs() {
    let mut site = armed(200).await;
    site.set(&[("maxReleasePercent: 100", "maxReleases: 6")]);
    let (id, releases) = planned(&site);
    assert_eq!(releases, Vec::<String>::new());
    site.run(["apply", &id]).fails(3, &["cap", "--first N", "--approve-over-cap"]);
    site.run(["apply", &id, "--approve-over-cap"]).fails(2, &["--note"]);
    assert_eq!(deletes(&site), []);
    let first = apply(&site, &[&id, "--first", "4"]).json();
    assert_eq!(first["counts"], json!({ "freed": 4 }));
    // What went in the last 24 hours counts: two are left of each type, whichever type went first.
    let (id, _) = planned(&site);
    let run = apply(&site, &[&id, "--first", "20"]);
    assert_eq!((run.code, &run.json()["run"]), (3, &serde_json::Value::Null), "{run:?}");
    assert_eq!(deletes(&site).len(), 4);
    let approved = apply(&site, &[&id, "--approve-over-cap", "--note", "ticket 4711"]).json();
    assert!(approved["counts"]["freed"].as_u64().unwrap() > 12, "{approved}");
    let shown = site.run(["audit", "show", "--type", "cap-approved"]);
    assert!(shown.out.contains("ticket 4711"), "{shown:?}");
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_stops_a_run_before_its_next_seat_and_survives() {
    let site = armed(60).await;
    let (id, releases) = planned(&site);
    site.qrs.clear_journal();
    // The third DELETE is on its way when somebody pauses.
    site.qrs.set_faults(FaultScript::nth("DELETE", "*", 3, Fault::Latency { ms: 6000 }));
    let config = site.config();
    let child = start(["apply", &id, "--format", "json", "--config", config.to_str().unwrap()], &[]);
    until(|| deletes(&site).len() == 2).await;
    site.run(["pause", "--note", "audit"]).is_done();
    let run = finish(child);
    assert_eq!(run.code, 3, "{run:?}");
    let report = run.json();
    assert!(report["stopped"].as_str().unwrap().contains("paused"), "{report}");
    assert_eq!((deletes(&site).len(), with_outcome(&report, "freed").len()), (3, 3));
    assert_eq!(with_outcome(&report, "not-tried").len(), releases.len() - 3);

    let (id, _) = planned(&site);
    site.run(["apply", &id]).fails(3, &["paused", "audit", "steward resume"]);
    assert!(site.run(["pause"]).is_done().out.contains("paused already"));
    site.run(["undo", "1"]).is_done();
    site.run(["resume"]).is_done();
    assert_eq!(apply(&site, &[&id]).code, 0);
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cycle_at_a_time() {
    let site = armed(60).await;
    let (id, _) = planned(&site);
    site.qrs.clear_journal();
    site.qrs.set_faults(FaultScript::nth("DELETE", "*", 2, Fault::Latency { ms: 8000 }));
    let config = site.config();
    let args = ["apply", &id, "--config", config.to_str().unwrap()];
    let first = start(args, &[]);
    until(|| deletes(&site).len() == 1).await;
    site.run(["apply", &id]).fails(1, &["another cycle is at work", "process "]);
    site.run(["undo", "1"]).fails(1, &["another cycle is at work"]);
    // Looking is always possible.
    site.run(["audit", "show"]).is_done();
    assert!([0, 3].contains(&site.run(["plan"]).code));
    let waiting = start(args.into_iter().chain(["--wait"]), &[]);
    assert_eq!(finish(first).code, 0);
    finish(waiting).fails(1, &["applied before"]);
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_comes_back_by_itself_is_told() {
    let site = armed_with(data_of(7, 60, steward_fake_qrs::LicenseModel::Signed), |options| {
        options.allocation_rules = true;
    })
    .await;
    let (id, _) = planned(&site);
    let report = apply(&site, &[&id, "--first", "1"]).json();
    let [directory, user_id] = ["userDirectory", "userId"].map(|name| report["seats"][0][name].as_str().unwrap());
    let owner = format!("{directory}\\{user_id}");
    site.qrs.log_in(&owner).unwrap();
    let run = site.run(["plan"]);
    assert!(run.err.contains("holds a seat again"), "{run:?}");
    let shown = site.run(["audit", "show", "--type", "bounced"]);
    assert!(shown.out.contains(&owner), "{shown:?}");
    assert!(site.run(["why", &owner]).is_done().out.contains("holds a seat again since"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_outside_of_the_window() {
    let mut site = armed(40).await;
    let (id, _) = planned(&site);
    // A window on no day that comes soon: yesterday, all day.
    let yesterday = (crate::site::now() - chrono::TimeDelta::days(2)).format("%a").to_string();
    let window = format!("    window: {{ days: [{yesterday}], from: '00:00', to: '00:00' }}\n");
    site.add(&window).run(["apply", &id]).fails(3, &["outside-window", "opens at"]);
    site.set(&[(&window, "    window: { from: '00:00', to: '00:00', timeZone: Europe/Berlin }\n")]);
    assert_eq!(apply(&site, &[&id, "--first", "1"]).code, 0);
    site.set(&[("timeZone: Europe/Berlin", "timeZone: Mars/Olympus")]);
    site.run(["apply", &id]).fails(2, &["steward.guard.window.timeZone", "Europe/Berlin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_failures_ends_the_run() {
    let site = armed(80).await;
    let (id, releases) = planned(&site);
    assert!(releases.len() > 9);
    site.qrs.set_faults(FaultScript {
        rules: vec![FaultRule {
            method: Some("DELETE".to_owned()),
            path: None,
            nth: 3,
            times: None,
            action: Fault::Status { status: 403, body: "Forbidden".to_owned(), content_type: "text/plain".to_owned() },
        }],
    });
    let run = apply(&site, &[&id]);
    let report = run.json();
    assert_eq!((run.code, report["stopped"].as_str()), (3, Some("5 failures in a row")));
    assert_eq!(report["counts"], json!({ "freed": 2, "failed": 5, "not-tried": releases.len() - 7 }));
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_and_a_run_belong_to_the_server_that_was_read() {
    let site = armed(60).await;
    let (id, _) = planned(&site);
    apply(&site, &[&id, "--first", "2"]);
    let (id, _) = planned(&site);
    // The same seats at another server, as after a copy of the site, and the same ledger.
    let other = crate::site::serve(site.qrs.data(), |_| {}).await;
    let here = crate::ledger::file(&site).parent().unwrap().display().to_string();
    let settings = replaced(&other.settings, "dryRun: true", "dryRun: false")
        .replace(&other.path("data").display().to_string(), &here)
        + "  guard:\n    maxReleasePercent: 100\n    releasesPerMinute: 1000000\n";
    let config = other.write("other.yaml", &settings);
    let run = |args: &[&str]| crate::site::steward([args, &["--config", config.to_str().unwrap()]].concat());
    run(&["apply", &id]).fails(1, &["made for another server"]);
    run(&["undo", "1"]).fails(1, &["another server"]);
    assert!(deletes(&other).is_empty());
    assert_eq!(apply(&site, &[&id, "--first", "1"]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_finishes_the_seat_in_hand_and_looks_what_came_of_the_run() {
    let mut site = armed(60).await;
    site.set(&[("releasesPerMinute: 1000000", "releasesPerMinute: 30")]);
    let (id, releases) = planned(&site);
    site.qrs.clear_journal();
    let config = site.config();
    let child = start(["apply", &id, "--format", "json", "--config", config.to_str().unwrap()], &[]);
    until(|| deletes(&site).len() == 1).await;
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let run = finish(child);
    let report = run.json();
    assert_eq!((run.code, report["stopped"].as_str()), (3, Some("somebody asked to stop")));
    let freed = with_outcome(&report, "freed").len();
    assert_eq!((freed, with_outcome(&report, "not-tried").len()), (deletes(&site).len(), releases.len() - freed));
    accounted(&site).await;
}

/// Waits for a state, with a limit.
pub async fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it did not come to that");
}
