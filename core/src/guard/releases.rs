//! What may go of what the policy wants: seat gates, then the quota, then type gates, then run gates.
//!
//! Seats are named by their places among the candidates, so that the same code serves plans, which have a sentence for each
//! seat, and what-if questions, which have none.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Cap, Gate, Hold, Scope, type_hold};
use crate::application::Application;
use crate::candidate::Candidate;
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::memory::Memory;
use crate::settings::GuardSettings;
use crate::snapshot::Pool;

/// How many releases of each type the policy wants at most. A type without an entry has no limit.
pub type Quotas = BTreeMap<LicenseType, Option<u32>>;

/// What the guard looks at beside the wishes of the policy.
#[derive(Debug, Clone, Copy)]
pub struct GuardInput<'a, 's> {
    pub now: Instant,
    pub pools: &'a [Pool],
    /// In the order of [`crate::candidate::candidates`].
    pub candidates: &'a [Candidate<'s>],
    pub settings: &'a GuardSettings,
    pub memory: &'a Memory,
    /// What holds the whole run, from [`super::run_holds`].
    pub run_holds: &'a [Hold],
    /// Release only these seats of an earlier plan.
    pub application: Option<&'a Application>,
}

/// What the policy wants.
#[derive(Debug, Clone, Copy)]
pub struct Wishes<'a> {
    /// The places of the seats that it would release with their priorities, in the order of the candidates.
    pub releases: &'a [(usize, i32)],
    pub quotas: &'a Quotas,
}

/// What comes of the wishes. A seat that is neither released nor held is left for a later run by the quota.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guarded {
    /// Places of what goes: by licence type, then the policy's priority, then longest idle first.
    pub releases: Vec<usize>,
    pub held: Vec<HeldPlaces>,
}

/// What a gate holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPlaces {
    pub scope: Scope,
    /// `None` when the whole run is held.
    pub license_type: Option<LicenseType>,
    pub gate: Gate,
    pub detail: String,
    pub places: Vec<usize>,
}

/// Holds what must not go. `seat_holds` gives the holds of the seat at a place, as [`super::SeatGates::holds`] does.
pub fn guard(input: GuardInput<'_, '_>, wishes: Wishes<'_>, seat_holds: &mut dyn FnMut(usize) -> Vec<Hold>) -> Guarded {
    let (free, mut held) = hold_seats(&input, wishes, seat_holds);
    let chosen: Option<BTreeSet<&LicenseId>> = input.application.map(|chosen| chosen.license_ids.iter().collect());
    let cap = if input.application.is_some_and(|chosen| chosen.above_cap) { Cap::Lifted } else { Cap::AsSet };
    let mut asked = Vec::new();
    let mut releases = Vec::new();
    for pool in input.pools {
        let mut places = within_quota(&input, &free, pool.license_type, wishes.quotas);
        if let Some(chosen) = &chosen {
            places.retain(|place| input.candidates.get(*place).is_some_and(|c| chosen.contains(&c.seat.id)));
        }
        let wanted = u32::try_from(places.len()).unwrap_or(u32::MAX);
        let (count, capped) = type_hold(pool, wanted, input.settings, input.memory, input.now, cap);
        let (go, stay) = places.split_at(usize::try_from(count).unwrap_or(usize::MAX).min(places.len()));
        held.extend(capped.map(|hold| HeldPlaces::of(hold, Some(pool.license_type), stay.to_vec())));
        releases.extend_from_slice(go);
        asked.extend_from_slice(&places);
    }
    if !input.run_holds.is_empty() {
        releases.clear();
    }
    held.extend(input.run_holds.iter().map(|hold| HeldPlaces::of(hold.clone(), None, asked.clone())));
    Guarded { releases, held }
}

impl HeldPlaces {
    fn of(hold: Hold, license_type: Option<LicenseType>, places: Vec<usize>) -> Self {
        Self { scope: hold.gate.scope(), license_type, gate: hold.gate, detail: hold.detail, places }
    }
}

/// The releases of one type that the policy wants in this run: by its priority, then longest idle first.
fn within_quota(input: &GuardInput<'_, '_>, free: &[(usize, i32)], kind: LicenseType, quotas: &Quotas) -> Vec<usize> {
    let is_of_type = |place: usize| input.candidates.get(place).is_some_and(|c| c.seat.license_type == kind);
    let mut of_type: Vec<(usize, i32)> = free.iter().copied().filter(|(place, _)| is_of_type(*place)).collect();
    of_type.sort_by_key(|&(place, priority)| (Reverse(priority), place));
    if let Some(Some(quota)) = quotas.get(&kind) {
        of_type.truncate(usize::try_from(*quota).unwrap_or(usize::MAX));
    }
    of_type.into_iter().map(|(place, _)| place).collect()
}

/// Seat gates: one entry for each gate and licence type. What no gate holds is free.
fn hold_seats(
    input: &GuardInput<'_, '_>,
    wishes: Wishes<'_>,
    seat_holds: &mut dyn FnMut(usize) -> Vec<Hold>,
) -> (Vec<(usize, i32)>, Vec<HeldPlaces>) {
    let mut by_gate: BTreeMap<(Gate, LicenseType), (String, Vec<usize>)> = BTreeMap::new();
    let mut free = Vec::new();
    for &(place, priority) in wishes.releases {
        let Some(candidate) = input.candidates.get(place) else { continue };
        let holds = seat_holds(place);
        if holds.is_empty() {
            free.push((place, priority));
        }
        for hold in holds {
            let first = || (hold.detail, Vec::new());
            by_gate.entry((hold.gate, candidate.seat.license_type)).or_insert_with(first).1.push(place);
        }
    }
    let held = by_gate.into_iter().map(|((gate, kind), (first, places))| {
        let detail = if places.len() > 1 { format!("{} seats, the first: {first}", places.len()) } else { first };
        HeldPlaces { scope: Scope::Seat, license_type: Some(kind), gate, detail, places }
    });
    let held = held.collect();
    (free, held)
}
