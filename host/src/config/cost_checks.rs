//! Rules between the settings of cost: prices, months and the currency can be read, and nothing is said twice.

use std::collections::BTreeMap;

use steward_core::cost::{Currency, Month, Price};

use super::checks::Report;
use super::problem::{printable, quoted};
use super::steward::cost::{Cost, SeatPrice};
use crate::run_settings::license_type;

const SECTION: &str = "steward.cost";

pub(super) fn check(cost: &Cost, report: &mut Report<'_>) {
    let setting = |name: &str| format!("{SECTION}.{name}");
    match cost.currency.as_deref() {
        Some(currency) => {
            if let Err(error) = Currency::new(&printable(currency)) {
                report.add(&setting("currency"), error.to_string());
            }
        }
        None if !cost.prices.is_empty() && !report.is_known(&setting("currency")) => {
            let message = "the currency of the prices is missing: write its three letters, such as `EUR`";
            report.add(&setting("currency"), message);
        }
        None => {}
    }
    if let Some(budget) = &cost.budget_per_month {
        if let Err(error) = Price::parse(&printable(budget)) {
            report.add(&setting("budgetPerMonth"), error.to_string());
        }
        if cost.prices.is_empty() && !report.is_known(&setting("prices")) {
            let message = "a budget is compared with what seats cost: give their prices under `steward.cost.prices`";
            report.add(&setting("budgetPerMonth"), message);
        }
    }
    check_prices(&cost.prices, report);
}

fn check_prices(prices: &[SeatPrice], report: &mut Report<'_>) {
    let mut seen = BTreeMap::new();
    for (index, price) in prices.iter().enumerate() {
        let setting = |name: &str| format!("{SECTION}.prices[{index}].{name}");
        if let Err(error) = Price::parse(&printable(&price.per_seat_month)) {
            report.add(&setting("perSeatMonth"), error.to_string());
        }
        let from = match &price.from {
            None => None,
            Some(text) => {
                let Some(month) = Month::parse(text) else {
                    report.add(&setting("from"), format!("{} is no month: write it such as `2026-01`", quoted(text)));
                    continue;
                };
                Some(month)
            }
        };
        let kind = license_type(price.license_type);
        if let Some(first) = seen.insert((kind, from), index) {
            let since = from.map_or_else(|| "without a month".to_owned(), |month| format!("from {month} on"));
            let message =
                format!("`{SECTION}.prices[{first}]` is a price of {kind} seats {since} too: keep one of them");
            report.add(&setting("licenseType"), message);
        }
    }
}
