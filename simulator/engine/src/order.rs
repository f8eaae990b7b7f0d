//! Which rows are wanted, and in which order.

use std::cmp::Ordering;

use steward_core::decision::Outline;
use steward_core::guard::Gate;
use steward_core::snapshot::{Owner, Seat};
use steward_core::text::fold;

use crate::bindings::exports::steward::simulator::engine::{Query, Refusal, SortKey};
use crate::records;
use crate::view::{Done, View};

/// A search is a word or two.
const TEXT_MAX: usize = 1_000;

/// The places of the rows that the query wants, in its order.
///
/// # Errors
/// Before the last step of the view, or when the text is longer than any name.
pub fn order(view: &View, query: &Query) -> Result<Vec<u32>, Refusal> {
    if query.text.len() > TEXT_MAX {
        return Err(Refusal::Question(format!("a search has at most {TEXT_MAX} bytes")));
    }
    let done = view.done()?;
    let text = fold(&query.text);
    let haystacks = if text.is_empty() { &[] } else { view.site.haystacks() };
    let wanted = |place: usize| {
        let is_found = text.is_empty() || haystacks.get(place).is_some_and(|haystack| haystack.contains(&text));
        is_found && is_let_through(view, &done, query, place)
    };
    let mut places: Vec<usize> = (0..view.site.candidates.len()).filter(|&place| wanted(place)).collect();
    sort(view, &done, query.sort, &mut places);
    if query.descending {
        places.reverse();
    }
    Ok(places.into_iter().map(records::count).collect())
}

fn is_let_through(view: &View, done: &Done, query: &Query, place: usize) -> bool {
    let (Some(candidate), Some(outline)) = (view.site.candidates.get(place), done.answers.outlines.get(place)) else {
        return false;
    };
    let is_one_of = |list: &[String], name: &str| list.is_empty() || list.iter().any(|entry| entry == name);
    let kind = records::license_type(candidate.seat.license_type);
    let standing = done.judged.standings.get(place);
    (query.license_types.is_empty() || query.license_types.contains(&kind))
        && (query.standings.is_empty() || standing.is_some_and(|standing| query.standings.contains(standing)))
        && is_one_of(&query.rules, &outline.rule)
        && (query.gates.is_empty() || is_held_by(done, &query.gates, place))
}

/// By any of these gates. Lists of held places are in no order that could be searched, but they are looked at only for
/// seats that some gate holds.
fn is_held_by(done: &Done, gates: &[String], place: usize) -> bool {
    let first: Option<Gate> = done.judged.first_gates.get(place).copied().flatten();
    let is_meant = |gate: Gate| gates.iter().any(|name| name == gate.as_str());
    first.is_some_and(|first| {
        is_meant(first)
            || done.judged.guarded.held.iter().any(|held| is_meant(held.gate) && held.places.contains(&place))
    })
}

fn sort(view: &View, done: &Done, key: SortKey, places: &mut [usize]) {
    let candidates = view.site.candidates;
    let seat = |place: &usize| candidates.get(*place).map(|candidate| candidate.seat);
    let outline = |place: &usize| done.answers.outlines.get(*place);
    match key {
        SortKey::Place => {}
        SortKey::Account => {
            let account = |place: &usize| {
                seat(place).map(|seat| (fold(seat.holder.user_directory()), fold(seat.holder.user_id())))
            };
            places.sort_by_cached_key(account);
        }
        SortKey::Name => {
            let name = |place: &usize| {
                let name = candidates.get(*place).and_then(|candidate| match candidate.owner {
                    Owner::Known(user) if !user.name.is_empty() => Some(fold(&user.name)),
                    _ => None,
                });
                // People without a name come last.
                (name.is_none(), name, seat(place).map(|seat| fold(seat.holder.user_id())))
            };
            places.sort_by_cached_key(name);
        }
        SortKey::IdleDays => {
            let days = |place: &usize| seat(place).and_then(Seat::idle_since).map(|since| view.now.days_since(since));
            places.sort_by_key(days);
        }
        SortKey::Rule => places.sort_by(|a, b| by(outline(a), outline(b), |outline| &*outline.rule)),
        SortKey::Standing => {
            places.sort_by_key(|place| done.judged.standings.get(*place).map(|standing| *standing as u8));
        }
        // Those that never turn come last.
        SortKey::FlipsAt => places.sort_by_key(|place| {
            let flips_at = outline(place).and_then(|outline| outline.flips_at);
            (flips_at.is_none(), flips_at)
        }),
    }
}

fn by<'o, K: Ord + ?Sized>(
    one: Option<&'o Outline>,
    other: Option<&'o Outline>,
    key: fn(&'o Outline) -> &'o K,
) -> Ordering {
    one.map(key).cmp(&other.map(key))
}
