//! Ways in which the demand may go on, put together from its own past.
//!
//! Each path picks how much of the past it believes in, walks in blocks of two weeks that really happened, and adds what
//! nobody knows: how far the mean of so few blocks is off, and whether growth goes on to change as it changed lately.

use augurs_core::Fit as _;
use augurs_mstl::{MSTLModel, stlrs};

use super::series::Series;
use super::steps;
use crate::random::Random;

/// Quantiles of 500 are steady to a day or two, and a year of them costs a few milliseconds.
const PATHS: u32 = 500;
/// The same series gives the same paths.
const SEED: u64 = 0x5eed;
const WEEK: usize = 7;
/// Whole weeks, so that blocks neither cut nor shift the rhythm; two of them keep what one week does to the next.
const BLOCK: usize = 14;
/// How many days of the past a path may believe in, besides all of them.
const STRETCHES: [usize; 5] = [28, 42, 63, 91, 182];
/// A stretch is at least this part of the history: with a year at hand nobody judges by its last month.
const STRETCH_MIN_PART: usize = 6;
/// In shorter stretches a bend of the trend is not told from noise.
const BEND_MIN_DAYS: usize = 42;
/// People come one by one. If they came quite independently the variance of a count would be its mean; half of it allows
/// for those who come by plan.
const COUNTING: f64 = 0.5;
/// Days at the end whose level the trend may not have followed yet.
const RECENT_DAYS: usize = 3;
/// The number of rare things sways by its root; so many roots either way are nearly all that is likely.
const RATE_SPREAD: f64 = 1.7;
/// One in so many remainders at either end is an outlier, and drawn as the last one that is none.
const OUTLIERS: usize = 100;

/// What came of all paths.
pub(super) struct Walked {
    /// Days from today until each path reaches the total, `None` beyond the horizon; the earliest first.
    pub days: Vec<Option<u32>>,
    /// The ways that they took, in no order.
    pub paths: Vec<Path>,
}

/// Seats that are allocated on each day after the last one of the series.
pub(super) struct Path {
    /// Until the pool is full, or the horizon; always below the limit of the day.
    seats: Vec<f64>,
    limits: Limits,
}

impl Path {
    /// So many days after the last one of the series. A full pool stays full: demand cannot show any more.
    pub(super) fn seats_on(&self, day: u32) -> f64 {
        let place = usize::try_from(day).unwrap_or(usize::MAX).checked_sub(1);
        let seats = place.and_then(|place| self.seats.get(place)).copied();
        seats.unwrap_or_else(|| f64::from(self.limits.on(day)))
    }
}

/// How many seats there are.
#[derive(Debug, Clone, Copy)]
struct Limits {
    total: u32,
    /// In the first week, while quarantined seats are not free.
    of_week: u32,
    days_since_last: u32,
}

impl Limits {
    fn on(self, day: u32) -> u32 {
        if day.saturating_sub(self.days_since_last) <= 7 { self.of_week } else { self.total }
    }
}

/// Walks all paths. `None` for a series that never changed.
pub(super) fn walk(series: &Series, horizon_days: u32, today: i64) -> Option<Walked> {
    let first = series.demand.first()?;
    if series.demand.iter().all(|value| (value - first).abs() < f64::EPSILON) {
        return None;
    }
    let found = steps::steps(&series.demand);
    let parts = decompose(&steps::without(&series.demand, &found))?;
    let steps: Vec<f64> = parts.trend.iter().zip(parts.trend.iter().skip(1)).map(|(day, next)| next - day).collect();
    let days = parts.trend.len();
    let lengths = STRETCHES.into_iter().filter(|length| *length < days && length * STRETCH_MIN_PART >= days);
    let stretches: Vec<Stretch<'_>> = lengths
        .chain([days])
        .filter_map(|length| Stretch::new(length, &steps, &parts.remainder, &series.full))
        .collect();
    let ahead = Ahead {
        end: *parts.trend.last()?,
        recent: mean(parts.remainder.iter().rev().take(RECENT_DAYS)),
        week: parts.week,
        outliers: outliers(&parts.remainder)?,
        limits: Limits {
            total: series.total,
            // Quarantined seats come back within a week.
            of_week: series.total.saturating_sub(series.quarantined),
            days_since_last: series.days_since_last(today),
        },
        horizon_days,
        jumps: Jumps { sizes: found.iter().map(|step| step.seats).collect(), days: count(days) },
    };
    let mut random = Random::new(SEED);
    let mut walked = Walked { days: Vec::new(), paths: Vec::new() };
    for _ in 0..PATHS {
        let (day, path) = ahead.walk(random.pick(&stretches)?, &mut random)?;
        walked.days.push(day);
        walked.paths.push(path);
    }
    walked.days.sort_by_key(|day| day.unwrap_or(u32::MAX));
    Some(walked)
}

