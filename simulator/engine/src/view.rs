//! The fast answer: every decision without its sentence, and what the guard makes of it.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;

use steward_core::decision::Verdict;
use steward_core::guard::Gate;
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::license_type::LicenseType;
use steward_core::planner::POLICY_FAULT_RULE;
use steward_core::policy::{Policy, RunContext, RunPool};
use steward_core::settings::{RunSettings, SettingsDraft};
use steward_core::snapshot::LastUse;
use steward_core::suite::NotReady;

use crate::asking::{Answers, Asking, Step};
use crate::bindings::exports::steward::simulator::engine::{
    Columns, Progress, Refusal, RuleCount, Standing, TypeCounts, ViewResult,
};
use crate::judging::{Judged, judge};
use crate::questions::not_ready;
use crate::records;
use crate::site::Site;

/// Qlik keeps a seat that was used within so many days in quarantine after its release.
const QUARANTINE_DAYS: i64 = 7;
/// No gate, in `columns.gates`.
const NO_GATE: u8 = 255;
/// Nobody can tell, in `columns.idle-days`.
const UNKNOWN_DAYS: i32 = -1;

/// A question, and the answer as far as it is there.
pub struct View {
    pub site: Rc<Site>,
    /// As it was handed in.
    pub draft_text: String,
    pub draft: SettingsDraft,
    pub settings: RunSettings,
    pub now: Instant,
    state: RefCell<State>,
}

enum State {
    Asking(Asking),
    Done(Done),
    /// Only while a step is taken.
    Moved,
}

/// The whole answer.
pub struct Done {
    /// `None` when the policy could not be configured.
    pub policy: Option<Box<dyn Policy>>,
    pub answers: Answers,
    pub judged: Judged,
}

impl View {
    /// Configures the policy with the draft.
    ///
    /// # Errors
    /// When it refuses its settings.
    pub fn start(site: Rc<Site>, draft_text: String, draft: SettingsDraft, now: Instant) -> Result<Self, Refusal> {
        let settings = draft.for_policy(&site.description);
        let state = match site.configure(&settings, now) {
            Ok(policy) => State::Asking(Asking::new(policy)),
            // As in a plan: the policy failed before it could be asked anything.
            Err(NotReady::Fault(fault)) => {
                let answers = Answers::faulty(site.candidates.len(), fault);
                State::Done(Done { policy: None, judged: judge(&site, &settings.guard, now, &answers), answers })
            }
            Err(refused) => return Err(not_ready(refused)),
        };
        Ok(Self { site, draft_text, draft, settings, now, state: RefCell::new(state) })
    }

    pub fn step(&self, seats: u32) -> Progress {
        let mut state = self.state.borrow_mut();
        let total = records::count(self.site.candidates.len());
        match std::mem::replace(&mut *state, State::Moved) {
            State::Asking(asking) => match asking.step(self.site.candidates, &self.site.kinds(), seats) {
                Step::More(asking) => {
                    let done = records::count(asking.done());
                    *state = State::Asking(asking);
                    return Progress { done, total };
                }
                Step::Done(policy, answers) => {
                    let judged = judge(&self.site, &self.settings.guard, self.now, &answers);
                    *state = State::Done(Done { policy: Some(policy), answers, judged });
                }
            },
            done => *state = done,
        }
        Progress { done: total, total }
    }

