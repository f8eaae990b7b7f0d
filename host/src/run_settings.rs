//! From the users' settings file to the values that core and policies take.

mod money;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use steward_core::license_type::LicenseType;
use steward_core::monitor::points::Reporting;
use steward_core::point::Tags;
use steward_core::settings::{
    AboveCap, Account, FlagRule, GuardSettings, LicenseTypeRule, LicenseTypeRules, NeverRelease, SettingsDraft,
};
use steward_core::snapshot::Property;
use steward_core::window::{Day, TimeOfDay, Window};

use crate::config::Settings;
use crate::config::butler::license_release as file;
use crate::config::butler::tags::InfluxDestination;
use crate::config::steward::guard;
use crate::qrs;

pub use money::{cost_settings, forecast_settings, license_type};

/// What no policy can override.
pub fn guard_settings(settings: &Settings) -> GuardSettings {
    let guard = &settings.steward.guard;
    GuardSettings {
        min_idle_days: guard.min_idle_days,
        protect_roles: guard.protect_roles.clone(),
        max_release_basis_points: basis_points(guard.max_release_percent),
        max_releases: guard.max_releases,
        above_cap: match guard.above_cap {
            guard::AboveCap::Hold => AboveCap::Hold,
            guard::AboveCap::LongestIdleFirst => AboveCap::LongestIdleFirst,
        },
        undo_reserve_days: guard.undo_reserve_days,
        max_inventory_age_minutes: guard.max_inventory_age_minutes,
        plan_ttl_days: guard.plan_ttl_days,
        notice_days: settings.steward.notices.enable.then_some(settings.steward.notices.days),
        never_release: never_release(&settings.butler.qlik_sense_license.license_release.never_release),
        own_account: own_account(settings),
    }
}

/// The account that Steward uses at the server. `None` when only a token says so.
fn own_account(settings: &Settings) -> Option<Account> {
    if let Some(account) = &settings.steward.qrs.account {
        return Some(Account { user_dir: account.user_dir.clone(), user_id: account.user_id.clone() });
    }
    settings.qlik_user().map(|user| Account { user_dir: user.directory, user_id: user.user_id })
}

/// How releases are carried out. None of it changes what is decided.
#[derive(Debug, Clone)]
pub struct ExecutionSettings {
    pub releases_per_minute: u32,
    /// Failures in a row after which a run stops.
    pub max_consecutive_failures: u32,
    /// `None` for at any time.
    pub window: Option<Window>,
    /// Days for which a restored person is left alone.
    pub undo_grace_days: u32,
}

/// How releases are carried out.
pub fn execution_settings(settings: &Settings) -> ExecutionSettings {
    let guard = &settings.steward.guard;
    ExecutionSettings {
        releases_per_minute: guard.releases_per_minute,
        max_consecutive_failures: guard.max_consecutive_failures,
        window: guard.window.as_ref().map(window),
        undo_grace_days: guard.undo_grace_days,
    }
}

/// Settings that were loaded have no other texts than readable ones; should one slip through, the window never opens.
fn window(file: &guard::Window) -> Window {
    const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let days: Vec<&str> =
        if file.days.is_empty() { WEEK.into() } else { file.days.iter().map(String::as_str).collect() };
    let zone = file.time_zone.as_deref().map_or(Some(chrono_tz::UTC), |zone| zone.parse().ok());
    match (TimeOfDay::parse(&file.from), TimeOfDay::parse(&file.to), zone) {
        (Some(from), Some(to), Some(time_zone)) => {
            Window { days: days.into_iter().filter_map(Day::parse).collect(), from, to, time_zone }
        }
        _ => Window::never(),
    }
}

/// Which measurements are written, and with which tags.
pub fn reporting(settings: &Settings) -> Reporting {
    let (influx, jobs) = (&settings.butler.influx_db, &settings.butler.qlik_sense_license);
    // Tags of the destination win over those of every point.
    let tags = |destination: &InfluxDestination| {
        let all = influx.tag.fixed.iter().chain(&destination.tag.fixed);
        let is_on = influx.enable && destination.enable;
        is_on.then(|| all.map(|tag| (tag.name.clone(), tag.value.clone())).collect::<Tags>())
    };
    Reporting {
        license_monitor: tags(&jobs.license_monitor.destination.influx_db),
        server_license: tags(&jobs.server_license_monitor.destination.influx_db),
        release: tags(&jobs.license_release.destination.influx_db),
        user_activity: settings.steward.monitor.user_activity,
    }
}

