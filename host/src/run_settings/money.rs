//! What seats cost, and how far the forecast looks.

use steward_core::cost::{BudgetFor, CostSettings, Currency, Month, Price, SeatPrice};
use steward_core::forecast::ForecastSettings;
use steward_core::license_type::LicenseType;

use crate::config::Settings;
use crate::config::steward::cost::{self as file, PricedType};

/// `None` without prices: nothing is valued then. Settings that were loaded have no other texts than readable ones.
pub fn cost_settings(settings: &Settings) -> Option<CostSettings> {
    let cost = &settings.steward.cost;
    if cost.prices.is_empty() {
        return None;
    }
    let budget_per_month = match &cost.budget_per_month {
        Some(budget) => Some(Price::parse(budget).ok()?),
        None => None,
    };
    Some(CostSettings {
        currency: Currency::new(cost.currency.as_deref()?).ok()?,
        prices: cost.prices.iter().map(price).collect::<Option<_>>()?,
        budget_per_month,
        budget_for: match cost.budget_for {
            file::BudgetFor::Allocated => BudgetFor::Allocated,
            file::BudgetFor::Bought => BudgetFor::Bought,
        },
    })
}

fn price(price: &file::SeatPrice) -> Option<SeatPrice> {
    let from = match &price.from {
        Some(month) => Some(Month::parse(month)?),
        None => None,
    };
    let license_type = license_type(price.license_type);
    Some(SeatPrice { license_type, from, per_seat_month: Price::parse(&price.per_seat_month).ok()? })
}

/// The kind of seat that a price is for.
pub fn license_type(priced: PricedType) -> LicenseType {
    match priced {
        PricedType::Analyzer => LicenseType::Analyzer,
        PricedType::Professional => LicenseType::Professional,
        PricedType::User => LicenseType::User,
    }
}

pub fn forecast_settings(settings: &Settings) -> ForecastSettings {
    let forecast = &settings.steward.forecast;
    ForecastSettings { horizon_days: forecast.horizon_days, history_days: forecast.history_days }
}
