//! What the readings so far say about the future of the pools and about money: read from the ledger, decided by core.
//!
//! Daemon, command line and API ask here, so that all of them say the same. Nothing is written.

use std::collections::BTreeMap;

use steward_core::cost::{CostSettings, Money, Month, MonthlyReport, ReleaseCounts, ReportInput, monthly_report};
use steward_core::digest::Digest;
use steward_core::forecast::{Forecast, PoolReading, Shift, forecast, shifts};
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::ledger::{LedgerState, RunKind};
use steward_core::license_type::LicenseType;

use crate::config::Settings;
use crate::cycle;
use crate::ledger::{Ledger, LedgerError};
use crate::report::{MonthSaved, MonthStory};
use crate::run_settings::{cost_settings, forecast_settings};

/// A count holds until the next reading, for a week at most: so much of the time before a month matters for it.
const BEFORE_MONTH_DAYS: u32 = 8;
/// A type that was not read for longer than this, while others were, is not on the site any more.
const GONE_MS: i64 = 7 * MS_PER_DAY;

/// A year, so that the same month of the year before is seen beside it.
const STORY_MONTHS: usize = 13;

/// Why there is no amount of money, and what to do.
pub const NO_PRICES: &str = "no prices: set `steward.cost`";

/// What was found at one instant.
#[derive(Debug, Clone)]
pub struct Outlook {
    pub at: Instant,
    /// Of every type of seats that the site has.
    pub forecasts: BTreeMap<LicenseType, Forecast>,
    /// Of the running month; `None` without prices.
    pub report: Option<MonthlyReport>,
}

/// What the ledger, with what others wrote, says now.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn outlook(ledger: &mut Ledger, settings: &Settings, now: Instant) -> Result<Outlook, LedgerError> {
    let forecasts = forecasts(ledger, settings, now).await?;
    let report = match (cost_settings(settings), Month::of(now)) {
        (Some(costs), Some(month)) => report_of(ledger, settings, &costs, month, now).await?,
        _ => None,
    };
    Ok(Outlook { at: now, forecasts, report })
}

/// When each pool will be exhausted.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn forecasts(
    ledger: &mut Ledger,
    settings: &Settings,
    now: Instant,
) -> Result<BTreeMap<LicenseType, Forecast>, LedgerError> {
    let pools = pools(ledger, settings, now).await?;
    let forecast_settings = forecast_settings(settings);
    // Several hundred futures take a while, and nobody else should wait for them.
    let found = tokio::task::spawn_blocking(move || {
        let of = |pool: &Pool| forecast(&pool.readings, &pool.shifts, forecast_settings, now);
        pools.iter().map(|(kind, pool)| (*kind, of(pool))).collect()
    });
    Ok(found.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())))
}

/// What a forecast is made of.
#[derive(Debug)]
pub struct Pool {
    pub readings: Vec<PoolReading>,
    pub shifts: Vec<Shift>,
}

/// What is known of each type of seats that the site has.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn pools(
    ledger: &mut Ledger,
    settings: &Settings,
    now: Instant,
) -> Result<BTreeMap<LicenseType, Pool>, LedgerError> {
    let site = cycle::site_of(settings);
    let since = now.minus_days(settings.steward.forecast.history_days).unwrap_or(Instant::UNIX_EPOCH);
    let read = ledger.hourly_pools(site, since).await?;
    let last_at = |readings: &Vec<PoolReading>| readings.last().map(|last| last.at);
    let latest = read.values().filter_map(last_at).max();
    let is_there = |readings: &Vec<PoolReading>| match (latest, last_at(readings)) {
        (Some(latest), Some(last)) => latest.millis_since(last) < GONE_MS,
        _ => false,
    };
    let pools = read.into_iter().filter(|(_, readings)| is_there(readings));
    let state = ledger.state();
    Ok(pools.map(|(kind, readings)| (kind, Pool { readings, shifts: shifts(state, &site, kind) })).collect())
}

/// A forecast as a sentence.
pub fn forecast_text(forecast: &Forecast) -> String {
    match forecast {
        Forecast::Exhaustion(found) => format!("exhausted {}, if nothing more is released", found.when()),
        Forecast::NoForecast(reason) => format!("no forecast: {reason}"),
    }
}

