//! What stands in the mail, as titles and sentences.

use std::collections::BTreeMap;

use steward_core::alert::Phase;
use steward_core::cost::MonthlyReport;
use steward_core::decision::Verdict;
use steward_core::guard::Scope;
use steward_core::instant::Instant;
use steward_core::ledger::RunKind;
use steward_core::license_type::LicenseType;
use steward_core::plan::{Plan, PlanBody};
use steward_core::settings::account_name;

use super::day;
use crate::config::Settings;
use crate::cycle;
use crate::daemon::job::Job;
use crate::daemon::status::Status;
use crate::ledger::{Ledger, LedgerError};
use crate::outlook::forecast_text;
use crate::wording::counted;

/// Seats that are named one by one; the console has them all.
const NAMED_MAX: usize = 50;
/// How far ahead the mail looks.
const NEXT_DAYS: u32 = 7;

pub struct Section {
    pub title: &'static str,
    pub lines: Vec<String>,
}

/// All of them, in the order in which they are read.
pub async fn all(
    ledger: &mut Ledger,
    settings: &Settings,
    status: &Status,
    since: Instant,
    now: Instant,
) -> Result<Vec<Section>, LedgerError> {
    let plan = match ledger.state().latest_plan().map(|(id, _)| id) {
        // A plan that has expired meanwhile says nothing about tomorrow.
        Some(id) => ledger.stored_plan(&id.to_string()).await.ok().map(|stored| stored.plan),
        None => None,
    };
    let plan = plan.as_ref().map(Plan::body);
    Ok(vec![
        Section { title: "Alerts", lines: alerts(status) },
        Section { title: "Pools", lines: pools(status) },
        Section { title: "Forecast", lines: forecasts(status) },
        Section { title: "Cost of the running month", lines: cost(status.cost.as_ref()) },
        Section { title: "Released", lines: released(ledger, settings, since, now).await? },
        Section { title: "Held in the last plan", lines: held(plan) },
        Section { title: "What comes next", lines: next(plan, status, now) },
    ])
}

fn alerts(status: &Status) -> Vec<String> {
    let firing = status.alerts.alerts().iter().filter(|(_, alert)| alert.phase == Phase::Firing);
    let lines: Vec<String> =
        firing.map(|(key, alert)| format!("{}: {} {}", alert.severity, key.rule().title(), alert.facts)).collect();
    or(lines, "No alert fires.")
}

fn pools(status: &Status) -> Vec<String> {
    let Some(reading) = &status.pools else { return vec!["The pools have not been read.".to_owned()] };
    let mut lines = vec![format!("Read at {}.", reading.at)];
    for access in &reading.counted {
        let figure = |name: &str| access.figures.get(name).map(|figure| format!("{figure:.0}"));
        if let (Some(total), Some(allocated)) = (figure("total"), figure("allocated")) {
            let available = figure("available").unwrap_or_else(|| "an unknown number".to_owned());
            lines.push(format!(
                "{}: {allocated} of {total} seats are allocated, {available} are free.",
                access.access_type
            ));
        }
    }
    lines
}

fn forecasts(status: &Status) -> Vec<String> {
    let lines = status.forecasts.iter().map(|(kind, forecast)| format!("{kind}: {}", forecast_text(forecast)));
    or(lines.collect(), "There is no forecast yet.")
}

fn cost(report: Option<&MonthlyReport>) -> Vec<String> {
    let Some(report) = report else { return vec!["No prices are set (`steward.cost`).".to_owned()] };
    let mut lines = Vec::new();
    if let Some(total) = report.total {
        let show = |money| report.currency.show(money);
        lines.push(format!(
            "{} so far: {} for allocated seats, of that {} for seats that nobody uses; releases saved {}.",
            report.month,
            show(total.allocated),
            show(total.idle),
            show(total.saved)
        ));
    }
    if let Some(budget) = &report.budget {
        let (amount, projected) = (report.currency.show(budget.amount), report.currency.show(budget.projected));
        lines.push(format!("The budget is {amount}; the month will cost {projected} if seats stay as they are."));
    }
    or(lines, "Nothing is known of this month yet.")
}

