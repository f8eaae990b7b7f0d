//! One entry as people read it.

use std::collections::BTreeMap;

use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::{Answer, Entry, Event, LedgerState, PersonRef, RestoreAnswer, RunId, RunKind, SeatOutcome};
use steward_core::license_type::LicenseType;

use crate::ledger::{Ledger, LedgerError, fold_account};
use crate::wording::counted;

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this run.
    pub run: Option<u64>,
    /// About this licence id.
    pub license_id: Option<String>,
    /// Of this type.
    pub event_type: Option<String>,
    /// Written at this time or later.
    pub since: Option<Instant>,
    /// Written before this time.
    pub until: Option<Instant>,
    pub person: Whom,
}

/// Whom an entry has to be about.
#[derive(Debug, Clone, Default)]
pub enum Whom {
    /// Whomever.
    #[default]
    Anybody,
    /// This person; `None` for somebody about whom no entry can be.
    Person(Option<PersonRef>),
}

/// An entry with what it is about. A run names many people, most entries one.
pub struct Row {
    pub entry: Entry,
    pub event_type: String,
    pub run: Option<RunId>,
    pub license_type: Option<LicenseType>,
    pub license_id: Option<LicenseId>,
    pub people: Vec<PersonRef>,
    pub by: Option<String>,
    pub detail: String,
}

/// The seats of runs, so that later entries can be told whose they are.
pub type Seats = BTreeMap<(RunId, LicenseId), (LicenseType, PersonRef)>;

/// The seats of all runs so far.
pub fn seats_of(state: &LedgerState) -> Seats {
    let mut seats = Seats::new();
    for (run, of_run) in state.runs() {
        let taken = of_run.seats.values().map(|(seat, _)| (&seat.license_id, seat.license_type, &seat.person));
        let given = of_run.restores.iter().map(|(id, restore)| (id, restore.license_type, &restore.person));
        seats.extend(taken.chain(given).map(|(id, kind, person)| ((*run, id.clone()), (kind, person.clone()))));
    }
    seats
}

/// Every entry that the filter lets through, in order.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn rows(ledger: &mut Ledger, filter: &Filter) -> Result<Vec<Row>, LedgerError> {
    let mut seats = Seats::new();
    let mut rows = Vec::new();
    let mut after = 0;
    loop {
        let entries = ledger.entries(after).await?;
        let Some(last) = entries.last() else { return Ok(rows) };
        after = last.seq;
        for entry in entries {
            let row = Row::new(entry, &mut seats)?;
            if row.fits(filter) {
                rows.push(row);
            }
        }
    }
}

impl Row {
    /// # Errors
    /// When the entry is none of this version.
    pub fn new(entry: Entry, seats: &mut Seats) -> Result<Self, LedgerError> {
        let event: Event = serde_json::from_str(&entry.body).map_err(LedgerError::Json)?;
        let written: serde_json::Value = serde_json::from_str(&entry.body).map_err(LedgerError::Json)?;
        let event_type = written["type"].as_str().unwrap_or("").to_owned();
        let mut row = Self {
            entry,
            event_type,
            run: None,
            license_type: None,
            license_id: None,
            people: Vec::new(),
            by: None,
            detail: String::new(),
        };
        row.fill(event, seats);
        Ok(row)
    }

    pub fn fits(&self, filter: &Filter) -> bool {
        let is_about = match &filter.person {
            Whom::Anybody => true,
            Whom::Person(person) => person.as_ref().is_some_and(|person| self.people.contains(person)),
        };
        is_about
            && filter.run.is_none_or(|run| self.run == Some(RunId(run)))
            && filter.license_id.as_ref().is_none_or(|id| {
                self.license_id.as_ref().is_some_and(|own| fold_account(own.as_str(), "") == fold_account(id, ""))
            })
            && filter.event_type.as_ref().is_none_or(|event_type| *event_type == self.event_type)
            && filter.since.is_none_or(|since| self.entry.at >= since)
            && filter.until.is_none_or(|until| self.entry.at < until)
    }

    fn fill(&mut self, event: Event, seats: &mut Seats) {
        match event {
            Event::LedgerCreated { steward } => self.detail = format!("by version {steward}"),
            Event::Armed { by, plan, note } => self.said(by, format!("plan {plan}"), note),
            Event::Paused { by, note } | Event::Resumed { by, note } => self.said(by, String::new(), note),
            Event::PlanMade { plan, releases, expires_at, .. } => {
                let releases = usize::try_from(releases).unwrap_or(usize::MAX);
                self.detail = format!("plan {plan} with {}, expires at {expires_at}", counted(releases, "release"));
            }
            Event::CapApproved { by, plan, note } => self.said(by, format!("plan {plan}"), Some(note)),
            Event::Protected { by, person, until, note } => {
                self.people.push(person);
                let until = until.map_or_else(|| "for good".to_owned(), |until| format!("until {until}"));
                self.said(by, until, Some(note));
            }
            Event::Unprotected { by, person, note } => {
                self.people.push(person);
                self.said(by, String::new(), note);
            }
            Event::PersonErased { by, person } => {
                self.people.push(person);
                self.by = Some(by);
            }
            Event::LedgerRestored { by } => self.said(by, "from a backup".to_owned(), None),
            event @ (Event::PolicyAdded { .. }
            | Event::PolicyActivated { .. }
            | Event::PolicyRemoved { .. }
            | Event::ShadowCompared { .. }) => self.fill_of_policy(event),
            event => self.fill_of_run(event, seats),
        }
    }

