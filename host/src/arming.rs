//! What an administrator allows and stops: arm, pause, resume. Whoever asks, the command line or the listener.

use std::collections::BTreeSet;

use steward_core::digest::Digest;
use steward_core::guard::{Gate, Scope};
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::Event;
use steward_core::plan::Held;
use steward_core::rules_change::{newly_released, same_rules};
use thiserror::Error;

use crate::ledger::{Ledger, LedgerError, StoredPlan};
use crate::wording::counted;

#[derive(Debug, Error)]
pub enum ArmError {
    #[error("there is no plan yet that somebody could have looked at: run `steward plan` first")]
    NoPlan,
    #[error("the plan {0} cannot be applied any more: run `steward plan`, and look at that one")]
    Over(Digest),
    #[error("the plan {plan} is held by {}, so its numbers are no measure: {}. {}", .held.gate, .held.detail, .held.gate.way_out())]
    Held { plan: Digest, held: Box<Held> },
    #[error(
        "the rules are others than those that were accepted last, and {} would newly go: look at `steward plan`, then name \
         the plan that you looked at, such as `steward arm {id}`",
        counted(*.newly, "seat")
    )]
    OtherRules { newly: usize, id: String },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Releases are armed after a look at this plan.
#[derive(Debug)]
pub struct Armed {
    pub plan: Digest,
    pub made_at: Instant,
    pub releases: usize,
    /// Seats that gates of the plan hold.
    pub held: usize,
    /// Gates that held the whole plan.
    pub gates: BTreeSet<Gate>,
}

/// Allows releases. `plan` is the one that somebody looked at; `None` for the latest one, which does when its rules are
/// those that were accepted last.
///
/// # Errors
/// When the plan cannot be looked at any more, or says nothing.
pub async fn arm(
    ledger: &mut Ledger,
    plan: Option<&str>,
    by: &str,
    note: Option<String>,
    now: Instant,
) -> Result<Armed, ArmError> {
    let id = plan.map(ToOwned::to_owned).or_else(|| ledger.state().latest_plan().map(|(id, _)| id.to_string()));
    let stored = ledger.stored_plan(&id.ok_or(ArmError::NoPlan)?).await?;
    let (id, body) = (stored.plan.id(), stored.plan.body());
    if ledger.state().plan(&id).is_none_or(|record| record.is_void) || body.expires_at <= now {
        return Err(ArmError::Over(id));
    }
    if let Some(held) = body.held.iter().find(|held| held.gate.spoils_counts()) {
        return Err(ArmError::Held { plan: id, held: Box::new(held.clone()) });
    }
    if plan.is_none() {
        look_before(ledger, &stored).await?;
    }
    ledger.append(now, &[Event::Armed { by: by.to_owned(), plan: id, note }]).await?;
    let held: BTreeSet<&LicenseId> = body.held.iter().flat_map(|held| &held.license_ids).collect();
    Ok(Armed {
        plan: id,
        made_at: body.now,
        releases: body.releases.len(),
        held: held.len(),
        gates: body.held.iter().filter(|held| held.scope == Scope::Run).map(|held| held.gate).collect(),
    })
}

/// A plan by other rules than those that were accepted last has to be named: the daemon may have made it a moment ago.
async fn look_before(ledger: &mut Ledger, latest: &StoredPlan) -> Result<(), ArmError> {
    let site = ledger.state().plan(&latest.plan.id()).map(|record| record.counts.site);
    let Some(accepted) = site.and_then(|site| ledger.state().accepted(&site)) else { return Ok(()) };
    let accepted = ledger.stored_plan(&accepted.to_string()).await?;
    if ledger.state().armed().is_none() || same_rules(accepted.plan.body(), latest.plan.body()) {
        return Ok(());
    }
    let newly = newly_released(accepted.plan.body(), latest.plan.body()).len();
    let id: String = latest.plan.id().hex().chars().take(12).collect();
    Err(ArmError::OtherRules { newly, id })
}

/// Stops all releases. `false` when somebody did before.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn pause(ledger: &mut Ledger, by: &str, note: Option<String>, now: Instant) -> Result<bool, LedgerError> {
    ledger.refresh().await?;
    if ledger.state().paused().is_some() {
        return Ok(false);
    }
    ledger.append(now, &[Event::Paused { by: by.to_owned(), note }]).await?;
    Ok(true)
}

/// Lets releases go on. `false` when nobody stopped them.
///
/// # Errors
/// As [`pause`].
pub async fn resume(ledger: &mut Ledger, by: &str, note: Option<String>, now: Instant) -> Result<bool, LedgerError> {
    ledger.refresh().await?;
    if ledger.state().paused().is_none() {
        return Ok(false);
    }
    ledger.append(now, &[Event::Resumed { by: by.to_owned(), note }]).await?;
    Ok(true)
}
