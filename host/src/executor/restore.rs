//! Gives back what a run took, as far as the pool allows.

use std::collections::BTreeMap;

use steward_core::ids::{LicenseId, UserGuid};
use steward_core::ledger::{Event, LedgerState, PersonRef, RestoreAnswer, RunId};
use steward_core::license_type::LicenseType;
use steward_core::snapshot::{Holder, LastUse, Snapshot};

use super::settle::holding;
use super::{Context, ExecutorError, Progress};
use crate::ledger::{Account, LedgerError, folded};
use crate::qrs::{Answer, Client, QrsError};

/// What an undo would do, before it does it.
#[derive(Debug)]
pub struct RestorePlan {
    pub run: RunId,
    pub seats: Vec<Restoration>,
}

/// One seat to give back.
#[derive(Debug)]
pub struct Restoration {
    /// The one that was released.
    pub license_id: LicenseId,
    pub license_type: LicenseType,
    pub person: PersonRef,
    /// `None` when the person was erased from the ledger.
    pub account: Option<Account>,
    pub way: Way,
}

/// How a seat is given back, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The old seat is in quarantine: it is lifted.
    Reinstate {
        user: UserGuid,
    },
    /// A new seat is allocated.
    Allocate {
        user: UserGuid,
    },
    /// The person holds a seat by now.
    HoldsSeat(LicenseType),
    Impossible(&'static str),
}

/// Looks what would have to be done for each release of `run`; people who used their seats last come first, because they
/// are the likeliest to miss them.
pub fn plan_restores(
    state: &LedgerState,
    accounts: &BTreeMap<PersonRef, Account>,
    snapshot: &Snapshot,
    run: RunId,
) -> RestorePlan {
    let Some(released) = state.runs().get(&run) else { return RestorePlan { run, seats: Vec::new() } };
    let site = SiteIndex::new(snapshot);
    let mut seats: Vec<(Option<i64>, Restoration)> = Vec::new();
    for (seat, _) in released.seats.values().filter(|(_, state)| state.released_at().is_some()) {
        if released.returned.contains(&seat.license_id) {
            continue;
        }
        let account = accounts.get(&seat.person).cloned();
        let last_used = released.intended.get(&seat.license_id).and_then(|intended| match intended.last_used {
            LastUse::At(at) => Some(at.millis()),
            LastUse::Never | LastUse::Unknown => None,
        });
        let way = site.way(&seat.license_id, account.as_ref());
        let (license_id, license_type) = (seat.license_id.clone(), seat.license_type);
        seats.push((last_used, Restoration { license_id, license_type, person: seat.person.clone(), account, way }));
    }
    seats.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.license_id.cmp(&y.license_id)));
    let mut seats: Vec<Restoration> = seats.into_iter().map(|(_, seat)| seat).collect();
    ration(&mut seats, snapshot);
    RestorePlan { run, seats }
}

/// No more new seats than are free.
fn ration(seats: &mut [Restoration], snapshot: &Snapshot) {
    let mut free: BTreeMap<LicenseType, u32> =
        snapshot.pools().iter().map(|pool| (pool.license_type, pool.available)).collect();
    for seat in seats.iter_mut().filter(|seat| matches!(seat.way, Way::Allocate { .. })) {
        match free.get_mut(&seat.license_type) {
            Some(left) if *left > 0 => *left -= 1,
            _ => seat.way = Way::Impossible("no seat of this type is free"),
        }
    }
}

struct SiteIndex<'s> {
    users: BTreeMap<String, &'s UserGuid>,
    usable: BTreeMap<String, LicenseType>,
    quarantined: BTreeMap<&'s LicenseId, String>,
}

impl<'s> SiteIndex<'s> {
    fn new(snapshot: &'s Snapshot) -> Self {
        let account = |holder: &Holder| folded(holder.user_directory(), holder.user_id());
        let mut usable = BTreeMap::new();
        let mut quarantined = BTreeMap::new();
        for seat in snapshot.seats() {
            if seat.quarantined {
                quarantined.insert(&seat.id, account(&seat.holder));
            } else {
                usable.insert(account(&seat.holder), seat.license_type);
            }
        }
        let users = snapshot.users().iter().map(|user| (folded(&user.user_directory, &user.user_id), &user.guid));
        Self { users: users.collect(), usable, quarantined }
    }

