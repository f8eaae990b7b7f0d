//! What the guard makes of a policy's answers: the planner's guard, and what becomes of each seat.

use steward_core::candidate::Candidate;
use steward_core::decision::Verdict;
use steward_core::guard::{Gate, GuardInput, Guarded, Hold, RunFacts, Scope, SeatGates, Wishes, guard, run_holds};
use steward_core::instant::Instant;
use steward_core::settings::GuardSettings;

use crate::asking::Answers;
use crate::bindings::exports::steward::simulator::engine::Standing;
use crate::site::Site;

/// What becomes of all seats.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub guarded: Guarded,
    /// By place.
    pub standings: Vec<Standing>,
    /// By place, the first gate that holds the seat.
    pub first_gates: Vec<Option<Gate>>,
}

/// What seat and run gates say does not depend on the policy: a sweep asks for it hundreds of times.
pub struct KnownHolds {
    guard: GuardSettings,
    now: Instant,
    run: Vec<Hold>,
    /// By place; `None` for seats that nobody wanted to release so far.
    seats: Vec<Option<Vec<Hold>>>,
}

/// Lets the guard look at the answers. A simulated plan is not applicable, as one of a snapshot file.
pub fn judge(site: &Site, settings: &GuardSettings, now: Instant, answers: &Answers) -> Judged {
    let mut slot = site.known_holds.borrow_mut();
    if slot.as_ref().is_none_or(|known| known.guard != *settings || known.now != now) {
        *slot = Some(KnownHolds {
            guard: settings.clone(),
            now,
            run: holds_of_run(site, settings, now, &[]),
            seats: vec![None; site.candidates.len()],
        });
    }
    let Some(known) = slot.as_mut() else { unreachable!("it was just filled") };
    let of_fault = answers.fault.as_ref().map(|fault| holds_of_run(site, settings, now, std::slice::from_ref(fault)));
    let releases = answers.outlines.iter().enumerate().filter(|(_, outline)| outline.verdict == Verdict::Release);
    let releases: Vec<(usize, i32)> = releases.map(|(place, outline)| (place, outline.priority)).collect();
    let input = GuardInput {
        now,
        pools: site.snapshot.pools(),
        candidates: site.candidates,
        settings,
        memory: &site.memory,
        run_holds: of_fault.as_deref().unwrap_or(&known.run),
        application: None,
    };
    let gates = SeatGates::new(settings, &site.memory, now);
    let seats = &mut known.seats;
    let mut seat_holds = |place: usize| holds_of_seat(site.candidates, &gates, seats, place);
    let guarded = guard(input, Wishes { releases: &releases, quotas: &answers.quotas }, &mut seat_holds);
    standings(guarded, &releases, site.candidates.len())
}

fn holds_of_run(
    site: &Site,
    settings: &GuardSettings,
    now: Instant,
    faults: &[steward_core::policy::Fault],
) -> Vec<Hold> {
    run_holds(site.snapshot, settings, RunFacts { now, applicable: false, faults, memory: &site.memory })
}

fn holds_of_seat(
    candidates: &[Candidate<'_>],
    gates: &SeatGates<'_>,
    known: &mut [Option<Vec<Hold>>],
    place: usize,
) -> Vec<Hold> {
    let (Some(candidate), Some(known)) = (candidates.get(place), known.get_mut(place)) else { return Vec::new() };
    known.get_or_insert_with(|| gates.holds(candidate.seat, &candidate.owner)).clone()
}

fn standings(guarded: Guarded, releases: &[(usize, i32)], seats: usize) -> Judged {
    let mut standings = vec![Standing::Kept; seats];
    let mut first_gates = vec![None; seats];
    for &(place, _) in releases {
        set(&mut standings, place, Standing::Later);
    }
    for &place in &guarded.releases {
        set(&mut standings, place, Standing::Released);
    }
    // Plans list seat gates first, then those of types, then those of the run: the first one stays.
    for held in &guarded.held {
        for &place in &held.places {
            let standing = if held.scope == Scope::Seat { Standing::Guarded } else { Standing::Held };
            if let Some(gate @ None) = first_gates.get_mut(place) {
                *gate = Some(held.gate);
                set(&mut standings, place, standing);
            }
        }
    }
    Judged { guarded, standings, first_gates }
}

fn set(standings: &mut [Standing], place: usize, standing: Standing) {
    if let Some(entry) = standings.get_mut(place) {
        *entry = standing;
    }
}

impl KnownHolds {
    /// What seat gates said of the seat at a place, if they were asked.
    pub fn of_seat(&self, place: usize) -> Option<&[Hold]> {
        self.seats.get(place)?.as_deref()
    }
}