/// The part of the file that decides, with `own` as the policy's own settings.
pub fn settings_draft(settings: &Settings, own: &Map<String, Value>) -> SettingsDraft {
    let rule = |file: &file::LicenseType| LicenseTypeRule {
        enable: file.enable,
        release_threshold_days: file.release_threshold_days,
    };
    let types = &settings.butler.qlik_sense_license.license_release.license_type;
    SettingsDraft {
        license_type: LicenseTypeRules {
            analyzer: rule(&types.analyzer),
            professional: rule(&types.professional),
            user: rule(&settings.steward.license_type.user),
        },
        guard: guard_settings(settings),
        policy: own.clone(),
        verbatim: None,
    }
}

/// Days without use after which a seat of each type may be taken, whether or not any of its type is.
pub fn release_thresholds(settings: &Settings) -> BTreeMap<LicenseType, u32> {
    let types = &settings.butler.qlik_sense_license.license_release.license_type;
    let of = |kind: LicenseType| match kind {
        LicenseType::Analyzer => &types.analyzer,
        LicenseType::Professional => &types.professional,
        LicenseType::User => &settings.steward.license_type.user,
    };
    LicenseType::ALL.into_iter().map(|kind| (kind, of(kind).release_threshold_days)).collect()
}

/// How to reach the server.
pub fn qrs_settings(settings: &Settings) -> Option<qrs::QrsSettings> {
    use std::time::Duration;
    let file = &settings.steward.qrs;
    let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
    Some(qrs::QrsSettings {
        hosts: settings.qrs_endpoints().into_iter().map(|end| qrs::Host { name: end.host, port: end.port }).collect(),
        prefix: settings.qrs_prefix().map(str::to_owned),
        credentials: credentials(settings)?,
        root_certificate: settings.butler.cert.client_cert_ca.as_ref().map(|path| path.to_path_buf()),
        verify: match settings.qrs_verify() {
            crate::config::steward::qrs::Verify::Full => qrs::Verify::Full,
            crate::config::steward::qrs::Verify::Chain => qrs::Verify::ChainOnly,
            crate::config::steward::qrs::Verify::None => qrs::Verify::Nothing,
        },
        server_name: file.server_name.clone(),
        headers: settings
            .butler
            .config_qrs
            .headers
            .fixed
            .iter()
            .map(|header| (header.name.clone(), header.value.expose().to_owned()))
            .collect(),
        connect_timeout: seconds(file.connect_timeout_seconds),
        timeout: seconds(file.timeout_seconds),
        retries: file.retries,
        parallelism: usize::try_from(file.parallelism).unwrap_or(1),
        max_response_bytes: u64::from(file.max_response_megabytes) * 1_000_000,
    })
}

fn credentials(settings: &Settings) -> Option<qrs::Credentials> {
    use crate::config::{Credentials, Secret};
    let text = |secret: Option<&Secret>| secret.map(|secret| secret.expose().to_owned());
    Some(match settings.qrs_credentials()? {
        Credentials::Jwt { file } => qrs::Credentials::Jwt { path: file.to_owned() },
        Credentials::Pfx { file, passphrase } => {
            qrs::Credentials::Pfx { path: file.to_owned(), passphrase: text(passphrase) }
        }
        Credentials::Pem { cert, key, passphrase } => qrs::Credentials::ClientCertificate {
            certificate_path: cert.to_owned(),
            key_path: key.to_owned(),
            passphrase: text(passphrase),
        },
    })
}

fn never_release(file: &file::NeverRelease) -> NeverRelease {
    NeverRelease {
        user: file
            .user
            .iter()
            .map(|entry| Account { user_dir: entry.user_dir.clone(), user_id: entry.user_id.clone() })
            .collect(),
        tag: file.tag.clone(),
        custom_property: file
            .custom_property
            .iter()
            .map(|entry| Property { name: entry.name.clone(), value: entry.value.clone() })
            .collect(),
        user_directory: file.user_directory.clone(),
        inactive: flag_rule(file.inactive),
        blocked: flag_rule(file.blocked),
        removed_externally: flag_rule(file.removed_externally),
    }
}

fn flag_rule(rule: file::FlagRule) -> FlagRule {
    match rule {
        file::FlagRule::Ignore => FlagRule::Ignore,
        file::FlagRule::Yes => FlagRule::Yes,
        file::FlagRule::No => FlagRule::No,
    }
}

/// Whole hundredths of a per cent, rounded down: a finer share than that is a smaller one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the settings allow 0 to 100 only")]
fn basis_points(percent: f64) -> u32 {
    (percent.clamp(0.0, 100.0) * 100.0 + 1e-6) as u32
}