/// What was taken, and why, by rule and then by name.
async fn released(
    ledger: &mut Ledger,
    settings: &Settings,
    since: Instant,
    now: Instant,
) -> Result<Vec<String>, LedgerError> {
    let site = cycle::site_of(settings);
    let accounts = ledger.accounts().await?;
    let mut by_rule: BTreeMap<(LicenseType, String), usize> = BTreeMap::new();
    let mut named = Vec::new();
    let state = ledger.state();
    let of_site = state.runs().iter().filter(|(id, _)| state.site_of(**id) == Some(site));
    for (_, run) in of_site.filter(|(_, run)| run.kind == RunKind::Release) {
        for (id, (seat, outcome)) in &run.seats {
            let Some(at) = outcome.released_at().filter(|at| outcome.is_taken() && *at > since && *at <= now) else {
                continue;
            };
            let intended = run.intended.get(id);
            let rule = intended.map(|intended| intended.rule.clone()).unwrap_or_default();
            *by_rule.entry((seat.license_type, rule)).or_default() += 1;
            let name = accounts.get(&seat.person);
            let name = name.map_or_else(
                || "somebody who was erased".to_owned(),
                |account| account_name(&account.user_directory, &account.user_id),
            );
            let idle = intended.and_then(|intended| intended.idle_days);
            let idle = idle.map(|days| format!(", not used for {}", counted(days as usize, "day"))).unwrap_or_default();
            let back = if run.returned.contains(id) { ", holds a seat again" } else { "" };
            named.push((at, format!("{}: {name} ({}){idle}{back}", day(at), seat.license_type)));
        }
    }
    let mut lines: Vec<String> = by_rule
        .into_iter()
        .map(|((kind, rule), seats)| format!("{} of the type {kind} by the rule {rule}.", counted(seats, "seat")))
        .collect();
    named.sort();
    let more = named.len().saturating_sub(NAMED_MAX);
    lines.extend(named.into_iter().take(NAMED_MAX).map(|(_, line)| line));
    if more > 0 {
        lines.push(format!("and {more} more: `steward audit show` has them all."));
    }
    Ok(or(lines, "No seat was released."))
}

fn held(plan: Option<&PlanBody>) -> Vec<String> {
    let Some(plan) = plan else { return vec!["No plan is kept.".to_owned()] };
    let mut seats: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    let mut lines = Vec::new();
    for held in &plan.held {
        if held.scope == Scope::Seat {
            let entry = seats.entry(held.gate.as_str()).or_insert((0, held.gate.sentence()));
            entry.0 += held.license_ids.len();
        } else {
            let count = counted(held.license_ids.len(), "seat");
            lines.push(format!("{}: {count}. {} {}", held.gate, held.gate.sentence(), held.detail));
        }
    }
    lines.extend(seats.into_iter().map(|(gate, (count, why))| format!("{gate}: {}. {why}", counted(count, "seat"))));
    or(lines, "Nothing is held.")
}

fn next(plan: Option<&PlanBody>, status: &Status, now: Instant) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(at) = status.jobs.get(&Job::Release).and_then(|job| job.next_at) {
        lines.push(format!("The next release run is at {at}."));
    }
    if let (Some(plan), Some(until)) = (plan, now.plus_days(NEXT_DAYS)) {
        let flips = plan.decisions.iter().filter(|decision| decision.verdict == Verdict::Keep);
        let flips = flips.filter(|decision| decision.flips_at.is_some_and(|at| at > now && at <= until));
        let mut by_type: BTreeMap<LicenseType, usize> = BTreeMap::new();
        flips.for_each(|decision| *by_type.entry(decision.license_type).or_default() += 1);
        lines.extend(by_type.into_iter().map(|(kind, seats)| {
            let seats = counted(seats, "seat");
            format!("{seats} of the type {kind} may go within {NEXT_DAYS} days, unless they are used.")
        }));
    }
    if status.ledger.is_paused {
        lines.push("Releases are paused.".to_owned());
    } else if !status.ledger.is_armed {
        lines.push("Releases are not armed: nothing is released.".to_owned());
    }
    or(lines, "Nothing is scheduled.")
}

fn or(lines: Vec<String>, nothing: &str) -> Vec<String> {
    if lines.is_empty() { vec![nothing.to_owned()] } else { lines }
}
