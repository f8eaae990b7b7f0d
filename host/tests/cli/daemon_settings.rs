//! Every setting of the daemon and of monitoring has an effect.

use serde_json::Value;
use sqlx::{Connection as _, Row as _};
use steward_fake_qrs::{Fault, FaultScript};

use crate::daemon::{Daemon, get, metric, metric_ms, outbox};
use crate::ledger::{accounted, deletes, open, planned, releasing};
use crate::release::until;
use crate::site::{Site, data, site};

const HOUR_MS: i64 = 3_600_000;
const OWN_PORT: &str = "  http:\n    listen: 127.0.0.1:0\n";

async fn watched(seats: usize, own: &str) -> Site {
    let mut site = site(seats).await;
    site.add(OWN_PORT);
    site.add(own);
    site
}

async fn is_ready(site: &Site) {
    until(|| get(site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
}

fn next_run(site: &Site, task: &str) -> Option<i64> {
    metric_ms(site, &format!("steward_job_next_run_timestamp_seconds{{task=\"{task}\"}}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn frequencies_say_when_and_jitter_puts_off() {
    let site = watched(20, "").await;
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    let on_time = next_run(&site, "monitor").unwrap();
    assert_eq!(on_time % (6 * HOUR_MS), 0, "every 6 hours, in UTC");
    assert_eq!(next_run(&site, "release").unwrap() % (24 * HOUR_MS), 0);
    daemon.stop().is_done();

    let site = watched(20, "  daemon:\n    jitterSeconds: 3600\n").await;
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    let delays = ["monitor", "server-license", "release"].map(|task| next_run(&site, task).unwrap() % HOUR_MS);
    assert!(delays.iter().any(|delay| *delay > 0), "{delays:?}");
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_are_switched_off_do_not_run() {
    let mut site = watched(20, "").await;
    site.set(&[(
        "licenseMonitor:\n      enable: true\n      frequency: every 6 hours",
        "licenseMonitor:\n      enable: false\n      frequency: never ever",
    )]);
    site.set(&[("serverLicenseMonitor:\n      enable: true", "serverLicenseMonitor:\n      enable: false")]);
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    assert_eq!((next_run(&site, "monitor"), next_run(&site, "server-license")), (None, None));
    site.run(["poke", "monitor"]).fails(1, &["licenseMonitor.enable"]);
    daemon.stop().is_done();
    assert!(site.qrs.journal().is_empty(), "nobody asked anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settings_file_that_nobody_watches_waits_for_a_reload() {
    let mut site = watched(20, "  daemon:\n    watchSettings: false\n").await;
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    let before = next_run(&site, "monitor");
    site.set(&[("every 6 hours", "every 1 minute")]);
    // Long enough for a daemon that would look.
    tokio::time::sleep(std::time::Duration::from_secs(7)).await;
    assert_eq!(next_run(&site, "monitor"), before);
    daemon.signal("-HUP");
    until(|| next_run(&site, "monitor") != before).await;
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_soft_stop_that_takes_too_long_is_a_hard_one() {
    let mut site = releasing(data(60), |_| {}).await;
    site.add(OWN_PORT);
    site.add("  daemon:\n    stopSeconds: 1\n");
    planned(&site);
    site.run(["arm"]).is_done();
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    site.qrs.set_faults(FaultScript::nth("DELETE", "*", 1, Fault::LateAnswer { ms: 600_000 }));
    site.run(["poke", "release"]).is_done();
    until(|| !deletes(&site).is_empty()).await;
    daemon.stop().fails(1, &["stopped at once"]);
    site.qrs.set_faults(FaultScript::default());
    planned(&site);
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn measurements_go_where_the_settings_say_with_their_tags() {
    let mut site = watched(40, "  monitor:\n    userActivity: true\n").await;
    let database = "Butler:\n  influxDb:\n    enable: true\n    hostIP: 127.0.0.1\n    hostPort: 1\n    v1Config:\n      dbName: steward\n    \
                    tag:\n      static:\n        - { name: instance, value: prod }\n        - { name: site, value: everywhere }\n";
    site.settings = site.settings.replacen("Butler:\n", database, 1).replacen(
        "        influxDb:\n          enable: false",
        "        influxDb:\n          enable: true\n          tag:\n            static:\n              - { name: site, value: here }",
        1,
    );
    site.set(&[]);
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    let told = outbox(&site).await;
    let of = |name: &str| told.iter().filter(|(measurement, ..)| measurement == name).collect::<Vec<_>>();
    assert_eq!(of("qlik_sense_license").len(), 3, "{told:?}");
    assert_eq!(of("steward_seat_use").len(), 2);
    assert_eq!(of("qlik_sense_server_license").len(), 0, "its own destination is off");
    let seats = of("steward_user_activity");
    assert!(seats.len() > 30, "one for each seat: {}", seats.len());
    for (_, tags, fields) in of("qlik_sense_license") {
        assert_eq!((&tags["instance"], &tags["site"]), (&Value::from("prod"), &Value::from("here")));
        assert!(
            fields.as_object().unwrap().values().all(Value::is_f64),
            "floats, as in the series of Butler: {fields}"
        );
    }
    daemon.stop().is_done();

    site.set(&[("    userActivity: true", "    userActivity: false")]);
    let before = outbox(&site).await.len();
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    let told = outbox(&site).await;
    assert!(told[before..].iter().all(|(measurement, ..)| measurement != "steward_user_activity"), "{told:?}");
    daemon.stop().is_done();

    site.settings = site.settings.replacen("  influxDb:\n    enable: true", "  influxDb:\n    enable: false", 1);
    site.set(&[]);
    let before = outbox(&site).await.len();
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    assert_eq!(outbox(&site).await.len(), before, "the master switch");
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_servers_licence_is_told_in_time() {
    let mut site = watched(20, "").await;
    let ends_on = (crate::site::now() + chrono::TimeDelta::days(50)).format("%Y-%m-%d").to_string();
    site.qrs.edit(|data| data.license["keyDetails"] = format!("Valid To: {ends_on}  12:00:00 AM").into());
    site.set(&[("thresholdDays: 60", "thresholdDays: 40")]);
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    let ended = daemon.stop();
    assert!(!ended.err.contains("in 50 days"), "{ended:?}");
    site.set(&[("thresholdDays: 40", "thresholdDays: 60")]);
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    let ended = daemon.stop();
    assert!(ended.err.contains(&format!("ends on {ends_on}, in 50 days")), "{ended:?}");
    site.qrs.edit(|data| data.license["keyDetails"] = "Valid To: 03/04/2031".into());
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    assert_eq!(metric(&site, "steward_server_license_expiry_known{}"), Some(0.0));
    let ended = daemon.stop();
    assert!(ended.err.contains("nobody can tell when the licence of the server ends"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_readings_are_purged_and_seats_that_others_take_show() {
    let mut site = watched(60, "").await;
    let daemon = Daemon::start(&site).await;
    is_ready(&site).await;
    let mut ledger = open(&site).await;
    sqlx::query("INSERT INTO access_reading VALUES ('2020-01-01T00:00:00Z', 's', 'analyzer', '{}')")
        .execute(&mut ledger)
        .await
        .unwrap();
    site.qrs.edit(|data| drop(data.analyzeraccesstype.drain(..2)));
    site.add("  history:\n    retentionDays: 30\n");
    site.run(["reload"]).is_done();
    site.run(["poke", "monitor"]).is_done();
    let gone = "steward_seat_changes_total{license_type=\"analyzer\",change=\"vanished_otherwise\"}";
    until(|| metric(&site, gone) == Some(2.0)).await;
    let old: i64 = sqlx::query("SELECT COUNT(*) FROM access_reading WHERE at < '2021'")
        .fetch_one(&mut ledger)
        .await
        .unwrap()
        .get(0);
    assert_eq!(old, 0);
    let changes = sqlx::query("SELECT change, user_id FROM seat_change").fetch_all(&mut ledger).await.unwrap();
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().all(|row| row.get::<String, _>("change") == "vanished-otherwise"));
    ledger.close().await.unwrap();
    daemon.stop().is_done();

    let told = site.run(["history", "changes", "--format", "json"]).is_done().json();
    assert_eq!(told.as_array().unwrap().len(), 2);
    assert_eq!(told[0]["change"], "vanished-otherwise");
    assert!(site.run(["history", "changes"]).is_done().out.contains("vanished otherwise"));
    let pools = site.run(["history", "pools", "--format", "json"]).is_done().json();
    let analyzer: Vec<&Value> =
        pools.as_array().unwrap().iter().filter(|reading| reading["accessType"] == "analyzer").collect();
    assert_eq!(analyzer.len(), 2, "{pools}");
    assert!(analyzer[1]["figures"]["allocated"].is_f64());
    assert!(site.run(["history", "pools"]).is_done().out.contains("analyzer_capacity"));
    let csv = site.run(["history", "pools", "--format", "csv", "--days", "1"]).is_done().out.clone();
    assert!(csv.starts_with("at,access_type,figure,value\n"), "{csv}");
}
