//! How many seats will be allocated on the days to come, for charts.

use serde::{Deserialize, Serialize};

use super::paths::Path;
use super::{Exhaustion, TAIL_PER_MILLE};
use crate::instant::Instant;

/// As many as a chart shows apart.
const POINTS_MAX: u32 = 56;
const WEEK_DAYS: u32 = 7;
/// So much of the time up to the upper end is shown behind it.
const BEHIND_PART: u32 = 10;
const BEHIND_MIN_DAYS: u32 = 3;

/// Allocated seats on a day, if nothing is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CoursePoint {
    pub at: Instant,
    /// As likely below as the upper end of the days: this line reaches the total on about `upper_days`.
    pub lower: u32,
    /// Reaches the total on `median_days`.
    pub median: u32,
    /// Reaches the total on about `lower_days`.
    pub upper: u32,
}

/// From the day of the last reading to shortly behind the upper end, or to the horizon. Not more than about 60 points: daily
/// ones, or else weekly ones or fewer, so that the rhythm of the week does not wobble in them; and the days of the
/// forecast itself, so that the lines meet the total where the words say so.
pub(super) fn course(
    paths: &[Path],
    days: &Exhaustion,
    allocated: u32,
    last_at: Instant,
    days_since_last: u32,
) -> Vec<CoursePoint> {
    let until = days.upper_days.map_or(days.horizon_days, |upper| {
        upper.saturating_add((upper / BEHIND_PART).max(BEHIND_MIN_DAYS)).min(days.horizon_days)
    });
    let until = until.saturating_add(days_since_last);
    let mut step = 1;
    while until / step > POINTS_MAX {
        step = if step == 1 { WEEK_DAYS } else { step.saturating_mul(2) };
    }
    let told = [Some(days.lower_days), Some(days.median_days), days.upper_days];
    let told = told.into_iter().flatten().map(|day| day.saturating_add(days_since_last));
    let regular = (1..=until / step).map(|number| number * step);
    let mut shown: Vec<u32> = regular.chain(told).chain([until]).filter(|day| (1..=until).contains(day)).collect();
    shown.sort_unstable();
    shown.dedup();
    let first = CoursePoint { at: last_at, lower: allocated, median: allocated, upper: allocated };
    let later = shown.into_iter().filter_map(|day| point(paths, day, last_at.plus_days(day)?));
    [first].into_iter().chain(later).collect()
}

fn point(paths: &[Path], day: u32, at: Instant) -> Option<CoursePoint> {
    let mut seats: Vec<f64> = paths.iter().map(|path| path.seats_on(day)).collect();
    // The highest first, as the earliest days come first.
    seats.sort_by(|one, other| other.total_cmp(one));
    let of = |per_mille: usize| seats.get(seats.len() * per_mille / 1000).copied().and_then(whole);
    Some(CoursePoint { at, lower: of(1000 - TAIL_PER_MILLE)?, median: of(500)?, upper: of(TAIL_PER_MILLE)? })
}

/// Whole seats. What is a little less than the total is not the total.
fn whole(seats: f64) -> Option<u32> {
    // The text of a whole number has no fraction; core casts no float.
    format!("{:.0}", seats.floor().max(0.0)).parse().ok()
}
