//! Gives back what a run took, as far as the pool allows.

use std::collections::{BTreeMap, BTreeSet};

use steward_core::ids::{LicenseId, UserGuid};
use steward_core::ledger::{Event, LedgerState, PersonRef, PlannedSeat, RestoreAnswer, RunId};
use steward_core::license_type::LicenseType;
use steward_core::snapshot::{LastUse, Seat, Snapshot, User};

use super::settle::{ON_ITS_WAY, holding};
use super::{Context, ExecutorError, Progress};
use crate::ledger::{Account, LedgerError, fold_account};
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
/// are the likeliest to miss them. `known_then` are the seats of the site when the run took some of them.
pub fn plan_restores(
    state: &LedgerState,
    accounts: &BTreeMap<PersonRef, Account>,
    snapshot: &Snapshot,
    known_then: &BTreeSet<LicenseId>,
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
        let way = site.way(seat, known_then, account.as_ref());
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

/// Who is who at the site, by folded account.
struct SiteIndex<'s> {
    users: BTreeMap<String, Vec<&'s User>>,
    usable: BTreeMap<String, Vec<&'s Seat>>,
    quarantined: BTreeMap<&'s LicenseId, String>,
}

impl<'s> SiteIndex<'s> {
    fn new(snapshot: &'s Snapshot) -> Self {
        let mut users: BTreeMap<String, Vec<&User>> = BTreeMap::new();
        for user in snapshot.users() {
            users.entry(fold_account(&user.user_directory, &user.user_id)).or_default().push(user);
        }
        let mut usable: BTreeMap<String, Vec<&Seat>> = BTreeMap::new();
        let mut quarantined = BTreeMap::new();
        for seat in snapshot.seats() {
            let account = fold_account(seat.holder.user_directory(), seat.holder.user_id());
            if seat.quarantined {
                quarantined.insert(&seat.id, account);
            } else {
                usable.entry(account).or_default().push(seat);
            }
        }
        Self { users, usable, quarantined }
    }

    /// A seat that the person held beside the released one when it was taken is no reason to keep the other one back.
    fn way(&self, released: &PlannedSeat, known_then: &BTreeSet<LicenseId>, account: Option<&Account>) -> Way {
        let Some(account) = account else { return Way::Impossible("the person was erased from the ledger") };
        let folded = fold_account(&account.user_directory, &account.user_id);
        let stands_for_it =
            |seat: &&&Seat| seat.license_type == released.license_type || !known_then.contains(&seat.id);
        if let Some(seat) = self.usable.get(&folded).into_iter().flatten().find(stands_for_it) {
            return Way::HoldsSeat(seat.license_type);
        }
        let user = match self.user(&folded, account) {
            Ok(user) => user.guid.clone(),
            Err(why) => return Way::Impossible(why),
        };
        match self.quarantined.get(&released.license_id) {
            Some(holder) if *holder == folded => Way::Reinstate { user },
            _ => Way::Allocate { user },
        }
    }

    /// Names that differ in case only may be two people: then the spelling decides, or nobody gets anything.
    fn user(&self, folded: &str, account: &Account) -> Result<&'s User, &'static str> {
        let found = self.users.get(folded).map(Vec::as_slice).unwrap_or_default();
        let is_spelt_so =
            |user: &&&User| user.user_directory == account.user_directory && user.user_id == account.user_id;
        match found {
            [] => Err("the person is not in the user list any more"),
            [only] => Ok(only),
            several => {
                let exact = several.iter().find(is_spelt_so);
                exact.copied().ok_or("several users are called so, and none is spelt as before")
            }
        }
    }
}

impl RestorePlan {
    /// Keeps what another look, a moment later, says as well.
    pub fn confirmed_by(&mut self, fresh: &Self) {
        let fresh: BTreeMap<&LicenseId, &Way> = fresh.seats.iter().map(|seat| (&seat.license_id, &seat.way)).collect();
        self.seats.retain(|seat| fresh.contains_key(&seat.license_id));
        for seat in &mut self.seats {
            if let Some(way) = fresh.get(&seat.license_id) {
                seat.way = (*way).clone();
            }
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
    progress: &mut (dyn FnMut(Progress) + Send),
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
    let is_lifted = |now: Option<Seat>| now.is_some_and(|seat| !seat.quarantined);
    let restored = || RestoreAnswer::Restored { license_id: seat.license_id.clone() };
    match told {
        Answer::Accepted(()) => {
            if is_lifted(client.seat(seat.license_type, &seat.license_id).await?) {
                return Ok(restored());
            }
        }
        Answer::Lost(error) => {
            tokio::time::sleep(ON_ITS_WAY).await;
            let now = client.seat(seat.license_type, &seat.license_id).await?;
            return Ok(if is_lifted(now) { restored() } else { doubtful(&error) });
        }
        Answer::NotFound(_) | Answer::Refused(_) => {}
    }
    allocate(client, seat, user).await
}

async fn allocate(client: &Client, seat: &Restoration, user: &UserGuid) -> Result<RestoreAnswer, QrsError> {
    match client.allocate_seat(seat.license_type, user).await {
        Answer::Accepted(license_id) => Ok(RestoreAnswer::Restored { license_id }),
        Answer::NotFound(text) => Ok(RestoreAnswer::NotRestored(text)),
        Answer::Refused(error) => Ok(RestoreAnswer::NotRestored(error.to_string())),
        Answer::Lost(error) => {
            tokio::time::sleep(ON_ITS_WAY).await;
            let list = client.listed_seats(seat.license_type).await?;
            let held = seat.account.as_ref().and_then(|account| holding(&list, account));
            Ok(match held {
                Some(held) => RestoreAnswer::Restored { license_id: held.seat.id.clone() },
                None => doubtful(&error),
            })
        }
    }
}

/// The request may still be carried out, so it is not sent again here.
fn doubtful(error: &QrsError) -> RestoreAnswer {
    RestoreAnswer::NotRestored(format!(
        "no answer came, and the person holds no seat; undo the run once more ({error})"
    ))
}
