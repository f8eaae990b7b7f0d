//! Spellings of older Butler versions (12 and before), brought to today's places right after reading, so that nobody
//! else has to know them.

use super::Settings;
use super::butler::influx::InfluxDb;
use super::butler::license_release::LicenseRelease;
use super::butler::qrs::{ConfigQrs, Header};

pub fn adopt(settings: &mut Settings) {
    let butler = &mut settings.butler;
    adopt_header(&mut butler.config_qrs);
    adopt_users(&mut butler.qlik_sense_license.license_release);
    adopt_version_1(&mut butler.influx_db);
}

/// `headerKey` and `headerValue` to `headers.static`, which wins.
fn adopt_header(qrs: &mut ConfigQrs) {
    let (Some(name), Some(value)) = (qrs.header_key.take(), qrs.header_value.take()) else { return };
    let fixed = &mut qrs.headers.fixed;
    if !fixed.iter().any(|header| header.name.trim().eq_ignore_ascii_case(name.trim())) {
        fixed.push(Header { name, value });
    }
}

/// `neverReleaseUsers` to `neverRelease.user`: whoever is in either list is protected.
fn adopt_users(release: &mut LicenseRelease) {
    release.never_release.user.append(&mut release.never_release_users);
}

/// The settings of version 1 that stand beside `v1Config` to where they belong; what `v1Config` says wins.
fn adopt_version_1(influx: &mut InfluxDb) {
    let config = &mut influx.v1_config;
    config.auth = config.auth.take().or(influx.auth.take());
    config.db_name = config.db_name.take().or(influx.db_name.take());
    config.retention_policy = config.retention_policy.take().or(influx.retention_policy.take());
}