    fn fill_of_policy(&mut self, event: Event) {
        match event {
            Event::PolicyAdded { by, digest, name, version, bytes, signature, tests_digest: _ } => {
                let signed = signature.map_or_else(
                    || "not signed".to_owned(),
                    |signature| format!("signed by {} ({})", signature.key_id, signature.trusted_comment),
                );
                self.said(by, format!("{name} {version}, {digest}, {bytes} bytes, {signed}"), None);
            }
            Event::PolicyActivated { by, site: _, digest, name, version, settings_digest, report, forced, note } => {
                let which = digest.map_or_else(|| "part of Steward".to_owned(), |digest| digest.to_string());
                let failed: Vec<&str> = report.failed().map(|check| check.name.as_str()).collect();
                let failed =
                    if failed.is_empty() { String::new() } else { format!(", although failed: {}", failed.join(", ")) };
                let forced = if forced { ", forced" } else { "" };
                let what = format!("{name} {version}, {which}, with settings {settings_digest}{forced}{failed}");
                self.said(by, what, note);
            }
            Event::PolicyRemoved { by, digest } => self.said(by, digest.to_string(), None),
            Event::ShadowCompared { active, shadow, plan, newly_loses, newly_keeps, fault, .. } => {
                let found = fault.map_or_else(
                    || format!("{newly_loses} would newly lose a seat, {newly_keeps} would newly keep one"),
                    |fault| format!("the shadow failed: {fault}"),
                );
                self.detail = format!("{shadow} beside {active}, plan {plan}: {found}");
            }
            _ => {}
        }
    }

    fn fill_of_run(&mut self, event: Event, seats: &mut Seats) {
        match event {
            Event::RunStarted { run, kind, plan, fresh: _, by, seats: planned } => {
                self.run = Some(run);
                let what = match kind {
                    RunKind::Release => format!("plan {plan}, {}", counted(planned.len(), "seat")),
                    RunKind::Undo(undone) => format!("undo of run {undone}"),
                };
                for seat in planned {
                    self.people.push(seat.person.clone());
                    seats.insert((run, seat.license_id), (seat.license_type, seat.person));
                }
                self.said(by, what, None);
            }
            Event::ReleaseIntended { run, seat } => {
                self.seat(run, seat.license_id, seats);
                let idle = seat.idle_days.map(|days| format!(", {days} days idle")).unwrap_or_default();
                self.detail = format!("rule {}, last used {}{idle}", seat.rule, seat.last_used);
            }
            Event::ReleaseSkipped { run, license_id, stale } => {
                self.seat(run, license_id, seats);
                self.detail = stale.to_string();
            }
            Event::ReleaseAnswered { run, license_id, answer } => {
                self.seat(run, license_id, seats);
                self.detail = match answer {
                    Answer::Accepted => "accepted".to_owned(),
                    Answer::NotFound => "the server knew no such seat".to_owned(),
                    Answer::Refused(problem) => format!("refused: {problem}"),
                    Answer::Lost(problem) => format!("no answer: {problem}"),
                };
            }
            Event::ReleaseSettled { run, license_id, outcome } => {
                self.seat(run, license_id, seats);
                self.detail = match outcome {
                    SeatOutcome::Freed => "freed".to_owned(),
                    SeatOutcome::Quarantined { until: Some(until) } => format!("quarantined until {until}"),
                    SeatOutcome::Quarantined { until: None } => "quarantined".to_owned(),
                    SeatOutcome::StillAllocated => "still allocated".to_owned(),
                    SeatOutcome::GoneBefore => "gone before".to_owned(),
                    SeatOutcome::Failed => "failed".to_owned(),
                };
            }
            Event::RestoreIntended { run, license_id, license_type, person } => {
                seats.insert((run, license_id.clone()), (license_type, person));
                self.seat(run, license_id, seats);
            }
            Event::RestoreAnswered { run, license_id, answer, protected_until } => {
                self.seat(run, license_id, seats);
                let until = protected_until.map(|until| format!(", protected until {until}")).unwrap_or_default();
                self.detail = match answer {
                    RestoreAnswer::Restored { license_id } => format!("restored as {license_id}{until}"),
                    RestoreAnswer::HoldsSeat => format!("holds a seat already{until}"),
                    RestoreAnswer::NotRestored(why) => format!("not restored: {why}"),
                };
            }
            Event::RunFinished { run, stopped } => {
                self.run = Some(run);
                self.detail = stopped.map(|why| format!("ended early: {why}")).unwrap_or_default();
            }
            Event::Bounced { run, license_id } => {
                self.seat(run, license_id, seats);
                "the person holds a seat again, without an undo".clone_into(&mut self.detail);
            }
            _ => {}
        }
    }

    fn said(&mut self, by: String, what: String, note: Option<String>) {
        self.by = Some(by);
        let note = note.unwrap_or_default();
        self.detail = match (what.is_empty(), note.is_empty()) {
            (false, false) => format!("{what}: {note}"),
            _ => what + &note,
        };
    }

    fn seat(&mut self, run: RunId, license_id: LicenseId, seats: &Seats) {
        self.run = Some(run);
        if let Some((license_type, person)) = seats.get(&(run, license_id.clone())) {
            self.license_type = Some(*license_type);
            self.people.push(person.clone());
        }
        self.license_id = Some(license_id);
    }
}