/// The months that can be reported: from that of the first reading to the running one. Empty before the first reading.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn months(ledger: &mut Ledger, settings: &Settings, now: Instant) -> Result<Vec<Month>, LedgerError> {
    let first = ledger.first_reading_at(cycle::site_of(settings)).await?.and_then(Month::of);
    let (Some(first), Some(last)) = (first, Month::of(now)) else { return Ok(Vec::new()) };
    let later = std::iter::successors(Some(first), |month| month.next());
    Ok(later.take_while(|month| *month <= last).collect())
}

/// What a month cost; `None` without prices.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn month_report(
    ledger: &mut Ledger,
    settings: &Settings,
    month: Month,
    now: Instant,
) -> Result<Option<MonthlyReport>, LedgerError> {
    match cost_settings(settings) {
        Some(costs) => report_of(ledger, settings, &costs, month, now).await,
        None => Ok(None),
    }
}

/// What a month cost, with the savings of a year before it; `None` without prices.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn month_story(
    ledger: &mut Ledger,
    settings: &Settings,
    month: Month,
    now: Instant,
) -> Result<Option<MonthStory>, LedgerError> {
    let Some(costs) = cost_settings(settings) else { return Ok(None) };
    let Some(report) = report_of(ledger, settings, &costs, month, now).await? else { return Ok(None) };
    let savings = ledger.savings(cycle::site_of(settings)).await?;
    let saved = savings.seat_millis(report.until);
    let mut months = vec![month];
    while let Some(earlier) = months.last().and_then(|month| Month::of(month.start().minus_days(1)?)) {
        if months.len() >= STORY_MONTHS {
            break;
        }
        months.push(earlier);
    }
    let first_saved = saved.keys().next().copied().unwrap_or(month);
    let months = months.into_iter().rev().filter(|month| *month >= first_saved);
    let saved_by_month = months.map(|month| MonthSaved { month, saved: saved_in(&saved, month, &costs) }).collect();
    Ok(Some(MonthStory {
        made_at: now,
        servers: settings.qrs_endpoints().into_iter().map(|end| end.host).collect(),
        decimals: costs.currency.decimals(),
        report,
        saved_by_month,
    }))
}

/// Of all types that have a price, each rounded as its own report shows it.
fn saved_in(saved: &BTreeMap<Month, BTreeMap<LicenseType, u64>>, month: Month, costs: &CostSettings) -> Money {
    let types = saved.get(&month).into_iter().flatten();
    let amounts = types.filter_map(|(kind, millis)| {
        let price = costs.price(*kind, month)?;
        Some(price.share(u128::from(*millis), month.millis(), &costs.currency))
    });
    amounts.fold(Money::default(), Money::plus)
}

async fn report_of(
    ledger: &mut Ledger,
    settings: &Settings,
    costs: &CostSettings,
    month: Month,
    now: Instant,
) -> Result<Option<MonthlyReport>, LedgerError> {
    let site = cycle::site_of(settings);
    let from = month.start().minus_days(BEFORE_MONTH_DAYS).unwrap_or(Instant::UNIX_EPOCH);
    let readings = ledger.cost_readings(site, from, month.end()).await?;
    let savings = ledger.savings(site).await?;
    let releases = release_counts(ledger.state(), site, month);
    let input = ReportInput { settings: costs, readings: &readings, savings: &savings, releases: &releases, now };
    // A month that has not begun has none; whoever asks for one is told so before.
    Ok(monthly_report(month, input).ok())
}

/// What became of the seats that runs of a month were to take.
fn release_counts(ledger: &LedgerState, site: Digest, month: Month) -> BTreeMap<LicenseType, ReleaseCounts> {
    let mut counts: BTreeMap<LicenseType, ReleaseCounts> = BTreeMap::new();
    let runs =
        ledger.runs().iter().filter(|(id, run)| run.kind == RunKind::Release && ledger.site_of(**id) == Some(site));
    for (seat, state, run) in runs.flat_map(|(_, run)| run.seats.values().map(move |(seat, state)| (seat, state, run)))
    {
        // A seat that was not taken belongs to the month in which the run wanted it.
        let at = state.released_at().unwrap_or(run.started_at);
        if Month::of(at) != Some(month) {
            continue;
        }
        let of_type = counts.entry(seat.license_type).or_default();
        let count = |count: &mut u32| *count = count.saturating_add(1);
        if state.is_taken() {
            count(&mut of_type.released);
            if run.returned.contains(&seat.license_id) {
                count(&mut of_type.returned);
            }
        } else {
            count(&mut of_type.held);
        }
    }
    counts
}
