//! Arm, pause and resume.

use crate::api::answer::Shown;
use crate::api::bodies::switches::{ArmRequest, ArmedBody, NoteRequest, PauseState};
use crate::api::call::{Call, Nothing};
use crate::api::desk::of_ledger;
use crate::api::problem::Problem;
use crate::api::write::note;
use crate::arming::{self, ArmError};

pub async fn pause(call: Call<Nothing, Nothing, NoteRequest>) -> Result<Shown<PauseState>, Problem> {
    switch(call, true).await
}

pub async fn resume(call: Call<Nothing, Nothing, NoteRequest>) -> Result<Shown<PauseState>, Problem> {
    switch(call, false).await
}

async fn switch(call: Call<Nothing, Nothing, NoteRequest>, is_pause: bool) -> Result<Shown<PauseState>, Problem> {
    let (by, note) = (call.caller.actor(), note(call.body.note)?);
    let state = call.api.desk.change(async move |drawer| {
        let now = drawer.timer.now();
        let ledger = drawer.ledger().await?;
        let changed = if is_pause {
            arming::pause(ledger, &by, note, now).await
        } else {
            arming::resume(ledger, &by, note, now).await
        };
        let is_changed = changed.map_err(|error| of_ledger(&error))?;
        Ok(PauseState { paused: ledger.state().paused().map(Into::into), is_changed })
    });
    Ok(Shown(state.await?))
}

pub async fn arm(call: Call<Nothing, Nothing, ArmRequest>) -> Result<Shown<ArmedBody>, Problem> {
    let (by, note) = (call.caller.actor(), note(call.body.note)?);
    let plan = call.body.plan.to_string();
    let armed = call.api.desk.change(async move |drawer| {
        let now = drawer.timer.now();
        let armed = arming::arm(drawer.ledger().await?, Some(&plan), &by, note, now).await;
        armed.map_err(|error| match error {
            ArmError::Ledger(error) => of_ledger(&error),
            error => Problem::conflict(error.to_string()),
        })
    });
    let armed = armed.await?;
    Ok(Shown(ArmedBody {
        plan: armed.plan,
        releases: armed.releases,
        held: armed.held,
        gates: armed.gates.into_iter().collect(),
    }))
}
