//! Makes the plans of a run again from what the ledger stored, to prove that nothing else decided.

use std::path::Path;

use steward_core::digest::Digest;
use steward_core::ledger::RunId;
use thiserror::Error;

use crate::cycle::{CycleError, Prepared};
use crate::ledger::{Ledger, LedgerError};
use crate::policies::PolicyError;
use crate::policy::{Limits, PolicyComponent, PolicyEngine};

#[derive(Debug, Error)]
pub enum ReplayError {
    #[error("a person was erased from the {what} {id}, so it cannot be made again exactly")]
    Erased { what: &'static str, id: Digest },
    #[error("the component {0} is not in the ledger")]
    NoComponent(Digest),
    #[error("the {what} {id} cannot be made again: the result is another one, {made}")]
    Different { what: &'static str, id: Digest, made: Digest },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Cycle(#[from] CycleError),
}

/// A plan that was made again.
#[derive(Debug)]
pub struct Replayed {
    pub what: &'static str,
    pub id: Digest,
}

/// Makes the plan of a run, and what was decided afresh when it was applied, again.
///
/// # Errors
/// When something is missing, or the result differs by a single byte.
pub async fn replay(ledger: &mut Ledger, run: RunId, folder: Option<&Path>) -> Result<Vec<Replayed>, ReplayError> {
    let state = ledger.state().runs().get(&run).ok_or(LedgerError::NoRun(run))?;
    let plans = [("plan", Some(state.plan)), ("fresh decision", state.fresh)];
    let cache = folder.map(|folder| folder.join("compiled"));
    let engine = PolicyEngine::new(Limits::default(), cache.as_deref())
        .map_err(PolicyError::Engine)
        .map_err(CycleError::Policy)?;
    let mut replayed = Vec::new();
    for (what, id) in plans {
        let Some(id) = id else { continue };
        let stored = ledger.stored_plan(&id.to_string()).await?;
        if stored.is_erased {
            return Err(ReplayError::Erased { what, id });
        }
        let digest = stored.plan.body().policy.digest;
        let bytes = ledger.component(digest).await?.ok_or(ReplayError::NoComponent(digest))?;
        let policy = PolicyComponent::load(&engine, &bytes)
            .map_err(|source| PolicyError::Load { name: format!("`{digest}` of the ledger"), source })
            .map_err(CycleError::Policy)?;
        let prepared = Prepared::from_stored(stored.made_of()?, policy, stored.plan.body());
        let application = stored.plan.body().application.clone();
        let made = tokio::task::spawn_blocking(move || prepared.plan(application.as_ref())).await;
        let made = made.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
        let mut bytes = Vec::new();
        made.write(&mut bytes).map_err(|error| CycleError::Json(serde_json::Error::io(error)))?;
        if bytes != stored.bytes {
            return Err(ReplayError::Different { what, id, made: made.id() });
        }
        replayed.push(Replayed { what, id });
    }
    Ok(replayed)
}
