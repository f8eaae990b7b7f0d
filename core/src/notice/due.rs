//! Who has to be told now.

use std::collections::BTreeMap;

use super::{Notice, NoticeSettings, Recipients, WithoutAddress, address};
use crate::decision::Verdict;
use crate::guard::{Gate, Scope, SeatGates};
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::memory::Memory;
use crate::plan::{PlanBody, PlannedDecision};
use crate::settings::{Account, GuardSettings};
use crate::snapshot::{Owner, Seat, Snapshot};
use crate::text::fold;

/// Letters at a time. The first notices of a site may be thousands, and a mail server has other work too; the rest comes
/// with the next run.
const LETTERS_MAX: usize = 200;

/// What the decision is made of: a plan, and what the plan was made of.
#[derive(Debug, Clone, Copy)]
pub struct NoticeInput<'a> {
    pub plan: &'a PlanBody,
    pub snapshot: &'a Snapshot,
    pub guard: &'a GuardSettings,
    pub memory: &'a Memory,
    pub settings: &'a NoticeSettings,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DueNotices {
    /// One for each person, those who have been idle longest first.
    pub letters: Vec<Letter>,
    /// What the administrators are told, in one letter; empty for none.
    pub to_administrators: Vec<AnnouncedSeat>,
    /// Seats that stay because nobody can write to their owners.
    pub unreachable: Vec<AnnouncedSeat>,
    /// Letters that are left for the next time.
    pub later: usize,
    /// The guard distrusts what was read, so nobody is told anything now.
    pub withheld: Option<Gate>,
}

/// One letter to one person, about all of the person's seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub address: String,
    pub account: Account,
    /// The display name; `None` when there is none.
    pub name: Option<String>,
    /// Never empty.
    pub seats: Vec<AnnouncedSeat>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedSeat {
    pub account: Account,
    pub name: Option<String>,
    pub license_id: LicenseId,
    pub license_type: LicenseType,
    pub idle_since: Instant,
    pub idle_days: u32,
    /// It may be released from here on, if it is not used before.
    pub goes_from: Instant,
    /// What the policy says about it.
    pub reason: String,
}

/// Whom to tell about the seats of a plan, at the time of the plan: owners of seats that are kept and flip within
/// `notice_days`, and of seats that would go and whose owners were not told yet. Nobody when notices are off.
pub fn due(input: NoticeInput<'_>) -> DueNotices {
    let Some(days) = input.guard.notice_days else { return DueNotices::default() };
    if let Some(held) = input.plan.held.iter().find(|held| held.scope == Scope::Run) {
        return DueNotices { withheld: Some(held.gate), ..DueNotices::default() };
    }
    let now = input.plan.now;
    // What the guard will still hold then needs no notice yet.
    let then = now.plus_days(days).unwrap_or(now);
    let gates = SeatGates::new(input.guard, input.memory, then);
    let seats: BTreeMap<&LicenseId, &Seat> = input.snapshot.seats().iter().map(|seat| (&seat.id, seat)).collect();
    let mut told: BTreeMap<(LicenseType, Instant), Vec<&Notice>> = BTreeMap::new();
    for notice in &input.memory.notices {
        told.entry((notice.license_type, notice.idle_since)).or_default().push(notice);
    }
    let mut found = DueNotices::default();
    let mut letters: BTreeMap<(String, String), Letter> = BTreeMap::new();
    for decision in input.plan.decisions.iter().filter(|decision| flips_by(decision, then)) {
        let Some(seat) = seats.get(&decision.license_id) else { continue };
        let owner = input.snapshot.owner(seat);
        let is_held = gates.holds(seat, &owner).iter().any(|hold| hold.gate != Gate::NoNotice);
        if is_held || is_told(seat, &told, now) {
            continue;
        }
        let Some(announced) = announced(decision, seat, then) else { continue };
        let address = match (input.settings.to, owner) {
            (Recipients::Owners, Owner::Known(user)) => address(user, &input.settings.address_attributes),
            _ => None,
        };
        match (address, input.settings.to, input.settings.without_address) {
            (Some(address), _, _) => {
                let key = (fold(&announced.account.user_dir), fold(&announced.account.user_id));
                let letter = letters.entry(key).or_insert_with(|| Letter {
                    address: address.to_owned(),
                    account: announced.account.clone(),
                    name: announced.name.clone(),
                    seats: Vec::new(),
                });
                letter.seats.push(announced);
            }
            (None, Recipients::Administrators, _) | (None, _, WithoutAddress::Administrators) => {
                found.to_administrators.push(announced);
            }
            (None, Recipients::Owners, WithoutAddress::Keep) => found.unreachable.push(announced),
        }
    }
    found.letters = letters.into_values().collect();
    found.letters.sort_by_key(|letter| letter.seats.iter().map(|seat| seat.idle_since).min());
    found.later = found.letters.len().saturating_sub(LETTERS_MAX);
    found.letters.truncate(LETTERS_MAX);
    found
}

/// It goes by then, or would go now.
fn flips_by(decision: &PlannedDecision, then: Instant) -> bool {
    match decision.verdict {
        Verdict::Release => true,
        Verdict::Keep => decision.flips_at.is_some_and(|flips_at| flips_at <= then),
    }
}

fn is_told(seat: &Seat, told: &BTreeMap<(LicenseType, Instant), Vec<&Notice>>, now: Instant) -> bool {
    let of_idleness = seat.idle_since().and_then(|since| told.get(&(seat.license_type, since)));
    of_idleness.is_some_and(|told| told.iter().any(|notice| notice.is_about(seat) && notice.holds_at(now)))
}

/// `None` when nobody can tell since when the seat is idle: such a seat stays anyway.
fn announced(decision: &PlannedDecision, seat: &Seat, then: Instant) -> Option<AnnouncedSeat> {
    Some(AnnouncedSeat {
        account: Account { user_dir: decision.user_directory.clone(), user_id: decision.user_id.clone() },
        name: decision.name.clone(),
        license_id: decision.license_id.clone(),
        license_type: decision.license_type,
        idle_since: seat.idle_since()?,
        idle_days: decision.idle_days?,
        // Not before the notice is old enough, and not before the policy lets it go, which is never later than that.
        goes_from: decision.flips_at.map_or(then, |flips_at| flips_at.max(then)),
        reason: decision.reason.clone(),
    })
}
