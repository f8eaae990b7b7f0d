//! What is told to `InfluxDB`: names, tags and fields of every measurement. `docs/measurements.md` has the list.
//!
//! The first three measurements and their fields are those that users already have; a field never changes its type.

use std::collections::BTreeMap;

use super::seat_changes::Change;
use super::seat_use::{IDLE_STEPS_DAYS, SeatUse, idle_days};
use super::server_license::ServerLicense;
use crate::access::Access;
use crate::instant::Instant;
use crate::ledger::{Counts, ReleaseState, RestoreAnswer, Run, RunKind, SeatOutcome};
use crate::license_type::LicenseType;
use crate::point::{Point, Tags};
use crate::settings::account_name;
use crate::snapshot::{LastUse, Seat};

/// Where measurements go: the static tags of each destination that is switched on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reporting {
    pub license_monitor: Option<Tags>,
    pub server_license: Option<Tags>,
    pub release: Option<Tags>,
    /// One point for each seat at each reading, with the name of its owner.
    pub user_activity: bool,
}

/// One point for each kind of access.
pub fn of_access(tags: &Tags, at: Instant, counted: &[Access]) -> Vec<Point> {
    let point = |access: &Access| {
        let point = Point::new("qlik_sense_license", at, tags).tag("license_type", access.access_type.as_str());
        access.figures.iter().fold(point, |point, (name, figure)| point.float(name, *figure))
    };
    counted.iter().filter(|access| !access.figures.is_empty()).map(point).collect()
}

/// The point about the server's own licence. What is not known is left out, and the text says `unknown`.
pub fn of_server_license(tags: &Tags, at: Instant, license: &ServerLicense) -> Point {
    let mut point = Point::new("qlik_sense_server_license", at, tags).text("expiry_date", license.expiry.to_string());
    if let Some(has_ended) = license.has_ended(at) {
        point = point.boolean("license_expired", has_ended);
    }
    match license.days_until_expiry(at) {
        Some(days) => point.float("days_until_expiry", whole(days)),
        None => point,
    }
}

pub fn of_seat_use(tags: &Tags, at: Instant, uses: &BTreeMap<LicenseType, SeatUse>) -> Vec<Point> {
    let point = |(license_type, counts): (&LicenseType, &SeatUse)| {
        let point = Point::new("steward_seat_use", at, tags)
            .tag("license_type", license_type.as_str())
            .float("seats", counts.seats)
            .float("never_used", counts.never_used)
            .float("unknown", counts.unknown);
        let steps = IDLE_STEPS_DAYS.iter().zip(counts.idle);
        steps.fold(point, |point, (days, count)| point.float(&format!("idle_{days}_days"), count))
    };
    uses.iter().map(point).collect()
}

pub fn of_seat_changes(tags: &Tags, at: Instant, counts: &BTreeMap<LicenseType, BTreeMap<Change, u32>>) -> Vec<Point> {
    let point = |(license_type, counts): (&LicenseType, &BTreeMap<Change, u32>)| {
        let point = Point::new("steward_seat_change", at, tags).tag("license_type", license_type.as_str());
        counts.iter().fold(point, |point, (change, count)| point.float(change.figure(), *count))
    };
    counts.iter().map(point).collect()
}

/// One point for each seat that is in somebody's hands and has a date to count from.
pub fn of_user_activity<'s>(tags: &Tags, at: Instant, seats: impl IntoIterator<Item = &'s Seat>) -> Vec<Point> {
    let point = |seat: &Seat| {
        let days = idle_days(seat, at)?;
        let user = account_name(seat.holder.user_directory(), seat.holder.user_id());
        let point = Point::new("steward_user_activity", at, tags)
            .tag("license_type", seat.license_type.as_str())
            .tag("user", user)
            .float("idle_days", days)
            .boolean("never_used", seat.last_used == LastUse::Never);
        Some(point)
    };
    seats.into_iter().filter(|seat| !seat.quarantined).filter_map(point).collect()
}

/// A seat that was taken, at the time of the request.
pub fn of_release(tags: &Tags, at: Instant, license_type: LicenseType, user: &str, idle_days: Option<u32>) -> Point {
    Point::new("qlik_sense_license_release", at, tags)
        .tag("license_type", license_type.as_str())
        .tag("user", user)
        .float("days_since_last_use", idle_days.unwrap_or(0))
}

pub fn of_plan(tags: &Tags, at: Instant, releases: u32, counts: &Counts, is_held: bool) -> Point {
    let sum = |counts: &BTreeMap<LicenseType, u32>| counts.values().copied().map(f64::from).sum::<f64>();
    Point::new("steward_plan", at, tags)
        .float("seats", sum(&counts.seats))
        .float("never_used", sum(&counts.never_used))
        .float("users", counts.users)
        .float("releases", releases)
        .boolean("held_by_run_gate", is_held)
}

/// What became of a finished run.
pub fn of_run(tags: &Tags, at: Instant, run: &Run) -> Point {
    let kind = match run.kind {
        RunKind::Release => "release",
        RunKind::Undo(_) => "undo",
    };
    let mut counts: BTreeMap<&str, u32> = FIGURES_OF_RUN.iter().map(|name| (*name, 0)).collect();
    let mut count = |name: &'static str| *counts.entry(name).or_default() += 1;
    for (_, state) in run.seats.values() {
        count("planned");
        count(figure_of_release(state));
    }
    for restore in run.restores.values() {
        count("planned");
        count(match restore.answer {
            Some(RestoreAnswer::Restored { .. } | RestoreAnswer::HoldsSeat) => "restored",
            Some(RestoreAnswer::NotRestored(_)) | None => "not_restored",
        });
    }
    let point = Point::new("steward_run", at, tags).tag("kind", kind).boolean("stopped", run.stopped.is_some());
    counts.into_iter().fold(point, |point, (name, count)| point.float(name, count))
}

const FIGURES_OF_RUN: [&str; 10] = [
    "planned",
    "freed",
    "quarantined",
    "gone_before",
    "stale",
    "still_allocated",
    "failed",
    "not_tried",
    "restored",
    "not_restored",
];

/// Every name that [`figure_of_release`] gives.
pub const RELEASE_FIGURES: [&str; 7] =
    ["freed", "quarantined", "gone_before", "stale", "still_allocated", "failed", "not_tried"];

/// The name under which a planned release is counted, in `steward_run` and in metrics.
pub fn figure_of_release(state: &ReleaseState) -> &'static str {
    match state {
        ReleaseState::Planned => "not_tried",
        ReleaseState::Skipped(_) => "stale",
        ReleaseState::Intended { .. } | ReleaseState::Answered { .. } => "still_allocated",
        ReleaseState::Settled { outcome, .. } => match outcome {
            SeatOutcome::Freed => "freed",
            SeatOutcome::Quarantined { .. } => "quarantined",
            SeatOutcome::StillAllocated => "still_allocated",
            SeatOutcome::GoneBefore => "gone_before",
            SeatOutcome::Failed => "failed",
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "days between two dates of a calendar")]
fn whole(days: i64) -> f64 {
    days as f64
}
