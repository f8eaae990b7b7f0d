//! The daemon as an administrator runs it: the real binary, its listener and its signals.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command};
use std::time::Duration;

use serde_json::Value;
use sqlx::{Connection as _, Row as _};
use steward_fake_qrs::{Fault, FaultRule, FaultScript};

use crate::ledger::{accounted, deletes, events, open, planned, releasing};
use crate::release::until;
use crate::site::{Output, Run, Site, data, start};

pub const OWN_PORT: &str = "  http:\n    listen: 127.0.0.1:0\n";
const INFLUX: &str = "  influxDb:\n    enable: true\n    hostIP: 127.0.0.1\n    hostPort: 1\n    v1Config:\n      \
                      dbName: steward\n  qlikSenseLicense:\n";

/// A daemon that was started for a test. One that a failing test leaves behind is killed.
pub struct Daemon {
    /// With what it says.
    child: Option<(Child, Output)>,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some((mut child, _)) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Daemon {
    /// Starts it and waits until it answers.
    pub async fn start(site: &Site) -> Self {
        let config = site.config();
        let mut child = start(["run", "--config", config.to_str().unwrap()], &[]);
        let output = Output::of(&mut child);
        let mut daemon = Self { child: Some((child, output)) };
        until(|| daemon.has_ended() || get(site, "/healthz").is_some_and(|(status, _)| status == 200)).await;
        assert!(!daemon.has_ended(), "{:?}", daemon.end());
        daemon
    }

    fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|(child, _)| child.try_wait().unwrap().is_some())
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.as_ref().unwrap().0.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    pub fn end(mut self) -> Run {
        let (child, output) = self.child.take().unwrap();
        output.finish(child)
    }

    pub fn stop(self) -> Run {
        self.signal("-TERM");
        self.end()
    }
}

