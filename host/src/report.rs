//! The report about a month, for whoever pays: a page to read and print, rows for a spreadsheet, and JSON.
//!
//! What is in it is core's and the ledger's; here it only gets its looks.

mod charts;
mod figures;
mod page;
mod rows;

use serde::Serialize;
use steward_core::cost::{Money, Month, MonthlyReport};
use steward_core::instant::Instant;

pub use page::page;
pub use rows::rows;

/// A month and what is told beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MonthStory {
    pub made_at: Instant,
    /// The servers that the settings name.
    pub servers: Vec<String>,
    /// Amounts are in the smallest unit of the currency, which has so many digits behind the point.
    pub decimals: u32,
    pub report: MonthlyReport,
    /// What releases saved in this month and in those before it, the earliest first.
    pub saved_by_month: Vec<MonthSaved>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MonthSaved {
    pub month: Month,
    pub saved: Money,
}

impl MonthStory {
    /// Nothing at all was read of any pool in the month.
    pub fn is_unknown(&self) -> bool {
        self.report.pools.iter().all(|pool| pool.allocated.known_percent == 0 && pool.days.is_empty())
    }
}
