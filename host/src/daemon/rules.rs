//! Whether rules and limits that changed since somebody looked at them may act already.
//!
//! The same facts are decided about once more, by the rules that were accepted last. Few enough people who newly lose a
//! seat are fine; more wait for an administrator. When nobody can compare, that is a doubt, and it waits too.

use steward_core::guard::Gate;
use steward_core::ledger::Event;
use steward_core::plan::Plan;
use steward_core::rules_change::{newly_released, same_rules};

use crate::cycle::{CycleError, Prepared};
use crate::ledger::{Ledger, LedgerError};
use crate::policy::{Limits, PolicyComponent, PolicyEngine};

/// What is known of the rules of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rules {
    /// Nobody has armed yet, so there is nothing to compare with, and nothing is released.
    NotArmed,
    Accepted,
    /// Why they wait.
    Waiting(String),
}

/// Compares, and notes in the ledger that changed rules are accepted when they newly take no more than `newly_max` seats.
pub async fn look(
    ledger: &mut Ledger,
    prepared: &mut Prepared,
    plan: &Plan,
    newly_max: u32,
) -> Result<Rules, CycleError> {
    let Some(accepted) = ledger.state().accepted(&prepared.site) else { return Ok(Rules::NotArmed) };
    if ledger.state().armed().is_none() {
        return Ok(Rules::NotArmed);
    }
    let stored = match ledger.stored_plan(&accepted.to_string()).await {
        Ok(stored) => stored,
        Err(LedgerError::NoPlan { .. }) => {
            return Ok(Rules::Waiting("the plan that was accepted last is not stored any more".to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    if same_rules(stored.plan.body(), plan.body()) {
        return Ok(Rules::Accepted);
    }
    let before = match decide_again(ledger, prepared, &stored).await {
        Ok(before) => before,
        Err(why) => return Ok(Rules::Waiting(format!("cannot compare with the rules before: {why}"))),
    };
    let newly = u32::try_from(newly_released(before.body(), plan.body()).len()).unwrap_or(u32::MAX);
    if newly > newly_max {
        let gate = Gate::RulesChanged;
        tracing::warn!(%gate, newly, newly_max, "changed rules wait for an administrator");
        return Ok(Rules::Waiting(format!(
            "{newly} seats would newly go, and `steward.policy.maxNewReleases` is {newly_max}"
        )));
    }
    // A plan of another process may stand under the same id; it was noted by that process.
    if ledger.state().plan(&plan.id()).is_some() {
        let at = plan.body().now;
        ledger.append(at, &[Event::RulesAccepted { plan: plan.id(), newly }]).await?;
    }
    Ok(Rules::Accepted)
}

/// The same facts by the rules of a stored plan. An error is a sentence.
async fn decide_again(
    ledger: &mut Ledger,
    prepared: &mut Prepared,
    stored: &crate::ledger::StoredPlan,
) -> Result<Plan, String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    let settings = stored.made_of().map_err(|error| text(&error))?.settings;
    let digest = stored.plan.body().policy.digest;
    let bytes = ledger.component(digest).await.map_err(|error| text(&error))?;
    let bytes = bytes.ok_or("the policy component is not stored any more")?;
    let engine = PolicyEngine::new(Limits::default(), None).map_err(|error| text(&error))?;
    let policy = PolicyComponent::load(&engine, &bytes).map_err(|error| text(&error))?;
    if policy.description().needs.attributes && !prepared.snapshot.attributes_read() {
        return Err("the policy before looked at attributes that were not read now".to_owned());
    }
    let policy = std::mem::replace(&mut prepared.policy, policy);
    let settings = std::mem::replace(&mut prepared.settings, settings);
    // Computed where it stands: this is rare, and a moment of it does not matter to the other tasks.
    let plan = prepared.plan(None);
    prepared.policy = policy;
    prepared.settings = settings;
    plan.map_err(|error| text(&error))
}
