//! Everything there is to say about one seat.

use steward_core::decision::{Outcome, RuleOutcome};
use steward_core::policy::RunContext;
use steward_core::snapshot::{Holder, Owner, User};
use steward_core::suite::suite_of;
use steward_core::yaml::yaml;

use crate::bindings::exports::steward::simulator::engine::{Explanation, Hold, Person, Property, Refusal};
use crate::changes::changes;
use crate::questions::{faulty, not_ready};
use crate::records;
use crate::rows::row;
use crate::view::View;

/// # Errors
/// Before the last step of the view, when there is no such place, or when the policy fails.
pub fn explain(view: &View, place: u32) -> Result<Explanation, Refusal> {
    let index = usize::try_from(place).unwrap_or(usize::MAX);
    let (row, held) = {
        let mut done = view.done()?;
        let row = row(view, &mut done, place)?;
        let held = done.judged.guarded.held.iter().filter(|held| held.places.contains(&index));
        let held: Vec<Hold> =
            held.map(|h| records::hold(h.gate, h.license_type, h.detail.clone(), h.places.len())).collect();
        (row, held)
    };
    let rules = outcomes(view, index)?;
    let mut keepers = rules.iter().filter(|rule| rule.outcome == Outcome::Keeps);
    let only_keeper = match (keepers.next(), keepers.next()) {
        (Some(only), None) => Some(only.rule.clone()),
        _ => None,
    };
    let candidate = view.site.candidates.get(index);
    let person = candidate.and_then(|candidate| match candidate.owner {
        Owner::Known(user) => Some(person(user)),
        Owner::Deleted { .. } | Owner::Unresolved => None,
    });
    let changes = changes(view, index)?;
    // What a gate says about many seats, said about this one.
    let holds = held.into_iter().map(|hold| {
        let own = row.holds.iter().find(|own| own.gate == hold.gate).map(|own| own.detail.clone());
        Hold { detail: own.unwrap_or(hold.detail), ..hold }
    });
    Ok(Explanation {
        person,
        other_places: other_places(view, index),
        rules: rules.into_iter().map(records::rule_outcome).collect(),
        only_keeper,
        holds: holds.collect(),
        changes,
        row,
    })
}

/// The decision about one seat as a suite.
///
/// # Errors
/// As [`explain`].
pub fn test_case(view: &View, place: u32) -> Result<String, Refusal> {
    let index = usize::try_from(place).unwrap_or(usize::MAX);
    let no_such_place = || Refusal::Question(format!("there is no seat at place {place}"));
    let candidate = view.site.candidates.get(index).ok_or_else(no_such_place)?;
    let mut policy = view.site.configure(&view.settings, view.now).map_err(not_ready)?;
    let decision = policy.decide(candidate).map_err(|fault| faulty(&fault))?;
    let outcomes = policy.explain(candidate).map_err(|fault| faulty(&fault))?;
    let run = RunContext::of(view.site.snapshot, view.now);
    let account =
        steward_core::settings::account_name(candidate.seat.holder.user_directory(), candidate.seat.holder.user_id());
    let name = format!("{} {account} by {}", decision_word(&decision), decision.rule);
    Ok(yaml(&suite_of(&name, candidate, &run, &view.settings.policy, &decision, &outcomes)))
}

fn decision_word(decision: &steward_core::decision::Decision) -> &'static str {
    match decision.verdict {
        steward_core::decision::Verdict::Keep => "keeps the seat of",
        steward_core::decision::Verdict::Release => "releases the seat of",
    }
}

/// Asked of a fresh policy: a fault in one explanation must not spoil what was decided.
fn outcomes(view: &View, place: usize) -> Result<Vec<RuleOutcome>, Refusal> {
    let Some(candidate) = view.site.candidates.get(place) else { return Ok(Vec::new()) };
    let mut policy = view.site.configure(&view.settings, view.now).map_err(not_ready)?;
    policy.explain(candidate).map_err(|fault| faulty(&fault))
}

fn person(user: &User) -> Person {
    let properties = user.custom_properties.iter();
    Person {
        inactive: user.inactive,
        blocked: user.blocked,
        removed_externally: user.removed_externally,
        roles: user.roles.clone(),
        tags: user.tags.clone(),
        custom_properties: properties.map(|p| Property { name: p.name.clone(), value: p.value.clone() }).collect(),
    }
}

fn other_places(view: &View, place: usize) -> Vec<u32> {
    let candidates = view.site.candidates;
    let Some(Holder::User { guid, .. }) = candidates.get(place).map(|candidate| &candidate.seat.holder) else {
        return Vec::new();
    };
    let is_theirs = |holder: &Holder| matches!(holder, Holder::User { guid: other, .. } if other == guid);
    let theirs = candidates.iter().enumerate().filter(|(other, c)| *other != place && is_theirs(&c.seat.holder));
    theirs.map(|(place, _)| records::count(place)).collect()
}
