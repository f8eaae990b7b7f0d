//! Rules between the settings of `InfluxDB`: what the chosen version needs, and what it could not take.

use super::Settings;
use super::butler::influx::{InfluxDb, V1Config};
use super::butler::tags::StaticTags;
use super::checks::Report;
use super::derived::Endpoint;
use super::retention::Retention;

const SECTION: &str = "Butler.influxDb";

/// Nothing is looked at while `InfluxDB` is off: Butler's template has placeholders there.
pub(super) fn check(settings: &Settings, report: &mut Report<'_>) {
    let influx = &settings.butler.influx_db;
    if !influx.enable {
        return;
    }
    check_host(influx, report);
    match influx.version {
        1 => check_version_1(&influx.v1_config, report),
        2 => {
            let config = &influx.v2_config;
            let token = config.token.as_ref().map(super::Secret::expose);
            need(report, "v2Config.org", config.org.as_deref(), "the organisation is missing");
            need(report, "v2Config.bucket", config.bucket.as_deref(), "the bucket is missing");
            need(report, "v2Config.token", token, "the token is missing");
            check_duration(report, "v2Config.retentionDuration", config.retention_duration.as_deref());
        }
        _ => {
            let config = &influx.v3_config;
            let token = config.token.as_ref().map(super::Secret::expose);
            need(report, "v3Config.database", config.database.as_deref(), "the database is missing");
            need(report, "v3Config.token", token, "the token is missing");
            check_duration(report, "v3Config.retentionDuration", config.retention_duration.as_deref());
        }
    }
    check_tags(report, &format!("{SECTION}.tag.static"), &influx.tag);
    let qlik = &settings.butler.qlik_sense_license;
    for (job, destination) in [
        ("serverLicenseMonitor", &qlik.server_license_monitor.destination.influx_db),
        ("licenseMonitor", &qlik.license_monitor.destination.influx_db),
        ("licenseRelease", &qlik.license_release.destination.influx_db),
    ] {
        if destination.enable {
            let setting = format!("Butler.qlikSenseLicense.{job}.destination.influxDb.tag.static");
            check_tags(report, &setting, &destination.tag);
        }
    }
}

fn check_host(influx: &InfluxDb, report: &mut Report<'_>) {
    let setting = format!("{SECTION}.hostIP");
    match influx.host_ip.as_deref().map(str::trim).filter(|host| !host.is_empty()) {
        Some(host) => {
            if let Err(message) = Endpoint::parse(host, 1) {
                report.add(&setting, format!("{message}; `steward.influxDb.tls` switches https on"));
            }
        }
        None if !report.is_known(&setting) => report.add(&setting, "the host of InfluxDB is missing"),
        None => {}
    }
}

fn check_version_1(config: &V1Config, report: &mut Report<'_>) {
    need(report, "v1Config.dbName", config.db_name.as_deref(), "the database is missing");
    if let Some(auth) = config.auth.as_ref().filter(|auth| auth.enable) {
        need(report, "v1Config.auth.username", auth.username.as_deref(), "the user name is missing");
        let password = auth.password.as_ref().map(super::Secret::expose);
        need(report, "v1Config.auth.password", password, "the password is missing");
    }
    if let Some(policy) = &config.retention_policy {
        need(report, "v1Config.retentionPolicy.name", policy.name.as_deref(), "the name is missing");
        need(report, "v1Config.retentionPolicy.duration", policy.duration.as_deref(), "the duration is missing");
        check_duration(report, "v1Config.retentionPolicy.duration", policy.duration.as_deref());
    }
}

fn need(report: &mut Report<'_>, setting: &str, value: Option<&str>, message: &str) {
    let setting = format!("{SECTION}.{setting}");
    if value.is_none_or(|value| value.trim().is_empty()) && !report.is_known(&setting) {
        report.add(&setting, message);
    }
}

fn check_duration(report: &mut Report<'_>, setting: &str, written: Option<&str>) {
    if let Some(Err(message)) = written.filter(|text| !text.trim().is_empty()).map(Retention::parse) {
        report.add(&format!("{SECTION}.{setting}"), message);
    }
}

/// `InfluxDB` refuses every point that has such a tag.
fn check_tags(report: &mut Report<'_>, setting: &str, tags: &StaticTags) {
    for (index, tag) in tags.fixed.iter().enumerate() {
        if tag.name.trim().is_empty() || tag.name == "time" || tag.name.starts_with('_') {
            let message = "InfluxDB takes no tag of this name: not `time`, and none that begins with `_`";
            report.add(&format!("{setting}[{index}].name"), message);
        }
    }
}
