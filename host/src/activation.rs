//! Lets another policy decide: what the gate looks at, and the entry that switches over.
//!
//! The switch is atomic: it is one entry, written under the lock of the data folder, so that no cycle is at work, and each
//! cycle asks once which policy decides.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::{CheckOutcome, Event, GateCheck, GateReport, Shadowing};
use steward_core::plan::Plan;
use steward_core::policy_gate::{CONTRACT, DIFFERENCE, SETTINGS, TESTS, check, difference, shadow};
use steward_core::rules_change::newly_released;
use thiserror::Error;

use crate::apply::{self, ApplyError};
use crate::clock::Clock;
use crate::config::Settings;
use crate::cycle::{self, CycleError, Prepared};
use crate::error_chain;
use crate::ledger::{Ledger, LedgerError};
use crate::policies::{self, Found, Loaded, Origin, PolicyError, STANDARD};
use crate::policy::PolicyComponent;
use crate::policy_trial;

#[derive(Debug, Error)]
pub enum ActivationError {
    #[error(
        "`steward.policy.component` names a file, and that file decides: take it out of the settings, so that the ledger \
         says which policy decides"
    )]
    Pinned,
    #[error("`{0}` is a file: add it with `steward policy add` first")]
    NotStored(String),
    #[error("this policy decides already")]
    Active,
    #[error("`--force` needs a `--note`: it stays in the ledger")]
    NoNote,
    #[error("it would decide nothing with its settings (`steward.policy.settings`, `settingsOf`): {0}")]
    Settings(String),
    #[error("no other policy decided before")]
    NothingBefore,
    #[error(
        "the report that was looked at is about another policy, or another one decided then: look at the gate once more"
    )]
    OtherReport,
    #[error(
        "the gate finds more now than the report that was looked at: look at the gate once more before anything is forced"
    )]
    Worse,
    #[error(transparent)]
    Lock(#[from] ApplyError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Cycle(#[from] CycleError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("cannot write the report as JSON")]
    Json(#[from] serde_json::Error),
}

/// Who activates, and whether the gate may be passed by.
#[derive(Debug, Clone)]
pub struct Request {
    pub by: String,
    pub note: Option<String>,
    pub force: bool,
    /// Wait for a cycle that is at work.
    pub wait: bool,
    /// The report that somebody looked at, by its digest. What is forced may then be no worse than that.
    pub looked_at: Option<Digest>,
}

/// What the gate found. It names seats and no people.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    pub at: Instant,
    pub policy: Digest,
    /// The policy that decided until then.
    pub active: Digest,
    pub report: GateReport,
    /// Seats that newly go, less those that the guard holds one by one.
    pub newly_loses: Vec<LicenseId>,
    pub newly_keeps: Vec<LicenseId>,
}

/// What came of it.
#[derive(Debug)]
pub struct Activation {
    pub findings: Findings,
    /// The digest of the findings as they are kept.
    pub report: Digest,
    pub is_active: bool,
}

/// Puts a policy to the gate, and lets it decide if it passes or is forced.
///
/// # Errors
/// When it cannot be put to the gate at all. A gate that is not passed is no error.
pub async fn activate(
    settings: &Settings,
    ledger: &mut Ledger,
    found: Found,
    request: &Request,
    clock: Clock<'_>,
) -> Result<Activation, ActivationError> {
    check_place(settings, &found)?;
    if request.force && request.note.as_ref().is_none_or(|note| note.trim().is_empty()) {
        return Err(ActivationError::NoNote);
    }
    // No cycle is at work from here on.
    let _lock = apply::lock(settings, request.wait, clock).await?;
    let (report, findings) = examine_and_keep(settings, ledger, &found, clock).await?;
    let digest = found.digest();
    if let Some(looked_at) = request.looked_at {
        compare(ledger, looked_at, &findings).await?;
    }
    let passed = findings.report.is_passed();
    if !passed && !request.force {
        return Ok(Activation { findings, report, is_active: false });
    }
    // A policy that cannot be loaded, or does not take its settings, is not activated, whoever wants it.
    let is_refused = |check: &GateCheck| check.name == SETTINGS && check.outcome == CheckOutcome::Failed;
    if let Some(refused) = findings.report.checks.iter().find(|check| is_refused(check)) {
        return Err(ActivationError::Settings(refused.detail.clone()));
    }
    let loaded = found.load(Some(settings))?;
    let description = loaded.component.description();
    let of_policy = cycle::run_settings(settings, &loaded.component).policy;
    let is_standard = digest == Digest::of_bytes(STANDARD.bytes);
    if found.origin == Origin::Shipped && !is_standard {
        // Kept, so that another version of Steward does not bring another policy with it.
        policies::add(ledger, &found, &loaded, &request.by, clock()).await?;
    }
    let event = Event::PolicyActivated {
        by: request.by.clone(),
        site: cycle::site_of(settings),
        digest: (!is_standard).then_some(digest),
        name: description.name.clone(),
        version: description.version.clone(),
        settings_digest: Digest::of_canonical_json(&of_policy)?,
        report: findings.report.clone(),
        forced: !passed,
        note: request.note.clone(),
    };
    ledger.append(clock(), &[event]).await?;
    Ok(Activation { findings, report, is_active: true })
}

