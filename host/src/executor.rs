//! Carries out what was decided: takes the seats of a plan one at a time, and gives them back.
//!
//! Each step is on the disk before it is taken: intent, a last look at seat and owner, DELETE, answer. A failure of one
//! seat never stops the others; a pause, a closed window, a stop or a row of failures ends the run between two seats.
//! Afterwards the server is asked what came of it. Nothing is decided here, and no request that changes something is
//! repeated.

mod pace;
mod release;
mod report;
mod restore;
mod settle;

use std::collections::{BTreeMap, BTreeSet};

use steward_core::application::why_not;
use steward_core::guard::SeatGates;
use steward_core::ids::LicenseId;
use steward_core::ledger::{Event, PersonRef, RunId, Stale};
use steward_core::plan::{PlanBody, PlannedDecision};
use steward_core::snapshot::Seat;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::cycle::Prepared;
use crate::ledger::{Ledger, LedgerError};
use crate::qrs::{Client, QrsError};
use crate::run_settings::ExecutionSettings;
use pace::Pace;
use release::Step;

pub use report::{ReportKind, RunReport, SeatReport, SeatResult};
pub use restore::{Restoration, RestorePlan, Way, plan_restores, restore_all};
pub use settle::{Resolved, recover, settle};

#[derive(Debug, Error)]
pub enum ExecutorError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(
        "run {0} was interrupted at another server: run `steward plan` with the settings of that server first, which \
         looks what came of it"
    )]
    OtherSite(RunId),
    #[error("cannot look what came of the run; the next command looks again")]
    Look(#[source] QrsError),
}

/// With whom an executor works.
pub struct Context<'c> {
    pub ledger: &'c mut Ledger,
    pub client: &'c Client,
    pub clock: Clock<'c>,
    pub settings: &'c ExecutionSettings,
    /// Asks to stop after the seat in hand.
    pub stop: &'c CancellationToken,
}

/// What a run tells while it works.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub done: usize,
    pub of: usize,
}

/// The seats that a run may release, as they were decided about a moment ago.
pub struct Release<'r> {
    pub run: RunId,
    pub prepared: &'r Prepared,
    pub fresh: &'r PlanBody,
    /// Every seat of the plan that was chosen, and to whom it belongs.
    pub chosen: &'r BTreeMap<LicenseId, PersonRef>,
}

/// Releases the seats one after the other. Returns why it ended before the last one, if it did.
///
/// # Errors
/// When the ledger cannot be written: then nothing more is sent.
pub async fn release_all(
    context: &mut Context<'_>,
    release: &Release<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Option<String>, LedgerError> {
    skip_stale(context, release).await?;
    let seats: BTreeMap<&LicenseId, &Seat> =
        release.prepared.snapshot.seats().iter().map(|seat| (&seat.id, seat)).collect();
    let decisions: BTreeMap<&LicenseId, &PlannedDecision> =
        release.fresh.decisions.iter().map(|decision| (&decision.license_id, decision)).collect();
    let mut pace = Pace::new(context.settings.releases_per_minute);
    let mut failures_in_a_row = 0;
    let of = release.fresh.releases.len();
    for (done, id) in release.fresh.releases.iter().enumerate() {
        progress(Progress { done, of });
        let (Some(seat), Some(decision), Some(person)) = (seats.get(id), decisions.get(id), release.chosen.get(id))
        else {
            unreachable!("the checker refuses plans that release what they do not decide about or were not chosen");
        };
        pace.wait(context.stop).await;
        if let Some(reason) = why_stop(context, failures_in_a_row) {
            return Ok(Some(reason));
        }
        let gates = SeatGates::new(&release.prepared.settings.guard, &release.prepared.memory, (context.clock)());
        match release::one(context, release, seat, decision, person, &gates).await? {
            Step::Done => failures_in_a_row = 0,
            Step::Failed => failures_in_a_row += 1,
            Step::Stop(reason) => return Ok(Some(reason)),
        }
    }
    progress(Progress { done: of, of });
    Ok(None)
}

/// Seats of the plan that the fresh decision keeps.
async fn skip_stale(context: &mut Context<'_>, release: &Release<'_>) -> Result<(), LedgerError> {
    let goes: BTreeSet<&LicenseId> = release.fresh.releases.iter().collect();
    let skipped = release.chosen.keys().filter(|id| !goes.contains(id)).map(|id| {
        let stale = match release.fresh.decision(id) {
            None => Stale::Gone,
            Some(_) => Stale::Kept(why_not(release.fresh, id)),
        };
        Event::ReleaseSkipped { run: release.run, license_id: id.clone(), stale }
    });
    let skipped: Vec<Event> = skipped.collect();
    if skipped.is_empty() { Ok(()) } else { context.ledger.append((context.clock)(), &skipped).await }
}

fn why_stop(context: &Context<'_>, failures_in_a_row: u32) -> Option<String> {
    if context.stop.is_cancelled() {
        return Some("somebody asked to stop".to_owned());
    }
    if failures_in_a_row >= context.settings.max_consecutive_failures {
        return Some(format!("{failures_in_a_row} failures in a row"));
    }
    let now = (context.clock)();
    let window = context.settings.window.as_ref()?;
    (!window.is_open_at(now)).then(|| "the window for releases closed".to_owned())
}
