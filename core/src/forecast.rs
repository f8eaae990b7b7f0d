//! When a pool of seats will be exhausted: an interval of days with a stated confidence, or the reason why nobody can
//! tell.
//!
//! Readings become one number a day, measured as if Steward had never taken a seat: what was released comes back one day,
//! so the demand is what grows. Days on which many seats came or went at once are taken out; the rest is decomposed into
//! trend, weekly rhythm and remainder. Then several hundred ways in which it may go on are put together from stretches of its own past, and the days on which they reach the pool's
//! total are the answer. The forecast is therefore about a pool from which nothing more is released.
//!
//! The promise: with at least 60 days of history the interval contains the true day in at least 80 of 100 cases, for each
//! kind of growth that `core/tests/forecast.rs` generates: steady or noisy, with a weekly rhythm, with a pause of a fortnight
//! once a year, in steps, changing its pace, accelerating, a roll-out that wanes. The same input gives the same answer
//! everywhere.
//!
//! Not promised is what no past tells: with four weeks only, each of these kinds alone (nobody sees in four weeks that growth
//! accelerates, so there it is 80 of 100 of all of them together); the first large step of a pool that never had one, or
//! steps so rare that a history of less than four months shows one or two; and growth that turns only after the last
//! reading, such as a roll-out that is in full swing today and will be over in a month.
//!
//! It deliberately does not guess: too few days, too many gaps, an unknown total or a pool that does not grow give a
//! reason and no number. No calendar beyond the week is known to it, so holidays count as what they look like.

mod course;
mod paths;
mod series;
mod shifts;
mod steps;
mod words;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use course::CoursePoint;
pub use shifts::shifts;

use crate::instant::Instant;
use words::days_text;

/// How sure the interval is.
pub const CONFIDENCE_PERCENT: u8 = 80;
/// Said beside every forecast.
pub const METHOD: &str = "trend and weekly rhythm by MSTL, 500 paths from blocks and steps of the series' own past";
/// Of a thousand paths so many are cut off at either end. 100 would be the stated confidence if the future only repeated
/// the past; it does not quite.
const TAIL_PER_MILLE: usize = 80;

/// Below it the near end of an interval without a far end says nothing.
const NO_TREND_MIN_DAYS: u32 = 7;

/// What a reading counted of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolReading {
    pub at: Instant,
    /// `None` when the server did not tell.
    pub total: Option<u32>,
    /// Quarantined seats not counted.
    pub allocated: u32,
    /// `None` when the server did not tell.
    pub available: Option<u32>,
    pub quarantined: u32,
}

impl PoolReading {
    /// From the figures of a kept reading. `None` without a count of allocated seats.
    pub fn of_figures(at: Instant, figures: &BTreeMap<String, f64>) -> Option<Self> {
        let seats = |name: &str| figures.get(name).and_then(|figure| whole_seats(*figure));
        Some(Self {
            at,
            total: seats("total"),
            allocated: seats("allocated")?,
            available: seats("available"),
            quarantined: seats("quarantined").unwrap_or(0),
        })
    }
}

/// Seats are stored as floats. What is no count of seats is unknown.
fn whole_seats(figure: f64) -> Option<u32> {
    // The text of a whole number has no fraction; this way nothing is cut off silently.
    let text = format!("{figure:.0}");
    let seats: u32 = text.parse().ok()?;
    ((f64::from(seats) - figure).abs() < 1e-6).then_some(seats)
}

/// Seats that Steward took or gave back at one instant; [`shifts`] finds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Shift {
    pub at: Instant,
    /// Negative for seats given back by an undo.
    pub released: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ForecastSettings {
    /// How far to look. A number further away than this would be read as a promise.
    pub horizon_days: u32,
    /// How much of the past counts.
    pub history_days: u32,
}

impl Default for ForecastSettings {
    fn default() -> Self {
        // A year: licences are bought once a year, and growth of an earlier year says little.
        Self { horizon_days: 365, history_days: 365 }
    }
}

/// The answer about one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Forecast {
    Exhaustion(Exhaustion),
    NoForecast(NoForecast),
}

/// Days from now until no seat is left, if nothing more is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Exhaustion {
    pub lower_days: u32,
    pub median_days: u32,
    /// `None`: perhaps not within the horizon.
    pub upper_days: Option<u32>,
    pub confidence_percent: u8,
    pub horizon_days: u32,
    pub method: String,
    pub basis: Basis,
    /// For charts: allocated seats from the day of the last reading on. Empty in forecasts of before there was one.
    #[serde(default)]
    pub course: Vec<CoursePoint>,
}