/// Puts a policy to the gate, and changes nothing.
///
/// # Errors
/// As [`activate`].
pub async fn look(
    settings: &Settings,
    ledger: &mut Ledger,
    found: &Found,
    wait: bool,
    clock: Clock<'_>,
) -> Result<(Digest, Findings), ActivationError> {
    check_place(settings, found)?;
    let _lock = apply::lock(settings, wait, clock).await?;
    examine_and_keep(settings, ledger, found, clock).await
}

fn check_place(settings: &Settings, found: &Found) -> Result<(), ActivationError> {
    if settings.steward.policy.component.is_some() {
        return Err(ActivationError::Pinned);
    }
    match &found.origin {
        Origin::File(path) => Err(ActivationError::NotStored(path.display().to_string())),
        Origin::Shipped | Origin::Stored => Ok(()),
    }
}

async fn examine_and_keep(
    settings: &Settings,
    ledger: &mut Ledger,
    found: &Found,
    clock: Clock<'_>,
) -> Result<(Digest, Findings), ActivationError> {
    ledger.refresh().await?;
    let active = Active::find(settings, ledger).await;
    if active.digest == found.digest() && active.component.is_ok() {
        return Err(ActivationError::Active);
    }
    let findings = examine(settings, ledger, found, active, clock).await?;
    let report = ledger.keep_gate_report(found.digest(), &serde_json::to_string(&findings)?, clock()).await?;
    Ok((report, findings))
}

/// Whoever looked at a report has seen whatever the gate finds now.
async fn compare(ledger: &mut Ledger, looked_at: Digest, now: &Findings) -> Result<(), ActivationError> {
    let kept = ledger.gate_report(looked_at).await?.ok_or(ActivationError::OtherReport)?;
    let then: Findings = serde_json::from_str(&kept)?;
    if (then.policy, then.active) != (now.policy, now.active) {
        return Err(ActivationError::OtherReport);
    }
    let seen_losses: BTreeSet<&LicenseId> = then.newly_loses.iter().collect();
    let seen_failures: BTreeSet<&str> = then.report.failed().map(|check| check.name.as_str()).collect();
    let is_seen = now.newly_loses.iter().all(|id| seen_losses.contains(id))
        && now.report.failed().all(|check| seen_failures.contains(check.name.as_str()));
    if is_seen || now.report.is_passed() { Ok(()) } else { Err(ActivationError::Worse) }
}

/// The policy to which a rollback leads.
///
/// # Errors
/// When there is none, or it is lost.
pub async fn before(settings: &Settings, ledger: &mut Ledger) -> Result<Found, ActivationError> {
    let (state, site) = (ledger.state(), cycle::site_of(settings));
    match state.policy_before(site).map(|before| before.digest) {
        Some(Some(digest)) => Ok(policies::of_digest(digest, Some(ledger)).await?.ok_or(PolicyError::Lost(digest))?),
        Some(None) => Ok(Found::shipped(&STANDARD)),
        None if state.active_policy(site).is_some_and(|active| active.digest.is_some()) => {
            Ok(Found::shipped(&STANDARD))
        }
        None => Err(ActivationError::NothingBefore),
    }
}

/// The policy that decides so far.
struct Active {
    digest: Digest,
    /// Or why it cannot be used: then nobody can tell who newly loses a seat, and it has to be possible to leave it.
    component: Result<PolicyComponent, String>,
}

impl Active {
    async fn find(settings: &Settings, ledger: &mut Ledger) -> Self {
        let digest = policies::activated(Some(settings), ledger).unwrap_or_else(|| Digest::of_bytes(STANDARD.bytes));
        let component = policies::active(Some(settings), Some(ledger)).await;
        Self { digest, component: component.map_err(|error| error_chain::text(&error)) }
    }
}

