//! The next days under a policy: one run a day, if nobody uses a seat meanwhile.
//!
//! What goes on one day is gone on the next, and the pools that the policy sees grow. The policy is asked again whenever
//! something that it sees could have changed its mind: the pools, a flip date, or a person whose other seat went.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use steward_core::candidate::Candidate;
use steward_core::guard::SeatGates;
use steward_core::ids::UserGuid;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::policy::{RunContext, RunPool};
use steward_core::policy_diff::{Outlined, Standing, standings};
use steward_core::settings::{RunSettings, SettingsDraft};
use steward_core::snapshot::Holder;

use crate::asking::{Answers, Asking, Step};
use crate::bindings::exports::steward::simulator::engine::{DayCounts, Progress, Refusal, TimelineDay, TimelineStep};
use crate::questions::{faulty, not_ready};
use crate::records;
use crate::site::Site;
use crate::view::after_release;

/// Ten years: more says nothing about people.
const DAYS_MAX: u32 = 3_650;

/// A timeline in the making.
pub struct Timeline {
    site: Rc<Site>,
    settings: RunSettings,
    start: Instant,
    days: u32,
    state: RefCell<State>,
}

struct State {
    day: u32,
    pools: Vec<RunPool>,
    /// The seats that are still there.
    candidates: Vec<Candidate<'static>>,
    asking: Option<Asking>,
    /// What the policy said last, and from when on it may say something else.
    answers: Option<(Answers, Option<Instant>)>,
}

impl Timeline {
    /// # Errors
    /// When the policy refuses its settings, or for more days than make sense.
    pub fn start(site: Rc<Site>, draft: &SettingsDraft, now: Instant, days: u32) -> Result<Self, Refusal> {
        if days == 0 || days > DAYS_MAX || now.plus_days(days).is_none() {
            return Err(Refusal::Question(format!(
                "a timeline has 1 to {DAYS_MAX} days, and ends before the year 10000"
            )));
        }
        let settings = draft.for_policy(&site.description);
        // Refused settings are told now, not at the first step.
        site.configure(&settings, now).map_err(not_ready)?;
        let pools = RunContext::of(site.snapshot, now).pools;
        let candidates = site.candidates.to_vec();
        let state = RefCell::new(State { day: 0, pools, candidates, asking: None, answers: None });
        Ok(Self { site, settings, start: now, days, state })
    }

    /// # Errors
    /// When the policy fails.
    pub fn step(&self, seats: u32) -> Result<TimelineStep, Refusal> {
        let state = &mut *self.state.borrow_mut();
        let mut done = Vec::new();
        let mut left = i64::from(seats.max(1));
        while left > 0 && state.day < self.days {
            let at = self.start.plus_days(state.day).unwrap_or(self.start);
            if state.asking.is_none() && !state.is_still_true(at) {
                let run = RunContext { now: at, pools: state.pools.clone() };
                let policy = self.site.configure_for(&self.settings, &run).map_err(not_ready)?;
                state.asking = Some(Asking::new(policy));
            }
            if let Some(asking) = state.asking.take() {
                let before = asking.done();
                let room = u32::try_from(left).unwrap_or(u32::MAX);
                match asking.step(&state.candidates, &self.site.kinds(), room) {
                    Step::More(asking) => {
                        left -= i64::from(records::count(asking.done() - before).max(1));
                        state.asking = Some(asking);
                        continue;
                    }
                    Step::Done(_, answers) => {
                        if let Some(fault) = &answers.fault {
                            return Err(faulty(fault));
                        }
                        left -= i64::from(records::count(state.candidates.len() - before).max(1));
                        let flips_at = answers.outlines.iter().filter_map(|outline| outline.flips_at).min();
                        state.answers = Some((answers, flips_at));
                    }
                }
            }
            done.push(self.finish_day(state, at));
            state.day += 1;
        }
        Ok(TimelineStep { progress: Progress { done: state.day, total: self.days }, days: done })
    }

    /// Takes what goes on this day out of the candidates.
    fn finish_day(&self, state: &mut State, at: Instant) -> TimelineDay {
        let gates = SeatGates::new(&self.settings.guard, &self.site.memory, at);
        let standings = state.answers.as_ref().map_or_else(Vec::new, |(answers, _)| {
            let outlined = Outlined { gates: &gates, outlines: &answers.outlines, quotas: &answers.quotas };
            standings(&state.candidates, outlined)
        });
        let mut counts: BTreeMap<LicenseType, [u32; 3]> = BTreeMap::new();
        for (candidate, standing) in state.candidates.iter().zip(&standings) {
            let [released, later, guarded] = counts.entry(candidate.seat.license_type).or_default();
            match standing {
                Standing::Goes => *released += 1,
                Standing::Later => *later += 1,
                Standing::Held => *guarded += 1,
                Standing::Stays => {}
            }
        }
        for pool in &mut state.pools {
            let [released, ..] = counts.get(&pool.license_type).copied().unwrap_or_default();
            *pool = after_release(pool, released, 0);
        }
        if standings.contains(&Standing::Goes) {
            state.candidates = remaining(&state.candidates, &standings);
            state.answers = None;
        }
        let types = state.pools.iter().map(|pool| {
            let [released, later, guarded] = counts.get(&pool.license_type).copied().unwrap_or_default();
            let license_type = records::license_type(pool.license_type);
            DayCounts { license_type, released, later, guarded, available: pool.available }
        });
        TimelineDay { day: state.day, at: records::instant(at), types: types.collect() }
    }
}

impl State {
    /// What the policy said last still holds at `at`: nothing that it sees is different, and nothing flipped.
    fn is_still_true(&self, at: Instant) -> bool {
        self.answers.as_ref().is_some_and(|(_, flips_at)| flips_at.is_none_or(|flips_at| at < flips_at))
    }
}

/// The candidates that do not go, with the ranks and neighbours that they have then.
fn remaining(candidates: &[Candidate<'static>], standings: &[Standing]) -> Vec<Candidate<'static>> {
    let mut gone: BTreeMap<&UserGuid, Vec<LicenseType>> = BTreeMap::new();
    for (candidate, standing) in candidates.iter().zip(standings) {
        if let (Standing::Goes, Holder::User { guid, .. }) = (standing, &candidate.seat.holder) {
            gone.entry(guid).or_default().push(candidate.seat.license_type);
        }
    }
    let mut ranks: BTreeMap<LicenseType, u32> = BTreeMap::new();
    let stay = candidates.iter().zip(standings).filter(|(_, standing)| **standing != Standing::Goes);
    stay.map(|(candidate, _)| {
        let mut candidate = candidate.clone();
        let rank = ranks.entry(candidate.seat.license_type).or_default();
        *rank += 1;
        candidate.rank = *rank;
        if let Holder::User { guid, .. } = &candidate.seat.holder {
            for kind in gone.get(guid).into_iter().flatten() {
                if let Some(place) = candidate.other_seats.iter().position(|other| other == kind) {
                    candidate.other_seats.remove(place);
                }
            }
        }
        candidate
    })
    .collect()
}
