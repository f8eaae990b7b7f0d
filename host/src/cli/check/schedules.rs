//! The schedules of the settings: whether they can be read, and when they would fire.

use steward_core::schedule::ScheduleReport;

use super::findings::{Findings, Level};
use crate::clock;
use crate::config::Settings;

/// Enough to see a week, a night or a mistake.
const NEXT: usize = 5;

pub fn check(settings: &Settings, findings: &mut Findings) {
    let qlik = &settings.butler.qlik_sense_license;
    let schedules = [
        ("licenseMonitor", qlik.license_monitor.enable, &qlik.license_monitor.frequency),
        ("serverLicenseMonitor", qlik.server_license_monitor.enable, &qlik.server_license_monitor.frequency),
        ("licenseRelease", qlik.license_release.enable, &qlik.license_release.frequency),
    ];
    for (section, is_enabled, text) in schedules {
        if is_enabled {
            one(&format!("{section}.frequency"), text, findings);
        }
    }
}

fn one(setting: &str, text: &str, findings: &mut Findings) {
    let report = ScheduleReport::new(text, clock::now(), NEXT);
    let shown = report.shown_text();
    let text = shown.as_str();
    if let Some(error) = report.error {
        let text = format!("{setting} `{text}`, position {}: {}", error.position, error.message);
        return findings.add(Level::Bad, "schedule", text);
    }
    let next: Vec<String> = report.next.iter().map(ToString::to_string).collect();
    // One that never fires again says so as a warning.
    if !next.is_empty() {
        findings.add(Level::Good, "schedule", format!("{setting} `{text}`, in UTC: {}", next.join(", ")));
    }
    for warning in report.warnings {
        findings.add(Level::Warning, "schedule", format!("{setting} `{text}`: {warning}"));
    }
}