/// A series day by day: their sum is the series.
struct Parts {
    trend: Vec<f64>,
    /// The seven days after the last one.
    week: Vec<f64>,
    remainder: Vec<f64>,
}

fn decompose(demand: &[f64]) -> Option<Parts> {
    let mut stl = stlrs::params();
    // A rhythm that changes slowly, and a trend that outliers do not pull.
    stl.robust(true).seasonal_length(13);
    let mut params = stlrs::MstlParams::new();
    params.stl_params(stl);
    let fitted = MSTLModel::naive(vec![WEEK]).mstl_params(params).fit(demand).ok()?;
    let wide = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect::<Vec<f64>>();
    let trend = wide(fitted.fit().trend());
    let rhythm = wide(fitted.fit().seasonal().first()?);
    let remainder = demand.iter().zip(&trend).zip(&rhythm).map(|((value, trend), day)| value - trend - day).collect();
    let week = rhythm.get(rhythm.len().checked_sub(WEEK)?..)?.to_vec();
    Some(Parts { trend, week, remainder })
}

/// The last days of the past, as many as a path believes in.
struct Stretch<'s> {
    steps: &'s [f64],
    remainder: &'s [f64],
    /// Where blocks begin that may be walked again: not on days when the pool was full and demand could not show.
    starts: Vec<usize>,
    /// How far off the mean step may be.
    drift_error: f64,
    /// What a block varies by beyond what the smooth trend shows, in seats.
    block_error: f64,
    /// By how much the daily step changed from day to day.
    bend: f64,
    half_days: f64,
}

impl<'s> Stretch<'s> {
    fn new(days: usize, steps: &'s [f64], remainder: &'s [f64], full: &[bool]) -> Option<Self> {
        let steps = steps.get(steps.len().saturating_sub(days)..)?;
        let full = full.get(full.len().saturating_sub(steps.len())..)?;
        let was_full = full.iter().any(|full| *full);
        let sums: Vec<(usize, f64)> = steps.windows(BLOCK).map(|block| block.iter().sum::<f64>()).enumerate().collect();
        let is_open = |start: usize| !full.iter().skip(start).take(BLOCK).any(|full| *full);
        let mut open: Vec<(usize, f64)> = sums.iter().copied().filter(|(start, _)| is_open(*start)).collect();
        if open.is_empty() {
            open = sums;
        }
        let (starts, sums): (Vec<usize>, Vec<f64>) = open.into_iter().unzip();
        let middle = mean(&sums);
        let squares: Vec<f64> = sums.iter().map(|sum| (sum - middle) * (sum - middle)).collect();
        let seen = mean(&squares);
        let blocks = count(days / BLOCK);
        // Blocks that overlap vary less than blocks of another year would: the fewer there are, the less they say.
        let variance = (seen * (blocks + 1.0) / (blocks - 1.0)).max(COUNTING * middle.abs());
        let half_days = count(days) / 2.0;
        let (earlier, later) = steps.split_at(steps.len() / 2);
        let bend = if days < BEND_MIN_DAYS || was_full { 0.0 } else { (mean(later) - mean(earlier)) / half_days };
        Some(Self {
            steps,
            remainder: remainder.get(remainder.len().saturating_sub(days)..)?,
            starts,
            drift_error: (variance / blocks).sqrt() / count(BLOCK) * (1.0 + 1.5 / blocks),
            block_error: (variance - seen).max(0.0).sqrt(),
            bend,
            half_days,
        })
    }
}

