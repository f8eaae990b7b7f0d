//! The report about one month, as data. How it looks is the host's business.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::month::start_of;
use super::savings::SavingsBook;
use super::seat_time::{SeatTime, seat_times};
use super::{BudgetFor, CostReading, CostSettings, Currency, Money, Month, Price};
use crate::instant::Instant;
use crate::license_type::LicenseType;

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'i> {
    pub settings: &'i CostSettings,
    /// In any order; those of the week before the month are needed too, for its first hours.
    pub readings: &'i [CostReading],
    pub savings: &'i SavingsBook,
    /// What Steward did in the month.
    pub releases: &'i BTreeMap<LicenseType, ReleaseCounts>,
    pub now: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MonthlyReport {
    pub month: Month,
    pub currency: Currency,
    /// Up to when it counts: the end of the month, or now.
    pub until: Instant,
    /// The month is over.
    pub is_complete: bool,
    /// By licence type.
    pub pools: Vec<PoolCost>,
    /// Of the pools that have a price; `None` when none has one.
    pub total: Option<TotalCost>,
    pub budget: Option<Budget>,
    /// What all releases saved, from the first one to `until`, at the prices of each month.
    pub saved_ever: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PoolCost {
    pub license_type: LicenseType,
    /// `None`: counts are shown, and no money.
    pub per_seat_month: Option<Price>,
    pub bought: Amount,
    pub allocated: Amount,
    pub idle: Amount,
    pub saved: Amount,
    /// Seats that save when the report is made; 0 for a month that is over, which no seat saves in any more.
    pub saving_now: u32,
    pub releases: ReleaseCounts,
    /// For charts.
    pub days: Vec<DayCounts>,
}

/// Seats over a month, and what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CostAmount"))]
#[serde(rename_all = "camelCase")]
pub struct Amount {
    /// Seats on average over the known time, in hundredths; `None` when nothing is known. Of savings: over the whole time.
    pub seats_hundredths: Option<u64>,
    /// How much of the time up to `until` is known; the rest costs nothing here.
    pub known_percent: u8,
    /// `None` without a price, or when nothing is known.
    pub cost: Option<Money>,
}

impl Amount {
    /// Seats on average with one decimal, such as `79.5`.
    pub fn seats_on_average(&self) -> Option<String> {
        let tenths = self.seats_hundredths?.saturating_add(5) / 10;
        Some(format!("{}.{}", tenths / 10, tenths % 10))
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReleaseCounts {
    pub released: u32,
    /// Of the released ones, those that came back by an undo or otherwise.
    pub returned: u32,
    pub held: u32,
}

/// The sums of what the pools show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TotalCost {
    pub bought: Money,
    pub allocated: Money,
    pub idle: Money,
    pub saved: Money,
}

/// The last counts of one day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DayCounts {
    /// Its beginning.
    pub day: Instant,
    pub total: Option<u32>,
    pub allocated: u32,
    pub idle: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CostBudget"))]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    pub for_what: BudgetFor,
    /// Types that have seats and no price: they are in none of the sums.
    #[serde(default)]
    pub not_valued: Vec<LicenseType>,
    pub amount: Money,
    /// Up to `until`.
    pub spent: Money,
    /// At the end of the month, if the last counts stay as they are.
    pub projected: Money,
    pub state: BudgetState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum BudgetState {
    Within,
    /// Not yet above it, but at the end of the month.
    ProjectedAbove,
    Above,
}

/// Nothing can be said about a month that has not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the month {month} has not begun yet")]
pub struct FutureMonth {
    pub month: Month,
}

/// The report about a month, or about as much of it as has passed.
///
/// # Errors
/// When the month has not begun.
pub fn monthly_report(month: Month, input: ReportInput<'_>) -> Result<MonthlyReport, FutureMonth> {
    if input.now < month.start() {
        return Err(FutureMonth { month });
    }
    let until = month.end().min(input.now).max(month.start());
    let kinds: BTreeSet<LicenseType> = input.readings.iter().map(|reading| reading.license_type).collect();
    let mut saved = input.savings.seat_millis(until);
    saved.retain(|of, _| *of <= month);
    let pools: Vec<PoolCost> = kinds.into_iter().map(|kind| pool_cost(kind, month, until, &saved, input)).collect();
    let priced: Vec<&PoolCost> = pools.iter().filter(|pool| pool.per_seat_month.is_some()).collect();
    let sum = |part: fn(&PoolCost) -> Amount| {
        priced.iter().filter_map(|pool| part(pool).cost).fold(Money::default(), Money::plus)
    };
    let total = (!priced.is_empty()).then(|| TotalCost {
        bought: sum(|pool| pool.bought),
        allocated: sum(|pool| pool.allocated),
        idle: sum(|pool| pool.idle),
        saved: sum(|pool| pool.saved),
    });
    Ok(MonthlyReport {
        month,
        currency: input.settings.currency.clone(),
        until,
        is_complete: input.now >= month.end(),
        budget: total.and_then(|total| budget(month, until, total, &pools, input.settings)),
        total,
        saved_ever: (!input.settings.prices.is_empty()).then(|| saved_ever(&saved, input.settings)),
        pools,
    })
}

fn pool_cost(
    kind: LicenseType,
    month: Month,
    until: Instant,
    saved: &BTreeMap<Month, BTreeMap<LicenseType, u64>>,
    input: ReportInput<'_>,
) -> PoolCost {
    let mut readings: Vec<CostReading> =
        input.readings.iter().filter(|reading| reading.license_type == kind && reading.at < until).copied().collect();
    readings.sort_by_key(|reading| reading.at);
    let times = seat_times(&readings, month.start(), until);
    let price = input.settings.price(kind, month);
    let passed = u64::try_from(until.millis_since(month.start())).unwrap_or_default();
    let amount = |time: SeatTime| Amount {
        seats_hundredths: time.seat_millis.saturating_mul(100).checked_div(time.known_millis),
        known_percent: percent(time.known_millis, passed),
        cost: price.filter(|_| time.known_millis > 0).map(|price| cost(price, time.seat_millis, month, input.settings)),
    };
    let saved_millis = saved.get(&month).and_then(|types| types.get(&kind)).copied().unwrap_or(0);
    PoolCost {
        license_type: kind,
        per_seat_month: price,
        bought: amount(times.bought),
        allocated: amount(times.allocated),
        idle: amount(times.idle),
        saved: amount(SeatTime { seat_millis: saved_millis, known_millis: passed }),
        saving_now: if input.now < month.end() { input.savings.saving_now(kind) } else { 0 },
        releases: input.releases.get(&kind).copied().unwrap_or_default(),
        days: days(&readings, month),
    }
}

fn cost(price: Price, seat_millis: u64, month: Month, settings: &CostSettings) -> Money {
    price.share(u128::from(seat_millis), month.millis(), &settings.currency)
}

fn percent(part: u64, whole: u64) -> u8 {
    let percent = part.saturating_mul(100).checked_div(whole).unwrap_or(0);
    u8::try_from(percent.min(100)).unwrap_or(100)
}

fn days(readings: &[CostReading], month: Month) -> Vec<DayCounts> {
    let mut found = Vec::new();
    for day in month.first_day().iter_days().take(usize::try_from(month.days()).unwrap_or_default()) {
        let (from, to) = (start_of(day), day.succ_opt().map_or(month.end(), start_of));
        let last = readings.iter().rev().find(|reading| reading.at >= from && reading.at < to);
        found.extend(last.map(|last| DayCounts {
            day: from,
            total: last.total,
            allocated: last.allocated,
            idle: last.idle,
        }));
    }
    found
}

fn budget(
    month: Month,
    until: Instant,
    total: TotalCost,
    pools: &[PoolCost],
    settings: &CostSettings,
) -> Option<Budget> {
    let amount = settings.budget_per_month?.amount(&settings.currency);
    let left = u64::try_from(month.end().millis_since(until)).unwrap_or_default();
    let spent = match settings.budget_for {
        BudgetFor::Allocated => total.allocated,
        BudgetFor::Bought => total.bought,
    };
    let to_come = pools.iter().filter_map(|pool| {
        let last = pool.days.last()?;
        let seats = match settings.budget_for {
            BudgetFor::Allocated => last.allocated,
            BudgetFor::Bought => last.total?,
        };
        Some(cost(pool.per_seat_month?, u64::from(seats).saturating_mul(left), month, settings))
    });
    let projected = to_come.fold(spent, Money::plus);
    let state = match () {
        () if spent > amount => BudgetState::Above,
        () if projected > amount => BudgetState::ProjectedAbove,
        () => BudgetState::Within,
    };
    let not_valued = pools.iter().filter(|pool| pool.per_seat_month.is_none()).map(|pool| pool.license_type).collect();
    Some(Budget { for_what: settings.budget_for, not_valued, amount, spent, projected, state })
}

/// Month by month, each rounded as its own report shows it.
fn saved_ever(saved: &BTreeMap<Month, BTreeMap<LicenseType, u64>>, settings: &CostSettings) -> Money {
    let mut sum = Money::default();
    for (month, types) in saved {
        for (kind, millis) in types {
            if let Some(price) = settings.price(*kind, *month) {
                sum = sum.plus(cost(price, *millis, *month, settings));
            }
        }
    }
    sum
}
