//! What must never become a release: a look, a retry under other settings, a reading in doubt, another server.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use serde_json::Value;
use steward_fake_qrs::{Fault, FaultScript};

use crate::daemon::{Daemon, OWN_PORT, get, metric, release};
use crate::ledger::{accounted, deletes, events, planned, releasing};
use crate::release::until;
use crate::site::{Site, data};

/// Armed under rules that release nobody, with a release that its schedule never brings.
async fn armed(seats: usize) -> Site {
    let mut site = releasing(data(seats), |_| {}).await;
    site.settings = site
        .settings
        .replace("releaseThresholdDays: 30", "releaseThresholdDays: 3000")
        .replace("frequency: every 24 hours", "frequency: at 3:00 on the 29th day of february");
    site.add(OWN_PORT);
    planned(&site);
    site.run(["arm"]).is_done();
    site
}

fn threshold(site: &mut Site, from: u32, to: u32) {
    let of = |days: u32| format!("releaseThresholdDays: {days}\n");
    site.settings = site.settings.replace(&of(from), &of(to));
    site.set(&[]);
    site.run(["reload"]).is_done();
}

fn waits(site: &Site) -> bool {
    metric(site, "steward_rules_waiting{}") == Some(1.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_failed_is_never_tried_again_as_a_release() {
    let mut site = armed(200).await;
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    site.add("  policy:\n    maxNewReleases: 1000\n");
    site.qrs.set_faults(FaultScript::every("*", Fault::Unavailable));
    threshold(&mut site, 3000, 30);
    let asked = site.qrs.journal().len();
    until(|| site.qrs.journal().len() > asked).await;
    site.qrs.set_faults(FaultScript::default());
    let due = "steward_job_next_run_timestamp_seconds{task=\"release\"}";
    until(|| metric(&site, "steward_job_runs_total{task=\"release\",outcome=\"failed\"}").is_some()).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let in_an_hour = crate::site::now().timestamp() + 3600;
    #[expect(clippy::cast_precision_loss, reason = "a date")]
    let is_far = metric(&site, due).is_none_or(|at| at > in_an_hour as f64);
    assert!(is_far, "a look leaves the schedule alone: {:?}", metric(&site, due));
    assert_eq!(deletes(&site).len(), 0);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_change_end_the_retries_of_a_release() {
    let mut site = armed(100).await;
    site.set(&[("dryRun: false", "dryRun: true")]);
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    site.qrs.set_faults(FaultScript::every("*", Fault::Unavailable));
    assert_eq!(release(&site).await, "failed");
    site.qrs.set_faults(FaultScript::default());
    let due = || metric(&site, "steward_job_next_run_timestamp_seconds{task=\"release\"}");
    #[expect(clippy::cast_precision_loss, reason = "a date")]
    let soon = (crate::site::now().timestamp() + 3600) as f64;
    until(|| due().is_some_and(|at| at < soon)).await;
    let text = site.settings.replace("dryRun: true", "dryRun: false");
    std::fs::write(site.config(), &text).unwrap();
    site.run(["reload"]).is_done();
    until(|| due().is_none_or(|at| at > soon)).await;
    assert_eq!(deletes(&site).len(), 0);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_in_doubt_accepts_no_rules() {
    let mut site = armed(200).await;
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    let empty = r#"{"rules":[{"path":"/qrs/license/*accesstype/full","action":{"kind":"empty-list"}}]}"#;
    site.qrs.set_faults(FaultScript::parse(empty.as_bytes()).unwrap());
    threshold(&mut site, 3000, 30);
    assert_eq!(release(&site).await, "attention");
    site.qrs.set_faults(FaultScript::default());
    assert_eq!(release(&site).await, "attention");
    assert!(waits(&site));
    assert_eq!(deletes(&site).len(), 0);
    daemon.stop().is_done();
    assert!(events(&site).await.iter().all(|event: &Value| event["type"] != "rules-accepted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_has_to_be_armed_for_itself() {
    let mut site = armed(100).await;
    let port = site.qrs.address().port();
    let (here, there) = (format!("host: \"127.0.0.1:{port}\""), format!("host: \"localhost:{port}\""));
    let before = site.settings.clone();
    site.settings = site.settings.replace("releaseThresholdDays: 3000", "releaseThresholdDays: 30");
    site.settings = if site.settings.contains(&here) {
        site.settings.replace(&here, &there)
    } else {
        site.settings.replace("127.0.0.1", "localhost")
    };
    assert_ne!(site.settings, before);
    // The listener stays where the control file says.
    site.settings = site.settings.replace("listen: localhost", "listen: 127.0.0.1");
    site.set(&[]);
    let daemon = Daemon::start(&site).await;
    assert_eq!(release(&site).await, "attention");
    assert_eq!(deletes(&site).len(), 0, "nobody looked at a plan for that server");
    let (plan, _) = planned(&site);
    site.run(["apply", &plan]).fails(3, &["not-armed", "the server that the settings name"]);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_waited_before_a_restart_wait_after_it_and_arming_ends_it() {
    let mut site = armed(200).await;
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    threshold(&mut site, 3000, 30);
    until(|| waits(&site)).await;
    daemon.stop().is_done();
    let daemon = Daemon::start(&site).await;
    until(|| waits(&site)).await;
    // The daemon made a plan by the new rules; whoever arms has to say which plan was looked at.
    site.run(["arm"]).fails(1, &["look at `steward plan`", "steward arm "]);
    site.run(["arm", &planned(&site).0]).is_done();
    until(|| metric(&site, "steward_rules_waiting{}") == Some(0.0)).await;
    assert_eq!(deletes(&site).len(), 0);
    daemon.stop().is_done();
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settings_file_that_is_gone_is_told_and_pause_needs_none() {
    let site = armed(40).await;
    let daemon = Daemon::start(&site).await;
    until(|| metric(&site, "steward_settings_valid{}") == Some(1.0)).await;
    let text = std::fs::read_to_string(site.config()).unwrap();
    let folder = site.path("data");
    std::fs::remove_file(site.config()).unwrap();
    until(|| metric(&site, "steward_settings_valid{}") == Some(0.0)).await;
    let folder = folder.display().to_string();
    site.run(["pause"]).fails(2, &["--data-dir"]);
    crate::site::steward(["pause", "--data-dir", &folder, "--note", "no file"]).is_done();
    std::fs::write(site.config(), text).unwrap();
    assert_ne!(release(&site).await, "failed");
    assert_eq!(deletes(&site).len(), 0);
    crate::site::steward(["resume", "--data-dir", &folder]).is_done();
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_question_does_not_keep_the_daemon_from_ending() {
    let site = armed(20).await;
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    let address = metric_address(&site.path("data"));
    let mut half = std::net::TcpStream::connect(&address).unwrap();
    half.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ").unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    daemon.stop().is_done();
    let mut rest = Vec::new();
    let _ = half.read_to_end(&mut rest);
}

/// Where the daemon of this data folder answers.
fn metric_address(folder: &std::path::Path) -> String {
    let text = std::fs::read_to_string(folder.join("control.json")).unwrap();
    let control: Value = serde_json::from_str(&text).unwrap();
    control["address"].as_str().unwrap().to_owned()
}