/// What all paths have in common.
struct Ahead {
    /// Where the trend ends.
    end: f64,
    /// How far the last days are off the trend: noise, or a step that it has not followed yet.
    recent: f64,
    week: Vec<f64>,
    outliers: (f64, f64),
    limits: Limits,
    horizon_days: u32,
    jumps: Jumps,
}

/// Steps that may come again.
struct Jumps {
    sizes: Vec<f64>,
    /// In which they were seen.
    days: f64,
}

impl Jumps {
    /// How likely one is on a day: so few say little about how often there are any, and one may always be on its way.
    fn rate(&self, random: &mut Random) -> f64 {
        let seen = count(self.sizes.len()) + 0.5;
        let spread = RATE_SPREAD * seen.sqrt();
        (seen + spread * (2.0 * unit(random) - 1.0)).max(0.0) / self.days.max(1.0)
    }

    /// Another one is about as large as one of those.
    fn size(&self, random: &mut Random) -> Option<f64> {
        Some(random.pick(&self.sizes)? * (0.5 + unit(random)))
    }
}

impl Ahead {
    /// Days from today until this path reaches the total, and the way there.
    fn walk(&self, stretch: &Stretch<'_>, random: &mut Random) -> Option<(Option<u32>, Path)> {
        let days_since_last = self.limits.days_since_last;
        let mut path = Path { seats: Vec::new(), limits: self.limits };
        let drift = normal(random) * stretch.drift_error;
        // From growth that turns back a little to growth that changes faster than it did.
        let bend = stretch.bend * (2.0 * unit(random) - 0.35);
        let jump_rate = if self.jumps.sizes.is_empty() { 0.0 } else { self.jumps.rate(random) };
        let mut level = self.end + self.recent * unit(random);
        let mut block: &[f64] = &[];
        let mut block_drift = 0.0;
        for day in 1..=self.horizon_days.saturating_add(days_since_last) {
            if block.is_empty() {
                let start = *random.pick(&stretch.starts)?;
                block = stretch.steps.get(start..start + BLOCK)?;
                block_drift = normal(random) * stretch.block_error / count(BLOCK);
            }
            let (step, rest) = block.split_first()?;
            block = rest;
            // The mean step is that of the middle of the stretch; a bend is not drawn out for longer than it was seen.
            let change = bend * (stretch.half_days + f64::from(day).min(2.0 * stretch.half_days));
            level += step + drift + block_drift + change;
            if jump_rate > 0.0 && unit(random) < jump_rate {
                level += self.jumps.size(random)?;
            }
            let rhythm = self.week.get(usize::try_from(day - 1).unwrap_or_default() % WEEK)?;
            let noise = random.pick(stretch.remainder)?.clamp(self.outliers.0, self.outliers.1);
            let (demand, limit) = (level + rhythm + noise, self.limits.on(day));
            if demand >= f64::from(limit) {
                return Some((Some(day.saturating_sub(days_since_last)), path));
            }
            path.seats.push(demand);
        }
        Some((None, path))
    }
}

/// Where outliers begin, below and above.
fn outliers(remainder: &[f64]) -> Option<(f64, f64)> {
    let mut sorted = remainder.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cut = sorted.len() / OUTLIERS;
    Some((*sorted.get(cut)?, *sorted.get(sorted.len().checked_sub(1 + cut)?)?))
}

fn mean<'v>(values: impl IntoIterator<Item = &'v f64>) -> f64 {
    let (sum, number) = values.into_iter().fold((0.0, 0_u32), |(sum, number), value| (sum + value, number + 1));
    sum / f64::from(number.max(1))
}

fn count(days: usize) -> f64 {
    f64::from(u32::try_from(days).unwrap_or(u32::MAX))
}

/// From 0 to less than 1.
fn unit(random: &mut Random) -> f64 {
    const STEPS: u32 = 1 << 24;
    f64::from(random.below(STEPS)) / f64::from(STEPS)
}

/// Nearly normal, with mean 0 and deviation 1: a sum of twelve needs no function that differs between machines.
fn normal(random: &mut Random) -> f64 {
    (0..12).map(|_| unit(random)).sum::<f64>() - 6.0
}
