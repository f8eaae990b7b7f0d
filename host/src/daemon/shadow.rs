//! Policies in the shadow: they decide about the same facts as the active one, and nothing comes of it but a comparison.
//!
//! Whatever goes wrong with one of them is told, and never touches the run.

use std::time::Duration;

use serde_json::Value;
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::ledger::{Event, Shadowing};
use steward_core::plan::{Plan, PlannedDecision};
use steward_core::rules_change::newly_released;
use steward_core::settings::RunSettings;
use tokio_util::sync::CancellationToken;

use super::heartbeat::Heartbeat;
use crate::config::Settings;
use crate::cycle::{self, Prepared};
use crate::error_chain;
use crate::ledger::{Comparison, Disagreement, Ledger, LedgerError};
use crate::policies;
use crate::policy::PolicyComponent;

/// Disagreements that are kept of one comparison; their number is exact all the same. Beyond it nobody reads them.
const KEPT_MAX: usize = 1000;

/// For all answers of one of them: the active policy waits meanwhile, and there may be ten. Ours need a second for 100,000
/// seats.
const SHADOW_TIME_MAX: Duration = Duration::from_secs(30);

/// A policy in the shadow, or why there is none.
pub struct Shadow {
    /// As the settings name it.
    name: String,
    policy: Result<(PolicyComponent, Value), String>,
}

/// What a comparison found.
#[derive(Debug, Clone)]
pub struct ShadowFacts {
    pub policy: String,
    pub newly_loses: u32,
    pub newly_keeps: u32,
    pub fault: Option<String>,
}

/// Loads every policy that the settings put into the shadow.
pub async fn load(settings: &Settings, ledger: &mut Ledger) -> Vec<Shadow> {
    let mut shadows = Vec::new();
    for shadow in &settings.steward.policy.shadow {
        let loaded = match policies::named(&shadow.policy, Some(ledger)).await {
            Ok(found) => found.load_aside(Some(settings)).await,
            Err(error) => Err(error),
        };
        let policy = loaded.map_err(|error| error_chain::text(&error)).map(|loaded| {
            let component = loaded.component.within(SHADOW_TIME_MAX);
            let of_name = settings.steward.policy.settings_for(&component.description().name);
            let own = shadow.settings.as_ref().unwrap_or(of_name);
            let own = cycle::settings_of_policy(settings, &component, own);
            (component, own)
        });
        shadows.push(Shadow { name: shadow.policy.clone(), policy });
    }
    shadows
}

/// Some of them look at the attributes of users.
pub fn need_attributes(shadows: &[Shadow]) -> bool {
    let loaded = shadows.iter().filter_map(|shadow| shadow.policy.as_ref().ok());
    loaded.into_iter().any(|(policy, settings)| policy.description().needs_with(settings).attributes)
}

/// Lets each of them decide about the facts of a plan, and keeps where it differs. Gives back what the plan was made of.
/// Whoever asks to stop does not wait for the next one.
pub async fn compare(
    ledger: &mut Ledger,
    shadows: Vec<Shadow>,
    mut prepared: Prepared,
    plan: &Plan,
    beat: &Heartbeat,
    stop: &CancellationToken,
) -> Result<(Prepared, Vec<ShadowFacts>), LedgerError> {
    let mut facts = Vec::new();
    for Shadow { name, policy } in shadows {
        if stop.is_cancelled() {
            break;
        }
        beat.beat();
        let (policy, settings) = match policy {
            Ok(loaded) => loaded,
            Err(why) => {
                tracing::warn!("the policy `{name}` in the shadow cannot be used: {why}");
                facts.push(ShadowFacts { policy: name, newly_loses: 0, newly_keeps: 0, fault: Some(why) });
                continue;
            }
        };
        let between = Shadowing {
            active: plan.body().policy.digest,
            shadow: policy.digest(),
            shadow_settings_digest: Digest::of_canonical_json(&settings).map_err(LedgerError::Json)?,
            site: prepared.site,
        };
        let decided;
        (prepared, decided) = decide(prepared, policy, settings).await;
        let compared = Compared::new(plan, decided);
        if let Some((_, fault)) = &compared.fault {
            tracing::warn!("the policy `{name}` in the shadow failed: {fault}");
        }
        let comparison = Comparison {
            at: plan.body().now,
            site: between.site,
            plan: plan.id(),
            shadow: between.shadow,
            disagreements: &compared.disagreements,
        };
        let event = Event::ShadowCompared {
            active: between.active,
            shadow: between.shadow,
            shadow_settings_digest: between.shadow_settings_digest,
            site: between.site,
            plan: plan.id(),
            newly_loses: compared.newly_loses,
            newly_keeps: compared.newly_keeps,
            // Not its words, which could name people; they stand in the log.
            fault: compared.fault.as_ref().map(|(kind, _)| (*kind).to_owned()),
        };
        ledger.keep_comparison(&comparison, event).await?;
        facts.push(ShadowFacts {
            policy: name,
            newly_loses: compared.newly_loses,
            newly_keeps: compared.newly_keeps,
            fault: compared.fault.map(|(_, fault)| fault),
        });
    }
    Ok((prepared, facts))
}

/// The plan that a policy in the shadow would make.
async fn decide(prepared: Prepared, policy: PolicyComponent, settings: Value) -> (Prepared, Result<Plan, String>) {
    let decided = tokio::task::spawn_blocking(move || {
        let (active, active_settings) = (prepared.policy, prepared.settings);
        let settings = RunSettings { policy: settings, guard: active_settings.guard.clone() };
        let shadow = Prepared { settings, policy, ..prepared };
        let plan = shadow.plan(None).map_err(|error| error_chain::text(&error));
        (Prepared { policy: active, settings: active_settings, ..shadow }, plan)
    });
    decided.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

struct Compared {
    newly_loses: u32,
    newly_keeps: u32,
    disagreements: Vec<Disagreement>,
    /// A word for the ledger, and a sentence for people.
    fault: Option<(&'static str, String)>,
}

impl Compared {
    fn new(active: &Plan, shadow: Result<Plan, String>) -> Self {
        let failed = |kind: &'static str, fault: String| Self {
            newly_loses: 0,
            newly_keeps: 0,
            disagreements: Vec::new(),
            fault: Some((kind, fault)),
        };
        let shadow = match shadow {
            Ok(shadow) => shadow,
            Err(why) => return failed("not-configured", why),
        };
        if let Some(fault) = shadow.body().faults.first() {
            return failed(fault.kind.as_str(), fault.detail.clone());
        }
        let (active, shadow) = (active.body(), shadow.body());
        let (loses, keeps) = (newly_released(active, shadow), newly_released(shadow, active));
        let count = |ids: usize| u32::try_from(ids).unwrap_or(u32::MAX);
        let rule = |plan: &steward_core::plan::PlanBody, id: &LicenseId| plan.decision(id).map(|it| it.rule.clone());
        let row = |id: &LicenseId, change: &str| {
            let decision: &PlannedDecision = active.decision(id)?;
            Some(Disagreement {
                license_id: id.to_string(),
                license_type: decision.license_type,
                change: change.to_owned(),
                active_rule: decision.rule.clone(),
                shadow_rule: rule(shadow, id)?,
            })
        };
        let rows = loses
            .iter()
            .filter_map(|id| row(id, "newly-loses"))
            .chain(keeps.iter().filter_map(|id| row(id, "newly-keeps")));
        Self {
            newly_loses: count(loses.len()),
            newly_keeps: count(keeps.len()),
            disagreements: rows.take(KEPT_MAX).collect(),
            fault: None,
        }
    }
}
