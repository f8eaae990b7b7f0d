//! Looks at the server to find out what came of a run: at its end, and after a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::{
    Answer, Event, PersonRef, PlannedSeat, ReleaseState, RestoreAnswer, RunId, RunKind, SeatOutcome,
};
use steward_core::license_type::LicenseType;
use steward_core::snapshot::Holder;

use super::ExecutorError;
use crate::clock::Clock;
use crate::ledger::{Account, Ledger, LedgerError, fold_account};
use crate::qrs::{Client, ListedSeat, QrsError};

/// A request that was sent a moment before a crash may still be on its way to the server.
pub(super) const ON_ITS_WAY: Duration = Duration::from_secs(2);
/// A list that seems too short is asked for once more.
const READINGS_MAX: u32 = 2;
/// Seats come and go meanwhile: so many of those that nobody touched may be missing, or one per cent.
const SLACK_SEATS: u64 = 2;

/// A run that was interrupted, and is finished now.
#[derive(Debug)]
pub struct Resolved {
    pub run: RunId,
    /// How many of its seats were looked at.
    pub seats: usize,
}

/// Finishes the run that a crash left open, if there is one. It only looks: nothing is sent again.
///
/// # Errors
/// When the server cannot be read or the ledger cannot be written.
pub async fn recover(
    ledger: &mut Ledger,
    client: &Client,
    site: Digest,
    clock: Clock<'_>,
    grace_days: u32,
) -> Result<Option<Resolved>, ExecutorError> {
    let Some((run, open)) = ledger.state().open_run() else { return Ok(None) };
    // A seat that is missing at another server says nothing.
    if ledger.state().site_of(run) != Some(site) {
        return Err(ExecutorError::OtherSite(run));
    }
    let kind = open.kind;
    let latest = open.seats.values().filter_map(|(_, state)| state.released_at()).max();
    let latest = latest.max(ledger.state().last_at()).unwrap_or_else(clock);
    let since = u64::try_from(clock().millis_since(latest).max(0)).unwrap_or(u64::MAX);
    if let Some(rest) = ON_ITS_WAY.checked_sub(Duration::from_millis(since)) {
        tokio::time::sleep(rest).await;
    }
    let stopped = Some("interrupted".to_owned());
    let seats = match kind {
        RunKind::Release => settle(ledger, client, clock, run, stopped).await?,
        RunKind::Undo(_) => settle_undo(ledger, client, clock, run, stopped, grace_days).await?,
    };
    tracing::warn!(run = run.0, seats, "finished a run that was interrupted");
    Ok(Some(Resolved { run, seats }))
}

/// Asks for the seats once more, writes down what came of each announced release, and finishes the run.
///
/// # Errors
/// When the server cannot be read or the ledger cannot be written. The run stays open then.
pub async fn settle(
    ledger: &mut Ledger,
    client: &Client,
    clock: Clock<'_>,
    run: RunId,
    stopped: Option<String>,
) -> Result<usize, ExecutorError> {
    let open = open_seats(ledger, run);
    let types: BTreeSet<LicenseType> = open.iter().map(|(seat, _)| seat.license_type).collect();
    let known = known_seats(ledger, run).await?;
    let mut lists = lists_of(client, &types, &known).await?;
    if open.iter().any(|(seat, state)| is_lost(state) && is_listed(&lists, seat)) {
        tokio::time::sleep(ON_ITS_WAY).await;
        lists = lists_of(client, &types, &known).await?;
    }
    let accounts = ledger.accounts().await?;
    let mut events = Vec::new();
    let indexes: BTreeMap<LicenseType, Index<'_>> =
        lists.iter().map(|(license_type, list)| (*license_type, Index::new(list))).collect();
    for (seat, state) in &open {
        let index = indexes.get(&seat.license_type);
        let listed = index.and_then(|index| index.by_id.get(&seat.license_id)).copied();
        let outcome = outcome(answer_of(state), listed);
        let is_taken = matches!(outcome, SeatOutcome::Freed);
        events.push(Event::ReleaseSettled { run, license_id: seat.license_id.clone(), outcome });
        let is_holder = |account: &Account| {
            let account = fold_account(&account.user_directory, &account.user_id);
            index.is_some_and(|index| index.holders.contains(&account))
        };
        let is_back = is_taken && accounts.get(&seat.person).is_some_and(is_holder);
        if is_back {
            events.push(Event::Bounced { run, license_id: seat.license_id.clone() });
        }
    }
    events.push(Event::RunFinished { run, stopped });
    ledger.append(clock(), &events).await?;
    Ok(open.len())
}

