//! Whatever the server does: nothing is sent twice, nothing is unrecorded, and what came of it is looked up.

use serde_json::{Value, json};
use steward_fake_qrs::{Fault, FaultRule, FaultScript, LicenseModel};

use crate::ledger::{accounted, apply, armed, armed_with, deletes, is_there, planned, with_outcome};
use crate::site::data_of;

fn status(status: u16) -> Fault {
    Fault::Status { status, body: String::new(), content_type: "text/plain".to_owned() }
}

/// The second DELETE fails in some way: what becomes of that seat, and whether it is there afterwards.
async fn check(what: &str, fault: Fault, outcome: &str, stays: bool) {
    let site = armed(40).await;
    let (id, releases) = planned(&site);
    site.qrs.set_faults(FaultScript::nth("DELETE", "*", 2, fault));
    let run = apply(&site, &[&id, "--first", "4"]);
    let report = run.json();
    let hit = deletes(&site)[1].0.clone();
    assert_eq!(with_outcome(&report, outcome), std::slice::from_ref(&hit), "{what}: {report}");
    assert_eq!(with_outcome(&report, "freed").len(), 3, "{what}: the others go");
    assert_eq!(is_there(&site, &hit), stays, "{what}");
    assert_eq!(run.code, if outcome == "gone-before" { 0 } else { 3 }, "{what}");
    assert!(releases.contains(&hit));
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_of_one_seat_is_told_apart_and_the_others_go() {
    check("refused", status(403), "failed", true).await;
    check("bad request", status(400), "failed", true).await;
    check("404, though it is there", status(404), "still-allocated", true).await;
    check("204, though it is there", status(204), "still-allocated", true).await;
    check("500", status(500), "still-allocated", true).await;
    check("closed before", Fault::Reset, "still-allocated", true).await;
    check("a web page", Fault::Html, "still-allocated", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_answer_is_lost_is_looked_up_and_not_repeated() {
    let site = armed(40).await;
    let (id, _) = planned(&site);
    site.qrs.set_faults(FaultScript::nth("DELETE", "*", 2, Fault::ResetAfterApply));
    let report = apply(&site, &[&id, "--first", "4"]).json();
    assert_eq!(report["counts"], json!({ "freed": 4 }), "{report}");
    let sent = deletes(&site);
    assert_eq!(sent.len(), 4);
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quarantined_seats_are_told_with_the_end_of_their_quarantine() {
    let data = data_of(7, 60, LicenseModel::Serial);
    let mut site = armed_with(data, |options| options.model = LicenseModel::Serial).await;
    // Seats that were used lately are quarantined, so the floor and the thresholds have to go.
    site.set(&[("maxReleasePercent: 100", "maxReleasePercent: 100\n    minIdleDays: 1")]);
    let thresholds = site.settings.replace("releaseThresholdDays: 30", "releaseThresholdDays: 1");
    site.settings = thresholds;
    site.set(&[]);
    let (id, _) = planned(&site);
    let report = apply(&site, &[&id]).json();
    let quarantined = report["seats"].as_array().unwrap().iter().filter(|seat| seat["outcome"] == "quarantined");
    let ends: Vec<&Value> = quarantined.map(|seat| &seat["quarantinedUntil"]).collect();
    assert!(!ends.is_empty() && ends.iter().all(|end| end.is_string()), "{report}");
    accounted(&site).await;
    // They are given back as the same seats.
    let before = deletes(&site).len();
    let undone = site.run(["undo", "1", "--format", "json"]).json();
    assert_eq!(undone["counts"]["restored"].as_u64().unwrap(), before as u64, "{undone}");
    let reinstated = site.qrs.journal().iter().filter(|entry| entry.method == "PUT").count();
    assert_eq!(reinstated, ends.len());
    accounted(&site).await;
}

/// Fails the nth request of an apply for every n, until a run is untouched.
async fn every_request(what: &str, fault: &Fault, times: Option<u64>) {
    for nth in 1.. {
        let site = armed(40).await;
        let (id, _) = planned(&site);
        site.qrs.clear_journal();
        let action = fault.clone();
        let rule = FaultRule { method: None, path: Some("/qrs/*".to_owned()), nth, times, action };
        site.qrs.set_faults(FaultScript { rules: vec![rule] });
        let run = site.run(["apply", &id, "--first", "2"]);
        assert!([0, 1, 3].contains(&run.code), "{what} {nth}: {run:?}");
        let was_hit = site.qrs.journal().iter().any(|entry| entry.fault.is_some());
        site.qrs.set_faults(FaultScript::default());
        let (id, _) = planned(&site);
        accounted(&site).await;
        assert_eq!(site.run(["apply", &id]).code, 0, "{what} {nth}: afterwards all goes");
        assert_eq!(planned(&site).1, Vec::<String>::new(), "{what} {nth}");
        accounted(&site).await;
        if !was_hit {
            assert!(nth > 10, "{what}: only {nth} requests");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_at_any_request_leaves_nothing_unaccounted() {
    every_request("500 for good", &status(500), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_at_any_request_leaves_nothing_unaccounted() {
    every_request("carried out, and no answer", &Fault::ResetAfterApply, Some(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_releases_with_faults_are_all_accounted_for() {
    let mut site = armed(2600).await;
    site.set(&[("releasesPerMinute: 1000000", "releasesPerMinute: 1000000\n    maxConsecutiveFailures: 1000")]);
    let (id, releases) = planned(&site);
    assert!(releases.len() >= 1000, "{}", releases.len());
    let faults = [status(500), status(403), status(404), Fault::Reset, Fault::ResetAfterApply];
    // One in twenty, of every kind in turn.
    let rules = (0..).zip(faults.iter().cycle()).take(releases.len() / 20).map(|(place, fault)| FaultRule {
        method: Some("DELETE".to_owned()),
        path: None,
        nth: 7 + place * 20,
        times: Some(1),
        action: fault.clone(),
    });
    site.qrs.set_faults(FaultScript { rules: rules.collect() });
    let run = apply(&site, &[&id]);
    let report = run.json();
    assert_eq!(run.code, 3);
    assert_eq!(report["seats"].as_array().unwrap().len(), releases.len());
    for seat in report["seats"].as_array().unwrap() {
        let id = seat["licenseId"].as_str().unwrap();
        match seat["outcome"].as_str().unwrap() {
            "freed" => assert!(!is_there(&site, id), "{seat}"),
            "failed" | "still-allocated" => assert!(is_there(&site, id), "{seat}"),
            _ => panic!("{seat}"),
        }
    }
    assert!(with_outcome(&report, "freed").len() > releases.len() * 9 / 10);
    accounted(&site).await;
    assert!(site.run(["audit", "replay", "1"]).is_done().out.contains("byte for byte"));
}
