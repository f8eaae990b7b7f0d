//! What Steward's releases save, and until when.
//!
//! A released seat saves from its release until a seat of its type is handed out again. Nobody can tell which of several
//! free seats a person got, so each seat that is handed out ends the saving of the seat that was released longest ago,
//! even if others were free all along. An undo ends the saving of the very seat that it gives back, or of the oldest one when
//! that saving was taken to have ended. And at no reading do more seats save than are free: whatever was missed, a full
//! pool saves nothing.
//!
//! So a saving is counted too short rather than too long, and never twice. Seats that are bought no more because they were
//! released end their saving here, although they go on to save money: whoever buys fewer sees that in the bought cost.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::month::Month;
use crate::digest::Digest;
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::ledger::{LedgerState, RestoreAnswer, RunKind};
use crate::license_type::LicenseType;

/// Something that begins or ends a saving.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavingEvent {
    pub at: Instant,
    pub license_type: LicenseType,
    pub what: What,
}

/// Ordered as events of one instant are taken: what is released and handed out at once saves nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Steward took it.
    Released(LicenseId),
    /// An undo gave back the seat that was released under this id.
    GivenBack(LicenseId),
    /// Somebody got a seat.
    HandedOut,
    /// A reading: so many seats of the type are in nobody's hands, quarantined ones included.
    Free(u32),
}

/// A seat that a reading saw for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSeat {
    pub at: Instant,
    pub license_type: LicenseType,
    pub license_id: LicenseId,
}

/// The events of a site out of its ledger and its readings that `book` has not taken yet, in order.
pub fn saving_events(
    book: &SavingsBook,
    ledger: &LedgerState,
    site: &Digest,
    new_seats: &[NewSeat],
    readings: &[super::CostReading],
) -> Vec<SavingEvent> {
    let mut events = Vec::new();
    let mut given_back = BTreeSet::new();
    for run in ledger.runs().iter().filter(|(id, _)| ledger.site_of(**id) == Some(*site)).map(|(_, run)| run) {
        for (seat, state) in run.seats.values().filter(|(_, state)| state.is_taken()) {
            let what = What::Released(seat.license_id.clone());
            events.extend(state.released_at().map(|at| SavingEvent { at, license_type: seat.license_type, what }));
        }
        for (id, restore) in run.restores.iter().filter(|_| matches!(run.kind, RunKind::Undo(_))) {
            if let Some(RestoreAnswer::Restored { license_id }) = &restore.answer {
                given_back.insert(license_id);
                let what = What::GivenBack(id.clone());
                events.push(SavingEvent { at: run.started_at, license_type: restore.license_type, what });
            }
        }
    }
    let by_others = new_seats.iter().filter(|seat| !given_back.contains(&seat.license_id));
    events.extend(by_others.map(|seat| SavingEvent {
        at: seat.at,
        license_type: seat.license_type,
        what: What::HandedOut,
    }));
    events.extend(readings.iter().filter_map(|reading| {
        let free = reading.total?.saturating_sub(reading.allocated);
        Some(SavingEvent { at: reading.at, license_type: reading.license_type, what: What::Free(free) })
    }));
    events.retain(|event| !book.has(event));
    events.sort();
    events
}

/// What is being saved and what was, in seats and milliseconds: prices come later. Kept by the host beside the readings,
/// which are purged some day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct SavingsBook {
    /// Of the last reading that was taken.
    read_until: Option<Instant>,
    /// What was taken of the ledger: what came of a release may be known later than the next reading.
    done: BTreeSet<SavingEvent>,
    /// Seats that save now, the one released longest ago first.
    saving: BTreeMap<LicenseType, VecDeque<(LicenseId, Instant)>>,
    /// Savings that ended, by the months in which they were made.
    ended: BTreeMap<Month, BTreeMap<LicenseType, u64>>,
}

impl SavingsBook {
    /// When the last reading was made that was taken; `None` before the first one.
    pub fn read_until(&self) -> Option<Instant> {
        self.read_until
    }

    fn has(&self, event: &SavingEvent) -> bool {
        match event.what {
            What::Released(_) | What::GivenBack(_) => self.done.contains(event),
            What::HandedOut | What::Free(_) => self.read_until.is_some_and(|until| event.at <= until),
        }
    }

    /// Takes events in their order. Those of a clock that was set back end savings at once rather than before they began.
    pub fn take(&mut self, events: impl IntoIterator<Item = SavingEvent>) {
        for event in events {
            let SavingEvent { at, license_type, what } = event.clone();
            match what {
                What::Released(_) | What::GivenBack(_) => drop(self.done.insert(event)),
                What::HandedOut | What::Free(_) => self.read_until = self.read_until.max(Some(at)),
            }
            let queue = self.saving.entry(license_type).or_default();
            let ended: Vec<(LicenseId, Instant)> = match what {
                What::Released(id) => {
                    // A seat is released once; told twice it would save twice.
                    if !queue.iter().any(|(known, _)| *known == id) {
                        queue.push_back((id, at));
                    }
                    Vec::new()
                }
                What::GivenBack(id) => {
                    let place = queue.iter().position(|(known, _)| *known == id);
                    // One that was told to be handed out again was not: then another one was, so that one less saves anyway.
                    queue.remove(place.unwrap_or(0)).into_iter().collect()
                }
                What::HandedOut => queue.pop_front().into_iter().collect(),
                What::Free(seats) => {
                    let free = usize::try_from(seats).unwrap_or(usize::MAX);
                    queue.drain(..queue.len().saturating_sub(free)).collect()
                }
            };
            for (_, since) in ended {
                spread(&mut self.ended, license_type, since, at);
            }
        }
    }

    /// Seats that save now.
    pub fn saving_now(&self, license_type: LicenseType) -> u32 {
        u32::try_from(self.saving.get(&license_type).map_or(0, VecDeque::len)).unwrap_or(u32::MAX)
    }

    /// Milliseconds of seats saved in each month, those that still save counted until `until`.
    pub fn seat_millis(&self, until: Instant) -> BTreeMap<Month, BTreeMap<LicenseType, u64>> {
        let mut all = self.ended.clone();
        for (license_type, queue) in &self.saving {
            for (_, since) in queue {
                spread(&mut all, *license_type, *since, until);
            }
        }
        all
    }
}

/// Adds a stretch of time to the months that it lies in.
fn spread(
    months: &mut BTreeMap<Month, BTreeMap<LicenseType, u64>>,
    license_type: LicenseType,
    since: Instant,
    until: Instant,
) {
    let mut from = since;
    while let Some(month) = Month::of(from).filter(|_| from < until) {
        let to = month.end().min(until);
        let millis = u64::try_from(to.millis_since(from)).unwrap_or_default();
        let sum = months.entry(month).or_default().entry(license_type).or_default();
        *sum = sum.saturating_add(millis);
        if to <= from {
            break;
        }
        from = to;
    }
}
