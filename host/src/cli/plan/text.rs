//! A plan as text: pools, counts for each rule and gate, and the first releases. 5,000 rows frighten.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use steward_core::decision::Verdict;
use steward_core::guard::Scope;
use steward_core::ids::LicenseId;
use steward_core::license_type::LicenseType;
use steward_core::plan::{Held, Plan, PlanBody, PlannedDecision};
use steward_core::settings::account_name;
use steward_core::text::printable;

use crate::cli::status::pools_text;
use crate::cli::table::{Columns, shorten};
use crate::wording::counted;

/// Releases in the table unless all are asked for.
const FIRST: usize = 20;
const NAME_MAX: usize = 28;
const ACCOUNT_MAX: usize = 36;

pub fn table(plan: &Plan, all: bool, bars: bool) -> String {
    let body = plan.body();
    let mut text = String::new();
    heading(plan, &mut text);
    let _ = writeln!(text, "\nPools\n{}", pools_text(&body.pools, bars).trim_end_matches('\n'));
    let _ = writeln!(text, "\nDecisions\n{}", decisions(body).trim_end_matches('\n'));
    if body.needs_attention() {
        let _ = writeln!(text, "\nHeld\n{}", held(body).trim_end_matches('\n'));
    }
    let _ = writeln!(text, "\n{}", releases(body, all).trim_end_matches('\n'));
    text
}

fn heading(plan: &Plan, text: &mut String) {
    let body = plan.body();
    let applicable = if body.applicable { "" } else { " (not applicable: made for another time or from a file)" };
    let _ = writeln!(text, "Plan {}{applicable}", plan.id());
    let _ = writeln!(
        text,
        "for {}, from {} and {} read at {}, by the policy {} {}",
        body.now,
        counted(body.inventory.seats, "seat"),
        counted(body.inventory.users, "user"),
        body.inventory.taken_at,
        printable(&body.policy.name),
        printable(&body.policy.version),
    );
}

/// One line for each licence type, verdict and rule.
fn decisions(body: &PlanBody) -> String {
    let mut counts: BTreeMap<(LicenseType, bool, &str), usize> = BTreeMap::new();
    for decision in &body.decisions {
        let is_kept = decision.verdict == Verdict::Keep;
        *counts.entry((decision.license_type, is_kept, &decision.rule)).or_default() += 1;
    }
    let mut columns = Columns::new(&["type", "verdict", "rule", ">seats"]);
    for ((license_type, is_kept, rule), count) in counts {
        let verdict = if is_kept { "keep" } else { "release" };
        columns.row([license_type.as_str(), verdict, rule, &count.to_string()]);
    }
    if columns.is_empty() { "  no seats\n".to_owned() } else { columns.text() }
}

fn held(body: &PlanBody) -> String {
    let mut text = String::new();
    for fault in &body.faults {
        let at = fault.license_id.as_ref().map(|id| format!(" at seat {id}")).unwrap_or_default();
        let _ = writeln!(text, "  fault {}{at}: {}", fault.kind.as_str(), printable(&fault.detail));
    }
    for held in &body.held {
        let _ = writeln!(text, "  {} ({}): {}", held.gate, what(held), printable(&held.detail));
        let _ = writeln!(text, "      {} {}", held.gate.sentence(), held.gate.way_out());
    }
    text
}

fn what(held: &Held) -> String {
    let seats = counted(held.license_ids.len(), "release");
    match (held.scope, held.license_type) {
        (Scope::Run, _) => format!("the whole run, {seats}"),
        (Scope::Type, Some(kind)) => format!("type {kind}, {seats}"),
        (_, Some(kind)) => format!("{kind}, {seats}"),
        (_, None) => seats,
    }
}

fn releases(body: &PlanBody, all: bool) -> String {
    let later = later(body);
    let mut text = match body.releases.len() {
        0 => "Nothing would be released.\n".to_owned(),
        count => format!("{} would be released\n", counted(count, "seat")),
    };
    let shown = if all { body.releases.len() } else { FIRST.min(body.releases.len()) };
    let by_id: BTreeMap<&LicenseId, &PlannedDecision> = body.decisions.iter().map(|d| (&d.license_id, d)).collect();
    let mut columns = Columns::new(&["type", "person", "name", ">idle days", "reason"]);
    for decision in body.releases.iter().take(shown).filter_map(|id| by_id.get(id)) {
        columns.row([
            decision.license_type.to_string(),
            shorten(&account_name(&decision.user_directory, &decision.user_id), ACCOUNT_MAX),
            shorten(decision.name.as_deref().unwrap_or_default(), NAME_MAX),
            decision.idle_days.map(|days| days.to_string()).unwrap_or_default(),
            decision.reason.clone(),
        ]);
    }
    if !columns.is_empty() {
        text += &columns.text();
    }
    if shown < body.releases.len() {
        let _ = writeln!(text, "  … and {} more; --all lists them", body.releases.len() - shown);
    }
    if later > 0 {
        let _ = writeln!(text, "  {} the policy would release too, but not in this run", counted(later, "seat"));
    }
    text
}

/// Seats that the policy would release but for its own quota.
fn later(body: &PlanBody) -> usize {
    let named: BTreeSet<&LicenseId> =
        body.releases.iter().chain(body.held.iter().flat_map(|held| &held.license_ids)).collect();
    body.decisions.iter().filter(|d| d.verdict == Verdict::Release && !named.contains(&d.license_id)).count()
}
