//! `steward outbox`, and what `check` says about `InfluxDB`. A real database answers in the tests across the rooms.

use std::net::TcpListener;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::ledger::file;
use crate::site::{Run, Site, site, steward};

/// A port on which nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// A site with a ledger whose settings lead to an `InfluxDB` that is not there.
async fn with_influx(enable: bool) -> Site {
    let mut site = site(50).await;
    site.plan();
    let port = closed_port();
    let influx = format!(
        "Butler:\n  influxDb: {{ enable: {enable}, hostIP: 127.0.0.1, hostPort: {port}, v1Config: {{ dbName: butler }} }}\n"
    );
    site.set(&[("Butler:\n", influx.as_str())]);
    site
}

/// Points that wait, and points that were refused.
async fn fill(site: &Site, waiting: i64, refused: i64) {
    let mut connection = SqliteConnectOptions::new().filename(file(site)).connect().await.unwrap();
    for n in 0..waiting + refused {
        let problem = (n >= waiting).then_some("partial write: field type conflict\u{1b}[2J dropped=1");
        sqlx::query("INSERT INTO outbox (at_ns, measurement, tags, fields, problem) VALUES (?, ?, ?, ?, ?)")
            .bind(1_795_000_000_000_000_000 + n)
            .bind("qlik_sense_license_release")
            .bind(r#"{"license_type":"analyzer","user":"ACME\\jdoe"}"#)
            .bind(r#"{"days_since_last_use":42.0}"#)
            .bind(problem)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    sqlx::query("INSERT INTO outbox_loss VALUES ('dropped', 7)").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[track_caller]
fn finding<'r>(run: &'r Run, about: &str, words: &str) -> &'r str {
    let line = run.out.lines().find(|line| line.contains(about) && line.contains(words));
    line.unwrap_or_else(|| panic!("no {about} {words:?}: {run:?}")).split_whitespace().next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_what_waits_and_what_was_refused() {
    let site = with_influx(true).await;
    let empty = site.run(["outbox"]);
    assert_eq!(empty.is_done().out, "No point waits for InfluxDB.\nNone was refused.\n");
    fill(&site, 3, 2).await;
    let run = site.run(["outbox"]);
    assert_eq!(run.code, 3, "{run:?}");
    for words in [
        "3 points of at most 100000 wait for InfluxDB, the oldest since 2026-11-18T",
        "7 points were given up because the outbox was full.",
        "2 points refused, and set aside:",
        "license_type=analyzer user=ACME\\jdoe  partial write: field type conflict\u{fffd}[2J dropped=1",
    ] {
        assert!(run.out.contains(words), "{words:?}: {run:?}");
    }
    let json = site.run(["outbox", "--format", "json"]).json();
    assert_eq!(
        (json["waiting"].as_u64(), json["setAside"].as_u64(), json["dropped"].as_u64()),
        (Some(3), Some(2), Some(7))
    );
    assert_eq!(json["refused"][1]["tags"]["user"], "ACME\\jdoe");
    assert_eq!(json["refused"][1]["atNs"], 1_795_000_000_000_000_004_i64);

    let retried = site.run(["outbox", "--retry", "--format", "json"]);
    assert!(retried.is_done().err.contains("note: 2 points wait again"), "{retried:?}");
    assert_eq!(retried.json()["waiting"], 5);
    assert!(site.run(["outbox", "--drop"]).is_done().err.contains("note: 0 points removed"));
    assert_eq!(site.run(["outbox", "--drop", "--retry"]).code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_that_nobody_answers_and_what_waits() {
    let site = with_influx(true).await;
    fill(&site, 3, 2).await;
    let run = site.run(["check"]);
    run.fails(1, &["1 thing to mend"]);
    assert_eq!(finding(&run, "InfluxDB", "refused the connection: is InfluxDB running there"), "WRONG");
    assert_eq!(finding(&run, "InfluxDB", "no `destination.influxDb.enable` is, so nothing is written"), "warning");
    assert_eq!(finding(&run, "outbox", "3 points of at most 100000 wait"), "note");
    assert_eq!(finding(&run, "outbox", "2 points were refused by InfluxDB; `steward outbox` says why"), "warning");
    assert_eq!(finding(&run, "outbox", "7 points were lost so far"), "warning");
    let off = with_influx(false).await;
    fill(&off, 3, 0).await;
    let run = off.run(["check"]);
    assert_eq!(finding(run.is_done(), "outbox", "3 points of at most 100000 wait"), "warning");
    assert!(!run.out.contains("refused the connection"), "{run:?}");
    assert!(off.run(["outbox"]).out.contains("Butler.influxDb.enable is off"));
}

#[test]
fn needs_settings_and_a_ledger() {
    steward(["outbox"]).fails(2, &["--config <FILE>"]);
}
