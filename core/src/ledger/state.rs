//! The state that follows from the events, and the rules about which event may follow.

mod policies;
mod runs;

use std::collections::BTreeMap;

use thiserror::Error;

use super::chain::Head;
use super::event::{Counts, Event, PersonRef, PlannedSeat, RunId, RunKind};
use super::release::ReleaseState;
use crate::digest::Digest;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::notice;

pub use policies::{Activation, ShadowComparison, Shadowing, StoredPolicy};
pub use runs::{Restore, Run};

use policies::Policies;

/// What the ledger says, replayed from its beginning.
#[derive(Debug, Clone, Default)]
pub struct LedgerState {
    is_created: bool,
    last_at: Option<Instant>,
    armed: Option<Said>,
    paused: Option<Said>,
    plans: BTreeMap<Digest, PlanRecord>,
    latest_plan: Option<Digest>,
    runs: BTreeMap<RunId, Run>,
    protections: BTreeMap<PersonRef, HandProtection>,
    restored: BTreeMap<PersonRef, Instant>,
    notices: BTreeMap<(PersonRef, LicenseType), SentNotice>,
    /// By site.
    believed: BTreeMap<Digest, Counts>,
    /// By site: the plan whose rules and limits were accepted last.
    accepted: BTreeMap<Digest, Digest>,
    policies: Policies,
    /// How often names were erased: whoever keeps a copy of some lets it go.
    erasures: u64,
}

/// Something that an administrator said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub at: Instant,
    pub by: String,
    pub note: Option<String>,
}

/// A person protected by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandProtection {
    pub at: Instant,
    pub by: String,
    /// `None` for good.
    pub until: Option<Instant>,
    pub note: String,
}

impl HandProtection {
    pub fn holds_at(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// The first notice about one stretch of idleness, or the one that renewed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentNotice {
    pub at: Instant,
    pub idle_since: Instant,
    /// The latest day that any notice about this idleness promised; `None` when none named one.
    pub goes_from: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRecord {
    pub made_at: Instant,
    pub expires_at: Instant,
    pub releases: u32,
    pub counts: Counts,
    /// Who lifted the cap for this plan.
    pub approved: Option<Said>,
    pub applied_in: Option<RunId>,
    /// The ledger was restored from a backup since, so nobody knows what became of it.
    pub is_void: bool,
}

/// A seat that was taken, or may have been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub at: Instant,
    pub license_type: LicenseType,
}

/// An event that cannot happen in this state. The ledger is refused rather than guessed at.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("entry {seq} cannot follow what was written before: {problem}")]
pub struct IllegalEvent {
    pub seq: u64,
    pub problem: String,
}

/// Why an event is illegal, before anybody knows its number.
type Refusal = String;

impl LedgerState {
    pub fn erasures(&self) -> u64 {
        self.erasures
    }

    /// The one transition function.
    ///
    /// # Errors
    /// When the event cannot happen in this state. The state must not be used any more then.
    pub fn apply(&mut self, head: Head, at: Instant, event: Event) -> Result<(), IllegalEvent> {
        let is_armed = matches!(event, Event::Armed { .. });
        self.next(at, event).map_err(|problem| IllegalEvent { seq: head.seq, problem })?;
        // The latest one: entries of a clock that went back do not set it right. An administrator who arms does.
        self.last_at = if is_armed { Some(at) } else { self.last_at.max(Some(at)) };
        Ok(())
    }

