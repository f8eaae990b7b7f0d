//! Whether rules and limits that changed since somebody looked at them may act already.
//!
//! The same facts are decided about once more, by the rules that were accepted last. Few enough people who newly lose a
//! seat are fine; more wait for an administrator. When nobody can compare, that is a doubt, and it waits too.

use steward_core::digest::Digest;
use steward_core::guard::Gate;
use steward_core::instant::Instant;
use steward_core::ledger::Event;
use steward_core::plan::Plan;
use steward_core::rules_change::{newly_released, same_rules};

use crate::config::Settings;
use crate::cycle::{self, CycleError, Prepared};
use crate::error_chain;
use crate::ledger::{Ledger, LedgerError, StoredPlan};
use crate::policies;
use crate::policy::{Limits, PolicyComponent, PolicyEngine};

/// What is known of the rules of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rules {
    /// Nobody has armed yet, so there is nothing to compare with, and nothing is released.
    NotArmed,
    /// They are those that were accepted last.
    Same,
    /// They changed, and newly take few enough seats to be accepted.
    Few { newly: u32 },
    /// Why they wait.
    Waiting(String),
}

/// Compares the rules of a plan with those that were accepted last.
pub async fn look(ledger: &mut Ledger, prepared: Prepared, plan: &Plan, newly_max: u32) -> Result<Rules, CycleError> {
    if ledger.state().armed().is_none() {
        return Ok(Rules::NotArmed);
    }
    let Some(accepted) = ledger.state().accepted(&prepared.site) else {
        return Ok(Rules::Waiting("nobody has armed releases for the server that the settings name now".to_owned()));
    };
    let stored = match ledger.stored_plan(&accepted.to_string()).await {
        Ok(stored) => stored,
        Err(LedgerError::NoPlan { .. }) => {
            return Ok(Rules::Waiting("the plan that was accepted last is not stored any more".to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    if same_rules(stored.plan.body(), plan.body()) {
        return Ok(Rules::Same);
    }
    let faults = plan.body().faults.len();
    if faults > 0 {
        return Ok(Rules::Waiting(format!(
            "the policy failed {faults} times, so nobody can tell how many seats would newly go"
        )));
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
    Ok(Rules::Few { newly })
}

/// The settings are others than those of the plan that was accepted last. Nobody can tell means yes.
pub async fn have_changed(ledger: &mut Ledger, settings: &Settings) -> bool {
    let Some(accepted) = ledger.state().accepted(&cycle::site_of(settings)) else {
        return ledger.state().armed().is_some();
    };
    let Ok(stored) = ledger.stored_plan(&accepted.to_string()).await else { return true };
    let Ok(policy) = policies::active(Some(settings), Some(ledger)).await else { return true };
    let now = cycle::run_settings(settings, &policy);
    let body = stored.plan.body();
    let same = |digest: Result<Digest, serde_json::Error>, before: Digest| digest.is_ok_and(|digest| digest == before);
    !(policy.digest() == body.policy.digest
        && same(Digest::of_canonical_json(&now.policy), body.policy.settings_digest)
        && same(now.guard.digest(), body.guard.digest))
}

/// Notes that the rules of a plan, which newly take few enough seats, are accepted.
pub async fn accept(ledger: &mut Ledger, plan: &Plan, newly: u32, now: Instant) -> Result<(), LedgerError> {
    ledger.append(now, &[Event::RulesAccepted { plan: plan.id(), newly }]).await
}

/// The same facts by the rules of a stored plan. An error is a sentence.
async fn decide_again(ledger: &mut Ledger, prepared: Prepared, stored: &StoredPlan) -> Result<Plan, String> {
    let text = |error: &dyn std::error::Error| error_chain::text(error);
    let settings = stored.made_of().map_err(|error| text(&error))?.settings;
    let digest = stored.plan.body().policy.digest;
    let bytes = ledger.component(digest).await.map_err(|error| text(&error))?;
    let bytes = bytes.ok_or("the policy component is not stored any more")?;
    let decided = tokio::task::spawn_blocking(move || {
        let engine = PolicyEngine::new(Limits::default(), None).map_err(|error| text(&error))?;
        let policy = PolicyComponent::load(&engine, &bytes).map_err(|error| text(&error))?;
        if policy.description().needs_with(&settings.policy).attributes && !prepared.snapshot.attributes_read() {
            return Err("the policy before looked at attributes that were not read now".to_owned());
        }
        Prepared { settings, policy, ..prepared }.plan(None).map_err(|error| text(&error))
    });
    decided.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}