/// What a forecast was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ForecastBasis"))]
#[serde(rename_all = "camelCase")]
pub struct Basis {
    pub readings: u32,
    pub days_read: u32,
    pub first_at: Instant,
    pub last_at: Instant,
}

/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "reason", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum NoForecast {
    NoReadings,
    /// The last reading is too old to say anything about today.
    Stale {
        last_at: Instant,
    },
    TotalUnknown,
    /// No seat is free now.
    AlreadyExhausted,
    TooFewDays {
        days: u32,
        needed: u32,
    },
    TooManyGaps {
        days_read: u32,
        of_days: u32,
    },
    /// The count never changed.
    Constant,
    /// In more than half of the possible futures the pool lasts beyond the horizon.
    NoTrend {
        horizon_days: u32,
        /// Exhaustion before this day is unlikely, at the stated confidence; `None` when it is unlikely at all.
        lower_days: Option<u32>,
    },
}

impl fmt::Display for NoForecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoReadings => f.write_str("nothing was read yet"),
            Self::Stale { last_at } => write!(f, "the last reading, at {last_at}, is too old"),
            Self::TotalUnknown => f.write_str("the server does not say how many seats there are"),
            Self::AlreadyExhausted => f.write_str("no seat is free now"),
            Self::TooFewDays { days, needed } => {
                let days = days_text(*days);
                write!(f, "there are readings of {days}, and {needed} are needed to see a trend")
            }
            Self::TooManyGaps { days_read, of_days } => {
                write!(f, "only {days_read} of {of_days} days have a reading")
            }
            Self::Constant => f.write_str("the number of seats in use never changed"),
            Self::NoTrend { horizon_days, lower_days: None } => {
                write!(f, "nothing points to exhaustion within {horizon_days} days")
            }
            // A number of a few days would frighten about a pool of which nothing is known but that it sways.
            Self::NoTrend { horizon_days, lower_days: Some(days) } if *days < NO_TREND_MIN_DAYS => {
                write!(
                    f,
                    "the pool probably lasts for {horizon_days} days, but it sways so much that it may be full any day"
                )
            }
            Self::NoTrend { horizon_days, lower_days: Some(days) } => {
                write!(f, "the pool probably lasts for {horizon_days} days, and very likely for {days}")
            }
        }
    }
}

/// Looks ahead from `now`. The order of readings and shifts does not matter; later ones than `now` are left out.
pub fn forecast(readings: &[PoolReading], shifts: &[Shift], settings: ForecastSettings, now: Instant) -> Forecast {
    match exhaustion(readings, shifts, settings, now) {
        Ok(exhaustion) => Forecast::Exhaustion(exhaustion),
        Err(reason) => Forecast::NoForecast(reason),
    }
}

fn exhaustion(
    readings: &[PoolReading],
    shifts: &[Shift],
    settings: ForecastSettings,
    now: Instant,
) -> Result<Exhaustion, NoForecast> {
    let series = series::series(readings, shifts, settings.history_days, now)?;
    let today = series::day_of(now);
    let paths::Walked { days, paths } =
        paths::walk(&series, settings.horizon_days, today).ok_or(NoForecast::Constant)?;
    let at = |per_mille: usize| days.get(days.len() * per_mille / 1000).copied().flatten();
    // A day either way is what the hour of a reading makes.
    let lower = at(TAIL_PER_MILLE).map(|day| day.saturating_sub(1));
    let no_trend = NoForecast::NoTrend { horizon_days: settings.horizon_days, lower_days: lower };
    let median_days = at(500).ok_or(no_trend)?;
    let mut found = Exhaustion {
        lower_days: lower.unwrap_or(median_days),
        median_days,
        upper_days: at(1000 - TAIL_PER_MILLE).map(|day| day.saturating_add(1)),
        confidence_percent: CONFIDENCE_PERCENT,
        horizon_days: settings.horizon_days,
        method: METHOD.to_owned(),
        basis: Basis {
            readings: series.readings,
            days_read: series.days_read,
            first_at: series.first_at,
            last_at: series.last_at,
        },
        course: Vec::new(),
    };
    found.course = course::course(&paths, &found, series.allocated, series.last_at, series.days_since_last(today));
    Ok(found)
}
