//! One seat: intent, a last look, DELETE, answer.

use steward_core::application::change;
use steward_core::guard::SeatGates;
use steward_core::ids::LicenseId;
use steward_core::ledger::{Answer, Event, IntendedRelease, PersonRef, RunId, Stale};
use steward_core::plan::PlannedDecision;
use steward_core::snapshot::{Holder, Owner, Seat, owner_of};

use super::{Context, Release};
use crate::ledger::LedgerError;
use crate::qrs::{self, OwnerNow, QrsError};

/// How a seat went.
pub enum Step {
    /// Released, or left alone for a good reason.
    Done,
    /// The server failed.
    Failed,
    /// Nothing more may be released.
    Stop(String),
}

pub async fn one(
    context: &mut Context<'_>,
    release: &Release<'_>,
    seat: &Seat,
    decision: &PlannedDecision,
    person: &PersonRef,
    gates: &SeatGates<'_>,
) -> Result<Step, LedgerError> {
    let run = release.run;
    let intent = Event::ReleaseIntended { run, seat: intended(decision) };
    if let Err(error) = context.ledger.append((context.clock)(), &[intent]).await {
        // Somebody paused since the last look: the announcement was refused, so nothing was announced.
        return match paused(context) {
            Some(reason) if matches!(error, LedgerError::Illegal(_)) => Ok(Step::Stop(reason)),
            _ => Err(error),
        };
    }
    let look = look(context, release, seat, gates).await;
    let stale = look.unwrap_or_else(|error| Some(Stale::Unreadable(error.to_string())));
    if let Some(stale) = stale {
        // One seat that is gone is somebody else's doing; a row of them is a server that finds nothing.
        let step = if matches!(stale, Stale::Unreadable(_) | Stale::Gone) { Step::Failed } else { Step::Done };
        skip(context, run, &seat.id, stale).await?;
        return Ok(step);
    }
    context.ledger.refresh().await?;
    if let Some(reason) = paused(context) {
        skip(context, run, &seat.id, Stale::Stopped(reason.clone())).await?;
        return Ok(Step::Stop(reason));
    }
    if protected_meanwhile(context, person) {
        let stale = Stale::Changed("an administrator protects the owner by hand now".to_owned());
        skip(context, run, &seat.id, stale).await?;
        return Ok(Step::Done);
    }
    delete(context, run, seat).await
}

fn intended(decision: &PlannedDecision) -> IntendedRelease {
    IntendedRelease {
        license_id: decision.license_id.clone(),
        allocated_at: decision.allocated_at,
        last_used: decision.last_used,
        idle_days: decision.idle_days,
        rule: decision.rule.clone(),
    }
}

async fn skip(context: &mut Context<'_>, run: RunId, id: &LicenseId, stale: Stale) -> Result<(), LedgerError> {
    let skipped = Event::ReleaseSkipped { run, license_id: id.clone(), stale };
    context.ledger.append((context.clock)(), &[skipped]).await
}

fn paused(context: &Context<'_>) -> Option<String> {
    context.ledger.state().paused().map(|_| "paused".to_owned())
}

fn protected_meanwhile(context: &Context<'_>, person: &PersonRef) -> bool {
    let now = (context.clock)();
    let protection = context.ledger.state().protections().get(person);
    protection.is_some_and(|protection| protection.until.is_none_or(|until| now < until))
}

/// Reads seat and owner once more. `None` when all is as it was decided about.
async fn look(
    context: &Context<'_>,
    release: &Release<'_>,
    seat: &Seat,
    gates: &SeatGates<'_>,
) -> Result<Option<Stale>, QrsError> {
    let Some(seat_now) = context.client.seat(seat.license_type, &seat.id).await? else {
        return Ok(Some(Stale::Gone));
    };
    let snapshot = &release.prepared.snapshot;
    let user = match &seat_now.holder {
        Holder::Deleted { .. } => None,
        Holder::User { guid, .. } => match context.client.user(guid, snapshot.parts().attributes_read).await? {
            OwnerNow::Known(mut user) => {
                user.sort();
                Some(*user)
            }
            OwnerNow::Incomplete(problem) => {
                return Ok(Some(Stale::Unreadable(format!("the owner cannot be believed: {problem}"))));
            }
            OwnerNow::Gone => {
                let problem = "the seat names an owner whom the server does not know".to_owned();
                return Ok(Some(Stale::Unreadable(problem)));
            }
        },
    };
    let owner_now: Owner<'_> = owner_of(&seat_now, user.as_ref());
    if let Some(what) = change((seat, &snapshot.owner(seat)), (&seat_now, &owner_now)) {
        return Ok(Some(Stale::Changed(what.to_owned())));
    }
    let hold = gates.holds(&seat_now, &owner_now).into_iter().next();
    Ok(hold.map(|hold| Stale::Changed(format!("held by the gate {} now", hold.gate))))
}

async fn delete(context: &mut Context<'_>, run: RunId, seat: &Seat) -> Result<Step, LedgerError> {
    let (answer, step) = match context.client.delete_seat(seat.license_type, &seat.id).await {
        qrs::Answer::Accepted(()) => (Answer::Accepted, Step::Done),
        // Somebody else was faster, which is no failure of the server.
        qrs::Answer::NotFound(_) => (Answer::NotFound, Step::Done),
        qrs::Answer::Refused(error) => (Answer::Refused(error.to_string()), Step::Failed),
        qrs::Answer::Lost(error) => (Answer::Lost(error.to_string()), Step::Failed),
    };
    if let Answer::Refused(problem) | Answer::Lost(problem) = &answer {
        tracing::warn!(run = run.0, license_id = %seat.id, "a release failed: {problem}");
    }
    let answered = Event::ReleaseAnswered { run, license_id: seat.id.clone(), answer };
    context.ledger.append((context.clock)(), &[answered]).await?;
    Ok(step)
}