    fn way(&self, license_id: &LicenseId, account: Option<&Account>) -> Way {
        let Some(account) = account else { return Way::Impossible("the person was erased from the ledger") };
        let account = folded(&account.user_directory, &account.user_id);
        if let Some(license_type) = self.usable.get(&account) {
            return Way::HoldsSeat(*license_type);
        }
        let Some(user) = self.users.get(&account) else {
            return Way::Impossible("the person is not in the user list any more");
        };
        let user = (*user).clone();
        match self.quarantined.get(license_id) {
            Some(holder) if *holder == account => Way::Reinstate { user },
            _ => Way::Allocate { user },
        }
    }
}

/// Gives the seats back one after the other, each announced before it is tried.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn restore_all(
    context: &mut Context<'_>,
    run: RunId,
    plan: &RestorePlan,
    progress: &mut dyn FnMut(Progress),
) -> Result<Option<String>, ExecutorError> {
    for (done, seat) in plan.seats.iter().enumerate() {
        progress(Progress { done, of: plan.seats.len() });
        if context.stop.is_cancelled() {
            return Ok(Some("somebody asked to stop".to_owned()));
        }
        let intended = Event::RestoreIntended {
            run,
            license_id: seat.license_id.clone(),
            license_type: seat.license_type,
            person: seat.person.clone(),
        };
        context.ledger.append((context.clock)(), &[intended]).await?;
        let answer = restore(context.client, seat).await.map_err(ExecutorError::Look)?;
        answered(context, run, seat, answer).await?;
    }
    progress(Progress { done: plan.seats.len(), of: plan.seats.len() });
    Ok(None)
}

async fn answered(
    context: &mut Context<'_>,
    run: RunId,
    seat: &Restoration,
    answer: RestoreAnswer,
) -> Result<(), LedgerError> {
    let now = (context.clock)();
    // Whoever holds a seat again would be the next to lose it, so they are left alone too.
    let is_back = matches!(answer, RestoreAnswer::Restored { .. } | RestoreAnswer::HoldsSeat);
    let protected_until = if is_back { now.plus_days(context.settings.undo_grace_days) } else { None };
    let license_id = seat.license_id.clone();
    context.ledger.append(now, &[Event::RestoreAnswered { run, license_id, answer, protected_until }]).await
}

/// An error only when nobody can tell what happened.
async fn restore(client: &Client, seat: &Restoration) -> Result<RestoreAnswer, QrsError> {
    match &seat.way {
        Way::HoldsSeat(_) => Ok(RestoreAnswer::HoldsSeat),
        Way::Impossible(why) => Ok(RestoreAnswer::NotRestored((*why).to_owned())),
        Way::Allocate { user } => allocate(client, seat, user).await,
        Way::Reinstate { user } => reinstate(client, seat, user).await,
    }
}

/// Lifts the quarantine. Servers differ in how they want to be told, so the other way is tried when the first one
/// certainly did nothing.
async fn reinstate(client: &Client, seat: &Restoration, user: &UserGuid) -> Result<RestoreAnswer, QrsError> {
    let told = client.reinstate_seat(seat.license_type, &seat.license_id).await;
    if let Answer::Accepted(()) | Answer::Lost(_) = told {
        let now = client.seat(seat.license_type, &seat.license_id).await?;
        if now.is_some_and(|seat| !seat.quarantined) {
            return Ok(RestoreAnswer::Restored { license_id: seat.license_id.clone() });
        }
    }
    allocate(client, seat, user).await
}

async fn allocate(client: &Client, seat: &Restoration, user: &UserGuid) -> Result<RestoreAnswer, QrsError> {
    match client.allocate_seat(seat.license_type, user).await {
        Answer::Accepted(license_id) => Ok(RestoreAnswer::Restored { license_id }),
        Answer::NotFound(text) => Ok(RestoreAnswer::NotRestored(text)),
        Answer::Refused(error) => Ok(RestoreAnswer::NotRestored(error.to_string())),
        Answer::Lost(error) => {
            let list = client.listed_seats(seat.license_type).await?;
            let held = seat.account.as_ref().and_then(|account| holding(&list, account));
            Ok(match held {
                Some(held) => RestoreAnswer::Restored { license_id: held.seat.id.clone() },
                None => RestoreAnswer::NotRestored(error.to_string()),
            })
        }
    }
}
