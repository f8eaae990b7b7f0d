//! Which policy decides: the gate's report first, then the activation of what was looked at.

use steward_core::digest::Digest;

use crate::activation::{self, Findings, Request};
use crate::api::answer::Begun;
use crate::api::bodies::policies::{ActivateRequest, GateFindings, PolicyPath};
use crate::api::bodies::switches::NoteRequest;
use crate::api::call::{Call, Nothing};
use crate::api::events::Happening;
use crate::api::problem::Problem;
use crate::api::read::policies::find;
use crate::api::work::{Done, WorkKind, WorkResult};
use crate::api::write::note;
use crate::cycle;
use crate::error_chain;
use crate::policies::{Found, shortened};

pub async fn examine(call: Call<PolicyPath, Nothing, NoteRequest>) -> Result<Begun, Problem> {
    let (api, by) = (call.api.clone(), call.caller.actor());
    let found = call.api.desk.change(async move |drawer| find(drawer, &call.path.digest).await).await?;
    let subject = found.digest().to_string();
    let begun = call.api.works.begin(WorkKind::Gate, subject, by, move |_| async move {
        let settings = api.settings.borrow().clone();
        let mut ledger =
            cycle::open_ledger(&settings, api.timer.clock()).await.map_err(|error| error_chain::text(&error))?;
        let looked = activation::look(&settings, &mut ledger, &found, false, api.timer.clock()).await;
        ledger.close().await;
        let (report, findings) = looked.map_err(|error| error_chain::text(&error))?;
        let findings = shown(report, &findings);
        let (says, policy) = (if findings.is_passed { "passes" } else { "does not pass" }, shortened(findings.policy));
        Ok(Done {
            needs_attention: !findings.is_passed,
            message: format!("{policy} {says} the gate"),
            result: WorkResult::Examined { findings },
        })
    });
    Ok(Begun(begun?))
}

pub async fn activate(call: Call<PolicyPath, Nothing, ActivateRequest>) -> Result<Begun, Problem> {
    let typed = call.path.digest.clone();
    let found = call.api.desk.change(async move |drawer| find(drawer, &typed).await).await?;
    begin(call, WorkKind::Activate, found)
}

pub async fn roll_back(call: Call<Nothing, Nothing, ActivateRequest>) -> Result<Begun, Problem> {
    let before = call.api.desk.change(async |drawer| {
        let settings = drawer.settings();
        let before = activation::before(&settings, drawer.ledger().await?).await;
        before.map_err(|error| Problem::conflict(error_chain::text(&error)))
    });
    let before = before.await?;
    begin(call, WorkKind::Rollback, before)
}

fn begin<P>(call: Call<P, Nothing, ActivateRequest>, kind: WorkKind, found: Found) -> Result<Begun, Problem> {
    let (api, by) = (call.api.clone(), call.caller.actor());
    let ActivateRequest { report, force, note: written } = call.body;
    let note = note(written)?;
    if force && note.is_none() {
        return Err(Problem::invalid("`force` needs a `note`: it stays in the ledger"));
    }
    let request = Request { by: by.clone(), note, force, wait: false, looked_at: Some(report) };
    let subject = found.digest().to_string();
    let begun = call.api.works.begin(kind, subject, by, move |_| async move {
        let settings = api.settings.borrow().clone();
        let mut ledger =
            cycle::open_ledger(&settings, api.timer.clock()).await.map_err(|error| error_chain::text(&error))?;
        let activated = activation::activate(&settings, &mut ledger, found, &request, api.timer.clock()).await;
        ledger.close().await;
        let activation = activated.map_err(|error| error_chain::text(&error))?;
        let policy = shortened(activation.findings.policy);
        let message = if activation.is_active {
            api.events.tell(Happening::Settings);
            format!("{policy} decides from the next run on")
        } else {
            format!("{policy} does not decide: the gate says no")
        };
        Ok(Done {
            needs_attention: !activation.is_active,
            message,
            result: WorkResult::Activated {
                is_active: activation.is_active,
                findings: shown(activation.report, &activation.findings),
            },
        })
    });
    Ok(Begun(begun?))
}

fn shown(report_digest: Digest, findings: &Findings) -> GateFindings {
    GateFindings {
        report_digest,
        at: findings.at,
        policy: findings.policy,
        active: findings.active,
        is_passed: findings.report.is_passed(),
        report: findings.report.clone(),
        newly_loses: findings.newly_loses.clone(),
        newly_keeps: findings.newly_keeps.clone(),
    }
}
