//! When the pools will be exhausted, and what the month costs, as far as the ledger can tell.

use std::fmt::Write as _;

use serde::Serialize;
use steward_core::cost::{Amount, Budget, BudgetFor, BudgetState, MonthlyReport};
use steward_core::forecast::Forecast;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;

use super::super::table::Columns;
use crate::config::Settings;
use crate::ledger::{Ledger, LedgerError};
use crate::outlook::{forecast_text, outlook};

/// What the ledger says at this moment.
#[derive(Debug)]
pub struct Ahead {
    pub forecasts: Vec<PoolForecast>,
    pub cost: Option<MonthlyReport>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolForecast {
    license_type: LicenseType,
    forecast: Forecast,
    text: String,
}

impl Ahead {
    pub async fn of(ledger: &mut Ledger, settings: &Settings, now: Instant) -> Result<Self, LedgerError> {
        let outlook = outlook(ledger, settings, now).await?;
        let forecasts = outlook.forecasts.into_iter().map(|(license_type, forecast)| PoolForecast {
            license_type,
            text: forecast_text(&forecast),
            forecast,
        });
        Ok(Self { forecasts: forecasts.collect(), cost: outlook.report })
    }

    pub fn text(&self) -> String {
        let mut columns = Columns::new(&["type", "forecast"]);
        for pool in &self.forecasts {
            columns.row([pool.license_type.to_string(), pool.text.clone()]);
        }
        let forecasts = if columns.is_empty() { String::new() } else { format!("\nForecast\n{}", columns.text()) };
        let cost = self.cost.as_ref().map(cost_text).unwrap_or_default();
        forecasts + &cost
    }
}

fn cost_text(report: &MonthlyReport) -> String {
    let currency = &report.currency;
    let mut text = format!("\nCost of {} so far, in {}\n", report.month, currency.code());
    let mut columns = Columns::new(&["type", ">bought", ">allocated", ">idle", ">saved", ""]);
    for pool in &report.pools {
        let cost = |amount: Amount| amount.cost.map_or_else(|| "-".to_owned(), |cost| currency.number(cost));
        let known = pool.allocated.known_percent;
        let note = match pool.per_seat_month {
            None => "has no price".to_owned(),
            Some(_) if known < 100 => format!("{known} % of the time is known"),
            Some(_) => String::new(),
        };
        let [bought, allocated, idle, saved] = [pool.bought, pool.allocated, pool.idle, pool.saved].map(cost);
        columns.row([pool.license_type.to_string(), bought, allocated, idle, saved, note]);
    }
    if let Some(total) = report.total {
        let [bought, allocated, idle, saved] =
            [total.bought, total.allocated, total.idle, total.saved].map(|sum| currency.number(sum));
        columns.row(["in all".to_owned(), bought, allocated, idle, saved, String::new()]);
    }
    text += &columns.text();
    if let Some(saved) = report.saved_ever {
        let _ = writeln!(text, "  releases saved {} since the first one", currency.show(saved));
    }
    if let Some(budget) = &report.budget {
        let _ = writeln!(text, "  {}", budget_text(budget, report));
    }
    text
}

fn budget_text(budget: &Budget, report: &MonthlyReport) -> String {
    let show = |amount| report.currency.show(amount);
    let seats = match budget.for_what {
        BudgetFor::Allocated => "allocated",
        BudgetFor::Bought => "bought",
    };
    let state = match budget.state {
        BudgetState::Within => "within the budget",
        BudgetState::ProjectedAbove => "the budget will not do",
        BudgetState::Above => "above the budget",
    };
    format!(
        "budget of {} a month for {seats} seats: {} so far, {} at the end if the counts stay as they are; {state}",
        show(budget.amount),
        show(budget.spent),
        show(budget.projected)
    )
}
