//! Rules about pools and money.

use super::{Cover, Finding, Findings, Standing, is_below, raised_if, standing};
use crate::alert::key::AlertKey;
use crate::alert::observations::{Observations, PoolFacts};
use crate::alert::rule::{Rule, Severity};
use crate::alert::settings::Thresholds;
use crate::alert::words::{share, some};
use crate::cost::{Budget, BudgetFor, BudgetState, Currency};
use crate::forecast::{Forecast, NoForecast};
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
        let seats = thresholds.available_seats.unwrap_or(0);
        // A quarter more, and at least one seat more, so that the last seat of the threshold may come and go.
        let clear_seats = if seats == 0 { 0 } else { seats.saturating_add((seats / 4).max(1)) };
        let is_low = is_below(available, total, thresholds.available_percent) || pool.available < seats;
        let is_enough =
            !is_below(available, total, thresholds.available_clear_percent) && pool.available >= clear_seats;
        let facts = match available {
            0 => format!("None of the {total} {name} seats is available."),
            seats => format!(
                "{seats} of {total} {name} seats {} available ({}).",
                if seats == 1 { "is" } else { "are" },
                share(seats, total)
            ),
        };
        let severity = if available == 0 { Severity::Critical } else { Rule::LowAvailability.severity() };
        let finding = Finding { standing: standing(is_low, is_enough), severity, facts, cover: None };
        findings.put(AlertKey::about(Rule::LowAvailability, name), finding);

        let allocated = u64::from(pool.allocated);
        let is_high = !is_below(allocated, total, thresholds.utilisation_percent);
        let is_fine = is_below(allocated, total, thresholds.utilisation_clear_percent);
        let facts = format!(
            "{allocated} of {total} {name} seats {} allocated ({}).",
            if allocated == 1 { "is" } else { "are" },
            share(allocated, total)
        );
        let standing = standing(is_high, is_fine);
        // At the default thresholds both say the same; whoever hears that few seats are left has heard it.
        let cover =
            matches!(standing, Standing::Raised | Standing::Between).then_some(Cover::Quiets(Rule::LowAvailability));
        let severity = Rule::HighUtilisation.severity();
        findings.put(AlertKey::about(Rule::HighUtilisation, name), Finding { standing, severity, facts, cover });
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
    let rule = Rule::Exhaustion;
    let (standing, severity, facts) = match forecast {
        Forecast::Exhaustion(days) => {
            let middle = days.median_days;
            let standing = standing(middle <= thresholds.exhaustion_days, middle > thresholds.exhaustion_clear_days);
            let is_near = middle <= EXHAUSTION_CRITICAL_DAYS;
            let severity = if is_near { Severity::Critical } else { rule.severity() };
            let when = days.when();
            (standing, severity, format!("If nothing is released, the pool {name} will be exhausted {when}."))
        }
        Forecast::NoForecast(NoForecast::AlreadyExhausted) => {
            (Standing::Raised, Severity::Critical, format!("No {name} seat is free now."))
        }
        Forecast::NoForecast(reason @ (NoForecast::NoTrend { .. } | NoForecast::Constant)) => {
            (Standing::Clear, rule.severity(), format!("The pool {name}: {reason}."))
        }
        Forecast::NoForecast(reason) => (Standing::Unknown, rule.severity(), reason.to_string()),
    };
    let is_exhausted = matches!(forecast, Forecast::NoForecast(NoForecast::AlreadyExhausted));
    let cover = is_exhausted.then_some(Cover::Replaces(Rule::LowAvailability));
    findings.put(AlertKey::about(rule, name), Finding { standing, severity, facts, cover });
}

fn cost(currency: &Currency, budget: &Budget, findings: &mut Findings) {
    let show = |amount| currency.show_grouped(amount);
    let (amount, spent, projected) = (show(budget.amount), show(budget.spent), show(budget.projected));
    let seats = match budget.for_what {
        BudgetFor::Allocated => "Allocated seats",
        BudgetFor::Bought => "All seats of the pools",
    };
    let (standing, severity, facts) = match budget.state {
        BudgetState::Above => (
            Standing::Raised,
            Severity::Warning,
            format!("{seats} have cost {spent} this month so far; the budget is {amount}."),
        ),
        BudgetState::ProjectedAbove => (
            Standing::Raised,
            Severity::Info,
            format!("{seats} will cost {projected} this month if they stay as they are; the budget is {amount}."),
        ),
        BudgetState::Within => (
            Standing::Clear,
            Severity::Info,
            format!("{seats} will cost {projected} this month; the budget is {amount}."),
        ),
    };
    let facts = format!("{facts}{}", not_valued(&budget.not_valued));
    findings.put(AlertKey::new(Rule::CostAboveBudget), Finding { standing, severity, facts, cover: None });
}

/// What the sums leave out, or nothing.
fn not_valued(types: &[LicenseType]) -> String {
    match types {
        [] => String::new(),
        [one] => format!(" Seats of the type {one} have no price and are not counted in it."),
        several => {
            let names: Vec<&str> = several.iter().map(|kind| kind.as_str()).collect();
            format!(" Seats of the types {} have no price and are not counted in it.", names.join(" and "))
        }
    }
}
