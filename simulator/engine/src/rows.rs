//! Seats with their texts, for the few that are on screen.

use steward_core::decision::Verdict;
use steward_core::guard::Gate;
use steward_core::planner::POLICY_FAULT_RULE;
use steward_core::snapshot::Owner;

use crate::bindings::exports::steward::simulator::engine::{Refusal, Row, RowHold, Standing};
use crate::questions::faulty;
use crate::records;
use crate::view::{Done, View};

/// More rows than any screen has.
const ROWS_MAX: usize = 1_000;

/// # Errors
/// Before the last step of the view, when there is no such place, or when the policy fails.
pub fn rows(view: &View, places: &[u32]) -> Result<Vec<Row>, Refusal> {
    if places.len() > ROWS_MAX {
        return Err(Refusal::Question(format!("at most {ROWS_MAX} rows can be asked for at once")));
    }
    let mut done = view.done()?;
    places.iter().map(|&place| row(view, &mut done, place)).collect()
}

/// # Errors
/// As [`rows`].
pub fn row(view: &View, done: &mut Done, place: u32) -> Result<Row, Refusal> {
    let index = usize::try_from(place).unwrap_or(usize::MAX);
    let no_such_place = || Refusal::Question(format!("there is no seat at place {place}"));
    let candidate = view.site.candidates.get(index).ok_or_else(no_such_place)?;
    let outline = done.answers.outlines.get(index).ok_or_else(no_such_place)?;
    let reason = match &mut done.policy {
        Some(policy) if &*outline.rule != POLICY_FAULT_RULE => {
            policy.decide(candidate).map_err(|fault| faulty(&fault))?.reason
        }
        _ => "the policy failed in this run, so nobody knows what it would say".to_owned(),
    };
    let seat = candidate.seat;
    let name = match candidate.owner {
        Owner::Known(user) if !user.name.is_empty() => Some(user.name.clone()),
        _ => None,
    };
    Ok(Row {
        place,
        license_type: records::license_type(seat.license_type),
        license_id: seat.id.as_str().to_owned(),
        user_directory: seat.holder.user_directory().to_owned(),
        user_id: seat.holder.user_id().to_owned(),
        name,
        allocated_at: seat.allocated_at.map(records::instant),
        last_used: seat.last_used.to_string(),
        idle_days: seat.idle_since().map(|since| view.now.days_since(since)),
        verdict: records::verdict(outline.verdict),
        rule: outline.rule.to_string(),
        reason,
        flips_at: outline.flips_at.map(records::instant),
        standing: done.judged.standings.get(index).copied().unwrap_or(Standing::Kept),
        holds: if outline.verdict == Verdict::Release { holds(view, done, index) } else { Vec::new() },
    })
}

/// Every gate that holds this seat, each with the facts of this very seat.
fn holds(view: &View, done: &Done, place: usize) -> Vec<RowHold> {
    let held = done.judged.guarded.held.iter().filter(|held| held.places.contains(&place));
    held.map(|held| RowHold {
        gate: held.gate.as_str().to_owned(),
        scope: records::scope(held.scope),
        detail: own_detail(view, held.gate, place).unwrap_or_else(|| held.detail.clone()),
    })
    .collect()
}

/// What a seat gate says of one seat; the plan's entry is about several.
fn own_detail(view: &View, gate: Gate, place: usize) -> Option<String> {
    let known = view.site.known_holds.borrow();
    known.as_ref()?.of_seat(place)?.iter().find(|hold| hold.gate == gate).map(|hold| hold.detail.clone())
}
