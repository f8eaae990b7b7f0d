//! What administrators were told, and what was over before.

use crate::alerts::told::{AlertHistory, AlertsBody};
use crate::alerts::view;
use crate::api::answer::Shown;
use crate::api::bodies::alerts::AlertHistoryQuery;
use crate::api::call::{Call, Nothing, within};
use crate::api::desk::of_ledger;
use crate::api::problem::Problem;

/// As many as are kept.
const HISTORY_MAX: u32 = 500;

pub async fn alerts(call: Call) -> Result<Shown<AlertsBody>, Problem> {
    let alerts = call.api.desk.ask(async |drawer| {
        let (settings, now) = (drawer.settings(), drawer.timer.now());
        view::all(drawer.ledger().await?, &settings, now).await.map_err(|error| of_ledger(&error))
    });
    Ok(Shown(alerts.await?))
}

pub async fn history(call: Call<Nothing, AlertHistoryQuery>) -> Result<Shown<AlertHistory>, Problem> {
    let limit = within("limit", call.query.limit, 1..=HISTORY_MAX)?;
    let history = call.api.desk.ask(async move |drawer| {
        let settings = drawer.settings();
        let history = view::history(drawer.ledger().await?, &settings, limit as usize).await;
        history.map_err(|error| of_ledger(&error))
    });
    Ok(Shown(history.await?))
}