/// What the daemon of a site answers; `None` when nobody does.
pub fn get(site: &Site, path: &str) -> Option<(u16, String)> {
    let text = std::fs::read_to_string(site.path("data").join("control.json")).ok()?;
    let control: Value = serde_json::from_str(&text).ok()?;
    ask(control["address"].as_str()?, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
}

fn ask(address: &str, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// The value of a metric, by its name and labels as they are written.
pub fn metric(site: &Site, name: &str) -> Option<f64> {
    written_metric(site, name)?.parse().ok()
}

/// A time that a metric tells, in milliseconds.
pub fn metric_ms(site: &Site, name: &str) -> Option<i64> {
    let text = written_metric(site, name)?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let ms: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(seconds.parse::<i64>().ok()? * 1000 + ms.parse::<i64>().ok()?)
}

fn written_metric(site: &Site, name: &str) -> Option<String> {
    let (_, text) = get(site, "/metrics")?;
    let line =
        text.lines().find_map(|line| line.strip_prefix(name).filter(|rest| rest.starts_with(' ')).map(str::trim))?;
    Some(line.to_owned())
}

fn runs_of(site: &Site, task: &str, outcome: &str) -> f64 {
    metric(site, &format!("steward_job_runs_total{{task=\"{task}\",outcome=\"{outcome}\"}}")).unwrap_or(0.0)
}

/// Pokes the release and waits until it has ended once more. Returns how it ended.
pub async fn release(site: &Site) -> &'static str {
    let mut before = Vec::new();
    for outcome in ["done", "attention", "failed"] {
        before.push((outcome, runs_of(site, "release", outcome)));
    }
    site.run(["poke", "release"]).is_done();
    let mut ended = None;
    for _ in 0..1200 {
        for (outcome, count) in &before {
            if runs_of(site, "release", outcome) > *count {
                ended = Some(*outcome);
            }
        }
        if let Some(ended) = ended {
            return ended;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the release did not end");
}

async fn ready_to_release(seats: usize) -> Site {
    let mut site = releasing(data(seats), |_| {}).await;
    site.add(OWN_PORT);
    site
}

pub async fn outbox(site: &Site) -> Vec<(String, Value, Value)> {
    let mut connection = open(site).await;
    let rows = sqlx::query("SELECT measurement, tags, fields FROM outbox ORDER BY id")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    rows.iter().map(|row| (row.get("measurement"), json(row.get("tags")), json(row.get("fields")))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn watches_at_once_tells_its_health_and_ends_when_it_is_told_to() {
    let mut site = crate::site::site(60).await;
    site.add(OWN_PORT);
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    let total = metric(&site, "steward_pool_seats{license_type=\"analyzer\",state=\"total\"}");
    assert!(total.is_some_and(|total| total > 0.0), "{total:?}");
    assert_eq!(metric(&site, "steward_server_license_expiry_known{}"), Some(1.0));
    assert_eq!(metric(&site, "steward_armed{}"), Some(0.0));
    let (_, text) = get(&site, "/metrics").unwrap();
    assert!(text.ends_with("# EOF\n"), "{text}");
    assert_eq!(deletes(&site), []);

    let second = site.run(["run"]);
    second.fails(1, &["another daemon works with this data folder"]);
    let status = site.run(["status"]);
    assert!(status.is_done().out.contains("Daemon, at "), "{status:?}");

    let ended = daemon.stop();
    ended.is_done();
    assert!(ended.err.contains("read 3 kinds of access"), "{ended:?}");
    site.run(["poke", "monitor"]).fails(1, &["no daemon", "steward run"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_only_what_somebody_armed_and_never_under_dry_run() {
    let mut site = ready_to_release(60).await;
    site.settings = site.settings.replacen("  qlikSenseLicense:\n", INFLUX, 1);
    site.settings = site
        .settings
        .replace("        influxDb:\n          enable: false", "        influxDb:\n          enable: true");
    site.set(&[("dryRun: false", "dryRun: true")]);
    let daemon = Daemon::start(&site).await;
    assert_eq!(release(&site).await, "done");
    assert!(metric(&site, "steward_plan_releases{license_type=\"analyzer\"}").is_some_and(|count| count > 0.0));
    site.set(&[("dryRun: true", "dryRun: false")]);
    site.run(["reload"]).is_done();
    assert_eq!(release(&site).await, "attention", "nobody armed");
    assert_eq!(deletes(&site), []);
    let told = outbox(&site).await;
    assert!(told.iter().all(|(measurement, ..)| measurement != "qlik_sense_license_release"), "{told:?}");

    site.run(["arm"]).is_done();
    assert_eq!(release(&site).await, "done");
    let sent = u32::try_from(deletes(&site).len()).unwrap();
    assert!(sent > 5);
    assert_eq!(planned(&site).1, Vec::<String>::new());
    let told = outbox(&site).await;
    let released: Vec<_> =
        told.iter().filter(|(measurement, ..)| measurement == "qlik_sense_license_release").collect();
    assert_eq!(released.len(), sent as usize, "one point for each seat");
    for (_, tags, fields) in released {
        assert!(tags["user"].as_str().is_some_and(|user| user.contains('\\')), "{tags}");
        assert!(fields["days_since_last_use"].as_f64().is_some_and(|days| days >= 30.0), "{fields}");
    }
    assert!(
        told.iter().any(|(measurement, _, fields)| measurement == "steward_run" && fields["freed"] == f64::from(sent))
    );
    assert_eq!(metric(&site, "steward_release_outcomes_total{outcome=\"freed\"}"), Some(f64::from(sent)));
    let by = events(&site).await.into_iter().find(|event| event["type"] == "run-started").unwrap();
    assert!(by["by"].as_str().unwrap().starts_with("the daemon of "), "{by}");
    assert_eq!(release(&site).await, "done", "nothing more to do");
    assert_eq!(deletes(&site).len(), sent as usize);
    daemon.stop().is_done();
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_settings_file_changes_nothing_and_a_good_one_is_noticed() {
    let mut site = ready_to_release(40).await;
    let daemon = Daemon::start(&site).await;
    until(|| metric(&site, "steward_settings_valid{}") == Some(1.0)).await;
    site.set(&[("dryRun: false", "dryRun: maybe")]);
    until(|| metric(&site, "steward_settings_valid{}") == Some(0.0)).await;
    site.set(&[("dryRun: maybe", "dryRun: false"), ("every 6 hours", "every day at 10:00")]);
    site.run(["reload"]).fails(1, &["licenseMonitor.frequency", "at 10:00"]);
    assert_eq!(metric(&site, "steward_settings_valid{}"), Some(0.0));
    let before = metric(&site, "steward_job_next_run_timestamp_seconds{task=\"monitor\"}");
    assert!(before.is_some());
    site.set(&[("every day at 10:00", "every 1 minute")]);
    until(|| metric(&site, "steward_settings_valid{}") == Some(1.0)).await;
    until(|| metric(&site, "steward_job_next_run_timestamp_seconds{task=\"monitor\"}") != before).await;
    let ended = daemon.stop();
    ended.is_done();
    assert!(ended.err.contains("dryRun") && ended.err.contains("stay in force"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_would_newly_take_many_seats_wait_for_somebody() {
    let mut site = ready_to_release(200).await;
    site.settings = site.settings.replace("releaseThresholdDays: 30", "releaseThresholdDays: 3000");
    site.set(&[]);
    planned(&site);
    site.run(["arm"]).is_done();
    let daemon = Daemon::start(&site).await;
    assert_eq!(release(&site).await, "done");
    let before = deletes(&site).len();

    site.settings = site.settings.replace("releaseThresholdDays: 3000", "releaseThresholdDays: 30");
    site.set(&[]);
    site.run(["reload"]).is_done();
    until(|| metric(&site, "steward_rules_waiting{}") == Some(1.0)).await;
    assert_eq!(release(&site).await, "attention");
    assert_eq!(deletes(&site).len(), before, "nobody has looked");
    // A restart is no way around it.
    daemon.stop().is_done();
    let daemon = Daemon::start(&site).await;
    assert_eq!(release(&site).await, "attention");
    assert_eq!(deletes(&site).len(), before);

    let (plan, releases) = planned(&site);
    assert!(releases.len() > 10);
    site.run(["arm"]).fails(1, &["steward arm "]);
    site.run(["arm", &plan]).is_done();
    assert_eq!(release(&site).await, "done");
    assert_eq!(metric(&site, "steward_rules_waiting{}"), Some(0.0));
    assert!(deletes(&site).len() > before + 10);
    daemon.stop().is_done();
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_newly_take_a_few_seats_are_accepted_by_themselves() {
    let mut site = ready_to_release(100).await;
    planned(&site);
    site.run(["arm"]).is_done();
    site.add("  policy:\n    maxNewReleases: 1000\n");
    site.settings = site.settings.replace("releaseThresholdDays: 30", "releaseThresholdDays: 25");
    site.set(&[]);
    let daemon = Daemon::start(&site).await;
    assert_eq!(release(&site).await, "done");
    assert!(!deletes(&site).is_empty());
    daemon.stop().is_done();
    let events = accounted(&site).await;
    assert!(events.iter().any(|event| event["type"] == "rules-accepted"), "{events:?}");
}

/// Latency before each answer to a DELETE, so that a signal comes in the middle of a run.
fn slow_deletes(site: &Site) {
    let action = Fault::Latency { ms: 400 };
    let rule = FaultRule { method: Some("DELETE".to_owned()), path: Some("*".to_owned()), nth: 1, times: None, action };
    site.qrs.set_faults(FaultScript { rules: vec![rule] });
}

async fn in_mid_run(site: &Site) -> Daemon {
    planned(site);
    site.run(["arm"]).is_done();
    let daemon = Daemon::start(site).await;
    slow_deletes(site);
    site.run(["poke", "release"]).is_done();
    until(|| !deletes(site).is_empty()).await;
    daemon
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_finishes_the_seat_in_hand() {
    let site = ready_to_release(60).await;
    let daemon = in_mid_run(&site).await;
    let ended = daemon.stop();
    ended.is_done();
    assert!(ended.err.contains("what is in hand is finished first"), "{ended:?}");
    let sent = deletes(&site).len();
    assert!((1..=4).contains(&sent), "{sent}");
    let events = accounted(&site).await;
    let finished = events.iter().find(|event| event["type"] == "run-finished").unwrap();
    assert_eq!(finished["stopped"], "somebody asked to stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_twice_it_ends_at_once_and_the_next_start_looks_what_came_of_it() {
    let site = ready_to_release(60).await;
    let daemon = in_mid_run(&site).await;
    daemon.signal("-TERM");
    daemon.signal("-TERM");
    daemon.end().fails(1, &["stopped at once"]);
    site.qrs.set_faults(FaultScript::default());
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    assert_eq!(release(&site).await, "done");
    daemon.stop().is_done();
    accounted(&site).await;
    let mut taken: Vec<_> = deletes(&site).into_iter().filter(|(_, status)| *status == 204).collect();
    let sent = taken.len();
    taken.dedup();
    assert_eq!(taken.len(), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_told_and_asked_again() {
    let site = ready_to_release(40).await;
    let rule = FaultRule {
        method: None,
        path: Some("/qrs/license/*".to_owned()),
        nth: 1,
        times: None,
        action: Fault::Unavailable,
    };
    site.qrs.set_faults(FaultScript { rules: vec![rule] });
    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/metrics").is_some_and(|(_, text)| text.contains("task=\"monitor\",outcome=\"failed\"} 1")))
        .await;
    let (status, text) = get(&site, "/readyz").unwrap();
    assert_eq!(status, 503);
    assert!(text.contains("the job monitor has never succeeded"), "{text}");
    // It will be asked again in a minute, long before the next reading.
    let next = metric_ms(&site, "steward_job_next_run_timestamp_seconds{task=\"monitor\"}").unwrap();
    assert!(next - crate::site::now().timestamp_millis() < 70_000);
    site.qrs.set_faults(FaultScript::default());
    daemon.signal("-USR1");
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_know_the_secret_may_ask_for_anything() {
    let mut site = crate::site::site(20).await;
    site.add(OWN_PORT);
    let daemon = Daemon::start(&site).await;
    let control = std::fs::read_to_string(site.path("data").join("control.json")).unwrap();
    let control: Value = serde_json::from_str(&control).unwrap();
    for token in ["", "Authorization: Bearer \r\n", "Authorization: Bearer 00\r\n", "Authorization: Basic 00\r\n"] {
        for path in ["/api/v1/reload", "/api/v1/poke/release"] {
            let request = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\n{token}Connection: close\r\nContent-Length: 0\r\n\r\n"
            );
            let (status, text) = ask(control["address"].as_str().unwrap(), &request).unwrap();
            assert_eq!(status, 401, "{text}");
        }
    }
    site.run(["poke", "release"]).is_done();
    site.set(&[("enable: true\n      dryRun: true", "enable: false\n      dryRun: true")]);
    site.run(["reload"]).is_done();
    site.run(["poke", "release"]).fails(1, &["switched off", "licenseRelease.enable"]);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_does_not_start() {
    let mut site = crate::site::site(10).await;
    for (from, to, words) in [
        ("every 6 hours", "every day at 10:00", vec!["licenseMonitor.frequency", "at 10:00"]),
        ("client.pem", "no.pem", vec!["no.pem"]),
    ] {
        let before = site.settings.clone();
        site.set(&[(from, to)]);
        site.run(["run"]).fails(2, &words);
        site.settings = before;
        site.set(&[]);
    }
    site.add("  http:\n    listen: 0.0.0.0:8642\n");
    site.run(["run"]).fails(2, &["steward.http.listen", "an address beyond this machine", "steward token new"]);
}
