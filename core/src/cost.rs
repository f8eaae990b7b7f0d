//! What seats cost in a month: bought, allocated, idle, and saved by Steward's releases; and how that compares with a
//! budget.
//!
//! - **Bought** is every seat of the pool, **allocated** those in somebody's hands (quarantined ones not), each counted for
//!   the time for which a reading says so. A month costs its price however long it is; a seat allocated for half of it
//!   costs half.
//! - **Idle** is an allocated seat whose last use (or allocation, when it was never used) is at least as long ago as the
//!   release threshold of its type. Whether the policy would release it does not matter here: a protected seat that
//!   nobody uses costs as much as any other. [`idle_seats`] counts them at each reading.
//! - **Saved** is what [`savings`] says: a released seat saves until a seat is handed out again.
//!
//! Time about which nothing was read costs nothing here and is told as unknown; nothing is extrapolated but a budget's
//! projection. Sums are whole milliseconds of seats; each amount is rounded once, and totals add what is shown, so that
//! columns add up. Months are those of the UTC calendar.

mod currencies;
mod money;
mod month;
mod report;
pub mod savings;
mod seat_time;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use money::{Currency, Money, MoneyError, Price};
pub use month::Month;
pub use report::{
    Amount, Budget, BudgetState, DayCounts, FutureMonth, MonthlyReport, PoolCost, ReleaseCounts, ReportInput,
    TotalCost, monthly_report,
};

use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::snapshot::Seat;

/// What a reading counted of one licence type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CostReading {
    pub at: Instant,
    pub license_type: LicenseType,
    /// `None` when the server did not tell.
    pub total: Option<u32>,
    /// Quarantined seats not counted.
    pub allocated: u32,
    /// `None` for readings of which nobody counted them.
    pub idle: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CostSettings {
    pub currency: Currency,
    pub prices: Vec<SeatPrice>,
    /// What a month may cost.
    pub budget_per_month: Option<Price>,
    pub budget_for: BudgetFor,
}

/// What a seat of a type costs in a month, from some month on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeatPrice {
    pub license_type: LicenseType,
    /// `None`: ever since.
    pub from: Option<Month>,
    pub per_seat_month: Price,
}

/// What a budget is compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum BudgetFor {
    /// Seats in somebody's hands.
    #[default]
    Allocated,
    /// All seats of the pools.
    Bought,
}

impl CostSettings {
    /// The price in a month: of the entries for the type the one that begins last, and of equal ones the last.
    pub fn price(&self, license_type: LicenseType, month: Month) -> Option<Price> {
        let of_type = self.prices.iter().filter(|price| price.license_type == license_type);
        let begun = of_type.filter(|price| price.from.is_none_or(|from| from <= month));
        begun.max_by_key(|price| price.from).map(|price| price.per_seat_month)
    }
}

/// How many seats of each type are idle at `now`, quarantined ones not counted. A type without a threshold is left out.
pub fn idle_seats<'s>(
    seats: impl IntoIterator<Item = &'s Seat>,
    threshold_days: &BTreeMap<LicenseType, u32>,
    now: Instant,
) -> BTreeMap<LicenseType, u32> {
    let mut counts: BTreeMap<LicenseType, u32> = threshold_days.keys().map(|kind| (*kind, 0)).collect();
    for seat in seats.into_iter().filter(|seat| !seat.quarantined) {
        let is_idle = match (threshold_days.get(&seat.license_type), seat.idle_since()) {
            (Some(days), Some(since)) => now.days_since(since) >= *days,
            // Without a date nobody can say that it is idle.
            _ => false,
        };
        if let Some(count) = counts.get_mut(&seat.license_type).filter(|_| is_idle) {
            *count = count.saturating_add(1);
        }
    }
    counts
}
