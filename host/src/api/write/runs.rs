//! Undo.

use std::sync::Arc;

use steward_core::ledger::{RunId, RunKind};

use super::plans::counts;
use crate::api::Api;
use crate::api::answer::Begun;
use crate::api::bodies::runs::{RestorationBody, RestorationWay, RunPath, UndoPreview, UndoRequest};
use crate::api::call::{Call, Nothing};
use crate::api::problem::Problem;
use crate::api::work::{Done, WorkKind, WorkResult};
use crate::config::Settings;
use crate::error_chain;
use crate::executor::{RestorePlan, Way};
use crate::undo::{self, Undo};
use crate::wording::counted;

/// More people than anybody picks by hand.
const ONLY_MAX: usize = 1000;

pub async fn preview(call: Call<RunPath, Nothing, UndoRequest>) -> Result<Begun, Problem> {
    let (api, by) = (call.api.clone(), call.caller.actor());
    let (run, only) = asked(&call).await?;
    let begun = call.api.works.begin(WorkKind::UndoPreview, run.to_string(), by, move |_| async move {
        let settings = api.settings.borrow().clone();
        let prepared = prepare(&api, &settings, run, &only).await?;
        let preview = shown(&prepared.plan);
        Ok(Done {
            needs_attention: preview.possible < preview.seats.len(),
            message: format!("{} can be given back", counted(preview.possible, "seat")),
            result: WorkResult::UndoPreviewed { preview },
        })
    });
    Ok(Begun(begun?))
}

pub async fn undo(call: Call<RunPath, Nothing, UndoRequest>) -> Result<Begun, Problem> {
    let (api, by) = (call.api.clone(), call.caller.actor());
    let (run, only) = asked(&call).await?;
    let begun = call.api.works.begin(WorkKind::Undo, run.to_string(), by.clone(), move |hands| async move {
        let settings = api.settings.borrow().clone();
        let prepared = prepare(&api, &settings, run, &only).await?;
        if prepared.plan.seats.is_empty() {
            return Err(format!("run {run} took no seat that is not back already"));
        }
        let mut progress = hands.progress();
        let done = undo::carry_out(prepared, &by, &hands.stop, api.timer.clock(), &mut progress).await;
        api.points.notify_one();
        let report = done.map_err(|error| error_chain::text(&error))?;
        Ok(Done {
            needs_attention: report.needs_attention(),
            message: format!("run {}: {}", report.run, counts(&report.counts)),
            result: WorkResult::Undone { run: Box::new(report) },
        })
    });
    Ok(Begun(begun?))
}

/// What can be refused before anything is begun.
async fn asked(call: &Call<RunPath, Nothing, UndoRequest>) -> Result<(RunId, Vec<String>), Problem> {
    if call.body.only.len() > ONLY_MAX {
        return Err(Problem::invalid(format!("`only` names more than {ONLY_MAX} people: leave it out for everybody")));
    }
    let run = RunId(call.path.run);
    call.api
        .desk
        .change(async move |drawer| match drawer.ledger().await?.state().runs().get(&run).map(|run| run.kind) {
            None => Err(Problem::not_found(format!("there is no run {run}"))),
            Some(RunKind::Undo(_)) => {
                Err(Problem::conflict(format!("run {run} gave seats back; there is nothing to undo")))
            }
            Some(RunKind::Release) => Ok(()),
        })
        .await?;
    Ok((run, call.body.only.clone()))
}

async fn prepare(api: &Api, settings: &Arc<Settings>, run: RunId, only: &[String]) -> Result<Undo, String> {
    undo::prepare(settings, run, only, false, api.timer.clock()).await.map_err(|error| error_chain::text(&error))
}

fn shown(plan: &RestorePlan) -> UndoPreview {
    let seats: Vec<RestorationBody> = plan
        .seats
        .iter()
        .map(|seat| {
            let (way, detail) = match &seat.way {
                Way::Reinstate { .. } => (RestorationWay::Reinstate, "the quarantine of the seat is lifted".to_owned()),
                Way::Allocate { .. } => (RestorationWay::Allocate, "a new seat is allocated".to_owned()),
                Way::HoldsSeat(license_type) => {
                    (RestorationWay::HoldsSeat, format!("the person holds a seat ({license_type}) already"))
                }
                Way::Impossible(why) => (RestorationWay::Impossible, (*why).to_owned()),
            };
            RestorationBody {
                license_id: seat.license_id.clone(),
                license_type: seat.license_type,
                user_directory: seat.account.as_ref().map(|account| account.user_directory.clone()),
                user_id: seat.account.as_ref().map(|account| account.user_id.clone()),
                way,
                detail,
            }
        })
        .collect();
    let is_possible =
        |seat: &&RestorationBody| matches!(seat.way, RestorationWay::Reinstate | RestorationWay::Allocate);
    UndoPreview { run: plan.run, possible: seats.iter().filter(is_possible).count(), seats }
}
