//! Two policies by their decisions without texts: for sweeps, where plans would be too much.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Judged, NotComparable, PolicyDiff, SeatName, Standing};
use crate::candidate::Candidate;
use crate::decision::{Outline, Verdict};
use crate::guard::SeatGates;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::snapshot::Owner;

/// What both policies decided about.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'f, 's> {
    pub now: Instant,
    /// In the order of [`crate::candidate::candidates`].
    pub candidates: &'f [Candidate<'s>],
}

/// What one policy said, and the gates that stand beside it.
#[derive(Debug, Clone, Copy)]
pub struct Outlined<'o> {
    pub gates: &'o SeatGates<'o>,
    /// One for each candidate.
    pub outlines: &'o [Outline],
    /// A licence type without an entry has no limit.
    pub quotas: &'o BTreeMap<LicenseType, Option<u32>>,
}

/// What changes when the policy of `after` takes the place of that of `before`.
///
/// # Errors
/// When there are not as many outlines as candidates.
pub fn of_outlines(
    facts: Facts<'_, '_>,
    before: Outlined<'_>,
    after: Outlined<'_>,
) -> Result<PolicyDiff, NotComparable> {
    let count = facts.candidates.len();
    if before.outlines.len() != count || after.outlines.len() != count {
        return Err(NotComparable::Facts);
    }
    let (standings_before, standings_after) = (standings(facts.candidates, before), standings(facts.candidates, after));
    let judged = |(outline, standing): (&Outline, Standing)| Judged {
        standing,
        verdict: outline.verdict,
        rule: outline.rule.to_string(),
        flips_at: outline.flips_at,
        reason: None,
    };
    let before = before.outlines.iter().zip(standings_before).map(judged);
    let after = after.outlines.iter().zip(standings_after).map(judged);
    let seats = facts.candidates.iter().zip(before.zip(after));
    Ok(PolicyDiff::of(facts.now, seats.map(|(seat, (before, after))| (name(seat, facts.now), before, after))))
}

/// What becomes of each seat: the guard looks at it, then the quota takes the highest priorities, longest idle first.
pub fn standings(candidates: &[Candidate<'_>], outlined: Outlined<'_>) -> Vec<Standing> {
    let mut standings = Vec::with_capacity(candidates.len());
    let mut free: BTreeMap<LicenseType, Vec<(Reverse<i32>, usize)>> = BTreeMap::new();
    for (place, (candidate, outline)) in candidates.iter().zip(outlined.outlines).enumerate() {
        let is_held = || !outlined.gates.holds(candidate.seat, &candidate.owner).is_empty();
        standings.push(match outline.verdict {
            Verdict::Keep => Standing::Stays,
            Verdict::Release if is_held() => Standing::Held,
            Verdict::Release => {
                let of_type = free.entry(candidate.seat.license_type).or_default();
                of_type.push((Reverse(outline.priority), place));
                Standing::Later
            }
        });
    }
    for (kind, mut of_type) in free {
        of_type.sort_unstable();
        if let Some(Some(quota)) = outlined.quotas.get(&kind) {
            of_type.truncate(usize::try_from(*quota).unwrap_or(usize::MAX));
        }
        for (_, place) in of_type {
            if let Some(standing) = standings.get_mut(place) {
                *standing = Standing::Goes;
            }
        }
    }
    standings
}

fn name(candidate: &Candidate<'_>, now: Instant) -> SeatName {
    let seat = candidate.seat;
    let name = match candidate.owner {
        Owner::Known(user) if !user.name.is_empty() => Some(user.name.clone()),
        _ => None,
    };
    SeatName {
        license_type: seat.license_type,
        license_id: seat.id.clone(),
        user_directory: seat.holder.user_directory().to_owned(),
        user_id: seat.holder.user_id().to_owned(),
        name,
        idle_days: seat.idle_since().map(|since| now.days_since(since)),
    }
}