/// What an undo announced without an answer: whoever holds a seat now was given one.
async fn settle_undo(
    ledger: &mut Ledger,
    client: &Client,
    clock: Clock<'_>,
    run: RunId,
    stopped: Option<String>,
    grace_days: u32,
) -> Result<usize, ExecutorError> {
    let open = open_restores(ledger, run);
    let types = open.iter().map(|(_, license_type, _)| *license_type).collect();
    let lists = lists_of(client, &types, &BTreeMap::new()).await?;
    let accounts = ledger.accounts().await?;
    let mut events = Vec::new();
    for (license_id, license_type, person) in &open {
        let list = lists.get(license_type).map(Vec::as_slice).unwrap_or_default();
        let held = accounts.get(person).and_then(|account| holding(list, account));
        let now: Instant = clock();
        let (answer, protected_until) = match held {
            Some(held) => (RestoreAnswer::Restored { license_id: held.seat.id.clone() }, now.plus_days(grace_days)),
            None => (
                RestoreAnswer::NotRestored(
                    "the undo was interrupted, and the person holds no seat now; undo the run once more".to_owned(),
                ),
                None,
            ),
        };
        let license_id = license_id.clone();
        events.push(Event::RestoreAnswered { run, license_id, answer, protected_until });
    }
    events.push(Event::RunFinished { run, stopped });
    ledger.append(clock(), &events).await?;
    Ok(open.len())
}

fn open_seats(ledger: &Ledger, run: RunId) -> Vec<(PlannedSeat, ReleaseState)> {
    let run = ledger.state().runs().get(&run);
    let seats = run.into_iter().flat_map(|run| run.seats.values());
    seats.filter(|(_, state)| state.is_open()).cloned().collect()
}

fn open_restores(ledger: &Ledger, run: RunId) -> Vec<(LicenseId, LicenseType, PersonRef)> {
    let run = ledger.state().runs().get(&run);
    let restores = run.into_iter().flat_map(|run| &run.restores).filter(|(_, restore)| restore.answer.is_none());
    restores.map(|(id, restore)| (id.clone(), restore.license_type, restore.person.clone())).collect()
}

/// No answer came, so the request may still be on its way.
fn is_lost(state: &ReleaseState) -> bool {
    matches!(state, ReleaseState::Answered { answer: Answer::Lost(_), .. })
}

fn is_listed(lists: &BTreeMap<LicenseType, Vec<ListedSeat>>, seat: &PlannedSeat) -> bool {
    let list = lists.get(&seat.license_type).map(Vec::as_slice).unwrap_or_default();
    list.iter().any(|listed| listed.seat.id == seat.license_id && !listed.seat.quarantined)
}

/// The seats that the run did not touch, as the fresh decision saw them: they should still be there.
async fn known_seats(
    ledger: &mut Ledger,
    run: RunId,
) -> Result<BTreeMap<LicenseType, BTreeSet<LicenseId>>, LedgerError> {
    let mut known: BTreeMap<LicenseType, BTreeSet<LicenseId>> = BTreeMap::new();
    let Some(state) = ledger.state().runs().get(&run).cloned() else { return Ok(known) };
    let Some(fresh) = state.fresh else { return Ok(known) };
    // Without the plan the server's own count has to do.
    let stored = match ledger.stored_plan(&fresh.to_string()).await {
        Ok(stored) => stored,
        Err(error) => {
            tracing::warn!("the plan of run {} cannot be read: {error}", run.0);
            return Ok(known);
        }
    };
    for decision in &stored.plan.body().decisions {
        if !state.seats.contains_key(&decision.license_id) {
            known.entry(decision.license_type).or_default().insert(decision.license_id.clone());
        }
    }
    Ok(known)
}

