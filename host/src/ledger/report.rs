//! Which events are told to `InfluxDB`: their points go to the outbox in the same transaction.

use sqlx::{Sqlite, Transaction};
use steward_core::instant::Instant;
use steward_core::ledger::{Event, LedgerState, PersonRef};
use steward_core::monitor::points::{self, Reporting};
use steward_core::point::Point;
use steward_core::settings::account_name;

use super::{LedgerError, outbox};

/// Adds the points of an event that `state` has seen already.
pub(super) async fn enqueue(
    transaction: &mut Transaction<'_, Sqlite>,
    reporting: &Reporting,
    state: &LedgerState,
    at: Instant,
    event: &Event,
) -> Result<(), LedgerError> {
    let Some(tags) = &reporting.release else { return Ok(()) };
    let point: Option<Point> = match event {
        Event::PlanMade { releases, counts, believed, .. } => {
            Some(points::of_plan(tags, at, *releases, counts, !believed))
        }
        Event::RunFinished { run, .. } => state.runs().get(run).map(|run| points::of_run(tags, at, run)),
        Event::ReleaseSettled { run, license_id, .. } => {
            let run = state.runs().get(run);
            let taken = run.and_then(|run| {
                let (seat, release) = run.seats.get(license_id)?;
                let taken_at = release.released_at().filter(|_| release.is_taken())?;
                Some((seat, taken_at, run.intended.get(license_id).and_then(|seat| seat.idle_days)))
            });
            match taken {
                Some((seat, taken_at, idle_days)) => {
                    let user = name_of(transaction, &seat.person).await?;
                    Some(points::of_release(tags, taken_at, seat.license_type, &user, idle_days))
                }
                None => None,
            }
        }
        _ => None,
    };
    outbox::enqueue(transaction, point.as_slice()).await
}

/// The name of a person, or the reference of one who was erased.
async fn name_of(transaction: &mut Transaction<'_, Sqlite>, person: &PersonRef) -> Result<String, LedgerError> {
    let found: Option<(String, String)> =
        sqlx::query_as("SELECT user_directory, user_id FROM person WHERE reference = ?")
            .bind(person.as_str())
            .fetch_optional(&mut **transaction)
            .await
            .map_err(LedgerError::read)?;
    Ok(found.map_or_else(|| person.to_string(), |(directory, id)| account_name(&directory, &id)))
}
