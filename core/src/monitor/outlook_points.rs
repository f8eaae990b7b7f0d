//! What is told to `InfluxDB` about forecasts and cost. `docs/measurements.md` has the list.

use std::collections::BTreeMap;

use crate::cost::{BudgetState, MonthlyReport};
use crate::forecast::Forecast;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::point::{Point, Tags};

/// One point for each pool. Without a forecast there are no days, and the reason as a text.
pub fn of_forecasts(tags: &Tags, at: Instant, forecasts: &BTreeMap<LicenseType, Forecast>) -> Vec<Point> {
    let point = |(license_type, forecast): (&LicenseType, &Forecast)| {
        let point = Point::new("steward_forecast", at, tags).tag("license_type", license_type.as_str());
        match forecast {
            Forecast::Exhaustion(found) => {
                let point = point
                    .boolean("has_forecast", true)
                    .float("lower_days", found.lower_days)
                    .float("median_days", found.median_days);
                match found.upper_days {
                    Some(upper) => point.float("upper_days", upper),
                    None => point,
                }
            }
            Forecast::NoForecast(reason) => point.boolean("has_forecast", false).text("reason", reason.to_string()),
        }
    };
    forecasts.iter().map(point).collect()
}

/// What the month cost so far, in whole units of the currency: one point for each priced type, and one for all of them.
pub fn of_cost(tags: &Tags, at: Instant, report: &MonthlyReport) -> Vec<Point> {
    let currency = &report.currency;
    let new = |measurement: &str| Point::new(measurement, at, tags).tag("currency", currency.code());
    let priced = report.pools.iter().filter(|pool| pool.per_seat_month.is_some());
    let mut points: Vec<Point> = priced
        .map(|pool| {
            let point = new("steward_cost")
                .tag("license_type", pool.license_type.as_str())
                .float("seats_saving", pool.saving_now);
            let amounts =
                [("bought", pool.bought), ("allocated", pool.allocated), ("idle", pool.idle), ("saved", pool.saved)];
            let known = amounts.into_iter().filter_map(|(name, amount)| Some((name, amount.cost?)));
            known.fold(point, |point, (name, cost)| point.float(name, currency.units(cost)))
        })
        .collect();
    if let Some(total) = &report.total {
        let sums =
            [("bought", total.bought), ("allocated", total.allocated), ("idle", total.idle), ("saved", total.saved)];
        let mut point = new("steward_cost_total");
        for (name, sum) in sums.into_iter().chain(report.saved_ever.map(|saved| ("saved_ever", saved))) {
            point = point.float(name, currency.units(sum));
        }
        if let Some(budget) = &report.budget {
            let amounts =
                [("budget", budget.amount), ("budget_spent", budget.spent), ("budget_projected", budget.projected)];
            for (name, amount) in amounts {
                point = point.float(name, currency.units(amount));
            }
            point = point.boolean("above_budget", budget.state == BudgetState::Above);
        }
        points.push(point);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::savings::SavingsBook;
    use crate::cost::{
        BudgetFor, CostReading, CostSettings, Currency, Month, Price, ReportInput, SeatPrice, monthly_report,
    };
    use crate::forecast::NoForecast;
    use crate::point::Field;

    #[test]
    fn a_pool_without_a_forecast_has_a_reason_and_no_days() {
        let forecasts = BTreeMap::from([(LicenseType::Analyzer, Forecast::NoForecast(NoForecast::AlreadyExhausted))]);
        let points = of_forecasts(&Tags::new(), Instant::UNIX_EPOCH, &forecasts);
        let fields: Vec<(&str, &Field)> = points[0].fields.iter().map(|(name, field)| (name.as_str(), field)).collect();
        let reason = Field::Text("no seat is free now".to_owned());
        assert_eq!(fields, [("has_forecast", &Field::Boolean(false)), ("reason", &reason)]);
    }

    #[test]
    fn amounts_are_whole_units_of_the_currency_and_unknown_ones_are_left_out() {
        let month = Month::parse("2026-11").unwrap();
        let reading =
            |license_type| CostReading { at: month.start(), license_type, total: None, allocated: 10, idle: Some(4) };
        let price = |price| Price::parse(price).unwrap();
        let settings = CostSettings {
            currency: Currency::new("EUR").unwrap(),
            prices: vec![SeatPrice {
                license_type: LicenseType::Professional,
                from: None,
                per_seat_month: price("30"),
            }],
            budget_per_month: Some(price("60.5")),
            budget_for: BudgetFor::Allocated,
        };
        let input = ReportInput {
            settings: &settings,
            readings: &[reading(LicenseType::Professional), reading(LicenseType::Analyzer)],
            savings: &SavingsBook::default(),
            releases: &BTreeMap::new(),
            now: month.start().plus_days(6).unwrap(),
        };
        let points = of_cost(&Tags::new(), input.now, &monthly_report(month, input).unwrap());
        let names: Vec<&str> = points.iter().map(|point| point.measurement.as_str()).collect();
        assert_eq!(names, ["steward_cost", "steward_cost_total"]);
        let field = |point: &Point, name: &str| point.fields.get(name).cloned();
        // Six of thirty days of ten seats for 30 a month.
        assert_eq!(field(&points[0], "allocated"), Some(Field::Float(60.0)));
        assert_eq!(field(&points[0], "idle"), Some(Field::Float(24.0)));
        assert_eq!(field(&points[0], "bought"), None);
        assert_eq!(field(&points[1], "budget"), Some(Field::Float(60.5)));
        assert_eq!(field(&points[1], "budget_projected"), Some(Field::Float(300.0)));
    }
}
