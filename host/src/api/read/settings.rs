//! The settings that decide, and schedules.

use steward_core::digest::Digest;
use steward_core::schedule::ScheduleReport;

use crate::api::answer::Shown;
use crate::api::bodies::settings::{PolicySettings, ScheduleQuery, SettingsBody};
use crate::api::call::{Call, Nothing, within};
use crate::api::problem::Problem;
use crate::config::Settings;
use crate::cycle;
use crate::policies;
use crate::policy::PolicyComponent;
use crate::run_settings::guard_settings;

/// Longer texts are no schedules.
const TEXT_CHARS_MAX: usize = 500;
const COUNT_MAX: u16 = 100;

pub async fn settings(call: Call) -> Result<Shown<SettingsBody>, Problem> {
    let body = call.api.desk.ask(async |drawer| {
        let settings = drawer.settings();
        let ledger = drawer.ledger().await?;
        let found =
            policies::find_active(Some(&settings), Some(ledger)).await.map_err(|error| Problem::failed(&error))?;
        let policy = drawer.load(&found)?;
        let guard = guard_settings(&settings);
        Ok(SettingsBody {
            policy: of_policy(&settings, &policy)?,
            guard_digest: guard.digest().map_err(|error| Problem::failed(&error))?,
            guard,
            is_enabled: settings.butler.qlik_sense_license.license_release.enable,
            is_dry_run: settings.butler.qlik_sense_license.license_release.dry_run,
            max_new_releases: settings.steward.policy.max_new_releases,
            clean_shadow_runs: settings.steward.policy.clean_shadow_runs,
        })
    });
    Ok(Shown(body.await?))
}

/// What a policy would be configured with now.
pub fn of_policy(settings: &Settings, policy: &PolicyComponent) -> Result<PolicySettings, Problem> {
    let own = cycle::run_settings(settings, policy).policy;
    Ok(PolicySettings {
        name: policy.description().name.clone(),
        version: policy.description().version.clone(),
        digest: policy.digest(),
        settings_digest: Digest::of_canonical_json(&own).map_err(|error| Problem::failed(&error))?,
        settings: own,
    })
}

pub async fn schedule(call: Call<Nothing, ScheduleQuery>) -> Result<Shown<ScheduleReport>, Problem> {
    let ScheduleQuery { text, from, count } = call.query;
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(Problem::invalid(format!("a schedule has at most {TEXT_CHARS_MAX} characters")));
    }
    let from = from.unwrap_or_else(|| call.api.timer.now());
    let count = usize::try_from(within("count", u32::from(count), 1..=u32::from(COUNT_MAX))?).unwrap_or(1);
    // A text that never fires is searched for until the year 2099.
    let report = tokio::task::spawn_blocking(move || ScheduleReport::new(&text, from, count));
    Ok(Shown(report.await.map_err(|error| Problem::failed(&error))?))
}
