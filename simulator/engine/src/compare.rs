//! Two policies on the same facts, by core's own comparison.

use std::collections::BTreeMap;
use std::sync::Arc;

use steward_core::decision::{Outline, Verdict};
use steward_core::guard::{Quotas, SeatGates};
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::policy_diff::{self, Change, Facts, Outlined, PolicyDiff};

use crate::bindings::exports::steward::simulator::engine::{
    self as wit, Comparison, DiffGroup, Difference, Outlines, Refusal, TypeDiff,
};
use crate::questions::{read_draft, read_now};
use crate::records;
use crate::view::{View, rule_places, small};

/// What this view's policy said, for another instance of the engine.
///
/// # Errors
/// Before the last step of the view.
pub fn outlines(view: &View) -> Result<Outlines, Refusal> {
    let done = view.done()?;
    let outlines = &done.answers.outlines;
    let rule_names = view.rule_names();
    let places = rule_places(&rule_names);
    let rules = outlines.iter().map(|outline| small(places.get(&*outline.rule).copied())).collect();
    let quotas = done.answers.quotas.iter().map(|(kind, quota)| (records::license_type(*kind), *quota));
    Ok(Outlines {
        inventory: view.site.digest.to_string(),
        now: records::instant(view.now),
        draft: view.draft_text.clone(),
        releases: outlines.iter().map(|outline| u8::from(outline.verdict == Verdict::Release)).collect(),
        rules,
        priorities: outlines.iter().map(|outline| outline.priority).collect(),
        flips_at: outlines.iter().map(|o| o.flips_at.map_or(f64::NAN, records::instant)).collect(),
        quotas: quotas.collect(),
        fault: done.answers.fault.as_ref().map(records::fault),
        rule_names,
    })
}

/// What changes when this view's policy takes the place of that of `before`.
///
/// # Errors
/// When they are about different facts or times, or before the last step of the view.
pub fn compare(view: &View, before: &Outlines) -> Result<Comparison, Refusal> {
    let refuse = |problem: &str| Refusal::Question(format!("these cannot be compared: {problem}"));
    if before.inventory != view.site.digest.to_string() {
        return Err(refuse("they were made of different facts"));
    }
    if read_now(before.now)? != view.now {
        return Err(refuse("they were made for different times"));
    }
    let done = view.done()?;
    let said = read(before)?;
    let quotas: Quotas =
        before.quotas.iter().map(|(kind, quota)| (records::license_type_from(*kind), *quota)).collect();
    // Of the other draft only the guard matters here: what its policy said is known.
    let guard_before = read_draft(&before.draft)?.guard;
    let gates_before = SeatGates::new(&guard_before, &view.site.memory, view.now);
    let gates_after = SeatGates::new(&view.settings.guard, &view.site.memory, view.now);
    let diff = policy_diff::of_outlines(
        Facts { now: view.now, candidates: view.site.candidates },
        Outlined { gates: &gates_before, outlines: &said, quotas: &quotas },
        Outlined { gates: &gates_after, outlines: &done.answers.outlines, quotas: &done.answers.quotas },
    );
    let diff = diff.map_err(|problem| refuse(&problem.to_string()))?;
    let fault_after = done.answers.fault.as_ref().map(records::fault);
    Ok(comparison(view, &diff, before.fault.clone(), fault_after))
}

/// The outlines of the other instance.
fn read(before: &Outlines) -> Result<Vec<Outline>, Refusal> {
    let names: Vec<Arc<str>> = before.rule_names.iter().map(|name| Arc::from(name.as_str())).collect();
    let seats = before.releases.len();
    let broken = || Refusal::Question("the outlines of the other policy do not fit together".to_owned());
    if before.rules.len() != seats || before.priorities.len() != seats || before.flips_at.len() != seats {
        return Err(broken());
    }
    let columns = before.releases.iter().zip(&before.rules).zip(before.priorities.iter().zip(&before.flips_at));
    columns
        .map(|((&release, &rule), (&priority, &flips_at))| {
            let rule = names.get(usize::from(rule)).ok_or_else(broken)?;
            let flips_at: Option<Instant> = if flips_at.is_nan() { None } else { Some(read_now(flips_at)?) };
            let verdict = if release == 1 { Verdict::Release } else { Verdict::Keep };
            Ok(Outline { verdict, rule: Arc::clone(rule), priority, flips_at })
        })
        .collect()
}

fn comparison(
    view: &View,
    diff: &PolicyDiff,
    fault_before: Option<wit::Fault>,
    fault_after: Option<wit::Fault>,
) -> Comparison {
    let ids = view.site.candidates.iter().enumerate().map(|(place, candidate)| (&candidate.seat.id, place));
    let places: BTreeMap<&LicenseId, usize> = ids.collect();
    let groups: Vec<(Change, LicenseType, &str, &str)> = diff
        .groups
        .iter()
        .map(|group| (group.change, group.license_type, group.rule_before.as_str(), group.rule_after.as_str()))
        .collect();
    let mut found = Comparison {
        types: diff.license_types.iter().map(type_diff).collect(),
        groups: diff.groups.iter().map(diff_group).collect(),
        places: Vec::with_capacity(diff.seats.len()),
        differences: Vec::with_capacity(diff.seats.len()),
        group_of: Vec::with_capacity(diff.seats.len()),
        fault_before,
        fault_after,
    };
    for seat in &diff.seats {
        let key = (seat.change, seat.seat.license_type, seat.before.rule.as_str(), seat.after.rule.as_str());
        let (Some(place), Ok(group)) = (places.get(&seat.seat.license_id), groups.binary_search(&key)) else {
            continue;
        };
        found.places.push(records::count(*place));
        found.differences.push(difference(seat.change) as u8);
        found.group_of.push(records::count(group));
    }
    found
}

fn type_diff(diff: &policy_diff::TypeDiff) -> TypeDiff {
    TypeDiff {
        license_type: records::license_type(diff.license_type),
        seats: records::count(diff.seats),
        go_before: records::count(diff.go_before),
        go_after: records::count(diff.go_after),
        newly_lose: records::count(diff.newly_lose),
        newly_keep: records::count(diff.newly_keep),
        other_rule: records::count(diff.other_rule),
    }
}

fn diff_group(group: &policy_diff::Group) -> DiffGroup {
    DiffGroup {
        difference: difference(group.change),
        license_type: records::license_type(group.license_type),
        rule_before: group.rule_before.clone(),
        rule_after: group.rule_after.clone(),
        seats: records::count(group.seats),
    }
}

fn difference(change: Change) -> Difference {
    match change {
        Change::NewlyLoses => Difference::NewlyLoses,
        Change::NewlyKeeps => Difference::NewlyKeeps,
        Change::OtherRule => Difference::OtherRule,
    }
}