    fn next(&mut self, at: Instant, event: Event) -> Result<(), Refusal> {
        if self.is_created == matches!(event, Event::LedgerCreated { .. }) {
            return Err("a ledger is created once, by its first entry".to_owned());
        }
        let said = |by: String, note: Option<String>| Said { at, by, note };
        match event {
            Event::LedgerCreated { .. } => self.is_created = true,
            Event::Armed { by, plan, note } => {
                let record = self.plans.get(&plan).ok_or("it arms after a plan that was never made")?;
                self.believed.insert(record.counts.site, record.counts.clone());
                self.accepted.insert(record.counts.site, plan);
                self.armed = Some(said(by, note));
            }
            Event::RulesAccepted { plan, newly: _ } => {
                let record = self.plans.get(&plan).ok_or("it accepts the rules of a plan that was never made")?;
                require(self.armed.is_some(), "rules are accepted before anybody armed releases")?;
                self.accepted.insert(record.counts.site, plan);
            }
            Event::Paused { by, note } => self.paused = Some(said(by, note)),
            Event::Resumed { by: _, note: _ } => {
                require(self.paused.is_some(), "it resumes what is not paused")?;
                self.paused = None;
            }
            Event::PlanMade { plan, expires_at, releases, counts, believed } => {
                self.plan_made(at, plan, expires_at, releases, counts, believed)?;
            }
            Event::CapApproved { by, plan, note } => {
                let record = self.plans.get_mut(&plan).ok_or("it approves a plan that was never made")?;
                require(record.applied_in.is_none(), "it approves a plan that was applied before")?;
                record.approved = Some(said(by, Some(note)));
            }
            Event::Protected { by, person, until, note } => {
                self.protections.insert(person, HandProtection { at, by, until, note });
            }
            Event::Unprotected { person, .. } => {
                require(self.protections.remove(&person).is_some(), "it unprotects somebody who is not protected")?;
            }
            Event::NoticeSent { to: _, message: _, seats } => {
                for seat in seats {
                    let sent = SentNotice { at, idle_since: seat.idle_since, goes_from: seat.goes_from };
                    let told = self.notices.entry((seat.person, seat.license_type)).or_insert(sent);
                    // The same thing said again does not begin the time anew, unless it was said so long ago that it
                    // does not count any more.
                    if told.idle_since != sent.idle_since || notice::has_lapsed(told.at, at) {
                        *told = sent;
                    }
                    // But each letter is a promise, also the one that came second.
                    told.goes_from = told.goes_from.max(sent.goes_from);
                }
            }
            // References stay; whom they mean is not known any more.
            Event::PersonErased { .. } => self.erasures += 1,
            Event::LedgerRestored { by: _ } => {
                self.armed = None;
                self.latest_plan = None;
                self.accepted.clear();
                self.plans.values_mut().for_each(|record| record.is_void = true);
            }
            event @ (Event::PolicyAdded { .. }
            | Event::PolicyActivated { .. }
            | Event::PolicyRemoved { .. }
            | Event::ShadowCompared { .. }) => self.next_of_policies(at, event)?,
            event => self.next_of_run(at, event)?,
        }
        Ok(())
    }

    fn plan_made(
        &mut self,
        at: Instant,
        plan: Digest,
        expires_at: Instant,
        releases: u32,
        counts: Counts,
        believed: bool,
    ) -> Result<(), Refusal> {
        require(!self.plans.contains_key(&plan), "the same plan was made before")?;
        if believed {
            self.believed.insert(counts.site, counts.clone());
        }
        self.latest_plan = Some(plan);
        let record =
            PlanRecord { made_at: at, expires_at, releases, counts, approved: None, applied_in: None, is_void: false };
        self.plans.insert(plan, record);
        Ok(())
    }

    /// The latest time that was written down, or the one that was accepted since.
    pub fn last_at(&self) -> Option<Instant> {
        self.last_at
    }

    pub fn armed(&self) -> Option<&Said> {
        self.armed.as_ref()
    }

    /// Somebody armed, and has looked at a plan for this server.
    pub fn is_armed_for(&self, site: &Digest) -> bool {
        self.armed.is_some() && self.accepted.contains_key(site)
    }

    pub fn paused(&self) -> Option<&Said> {
        self.paused.as_ref()
    }

    pub fn plan(&self, plan: &Digest) -> Option<&PlanRecord> {
        self.plans.get(plan)
    }

    pub fn plans(&self) -> &BTreeMap<Digest, PlanRecord> {
        &self.plans
    }

    /// The plan that was made last.
    pub fn latest_plan(&self) -> Option<(Digest, &PlanRecord)> {
        let id = self.latest_plan?;
        Some((id, self.plans.get(&id)?))
    }

