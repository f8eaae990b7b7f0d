//! Decisions of a plan, and why they are as they are.

use std::collections::{BTreeMap, BTreeSet};

use steward_core::guard::Gate;
use steward_core::ids::LicenseId;
use steward_core::plan::{PlanBody, PlannedDecision};
use steward_core::settings::account_name;
use steward_core::text::fold;

use crate::api::answer::Shown;
use crate::api::bodies::decisions::{DecisionPage, DecisionRow, DecisionSort, DecisionsQuery, ExplanationQuery};
use crate::api::bodies::plans::PlanPath;
use crate::api::call::{Call, Nothing, within};
use crate::api::desk::of_ledger;
use crate::api::problem::Problem;
use crate::why::{self, Explanation, WhyError};

const ROWS_MAX: u32 = 1000;

pub async fn list(call: Call<PlanPath, DecisionsQuery>) -> Result<Shown<DecisionPage>, Problem> {
    let page = call.api.desk.ask(async move |drawer| {
        let stored = drawer.plan(&call.path.plan).await?;
        let body = stored.plan.body();
        let mut rows = matching(body, &call.query);
        let matching = rows.len();
        let (offset, limit) = (call.query.offset as usize, within("limit", call.query.limit, 1..=ROWS_MAX)? as usize);
        sort(&mut rows, call.query.sort);
        if call.query.descending {
            rows.reverse();
        }
        let rows = rows.into_iter().skip(offset).take(limit).map(|row| DecisionRow {
            decision: row.decision.clone(),
            released: row.released,
            gates: row.gates.clone(),
        });
        Ok(DecisionPage { plan: stored.plan.id(), total: body.decisions.len(), matching, offset, rows: rows.collect() })
    });
    Ok(Shown(page.await?))
}

struct Row<'p> {
    decision: &'p PlannedDecision,
    released: bool,
    gates: Vec<Gate>,
}

fn matching<'p>(body: &'p PlanBody, query: &DecisionsQuery) -> Vec<Row<'p>> {
    let released: BTreeSet<&LicenseId> = body.releases.iter().collect();
    let mut gates: BTreeMap<&LicenseId, Vec<Gate>> = BTreeMap::new();
    for held in &body.held {
        for id in &held.license_ids {
            gates.entry(id).or_default().push(held.gate);
        }
    }
    let wanted = query.search.as_deref().map(fold).filter(|wanted| !wanted.is_empty());
    let rows = body.decisions.iter().map(|decision| Row {
        decision,
        released: released.contains(&decision.license_id),
        gates: gates.get(&decision.license_id).cloned().unwrap_or_default(),
    });
    rows.filter(|row| fits(row, query) && wanted.as_deref().is_none_or(|wanted| is_called(row.decision, wanted)))
        .collect()
}

fn fits(row: &Row<'_>, query: &DecisionsQuery) -> bool {
    let decision = row.decision;
    query.verdict.is_none_or(|verdict| decision.verdict == verdict)
        && query.rule.as_ref().is_none_or(|rule| decision.rule == *rule)
        && query.license_type.is_none_or(|license_type| decision.license_type == license_type)
        && query.released.is_none_or(|released| row.released == released)
        && query.held.is_none_or(|held| row.gates.is_empty() != held)
        && query.gate.is_none_or(|gate| row.gates.contains(&gate))
}

fn is_called(decision: &PlannedDecision, wanted: &str) -> bool {
    let has = |text: &str| fold(text).contains(wanted);
    has(&account_name(&decision.user_directory, &decision.user_id))
        || decision.name.as_deref().is_some_and(has)
        || has(decision.license_id.as_str())
}

/// Stable, so that what is equal stays in the order of the plan.
fn sort(rows: &mut [Row<'_>], by: DecisionSort) {
    match by {
        DecisionSort::Plan => {}
        DecisionSort::Name => rows.sort_by_cached_key(|row| {
            let name = row.decision.name.as_deref().map(fold);
            (name.is_none(), name)
        }),
        DecisionSort::User => {
            rows.sort_by_cached_key(|row| (fold(&row.decision.user_directory), fold(&row.decision.user_id)));
        }
        DecisionSort::IdleDays => rows.sort_by_key(|row| row.decision.idle_days),
        DecisionSort::Rule => rows.sort_by(|one, other| one.decision.rule.cmp(&other.decision.rule)),
        DecisionSort::FlipsAt => {
            rows.sort_by_key(|row| (row.decision.flips_at.is_none(), row.decision.flips_at));
        }
    }
}

pub async fn explanation(call: Call<Nothing, ExplanationQuery>) -> Result<Shown<Explanation>, Problem> {
    let ExplanationQuery { person, plan } = call.query;
    let explanation = call.api.desk.ask(async move |drawer| {
        let stored = drawer.plan(plan.as_deref().unwrap_or("latest")).await?;
        let prepared = drawer.prepared(&stored).await?;
        let found = why::find(&prepared, Some(drawer.ledger().await?), &person).await;
        let (person, releases) = found.map_err(|error| match error {
            WhyError::Person(error) => Problem::not_found(error.to_string()),
            WhyError::Ledger(error) => of_ledger(&error),
        })?;
        let explanation = why::explain(&prepared, &stored.plan, &person).map_err(|error| Problem::failed(&error))?;
        Ok(Explanation { releases, ..explanation })
    });
    Ok(Shown(explanation.await?))
}
