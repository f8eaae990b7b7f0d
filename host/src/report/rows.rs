//! The month as rows of a spreadsheet: one for each licence type and amount.
//!
//! Numbers are plain, units stand in the titles, and no cell begins like a formula.

use anyhow::{Context as _, Result};
use steward_core::cost::{Amount, Money, MonthlyReport};
use steward_core::text::harmless;

use super::MonthStory;

/// In rows that are about all types together.
const ALL: &str = "all";

/// # Errors
/// When there is no memory for it.
pub fn rows(story: &MonthStory) -> Result<Vec<u8>> {
    let report = &story.report;
    let code = report.currency.code();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let titles = [
        "month".to_owned(),
        "licence_type".to_owned(),
        "amount".to_owned(),
        "seats_on_average".to_owned(),
        "time_known_percent".to_owned(),
        format!("cost_{code}"),
        format!("price_per_seat_and_month_{code}"),
    ];
    writer.write_record(titles)?;
    for row in of_pools(report).into_iter().chain(of_all(report)) {
        let month = report.month.to_string();
        let cells = [month].into_iter().chain(row);
        writer.write_record(cells.map(|cell| harmless(&cell)))?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error).context("cannot write CSV")
}

type Row = [String; 6];

fn of_pools(report: &MonthlyReport) -> Vec<Row> {
    let of_pool = report.pools.iter().flat_map(|pool| {
        let price = pool.per_seat_month.map(|price| price.to_string()).unwrap_or_default();
        let amounts =
            [("bought", pool.bought), ("allocated", pool.allocated), ("idle", pool.idle), ("saved", pool.saved)];
        amounts.map(|(name, amount)| {
            [
                pool.license_type.to_string(),
                name.to_owned(),
                average(amount),
                amount.known_percent.to_string(),
                amount.cost.map(|cost| report.currency.number(cost)).unwrap_or_default(),
                price.clone(),
            ]
        })
    });
    of_pool.collect()
}

fn of_all(report: &MonthlyReport) -> Vec<Row> {
    let mut amounts: Vec<(&str, Money)> = Vec::new();
    if let Some(total) = report.total {
        amounts.extend([
            ("bought", total.bought),
            ("allocated", total.allocated),
            ("idle", total.idle),
            ("saved", total.saved),
        ]);
    }
    amounts.extend(report.saved_ever.map(|saved| ("saved_since_the_first_release", saved)));
    if let Some(budget) = &report.budget {
        amounts.extend([
            ("budget", budget.amount),
            ("budget_spent", budget.spent),
            ("budget_projected", budget.projected),
        ]);
    }
    let row = |(name, amount): (&str, Money)| {
        let nothing = String::new;
        [ALL.to_owned(), name.to_owned(), nothing(), nothing(), report.currency.number(amount), nothing()]
    };
    amounts.into_iter().map(row).collect()
}

fn average(amount: Amount) -> String {
    amount.seats_hundredths.map(|seats| format!("{}.{:02}", seats / 100, seats % 100)).unwrap_or_default()
}
