//! From readings at any time to one number a day: the demand for seats, and what is known of the pool.

use std::collections::BTreeMap;

use super::{NoForecast, PoolReading, Shift};
use crate::instant::{Instant, MS_PER_DAY, MS_PER_MINUTE};

/// A reading that is stamped later than this after `now` was made by a clock that was ahead; it is left out.
const AHEAD_MAX_MS: i64 = 5 * MS_PER_MINUTE;
/// The trend of a month ago is still the trend; after a longer silence only what was read since counts.
const GAP_MAX_DAYS: i64 = 45;
/// Readings older than this say nothing about today.
const STALE_DAYS: u32 = 3;
/// Four whole weeks: a weekly rhythm and a trend cannot be told apart in less.
const SPAN_MIN_DAYS: u32 = 28;
/// Of them three weeks, so that an outage of some days is forgiven.
const READ_MIN_DAYS: u32 = 21;
const SPIKE_SEATS: f64 = 10.0;
const SPIKE_SHARE: f64 = 0.1;

/// One number for each day, without holes.
#[derive(Debug)]
pub(super) struct Series {
    /// The day of the last number, counted from 1970 in UTC.
    pub last_day: i64,
    /// Allocated seats as if what Steward released had never been allocated; the last one is the count of the last day.
    pub demand: Vec<f64>,
    /// The pool was full on that day: demand could not show.
    pub full: Vec<bool>,
    pub total: u32,
    pub quarantined: u32,
    /// By the last reading.
    pub allocated: u32,
    pub readings: u32,
    pub days_read: u32,
    pub first_at: Instant,
    pub last_at: Instant,
}

impl Series {
    pub(super) fn days_since_last(&self, today: i64) -> u32 {
        u32::try_from(today - self.last_day).unwrap_or(0)
    }
}

/// # Errors
/// Why there are too few readings to say anything.
pub(super) fn series(
    readings: &[PoolReading],
    shifts: &[Shift],
    history_days: u32,
    now: Instant,
) -> Result<Series, NoForecast> {
    let readings = in_order(readings, history_days, now);
    let last = *readings.last().ok_or(NoForecast::NoReadings)?;
    if now.days_since(last.at) >= STALE_DAYS {
        return Err(NoForecast::Stale { last_at: last.at });
    }
    let total = last.total.ok_or(NoForecast::TotalUnknown)?;
    if is_full(&last) {
        return Err(NoForecast::AlreadyExhausted);
    }
    let demand = demand(&readings, shifts);
    let mut days: BTreeMap<i64, (f64, bool)> = BTreeMap::new();
    for (reading, demand) in readings.iter().zip(demand) {
        let (highest, full) = days.entry(day_of(reading.at)).or_insert((demand, false));
        *highest = highest.max(demand);
        *full |= is_full(reading);
    }
    let days = since_last_silence(days);
    let first_day = days.keys().next().copied().unwrap_or_default();
    let last_day = days.keys().next_back().copied().unwrap_or_default();
    let days_read = u32::try_from(days.len()).unwrap_or(u32::MAX);
    let span_days = u32::try_from(last_day - first_day + 1).unwrap_or(u32::MAX);
    if span_days < SPAN_MIN_DAYS {
        return Err(NoForecast::TooFewDays { days: span_days, needed: SPAN_MIN_DAYS });
    }
    if days_read < READ_MIN_DAYS || days_read < span_days.div_ceil(2) {
        return Err(NoForecast::TooManyGaps { days_read, of_days: span_days });
    }
    let counted: Vec<&PoolReading> = readings.iter().filter(|reading| day_of(reading.at) >= first_day).collect();
    let (demand, full) = without_holes(&days);
    Ok(Series {
        last_day,
        demand,
        full,
        total,
        quarantined: last.quarantined,
        allocated: last.allocated,
        readings: u32::try_from(counted.len()).unwrap_or(u32::MAX),
        days_read,
        first_at: counted.first().map_or(last.at, |reading| reading.at),
        last_at: last.at,
    })
}