/// The lists of these types. A list that lacks seats which the server counts, and which nobody took, is asked for once
/// more, and then not believed: what is missing from it would count as freed.
async fn lists_of(
    client: &Client,
    types: &BTreeSet<LicenseType>,
    known: &BTreeMap<LicenseType, BTreeSet<LicenseId>>,
) -> Result<BTreeMap<LicenseType, Vec<ListedSeat>>, ExecutorError> {
    let mut lists = BTreeMap::new();
    for &license_type in types {
        let mut readings = 0;
        loop {
            let list = client.listed_seats(license_type).await.map_err(ExecutorError::Look)?;
            let counted = client.allocated_seats(license_type).await.map_err(ExecutorError::Look)?;
            readings += 1;
            let is_whole = counted.is_some_and(|counted| has_all_counted(&list, counted));
            let is_plausible = readings == READINGS_MAX && has_known(&list, known.get(&license_type));
            if is_whole || is_plausible {
                lists.insert(license_type, list);
                break;
            }
            if readings == READINGS_MAX {
                let (listed, counted) = (list.len(), counted.unwrap_or(0));
                return Err(ExecutorError::Look(QrsError::ListTooShort { license_type, listed, counted }));
            }
        }
    }
    Ok(lists)
}

/// The server counts no more seats than it lists.
fn has_all_counted(list: &[ListedSeat], counted: u32) -> bool {
    let usable = list.iter().filter(|listed| !listed.seat.quarantined).count() as u64;
    usable >= u64::from(counted)
}

/// All but a few of the seats that the run did not touch are there.
fn has_known(list: &[ListedSeat], known: Option<&BTreeSet<LicenseId>>) -> bool {
    let Some(known) = known.filter(|known| !known.is_empty()) else { return false };
    let there = list.iter().filter(|listed| known.contains(&listed.seat.id)).count() as u64;
    let known = known.len() as u64;
    there + SLACK_SEATS.max(known / 100) >= known
}

/// A list that is asked about many seats.
struct Index<'l> {
    by_id: BTreeMap<&'l LicenseId, &'l ListedSeat>,
    /// Folded accounts of those who can use their seat.
    holders: BTreeSet<String>,
}

impl<'l> Index<'l> {
    fn new(list: &'l [ListedSeat]) -> Self {
        Self {
            by_id: list.iter().map(|listed| (&listed.seat.id, listed)).collect(),
            holders: list.iter().filter_map(user_of).collect(),
        }
    }
}

/// The folded account of whoever can use this seat; a deleted user cannot.
fn user_of(listed: &ListedSeat) -> Option<String> {
    match &listed.seat.holder {
        Holder::User { user_directory, user_id, .. } if !listed.seat.quarantined => {
            Some(fold_account(user_directory, user_id))
        }
        _ => None,
    }
}

/// The seat that a person can use now.
pub(super) fn holding<'l>(list: &'l [ListedSeat], account: &Account) -> Option<&'l ListedSeat> {
    let wanted = fold_account(&account.user_directory, &account.user_id);
    list.iter().find(|listed| user_of(listed).as_ref() == Some(&wanted))
}

fn answer_of(state: &ReleaseState) -> Option<&Answer> {
    match state {
        ReleaseState::Answered { answer, .. } => Some(answer),
        _ => None,
    }
}

/// What the list says counts; who took a seat that is gone, the answer says.
fn outcome(answer: Option<&Answer>, listed: Option<&ListedSeat>) -> SeatOutcome {
    match (answer, listed) {
        (Some(Answer::NotFound), None) => SeatOutcome::GoneBefore,
        (_, None) => SeatOutcome::Freed,
        (_, Some(listed)) if listed.seat.quarantined => SeatOutcome::Quarantined { until: listed.quarantine_end },
        (Some(Answer::Refused(_)), Some(_)) => SeatOutcome::Failed,
        (_, Some(_)) => SeatOutcome::StillAllocated,
    }
}