async fn examine(
    settings: &Settings,
    ledger: &mut Ledger,
    found: &Found,
    active: Active,
    clock: Clock<'_>,
) -> Result<Findings, ActivationError> {
    let mut findings = Findings {
        at: clock(),
        policy: found.digest(),
        active: active.digest,
        report: GateReport::default(),
        newly_loses: Vec::new(),
        newly_keeps: Vec::new(),
    };
    let checks = &mut findings.report.checks;
    let loaded = match found.clone().load_aside(Some(settings)).await {
        Ok(loaded) => loaded,
        Err(error) => {
            checks.push(check(CONTRACT, Err(error_chain::text(&error))));
            return Ok(findings);
        }
    };
    let description = loaded.component.description();
    let is = format!("{} {} is a component of the contract", description.name, description.version);
    checks.push(check(CONTRACT, Ok(is)));
    let (active, active_digest) = (active.component, active.digest);
    let planned = plan_both(settings, ledger, active, &loaded, clock).await?;
    let takes = planned.as_ref().map(|_| "it takes its settings".to_owned()).map_err(Clone::clone);
    checks.push(check(SETTINGS, takes));
    let (component, suites) = (loaded.component.clone(), found.suites.clone());
    let tested = tokio::task::spawn_blocking(move || policy_trial::run_suites(&component, &suites)).await;
    checks.push(check(TESTS, tested.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))));
    if let Ok((Err(why), _)) = &planned {
        let detail = format!("the active policy cannot be used, so nobody can tell who newly loses a seat: {why}");
        checks.push(check(DIFFERENCE, Err(detail)));
    } else if let Ok((Ok(before), now)) = &planned {
        let ids = |ids: BTreeSet<&LicenseId>| ids.into_iter().cloned().collect::<Vec<_>>();
        let loses = ids(newly_released(before.body(), now.body()));
        let keeps = ids(newly_released(now.body(), before.body()));
        checks.push(match now.body().faults.first() {
            None => difference(loses.len(), keeps.len(), settings.steward.policy.max_new_releases),
            Some(fault) => check(DIFFERENCE, Err(format!("it failed: {}", fault.detail))),
        });
        (findings.newly_loses, findings.newly_keeps) = (loses, keeps);
    } else {
        checks.push(check(DIFFERENCE, Err("nobody can tell before it takes its settings".to_owned())));
    }
    let of_policy = cycle::run_settings(settings, &loaded.component).policy;
    let between = Shadowing {
        active: active_digest,
        shadow: found.digest(),
        shadow_settings_digest: Digest::of_canonical_json(&of_policy)?,
        site: cycle::site_of(settings),
    };
    let clean = ledger.state().clean_shadow_cycles(&between, 0);
    findings.report.checks.push(shadow(clean, settings.steward.policy.clean_shadow_runs));
    Ok(findings)
}

/// The plan of the active policy, or why there is none, and that of the new one.
type Both = (Result<Plan, String>, Plan);

/// The plans of both policies on facts of this moment. The inner error is a sentence about the new policy.
async fn plan_both(
    settings: &Settings,
    ledger: &mut Ledger,
    active: Result<PolicyComponent, String>,
    wanted: &Loaded,
    clock: Clock<'_>,
) -> Result<Result<Both, String>, ActivationError> {
    let wanted = wanted.component.clone();
    let run_settings = cycle::run_settings(settings, &wanted);
    let client = cycle::connect(settings, clock)?;
    let reads_attributes =
        |policy: &PolicyComponent| cycle::needs(policy, &cycle::run_settings(settings, policy)).attributes;
    let attributes = active.as_ref().is_ok_and(reads_attributes) || reads_attributes(&wanted);
    let first = active.as_ref().unwrap_or(&wanted).clone();
    let prepared = cycle::prepare_reading(settings, first, attributes, &client, None, Some(ledger), clock).await?;
    let planned = tokio::task::spawn_blocking(move || -> Result<_, CycleError> {
        let before = match active.map(|_| prepared.plan(None)) {
            Ok(Ok(plan)) => Ok(plan),
            Ok(Err(CycleError::Configure(error))) => Err(error_chain::text(&error)),
            Ok(Err(error)) => return Err(error),
            Err(why) => Err(why),
        };
        let prepared = Prepared { policy: wanted, settings: run_settings, ..prepared };
        match prepared.plan(None) {
            Ok(now) => Ok(Ok((before, now))),
            Err(CycleError::Configure(error)) => Ok(Err(error_chain::text(&error))),
            Err(error) => Err(error),
        }
    });
    let planned = planned.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    Ok(planned?)
}