    pub fn runs(&self) -> &BTreeMap<RunId, Run> {
        &self.runs
    }

    /// The server at which a run took seats or gave them back.
    pub fn site_of(&self, run: RunId) -> Option<Digest> {
        let plan = self.runs.get(&run)?.plan;
        Some(self.plans.get(&plan)?.counts.site)
    }

    /// The run that was started and not finished, if any: there is at most one.
    pub fn open_run(&self) -> Option<(RunId, &Run)> {
        self.runs.iter().next_back().filter(|(_, run)| run.finished_at.is_none()).map(|(id, run)| (*id, run))
    }

    pub fn next_run(&self) -> RunId {
        RunId(self.runs.keys().next_back().map_or(1, |last| last.0.saturating_add(1)))
    }

    /// People protected by hand, those whose protection is over included.
    pub fn protections(&self) -> &BTreeMap<PersonRef, HandProtection> {
        &self.protections
    }

    /// Until when each restored person is left alone, those whose time is over included.
    pub fn restored(&self) -> &BTreeMap<PersonRef, Instant> {
        &self.restored
    }

    /// Whom a notice told about which idleness, and when; those that do not count any more included.
    pub fn notices(&self) -> &BTreeMap<(PersonRef, LicenseType), SentNotice> {
        &self.notices
    }

    /// The plan whose rules and limits were accepted last for a site: by an administrator who armed, or because they newly
    /// take few enough seats.
    pub fn accepted(&self, site: &Digest) -> Option<Digest> {
        self.accepted.get(site).copied()
    }

    /// Some site's accepted rules are those of this plan.
    pub fn is_accepted(&self, plan: &Digest) -> bool {
        self.accepted.values().any(|accepted| accepted == plan)
    }

    /// The counts of the last plan of a site that nobody has a reason to doubt.
    pub fn believed(&self, site: &Digest) -> Option<&Counts> {
        self.believed.get(site)
    }

    /// Seats taken, or perhaps taken, at `since` or later. What lies in the future counts too: a clock that went back
    /// must not free the cap. What an undo gave back stays taken: it was a release all the same.
    pub fn taken_since(&self, since: Instant) -> Vec<Taken> {
        let of_run = |run: &Run| -> Vec<Taken> {
            let taken = run.seats.values().filter_map(|(seat, state)| {
                let at = state.released_at().filter(|at| *at >= since)?;
                Some(Taken { at, license_type: seat.license_type })
            });
            taken.collect()
        };
        let mut taken: Vec<Taken> = self.runs.values().flat_map(of_run).collect();
        taken.sort_by_key(|taken| (taken.at, taken.license_type));
        taken
    }

    /// The releases of a person, the latest run first.
    pub fn releases_of(&self, person: &PersonRef) -> Vec<(RunId, &Run, &PlannedSeat, &ReleaseState)> {
        let mut found = Vec::new();
        for (id, run) in self.runs.iter().rev().filter(|(_, run)| run.kind == RunKind::Release) {
            for (seat, state) in run.seats.values().filter(|(seat, _)| seat.person == *person) {
                if state.released_at().is_some() {
                    found.push((*id, run, seat, state));
                }
            }
        }
        found
    }

    /// Seats that were taken and neither given back nor seen again in their owner's hands, and when.
    pub fn still_taken(&self) -> Vec<(RunId, &PlannedSeat, Instant)> {
        let mut found = Vec::new();
        for (id, run) in self.runs.iter().filter(|(_, run)| run.kind == RunKind::Release) {
            for (seat, state) in run.seats.values() {
                let taken_at = state.released_at().filter(|_| state.is_taken());
                if let Some(at) = taken_at.filter(|_| !run.returned.contains(&seat.license_id)) {
                    found.push((*id, seat, at));
                }
            }
        }
        found
    }
}

fn require(is_so: bool, refusal: &str) -> Result<(), Refusal> {
    if is_so { Ok(()) } else { Err(refusal.to_owned()) }
}
