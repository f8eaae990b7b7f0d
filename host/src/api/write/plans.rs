//! Plans that are made and applied on request.

use std::collections::BTreeMap;

use steward_core::application::Choice;
use steward_core::plan::Held;

use crate::api::answer::Begun;
use crate::api::bodies::plans::PlanPath;
use crate::api::bodies::runs::ApplyRequest;
use crate::api::bodies::switches::NoteRequest;
use crate::api::call::{Call, Nothing};
use crate::api::problem::Problem;
use crate::api::read::plans::line_of;
use crate::api::work::{Done, WorkKind, WorkResult};
use crate::api::write::note;
use crate::apply::{self, Applied, PlanRef, Request};
use crate::cycle::{self, Source};
use crate::daemon::work::recover;
use crate::error_chain;
use crate::executor::SeatResult;
use crate::wording::counted;

pub async fn make(call: Call<Nothing, Nothing, NoteRequest>) -> Result<Begun, Problem> {
    let (api, by) = (call.api.clone(), call.caller.actor());
    let begun = call.api.works.begin(WorkKind::Plan, String::new(), by, move |hands| async move {
        let settings = api.settings.borrow().clone();
        let text = |error: &(dyn std::error::Error + 'static)| error_chain::text(error);
        let mut ledger = cycle::open_ledger(&settings, api.timer.clock()).await.map_err(|error| text(&error))?;
        recover(&settings, &mut ledger, &api.timer).await;
        let source = Source::default();
        let prepared = tokio::select! {
            prepared = cycle::prepare(Some(&settings), &source, Some(&mut ledger), api.timer.clock()) => prepared,
            () = hands.stop.cancelled() => return Err("the daemon is stopping".to_owned()),
        };
        let prepared = prepared.map_err(|error| text(&error))?;
        let made = tokio::task::spawn_blocking(move || prepared.plan(None).map(|plan| (prepared, plan))).await;
        let (prepared, plan) = made.map_err(|error| text(&error))?.map_err(|error| text(&error))?;
        let now = api.timer.now();
        let watched = cycle::watch(&mut ledger, &prepared.snapshot, prepared.site, &settings, now).await;
        watched.map_err(|error| text(&error))?;
        cycle::store_plan(&mut ledger, &prepared, &plan, now).await.map_err(|error| text(&error))?;
        ledger.close().await;
        let id = plan.id();
        let line = api.desk.change(async move |drawer| {
            let now = drawer.timer.now();
            line_of(drawer, id, now).await
        });
        let line = line.await.map_err(|problem| problem.body.message)?;
        let plan_line = line.ok_or("the plan could not be kept; see the log of the daemon")?;
        Ok(Done {
            needs_attention: plan.body().needs_attention(),
            message: format!("the plan would release {}", counted(plan.body().releases.len(), "seat")),
            result: WorkResult::Planned { plan: plan_line },
        })
    });
    Ok(Begun(begun?))
}

pub async fn apply(call: Call<PlanPath, Nothing, ApplyRequest>) -> Result<Begun, Problem> {
    let (api, by) = (call.api.clone(), call.caller.actor());
    let note = note(call.body.note)?;
    let choice = Choice { first: call.body.first, above_cap: call.body.approve_over_cap };
    if choice.first == Some(0) {
        return Err(Problem::invalid("`first` is at least 1"));
    }
    if choice.above_cap && note.is_none() {
        return Err(Problem::invalid("`approveOverCap` needs a `note`: it stays in the ledger"));
    }
    let id = call.api.desk.change(async move |drawer| Ok(drawer.plan(&call.path.plan).await?.plan.id())).await?;
    let request = Request { plan: PlanRef::Id(id.to_string()), choice, note, by: by.clone() };
    let begun = call.api.works.begin(WorkKind::Apply, id.to_string(), by, move |hands| async move {
        let settings = api.settings.borrow().clone();
        let mut progress = hands.progress();
        let clock = api.timer.clock();
        let applied = apply::apply(&settings, &request, false, &hands.stop, clock, &mut progress).await;
        api.points.notify_one();
        applied.map(done).map_err(|error| error_chain::text(&error))
    });
    Ok(Begun(begun?))
}

fn done(applied: Applied) -> Done {
    match applied {
        Applied::Nothing => Done {
            needs_attention: false,
            message: "the plan releases nothing, so there was nothing to do".to_owned(),
            result: WorkResult::Applied { run: None, held: Vec::new() },
        },
        Applied::Held(held) => Done {
            needs_attention: true,
            message: format!("nothing was released, and the plan can be applied later: {}", gates(&held)),
            result: WorkResult::Applied { run: None, held },
        },
        Applied::Run(held, report) => Done {
            needs_attention: !held.is_empty() || report.needs_attention(),
            message: format!("run {}: {}", report.run, counts(&report.counts)),
            result: WorkResult::Applied { run: Some(report), held },
        },
    }
}

fn gates(held: &[Held]) -> String {
    let told: Vec<String> = held.iter().map(|held| format!("{}: {}", held.gate, held.detail)).collect();
    told.join("; ")
}

/// How many seats ended in which way.
pub fn counts(counts: &BTreeMap<SeatResult, usize>) -> String {
    let told: Vec<String> = counts.iter().map(|(result, count)| format!("{} {count}", result.as_str())).collect();
    if told.is_empty() { "no seats".to_owned() } else { told.join(", ") }
}