    /// # Errors
    /// Before the last step.
    pub fn done(&self) -> Result<RefMut<'_, Done>, Refusal> {
        let too_early = || Refusal::Question("the policy was not asked about every seat yet".to_owned());
        RefMut::filter_map(self.state.borrow_mut(), |state| match state {
            State::Done(done) => Some(done),
            State::Asking(_) | State::Moved => None,
        })
        .map_err(|_| too_early())
    }

    /// # Errors
    /// Before the last step.
    pub fn outcome(&self) -> Result<ViewResult, Refusal> {
        let done = self.done()?;
        let Done { answers, judged, .. } = &*done;
        let run = RunContext::of(self.site.snapshot, self.now);
        let holds = judged.guarded.held.iter();
        let holds = holds.map(|h| records::hold(h.gate, h.license_type, h.detail.clone(), h.places.len()));
        Ok(ViewResult {
            types: type_counts(&self.site, judged),
            rules: rule_counts(&self.site, answers),
            pools_before: run.pools.iter().map(records::pool).collect(),
            pools_after: run.pools.iter().map(|pool| records::pool(&self.pool_after(pool, judged))).collect(),
            holds: holds.collect(),
            rule_names: self.rule_names(),
            gate_names: Gate::ALL.iter().map(|gate| gate.as_str().to_owned()).collect(),
            fault: answers.fault.as_ref().map(records::fault),
            notes: self.notes(),
        })
    }

    fn notes(&self) -> Vec<String> {
        let needs = self.site.description.needs_with(&self.settings.policy);
        let mut notes = Vec::new();
        if needs.attributes && !self.site.snapshot.attributes_read() {
            notes.push(
                "the policy reads directory attributes, and the snapshot has none: take one with this policy active"
                    .to_owned(),
            );
        }
        notes
    }

    fn pool_after(&self, pool: &RunPool, judged: &Judged) -> RunPool {
        let released = judged.guarded.releases.iter().filter_map(|place| self.site.candidates.get(*place));
        let (mut freed, mut quarantined) = (0, 0);
        for candidate in released.filter(|candidate| candidate.seat.license_type == pool.license_type) {
            let is_fresh = |at: Instant| self.now.millis_since(at) < QUARANTINE_DAYS * MS_PER_DAY;
            match candidate.seat.last_used {
                LastUse::At(at) if is_fresh(at) => quarantined += 1,
                _ => freed += 1,
            }
        }
        after_release(pool, freed, quarantined)
    }

    /// Every rule, and the one of a faulty policy.
    pub fn rule_names(&self) -> Vec<String> {
        let rules = self.site.description.rules.iter().map(|rule| rule.id.clone());
        rules.chain([POLICY_FAULT_RULE.to_owned()]).collect()
    }

    /// # Errors
    /// Before the last step.
    pub fn columns(&self) -> Result<Columns, Refusal> {
        let done = self.done()?;
        let Done { answers, judged, .. } = &*done;
        let names = self.rule_names();
        let rules = rule_places(&names);
        let candidates = self.site.candidates.iter();
        let idle_days = candidates.clone().map(|candidate| {
            let days = candidate.seat.idle_since().map(|since| self.now.days_since(since));
            days.and_then(|days| i32::try_from(days).ok()).unwrap_or(UNKNOWN_DAYS)
        });
        let gate = |gate: &Option<Gate>| gate.map_or(NO_GATE, |gate| small(Gate::ALL.iter().position(|g| *g == gate)));
        Ok(Columns {
            license_types: candidates
                .map(|candidate| records::license_type(candidate.seat.license_type) as u8)
                .collect(),
            standings: judged.standings.iter().map(|standing| *standing as u8).collect(),
            rules: answers.outlines.iter().map(|outline| small(rules.get(&*outline.rule).copied())).collect(),
            gates: judged.first_gates.iter().map(gate).collect(),
            idle_days: idle_days.collect(),
            flips_at: answers.outlines.iter().map(|o| o.flips_at.map_or(f64::NAN, records::instant)).collect(),
        })
    }

    /// The answer without the right to ask the policy more.
    ///
    /// # Errors
    /// Before the last step.
    pub fn judged(&self) -> Result<Ref<'_, Judged>, Refusal> {
        drop(self.done()?);
        let too_early = |_| Refusal::Question("the policy was not asked about every seat yet".to_owned());
        Ref::filter_map(self.state.borrow(), |state| match state {
            State::Done(done) => Some(&done.judged),
            State::Asking(_) | State::Moved => None,
        })
        .map_err(too_early)
    }
}

impl Site {
    /// The licence types in the order of plans.
    pub fn kinds(&self) -> Vec<LicenseType> {
        self.snapshot.pools().iter().map(|pool| pool.license_type).collect()
    }
}

/// The places of rules, as columns name them.
pub fn rule_places(names: &[String]) -> BTreeMap<&str, usize> {
    names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect()
}

/// A place that fits into a byte: a policy has at most 100 rules, and gates are few.
pub fn small(place: Option<usize>) -> u8 {
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(NO_GATE)
}

/// The seats of each type by what becomes of them.
pub fn type_counts(site: &Site, judged: &Judged) -> Vec<TypeCounts> {
    let mut counts: BTreeMap<LicenseType, TypeCounts> = BTreeMap::new();
    for kind in site.kinds() {
        counts.insert(kind, none_of(kind));
    }
    for (candidate, standing) in site.candidates.iter().zip(&judged.standings) {
        let kind = candidate.seat.license_type;
        let counts = counts.entry(kind).or_insert_with(|| none_of(kind));
        counts.seats += 1;
        *match standing {
            Standing::Kept => &mut counts.kept,
            Standing::Released => &mut counts.released,
            Standing::Held => &mut counts.held,
            Standing::Guarded => &mut counts.guarded,
            Standing::Later => &mut counts.later,
        } += 1;
    }
    counts.into_values().collect()
}

fn none_of(kind: LicenseType) -> TypeCounts {
    let license_type = records::license_type(kind);
    TypeCounts { license_type, seats: 0, kept: 0, released: 0, held: 0, guarded: 0, later: 0 }
}

fn rule_counts(site: &Site, answers: &Answers) -> Vec<RuleCount> {
    let mut counts: BTreeMap<(LicenseType, bool, &str), u32> = BTreeMap::new();
    for (candidate, outline) in site.candidates.iter().zip(&answers.outlines) {
        let key = (candidate.seat.license_type, outline.verdict == Verdict::Keep, &*outline.rule);
        *counts.entry(key).or_default() += 1;
    }
    let count = |((kind, keeps, rule), seats): ((LicenseType, bool, &str), u32)| RuleCount {
        rule: rule.to_owned(),
        license_type: records::license_type(kind),
        verdict: records::verdict(if keeps { Verdict::Keep } else { Verdict::Release }),
        seats,
    };
    counts.into_iter().map(count).collect()
}

/// The pool after so many releases: seats above the total go first, and give nothing free.
pub fn after_release(pool: &RunPool, freed: u32, quarantined: u32) -> RunPool {
    let gone = freed.saturating_add(quarantined);
    let of_excess = pool.excess.min(gone);
    RunPool {
        allocated: pool.allocated.saturating_sub(gone),
        excess: pool.excess - of_excess,
        quarantined: pool.quarantined.saturating_add(quarantined),
        available: pool.available.saturating_add(freed.saturating_sub(of_excess)),
        candidates: pool.candidates.saturating_sub(gone),
        ..pool.clone()
    }
}
