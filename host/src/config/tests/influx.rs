//! What the settings of `InfluxDB` must say, and what becomes of them.

use std::time::Duration;

use super::{SMALL, accept, read, refuse, refuse_with};
use crate::influx::{InfluxSettings, Target};

/// A file whose section `Butler.influxDb` is switched on and holds `influx`.
fn with_influx(influx: &str) -> String {
    format!("{SMALL}  influxDb: {{ enable: true, hostIP: db.acme.test, {influx} }}\n")
}

const VERSION_1: &str = "v1Config: { dbName: butler, retentionPolicy: { name: 10d, duration: 10d } }";
const VERSION_2: &str = "version: 2, v2Config: { org: o, bucket: b, token: t, retentionDuration: 10d }";
const VERSION_3: &str = "version: 3, v3Config: { database: d, token: t, retentionDuration: 10d, writeTimeout: 1500 }";

#[test]
fn goes_where_the_settings_of_its_version_say() {
    assert!(InfluxSettings::of(&accept(SMALL)).is_none());
    let of = |influx: &str| InfluxSettings::of(&accept(&with_influx(influx))).expect("it is on");
    let one = of(VERSION_1);
    assert!(matches!(&one.target, Target::Version1 { database, .. } if database == "butler"));
    assert_eq!((one.base.as_str(), one.timeout), ("http://db.acme.test:8086", Duration::from_secs(10)));
    assert_eq!(one.retention.and_then(crate::config::Retention::days), Some(10));
    assert_eq!(of(VERSION_2).target, Target::Version2 { org: "o".to_owned(), bucket: "b".to_owned() });
    let three = of(VERSION_3);
    assert_eq!(three.target, Target::Version3 { database: "d".to_owned() });
    assert_eq!(three.timeout, Duration::from_millis(1500));
}

#[test]
fn reads_its_own_section() {
    let text = format!(
        "{}steward: {{ influxDb: {{ tls: true, rootCertificate: influx.pem, batchPoints: 7, timeoutSeconds: 3, \
         outboxMaxPoints: 500 }} }}\n",
        with_influx(VERSION_1).replace("db.acme.test,", "'2001:db8::1', hostPort: 8087,")
    );
    let settings = accept(&text);
    let influx = InfluxSettings::of(&settings).expect("it is on");
    assert_eq!((influx.base.as_str(), influx.is_tls), ("https://[2001:db8::1]:8087", true));
    assert_eq!(influx.root_certificate.as_deref(), Some(std::path::Path::new("/etc/steward/influx.pem")));
    assert_eq!((influx.batch_points, influx.timeout), (7, Duration::from_secs(3)));
    assert_eq!(settings.steward.influx_db.outbox_max_points, 500);
    let fault = read(&text).expect("good settings").check_files().expect_err("there are no such files").to_string();
    assert!(fault.contains("steward.influxDb.rootCertificate: cannot open"), "{fault}");
}

#[test]
fn says_what_the_chosen_version_lacks() {
    for (influx, lacks) in [
        ("v1Config: {}", &["v1Config.dbName: the database is missing"][..]),
        (
            "v1Config: { dbName: b, auth: { enable: true } }",
            &["v1Config.auth.username: the user name is missing", "v1Config.auth.password: the password is missing"],
        ),
        (
            "v1Config: { dbName: b, retentionPolicy: { name: a } }",
            &["v1Config.retentionPolicy.duration: the duration is missing"],
        ),
        (
            "version: 2",
            &[
                "v2Config.org: the organisation is missing",
                "v2Config.bucket: the bucket is missing",
                "v2Config.token: the token is missing",
            ],
        ),
        ("version: 3", &["v3Config.database: the database is missing", "v3Config.token: the token is missing"]),
    ] {
        let lines = refuse(&with_influx(influx));
        assert_eq!(lines.len(), lacks.len(), "{lines:?}");
        for lack in lacks {
            assert!(lines.iter().any(|line| line.ends_with(&format!("Butler.influxDb.{lack}"))), "{lack}: {lines:?}");
        }
    }
    let no_host = with_influx(VERSION_1).replace("hostIP: db.acme.test, ", "");
    refuse_with(&no_host, "Butler.influxDb.hostIP: the host of InfluxDB is missing");
    refuse_with(
        &with_influx(VERSION_1).replace("db.acme.test", "'http://db'"),
        "without `https://` and without a path; `steward.influxDb.tls` switches https on",
    );
}

#[test]
fn looks_at_nothing_while_it_is_off() {
    let text =
        with_influx("version: 2, v2Config: { retentionDuration: often }").replace("enable: true", "enable: false");
    accept(&text);
}

#[test]
fn places_a_bad_duration() {
    for influx in [VERSION_1, VERSION_2, VERSION_3] {
        for good in ["1w", "INF", "36h", "0s"] {
            accept(&with_influx(&influx.replace("uration: 10d", &format!("uration: {good}"))));
        }
        let lines = refuse(&with_influx(&influx.replace("uration: 10d", "uration: 10 days")));
        assert!(lines.len() == 1 && lines[0].ends_with("write a duration such as `90d`, `12w` or `INF`"), "{lines:?}");
        assert!(lines[0].starts_with("steward.yaml:7:"), "{lines:?}");
    }
    let short = with_influx(&VERSION_1.replace("duration: 10d", "duration: 10m"));
    refuse_with(&short, "InfluxDB keeps points for an hour at least; `INF` is for ever");
}

#[test]
fn refuses_tags_with_which_every_point_would_be_refused() {
    for name in ["time", "_field"] {
        let influx =
            format!("{VERSION_1}, tag: {{ static: [ {{ name: a, value: b }}, {{ name: {name}, value: x }} ] }}");
        let lines = refuse(&with_influx(&influx));
        assert!(
            lines.len() == 1 && lines[0].contains("Butler.influxDb.tag.static[1].name: InfluxDB takes no"),
            "{lines:?}"
        );
    }
}
