//! The events of a run.

use std::collections::{BTreeMap, BTreeSet};

use super::{LedgerState, Refusal, require};
use crate::digest::Digest;
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::ledger::event::{Event, IntendedRelease, PersonRef, PlannedSeat, RestoreAnswer, RunId, RunKind};
use crate::ledger::release::ReleaseState;
use crate::license_type::LicenseType;

/// One execution of a plan, or one undo.
#[derive(Debug, Clone)]
pub struct Run {
    pub kind: RunKind,
    pub plan: Digest,
    pub fresh: Option<Digest>,
    pub by: String,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
    /// Why the run ended before all its seats were tried.
    pub stopped: Option<String>,
    pub seats: BTreeMap<LicenseId, (PlannedSeat, ReleaseState)>,
    /// What was known of each seat when its release was announced.
    pub intended: BTreeMap<LicenseId, IntendedRelease>,
    /// Seats given back by this undo, by the licence id that was released, with the answer when there is one.
    pub restores: BTreeMap<LicenseId, Restore>,
    /// Releases of this run whose owners hold a seat again, by an undo or otherwise.
    pub returned: BTreeSet<LicenseId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    pub license_type: LicenseType,
    pub person: PersonRef,
    pub answer: Option<RestoreAnswer>,
}

impl LedgerState {
    pub(super) fn next_of_run(&mut self, at: Instant, event: Event) -> Result<(), Refusal> {
        match event {
            Event::RunStarted { run, kind, plan, fresh, by, seats } => {
                let started = Run::new(at, kind, plan, fresh, by, seats)?;
                self.start(run, started)
            }
            Event::ReleaseSkipped { run, license_id, stale } => {
                self.advance(run, &license_id, |state| state.skip(stale))
            }
            Event::ReleaseIntended { run, seat } => {
                require(self.paused.is_none(), "a release is announced while releases are paused")?;
                require(self.armed.is_some(), "a release is announced before anybody armed releases")?;
                self.advance(run, &seat.license_id, |state| state.intend(at))?;
                self.open(run)?.intended.insert(seat.license_id.clone(), seat);
                Ok(())
            }
            Event::ReleaseAnswered { run, license_id, answer } => {
                self.advance(run, &license_id, |state| state.answer(answer))
            }
            Event::ReleaseSettled { run, license_id, outcome } => {
                self.advance(run, &license_id, |state| state.settle(outcome))
            }
            Event::RestoreIntended { run, license_id, license_type, person } => {
                let open = self.open(run)?;
                require(matches!(open.kind, RunKind::Undo(_)), "a run that releases gives nothing back")?;
                let restore = Restore { license_type, person, answer: None };
                let before = open.restores.insert(license_id, restore);
                require(before.is_none(), "a seat is given back twice in one run")
            }
            Event::RestoreAnswered { run, license_id, answer, protected_until } => {
                self.restore_answered(run, &license_id, answer, protected_until)
            }
            Event::RunFinished { run, stopped } => {
                let open = self.open(run)?;
                let is_settled = open.seats.values().all(|(_, state)| !state.is_open())
                    && open.restores.values().all(|restore| restore.answer.is_some());
                require(is_settled, "a run is finished although nobody looked what came of some seats")?;
                open.finished_at = Some(at);
                open.stopped = stopped;
                Ok(())
            }
            Event::Bounced { run, license_id } => self.returned(run, license_id),
            _ => Err("an event of no run".to_owned()),
        }
    }

    fn start(&mut self, id: RunId, started: Run) -> Result<(), Refusal> {
        require(self.open_run().is_none(), "a run starts while another one is open")?;
        require(id == self.next_run(), "the number of the run is not the next one")?;
        match started.kind {
            RunKind::Undo(undone) => {
                require(self.runs.contains_key(&undone), "it undoes a run that never was")?;
                require(started.seats.is_empty(), "an undo releases nothing")?;
            }
            RunKind::Release => {
                let record = self.plans.get_mut(&started.plan).ok_or("it applies a plan that was never made")?;
                require(record.applied_in.is_none(), "the plan was applied before")?;
                require(!record.is_void, "the plan is older than the backup from which the ledger was restored")?;
                record.applied_in = Some(id);
            }
        }
        self.runs.insert(id, started);
        Ok(())
    }

    fn open(&mut self, run: RunId) -> Result<&mut Run, Refusal> {
        self.runs.get_mut(&run).filter(|run| run.finished_at.is_none()).ok_or_else(|| format!("run {run} is not open"))
    }

    fn advance(
        &mut self,
        run: RunId,
        license_id: &LicenseId,
        next: impl FnOnce(&ReleaseState) -> Option<ReleaseState>,
    ) -> Result<(), Refusal> {
        let (_, state) = self
            .open(run)?
            .seats
            .get_mut(license_id)
            .ok_or_else(|| format!("seat {license_id} is not part of run {run}"))?;
        *state = next(state).ok_or_else(|| format!("seat {license_id} is {state:?}"))?;
        Ok(())
    }

    fn restore_answered(
        &mut self,
        run: RunId,
        license_id: &LicenseId,
        answer: RestoreAnswer,
        protected_until: Option<Instant>,
    ) -> Result<(), Refusal> {
        let open = self.open(run)?;
        let kind = open.kind;
        let restore = open.restores.get_mut(license_id).ok_or("a seat was given back without announcement")?;
        require(restore.answer.is_none(), "a seat was given back twice")?;
        let is_back = matches!(answer, RestoreAnswer::Restored { .. } | RestoreAnswer::HoldsSeat);
        restore.answer = Some(answer);
        let person = restore.person.clone();
        if let Some(until) = protected_until {
            self.restored.insert(person, until);
        }
        match kind {
            RunKind::Undo(undone) if is_back => self.returned(undone, license_id.clone()),
            _ => Ok(()),
        }
    }

    fn returned(&mut self, run: RunId, license_id: LicenseId) -> Result<(), Refusal> {
        let run = self.runs.get_mut(&run).ok_or("a seat is back that no run released")?;
        require(run.seats.contains_key(&license_id), "a seat is back that this run did not release")?;
        run.returned.insert(license_id);
        Ok(())
    }
}

impl Run {
    fn new(
        started_at: Instant,
        kind: RunKind,
        plan: Digest,
        fresh: Option<Digest>,
        by: String,
        seats: Vec<PlannedSeat>,
    ) -> Result<Self, Refusal> {
        let planned = seats.len();
        let seats: BTreeMap<LicenseId, (PlannedSeat, ReleaseState)> =
            seats.into_iter().map(|seat| (seat.license_id.clone(), (seat, ReleaseState::Planned))).collect();
        require(seats.len() == planned, "a seat is planned twice")?;
        Ok(Self {
            kind,
            plan,
            fresh,
            by,
            started_at,
            finished_at: None,
            stopped: None,
            seats,
            intended: BTreeMap::new(),
            restores: BTreeMap::new(),
            returned: BTreeSet::new(),
        })
    }
}