pub(super) fn day_of(at: Instant) -> i64 {
    at.millis().div_euclid(MS_PER_DAY)
}

/// By time, each instant once whatever the order was: a clock that was set back may have stamped two readings alike.
fn in_order(readings: &[PoolReading], history_days: u32, now: Instant) -> Vec<PoolReading> {
    let oldest = now.minus_days(history_days);
    let is_meant = |reading: &&PoolReading| {
        reading.at.millis_since(now) <= AHEAD_MAX_MS && oldest.is_none_or(|oldest| reading.at >= oldest)
    };
    let mut readings: Vec<PoolReading> = readings.iter().filter(is_meant).copied().collect();
    readings.sort_by_key(|reading| (reading.at, reading.allocated, reading.total, reading.available));
    readings.dedup_by_key(|reading| reading.at);
    readings
}

fn is_full(reading: &PoolReading) -> bool {
    match (reading.available, reading.total) {
        (Some(available), _) => available == 0,
        (None, Some(total)) => reading.allocated.saturating_add(reading.quarantined) >= total,
        (None, None) => false,
    }
}

/// What each reading would count had Steward never taken a seat or given one back, measured from the last one.
fn demand(readings: &[PoolReading], shifts: &[Shift]) -> Vec<f64> {
    let mut shifts = shifts.to_vec();
    shifts.sort_by_key(|shift| shift.at);
    let mut later = shifts.into_iter().rev().peekable();
    let last_at = readings.last().map(|reading| reading.at);
    let mut owed = 0_i32;
    let mut demand = Vec::with_capacity(readings.len());
    for reading in readings.iter().rev() {
        while let Some(shift) = later.next_if(|shift| shift.at > reading.at) {
            // What happened after the last reading is in none of them.
            if last_at.is_some_and(|last| shift.at <= last) {
                owed = owed.saturating_add(shift.released);
            }
        }
        demand.push(f64::from(reading.allocated) - f64::from(owed));
    }
    demand.reverse();
    without_spikes(&demand)
}

/// A single number that stands out against both of its neighbours by ten seats and a tenth is a slip, not demand: it becomes
/// the nearer neighbour.
fn without_spikes(values: &[f64]) -> Vec<f64> {
    let mut clean = values.to_vec();
    for (clean, window) in clean.iter_mut().skip(1).zip(values.windows(3)) {
        if let [before, value, after] = window {
            let nearest = value.clamp(before.min(*after), before.max(*after));
            if (value - nearest).abs() > (nearest.abs() * SPIKE_SHARE).max(SPIKE_SEATS) {
                *clean = nearest;
            }
        }
    }
    clean
}

fn since_last_silence(mut days: BTreeMap<i64, (f64, bool)>) -> BTreeMap<i64, (f64, bool)> {
    let keys: Vec<i64> = days.keys().copied().collect();
    let silences = keys.iter().zip(keys.iter().skip(1)).filter(|(before, after)| *after - *before > GAP_MAX_DAYS);
    match silences.map(|(_, after)| *after).next_back() {
        Some(first) => days.split_off(&first),
        None => days,
    }
}

/// Days without a reading lie on the line between their neighbours.
fn without_holes(days: &BTreeMap<i64, (f64, bool)>) -> (Vec<f64>, Vec<bool>) {
    let (mut demand, mut full) = (Vec::new(), Vec::new());
    let mut before: Option<(i64, f64)> = None;
    for (day, (value, is_full)) in days {
        if let Some((last_day, last)) = before {
            let steps = i32::try_from(day - last_day).unwrap_or(i32::MAX);
            for step in 1..steps {
                demand.push(last + (value - last) * f64::from(step) / f64::from(steps));
                full.push(false);
            }
        }
        demand.push(*value);
        full.push(*is_full);
        before = Some((*day, *value));
    }
    (demand, full)
}
