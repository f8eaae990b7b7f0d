//! Rules about pools and money.

use super::{Findings, Standing, is_below, percent, raised_if, some, standing};
use crate::alert::key::AlertKey;
use crate::alert::observations::{Observations, PoolFacts};
use crate::alert::rule::{Rule, Severity};
use crate::alert::settings::Thresholds;
use crate::cost::{Budget, BudgetState, Currency};
use crate::forecast::{Exhaustion, Forecast, NoForecast};
use crate::license_type::LicenseType;

/// A pool that will be exhausted within a week is no matter for next week's meeting.
const EXHAUSTION_CRITICAL_DAYS: u32 = 7;

pub(super) fn find(observations: &Observations, thresholds: &Thresholds, findings: &mut Findings) {
    if let Some(pools) = &observations.pools {
        for rule in [Rule::LowAvailability, Rule::HighUtilisation, Rule::ExcessSeats] {
            findings.knows(rule);
        }
        for (license_type, pool) in pools {
            pool_of(*license_type, *pool, thresholds, findings);
        }
    }
    for (license_type, forecast) in &observations.forecasts {
        exhaustion(*license_type, forecast, thresholds, findings);
    }
    if let Some(budget) = &observations.budget {
        findings.knows(Rule::CostAboveBudget);
        if let Some((currency, budget)) = budget {
            cost(currency, budget, findings);
        }
    }
    if let Some(seats) = &observations.deleted_owners {
        findings.knows(Rule::DeletedOwners);
        for (license_type, seats) in seats {
            let facts = match seats {
                0 => format!("No deleted user holds a seat of the type {license_type}."),
                seats => format!("Deleted users hold {} of the type {license_type}.", seats_text(*seats)),
            };
            findings.add(Rule::DeletedOwners, license_type.as_str(), raised_if(*seats > 0), facts);
        }
    }
    if let Some(people) = observations.double_seats {
        findings.knows(Rule::DoubleSeats);
        let facts = match people {
            0 => "Nobody holds seats of several types.".to_owned(),
            people => format!(
                "{} seats of several types, which are paid for twice.",
                some(people.into(), "person holds", "people hold")
            ),
        };
        findings.add(Rule::DoubleSeats, "", raised_if(people > 0), facts);
    }
}

fn seats_text(seats: u32) -> String {
    some(seats.into(), "seat", "seats")
}

fn pool_of(license_type: LicenseType, pool: PoolFacts, thresholds: &Thresholds, findings: &mut Findings) {
    let name = license_type.as_str();
    let (total, available) = (u64::from(pool.total), u64::from(pool.available));
    if total > 0 {
        let too_few = |seats: u32| pool.available < seats;
        let is_low =
            is_below(available, total, thresholds.available_percent) || thresholds.available_seats.is_some_and(too_few);
        let is_enough = !is_below(available, total, thresholds.available_clear_percent);
        let share = percent(available, total);
        let facts = format!("{} of {total} {name} are available ({share} %).", seats_text(pool.available));
        findings.put(
            AlertKey::about(Rule::LowAvailability, name),
            super::Finding {
                standing: standing(is_low, is_enough),
                severity: if pool.available == 0 { Severity::Critical } else { Rule::LowAvailability.severity() },
                facts,
            },
        );
        let allocated = u64::from(pool.allocated);
        let is_high = !is_below(allocated, total, thresholds.utilisation_percent);
        let is_fine = is_below(allocated, total, thresholds.utilisation_clear_percent);
        let share = percent(allocated, total);
        let facts = format!("{allocated} of {total} {name} seats are allocated ({share} %).");
        findings.add(Rule::HighUtilisation, name, standing(is_high, is_fine), facts);
    }
    let excess = pool.excess.max(pool.allocated.saturating_sub(pool.total));
    let facts = match excess {
        0 => format!("No {name} seat is allocated above the total of {total}."),
        excess => format!(
            "{} of the type {name} allocated above the total of {total}.",
            some(excess.into(), "seat is", "seats are")
        ),
    };
    findings.add(Rule::ExcessSeats, name, raised_if(excess > 0), facts);
}

fn exhaustion(license_type: LicenseType, forecast: &Forecast, thresholds: &Thresholds, findings: &mut Findings) {
    let name = license_type.as_str();
    let (standing, severity, facts) = match forecast {
        Forecast::Exhaustion(days) => {
            let middle = days.median_days;
            let standing = standing(middle <= thresholds.exhaustion_days, middle > thresholds.exhaustion_clear_days);
            let is_near = middle <= EXHAUSTION_CRITICAL_DAYS;
            let severity = if is_near { Severity::Critical } else { Rule::Exhaustion.severity() };
            (standing, severity, exhaustion_text(name, days))
        }
        // That no seat is free is said by its own rule.
        Forecast::NoForecast(NoForecast::AlreadyExhausted) => {
            (Standing::Superseded, Rule::Exhaustion.severity(), "No seat is free now.".to_owned())
        }
        Forecast::NoForecast(reason @ (NoForecast::NoTrend { .. } | NoForecast::Constant)) => {
            (Standing::Clear, Rule::Exhaustion.severity(), format!("The pool {name}: {reason}."))
        }
        Forecast::NoForecast(reason) => (Standing::Unknown, Rule::Exhaustion.severity(), reason.to_string()),
    };
    findings.put(AlertKey::about(Rule::Exhaustion, name), super::Finding { standing, severity, facts });
}

fn exhaustion_text(name: &str, days: &Exhaustion) -> String {
    let Exhaustion { lower_days, median_days, upper_days, confidence_percent, .. } = days;
    let range = match upper_days {
        Some(upper) => format!("between {lower_days} and {upper} days from now"),
        None => format!("in {lower_days} days or later"),
    };
    format!(
        "If nothing is released, the pool {name} will be exhausted in about {median_days} days: {range}, with {confidence_percent} % confidence."
    )
}

fn cost(currency: &Currency, budget: &Budget, findings: &mut Findings) {
    let (amount, spent, projected) =
        (currency.show(budget.amount), currency.show(budget.spent), currency.show(budget.projected));
    let (standing, severity, facts) = match budget.state {
        BudgetState::Above => (
            Standing::Raised,
            Severity::Warning,
            format!("This month has cost {spent} so far, the budget is {amount}."),
        ),
        BudgetState::ProjectedAbove => (
            Standing::Raised,
            Severity::Info,
            format!("This month will cost {projected} if seats stay as they are, the budget is {amount}."),
        ),
        BudgetState::Within => {
            (Standing::Clear, Severity::Info, format!("This month will cost {projected}, the budget is {amount}."))
        }
    };
    findings.put(AlertKey::new(Rule::CostAboveBudget), super::Finding { standing, severity, facts });
}
