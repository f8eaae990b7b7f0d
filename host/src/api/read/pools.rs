//! Pools now and before.

use steward_core::monitor::seat_use::IDLE_STEPS_DAYS;

use crate::api::answer::Shown;
use crate::api::bodies::pools::{
    ChangesQuery, HistoryQuery, IdleCount, PoolBody, PoolHistory, PoolsBody, SeatChanges, SeatUseBody,
};
use crate::api::call::{Call, Nothing, within};
use crate::api::desk::of_ledger;
use crate::api::problem::{Code, Problem};
use crate::cycle;
use crate::monitor::PoolReading;

const DAYS_MAX: u32 = 3660;
const POINTS_MAX: u32 = 2000;
const CHANGES_MAX: u32 = 1000;
const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

pub async fn pools(call: Call) -> Result<Shown<PoolsBody>, Problem> {
    let status = call.api.status.borrow().clone();
    let unread = || Problem::not_found("the pools were not read yet: poke the job `monitor`, or wait for it");
    status.pools.as_ref().map(body).map(Shown).ok_or_else(unread)
}

pub fn body(reading: &PoolReading) -> PoolsBody {
    let pools = reading.counted.iter().map(|access| PoolBody {
        access_type: access.access_type.to_string(),
        figures: access.figures.iter().map(|(name, figure)| ((*name).to_owned(), *figure)).collect(),
    });
    let uses = reading.uses.iter().map(|(license_type, use_of)| SeatUseBody {
        license_type: *license_type,
        seats: use_of.seats,
        never_used: use_of.never_used,
        unknown: use_of.unknown,
        idle: IDLE_STEPS_DAYS.into_iter().zip(use_of.idle).map(|(days, seats)| IdleCount { days, seats }).collect(),
    });
    PoolsBody { at: reading.at, pools: pools.collect(), uses: uses.collect(), problems: reading.problems.clone() }
}

pub async fn history(call: Call<Nothing, HistoryQuery>) -> Result<Shown<PoolHistory>, Problem> {
    let days = within("days", call.query.days, 1..=DAYS_MAX)?;
    let points = within("points", call.query.points, 2..=POINTS_MAX)?;
    let history = call.api.desk.ask(async move |drawer| {
        let site = cycle::site_of(&drawer.settings());
        let since = drawer.timer.now().minus_days(days);
        let since = since.ok_or_else(|| Problem::new(Code::Unreadable, "there is no time so long ago"))?;
        let step_seconds = (u64::from(days) * SECONDS_PER_DAY).div_ceil(u64::from(points)).max(1);
        let ledger = drawer.ledger().await?;
        let readings = ledger.thinned_readings(site, since, step_seconds).await.map_err(|error| of_ledger(&error))?;
        Ok(PoolHistory { since, step_seconds, readings })
    });
    Ok(Shown(history.await?))
}

pub async fn changes(call: Call<Nothing, ChangesQuery>) -> Result<Shown<SeatChanges>, Problem> {
    let days = within("days", call.query.days, 1..=DAYS_MAX)?;
    let limit = within("limit", call.query.limit, 1..=CHANGES_MAX)?;
    let changes = call.api.desk.ask(async move |drawer| {
        let site = cycle::site_of(&drawer.settings());
        let since = drawer.timer.now().minus_days(days);
        let since = since.ok_or_else(|| Problem::new(Code::Unreadable, "there is no time so long ago"))?;
        let ledger = drawer.ledger().await?;
        let mut changes = ledger.last_changes(site, since, limit + 1).await.map_err(|error| of_ledger(&error))?;
        let has_more = changes.len() > limit as usize;
        changes.truncate(limit as usize);
        Ok(SeatChanges { changes, has_more })
    });
    Ok(Shown(changes.await?))
}
