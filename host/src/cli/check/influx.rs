//! `InfluxDB`: whether it would take our points, and whether it keeps them long enough.

use super::findings::{Findings, Level};
use crate::cli::outbox::waiting_text;
use crate::config::{Retention, Settings};
use crate::influx::{DatabaseLook, InfluxSettings, Inspection, Target, inspect};
use crate::ledger::{Outbox, Standing};

const ABOUT: &str = "InfluxDB";
/// Capacity planning looks at a quarter, which shows a trend and the end of a quarter.
const PLANNING_DAYS: u64 = 90;
/// With less than a month of history nothing can be said about the next one.
const PLANNING_DAYS_MIN: u64 = 30;
/// Conflicting fields that are listed.
const CONFLICTS_MAX: usize = 10;

pub async fn check(settings: &Settings, findings: &mut Findings) {
    outbox(settings, findings).await;
    let Some(influx) = InfluxSettings::of(settings) else { return };
    destinations(settings, findings);
    if !influx.is_tls {
        let local = ["127.", "localhost", "[::1]"].iter().any(|start| influx.host.starts_with(start));
        if !local {
            let text = "the connection is not encrypted; `steward.influxDb.tls: true` speaks https";
            findings.add(Level::Note, ABOUT, text.to_owned());
        }
    }
    match inspect(&influx).await {
        Ok(found) => tell(&influx, &found, findings),
        Err(trouble) => findings.add(Level::Bad, ABOUT, trouble.to_string()),
    }
}

fn tell(influx: &InfluxSettings, found: &Inspection, findings: &mut Findings) {
    let version = found.version.as_ref().map_or_else(String::new, |version| format!(" (version {version})"));
    let host = &influx.host;
    let text = match (&influx.target, found.database) {
        (Target::Version1 { database, .. }, DatabaseLook::WillBeCreated) => {
            format!("`{host}`{version} has no database `{database}` yet; it is created with the first point")
        }
        (Target::Version1 { database, .. } | Target::Version3 { database }, _) => {
            format!("`{host}`{version} takes points for the database `{database}`")
        }
        (Target::Version2 { bucket, .. }, _) => format!("`{host}`{version} takes points for the bucket `{bucket}`"),
    };
    findings.add(Level::Good, ABOUT, text);
    if let (Target::Version1 { policy: Some(policy), .. }, Some(default)) = (&influx.target, &found.default_policy)
        && *default != policy.name
    {
        findings.add(
            Level::Note,
            ABOUT,
            format!(
                "points go into the default retention policy `{default}` of the database, as those of Butler; \
                 `{}` of the settings is for a database that is created",
                policy.name
            ),
        );
    }
    retention(found.retention, findings);
    conflicts(&found.conflicts, findings);
}

fn retention(retention: Option<Retention>, findings: &mut Findings) {
    let Some(days) = retention.and_then(Retention::days) else { return };
    let text = format!(
        "points are kept for {days} days; capacity planning needs {PLANNING_DAYS_MIN} days of history, better \
         {PLANNING_DAYS}: lengthen the retention of the database, and in the settings"
    );
    match days {
        PLANNING_DAYS.. => findings.add(Level::Good, ABOUT, format!("points are kept for {days} days")),
        PLANNING_DAYS_MIN.. => findings.add(Level::Note, ABOUT, text),
        _ => findings.add(Level::Warning, ABOUT, text),
    }
}

fn conflicts(conflicts: &[String], findings: &mut Findings) {
    if conflicts.is_empty() {
        return;
    }
    let shown = &conflicts[..conflicts.len().min(CONFLICTS_MAX)];
    let rest = match conflicts.len() - shown.len() {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let text = format!(
        "fields of the database have another type than those that are written, so InfluxDB refuses the points: {}{rest}; \
         write into another database",
        shown.join(", ")
    );
    findings.add(Level::Warning, ABOUT, text);
}

/// The master switch alone writes nothing.
fn destinations(settings: &Settings, findings: &mut Findings) {
    let qlik = &settings.butler.qlik_sense_license;
    let any = qlik.server_license_monitor.destination.influx_db.enable
        || qlik.license_monitor.destination.influx_db.enable
        || qlik.license_release.destination.influx_db.enable;
    if !any {
        let text = "`Butler.influxDb.enable` is on, but no `destination.influxDb.enable` is, so nothing is written";
        findings.add(Level::Warning, ABOUT, text.to_owned());
    }
}

/// What waits is told even while `InfluxDB` is off.
async fn outbox(settings: &Settings, findings: &mut Findings) {
    let Some(folder) = settings.data_dir() else { return };
    let standing: Option<Standing> = async {
        let mut outbox = Outbox::open(&folder).await.ok()??;
        let standing = outbox.standing().await.ok();
        outbox.close().await;
        standing
    }
    .await;
    let Some(standing) = standing else { return };
    let is_on = settings.butler.influx_db.enable;
    if standing.waiting > 0 {
        let is_much = standing.waiting * 2 >= standing.waiting_max;
        let level = if is_much || !is_on { Level::Warning } else { Level::Note };
        findings.add(level, "outbox", waiting_text(standing).trim_end().to_owned());
    }
    if standing.set_aside > 0 {
        let text = format!("{} points were refused by InfluxDB; `steward outbox` says why", standing.set_aside);
        findings.add(Level::Warning, "outbox", text);
    }
    let lost = standing.dropped + standing.forgotten;
    if lost > 0 {
        findings.add(Level::Warning, "outbox", format!("{lost} points were lost so far, because too many waited"));
    }
}
