//! Plans, and the facts that they were made of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::PlanRecord;
use steward_core::mask::{MaskKey, mask};
use steward_core::plan::{Held, PlanBody};
use steward_core::snapshot::SnapshotFile;

use crate::api::answer::{File, PlanFile, Shown, Snapshot};
use crate::api::bodies::decisions::SnapshotQuery;
use crate::api::bodies::plans::{HeldBody, PlanLine, PlanPage, PlanPath, PlanSummary, PlansQuery, RuleCount};
use crate::api::call::{Call, Nothing, within};
use crate::api::desk::{Drawer, of_ledger};
use crate::api::problem::Problem;
use crate::ledger::StoredPlan;

const PLANS_MAX: u32 = 500;
/// Of an id in the name of a file.
const DIGITS: usize = 12;

pub async fn list(call: Call<Nothing, PlansQuery>) -> Result<Shown<PlanPage>, Problem> {
    let (limit, offset) = (within("limit", call.query.limit, 1..=PLANS_MAX)? as usize, call.query.offset as usize);
    let page = call.api.desk.ask(async move |drawer| {
        let now = drawer.timer.now();
        let ledger = drawer.ledger().await?;
        let stored: BTreeSet<String> =
            ledger.plan_ids().await.map_err(|error| of_ledger(&error))?.into_iter().collect();
        let records = ledger.state().plans();
        let mut order: Vec<(&Digest, &PlanRecord)> = records.iter().collect();
        order.sort_by_key(|(id, record)| (std::cmp::Reverse(record.made_at), **id));
        let shown = order.into_iter().skip(offset).take(limit);
        let plans = shown.map(|(id, record)| line(*id, record, stored.contains(&id.to_string()), now)).collect();
        Ok(PlanPage { plans, total: records.len() })
    });
    Ok(Shown(page.await?))
}

/// The plan that was made last, as the ledger knows it.
pub async fn latest_line(drawer: &mut Drawer) -> Result<Option<PlanLine>, Problem> {
    let now = drawer.timer.now();
    let ledger = drawer.ledger().await?;
    let Some(id) = ledger.state().latest_plan().map(|(id, _)| id) else { return Ok(None) };
    line_of(drawer, id, now).await
}

/// A plan as the ledger knows it.
pub async fn line_of(drawer: &mut Drawer, id: Digest, now: Instant) -> Result<Option<PlanLine>, Problem> {
    let ledger = drawer.ledger().await?;
    let is_stored = ledger.has_plan(id).await.map_err(|error| of_ledger(&error))?;
    Ok(ledger.state().plan(&id).map(|record| line(id, record, is_stored, now)))
}

fn line(id: Digest, record: &PlanRecord, is_stored: bool, now: Instant) -> PlanLine {
    PlanLine {
        id,
        made_at: record.made_at,
        expires_at: record.expires_at,
        releases: record.releases,
        applied_in: record.applied_in,
        approved: record.approved.as_ref().map(Into::into),
        is_stored,
        is_open: is_stored && record.applied_in.is_none() && !record.is_void && now < record.expires_at,
    }
}

pub async fn one(call: Call<PlanPath>) -> Result<Shown<PlanSummary>, Problem> {
    let summary = call.api.desk.ask(async move |drawer| {
        let stored = drawer.plan(&call.path.plan).await?;
        let now = drawer.timer.now();
        let record = line_of(drawer, stored.plan.id(), now).await?;
        Ok(summary(&stored, record))
    });
    Ok(Shown(summary.await?))
}

fn summary(stored: &StoredPlan, record: Option<PlanLine>) -> PlanSummary {
    let body = stored.plan.body();
    PlanSummary {
        id: stored.plan.id(),
        now: body.now,
        expires_at: body.expires_at,
        applicable: body.applicable,
        record_of: body.application.as_ref().map(|application| application.plan),
        is_erased: stored.is_erased,
        record,
        policy: body.policy.clone(),
        guard: body.guard.clone(),
        inventory: body.inventory.clone(),
        pools: body.pools.clone(),
        decisions: body.decisions.len(),
        releases: body.releases.len(),
        rules: rules(body),
        held: body.held.iter().map(held).collect(),
        faults: body.faults.clone(),
    }
}

fn rules(body: &PlanBody) -> Vec<RuleCount> {
    let released: BTreeSet<&LicenseId> = body.releases.iter().collect();
    let mut counts: BTreeMap<_, RuleCount> = BTreeMap::new();
    for decision in &body.decisions {
        let key = (decision.license_type, decision.verdict == steward_core::decision::Verdict::Keep, &decision.rule);
        let count = counts.entry(key).or_insert_with(|| RuleCount {
            license_type: decision.license_type,
            verdict: decision.verdict,
            rule: decision.rule.clone(),
            seats: 0,
            released: 0,
        });
        count.seats += 1;
        count.released += usize::from(released.contains(&decision.license_id));
    }
    counts.into_values().collect()
}

fn held(held: &Held) -> HeldBody {
    HeldBody {
        scope: held.scope,
        license_type: held.license_type,
        gate: held.gate,
        detail: held.detail.clone(),
        seats: held.license_ids.len(),
        sentence: held.gate.sentence(),
        way_out: held.gate.way_out(),
    }
}

pub async fn file(call: Call<PlanPath>) -> Result<File<PlanFile>, Problem> {
    let stored = call.api.desk.ask(async move |drawer| drawer.plan(&call.path.plan).await).await?;
    let name = format!("plan-{}.json", digits(stored.plan.id()));
    Ok(File::new(Bytes::from_owner(PlanBytes(stored)), name))
}

/// The bytes of a stored plan, without a copy.
struct PlanBytes(Arc<StoredPlan>);

impl AsRef<[u8]> for PlanBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0.bytes
    }
}

pub async fn snapshot(call: Call<Nothing, SnapshotQuery>) -> Result<File<Snapshot>, Problem> {
    let SnapshotQuery { plan, masked } = call.query;
    let (id, text) = call
        .api
        .desk
        .ask(async move |drawer| {
            let stored = drawer.plan(plan.as_deref().unwrap_or("latest")).await?;
            let text = if masked { masked_text(&stored)? } else { stored.made_of_text().to_owned() };
            Ok((stored.plan.id(), text))
        })
        .await?;
    let masked = if masked { "-masked" } else { "" };
    Ok(File::new(text, format!("snapshot-{}{masked}.json", digits(id))))
}

/// Pseudonyms are made with a key that is thrown away: two exports do not match.
fn masked_text(stored: &StoredPlan) -> Result<String, Problem> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|_| Problem::conflict("this machine has no randomness"))?;
    let file = stored.made_of().map_err(|error| of_ledger(&error))?;
    let SnapshotFile { settings, memory, inventory, .. } = file;
    let masked = mask(inventory, &settings, &memory, &MaskKey::new(random));
    let (inventory, settings, memory) = masked.map_err(|error| Problem::failed(&error))?;
    let file = SnapshotFile::new(inventory, settings, memory, true);
    serde_json::to_string(&file).map_err(|error| Problem::failed(&error))
}

pub fn digits(id: Digest) -> String {
    id.hex().chars().take(DIGITS).collect()
}
