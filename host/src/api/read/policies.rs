//! Policies.

use steward_core::digest::Digest;
use steward_core::ledger::Activation;

use super::settings::of_policy;
use crate::api::answer::{Component, File, Shown};
use crate::api::bodies::policies::{
    ActivationBody, ActivationList, ComparisonBody, PolicyDetail, PolicyLine, PolicyList, PolicyOrigin, PolicyPath,
    ShadowBody, ShadowList,
};
use crate::api::call::Call;
use crate::api::desk::{Drawer, of_ledger};
use crate::api::problem::Problem;
use crate::cycle;
use crate::policies::{self, Found, SHIPPED};
use crate::policy::CONTRACT;
use crate::{activation, error_chain};

/// Comparisons that a page shows of one policy.
const COMPARISONS_MAX: usize = 30;
const ACTIVATIONS_MAX: usize = 200;

pub async fn list(call: Call) -> Result<Shown<PolicyList>, Problem> {
    let list = call.api.desk.ask(async |drawer| {
        let is_pinned = drawer.settings().steward.policy.component.is_some();
        Ok(PolicyList { policies: lines(drawer).await?, is_pinned })
    });
    Ok(Shown(list.await?))
}

/// Every policy at hand, with the parts that it plays.
async fn lines(drawer: &mut Drawer) -> Result<Vec<PolicyLine>, Problem> {
    let settings = drawer.settings();
    let line = |name: &str, version: &str, digest, origin| PolicyLine {
        name: name.to_owned(),
        version: version.to_owned(),
        digest,
        origin,
        added_by: None,
        added_at: None,
        signature: None,
        bytes: None,
        is_active: false,
        is_previous: false,
        is_shadow: false,
    };
    let mut lines: Vec<PolicyLine> = SHIPPED
        .iter()
        .map(|policy| PolicyLine {
            bytes: Some(policy.bytes.len() as u64),
            ..line(policy.name, policy.version, Digest::of_bytes(policy.bytes), PolicyOrigin::Shipped)
        })
        .collect();
    let ledger = drawer.ledger().await?;
    for (digest, policy) in ledger.state().stored_policies() {
        if lines.iter().any(|line| line.digest == *digest) {
            continue;
        }
        lines.push(PolicyLine {
            added_by: Some(policy.by.clone()),
            added_at: Some(policy.added_at),
            signature: policy.signature.clone(),
            bytes: Some(policy.bytes),
            ..line(&policy.name, &policy.version, *digest, PolicyOrigin::Stored)
        });
    }
    let active =
        policies::find_active(Some(&settings), Some(&mut *ledger)).await.map_err(|error| Problem::failed(&error))?;
    let previous = match settings.steward.policy.component {
        Some(_) => None,
        None => activation::before(ledger).await.ok().map(|found| found.digest()),
    };
    let mut shadows = Vec::new();
    for shadow in &settings.steward.policy.shadow {
        shadows.extend(policies::named(&shadow.policy, Some(&mut *ledger)).await.ok().map(|found| found.digest()));
    }
    if !lines.iter().any(|line| line.digest == active.digest()) {
        let loaded = drawer.load(&active)?;
        let description = loaded.description();
        lines.push(line(&description.name, &description.version, active.digest(), PolicyOrigin::File));
    }
    for line in &mut lines {
        line.is_active = line.digest == active.digest();
        line.is_previous = Some(line.digest) == previous;
        line.is_shadow = shadows.contains(&line.digest);
    }
    Ok(lines)
}

/// The policy of an address.
///
/// # Errors
/// When there is none.
pub async fn find(drawer: &mut Drawer, typed: &str) -> Result<Found, Problem> {
    let unknown =
        || Problem::not_found(format!("there is no policy `{typed}`: the list of policies shows those at hand"));
    let digest = Digest::parse(typed).ok_or_else(unknown)?;
    let settings = drawer.settings();
    let ledger = drawer.ledger().await?;
    let found = policies::of_digest(digest, Some(ledger)).await.map_err(|error| Problem::failed(&error))?;
    let of_file = || {
        let path = settings.steward.policy.component.as_deref()?;
        Found::file(path).ok().filter(|file| file.digest() == digest)
    };
    found.or_else(of_file).ok_or_else(unknown)
}

pub async fn one(call: Call<PolicyPath>) -> Result<Shown<PolicyDetail>, Problem> {
    let detail = call.api.desk.ask(async move |drawer| {
        let found = find(drawer, &call.path.digest).await?;
        let digest = found.digest();
        let line = lines(drawer).await?.into_iter().find(|line| line.digest == digest);
        let policy = line.ok_or_else(|| Problem::not_found("the policy was removed a moment ago"))?;
        let component = drawer.load(&found)?;
        let description = component.description();
        let settings_schema = serde_json::from_str(&description.settings_schema);
        Ok(PolicyDetail {
            policy,
            summary: description.summary.clone(),
            contract: CONTRACT,
            has_bulk: component.has_bulk(),
            rules: description.rules.clone(),
            needs: description.needs,
            settings_schema: settings_schema.map_err(|error| Problem::failed(&error))?,
            settings: of_policy(&drawer.settings(), &component)?,
        })
    });
    Ok(Shown(detail.await?))
}

pub async fn component(call: Call<PolicyPath>) -> Result<File<Component>, Problem> {
    let found = call.api.desk.ask(async move |drawer| find(drawer, &call.path.digest).await).await?;
    let name = format!("policy-{}.wasm", policies::shortened(found.digest()));
    Ok(File::new(found.bytes.into_owned(), name))
}

pub async fn shadows(call: Call) -> Result<Shown<ShadowList>, Problem> {
    let list = call.api.desk.ask(async |drawer| {
        let settings = drawer.settings();
        let site = cycle::site_of(&settings);
        let ledger = drawer.ledger().await?;
        let mut shadows = Vec::new();
        for shadow in &settings.steward.policy.shadow {
            let mut body = ShadowBody {
                policy: shadow.policy.clone(),
                digest: None,
                problem: None,
                clean_in_a_row: 0,
                comparisons: Vec::new(),
                disagreements: Vec::new(),
            };
            match policies::named(&shadow.policy, Some(&mut *ledger)).await {
                Err(error) => body.problem = Some(error_chain::text(&error)),
                Ok(found) => {
                    let digest = found.digest();
                    body.digest = Some(digest);
                    let here =
                        ledger.state().shadow_comparisons(&digest).iter().rev().filter(|it| it.between.site == site);
                    let here: Vec<_> = here.take(COMPARISONS_MAX).cloned().collect();
                    if let Some(last) = here.first() {
                        body.clean_in_a_row = ledger.state().clean_shadow_cycles(&last.between, 0);
                        if last.newly_loses + last.newly_keeps > 0 {
                            let kept = ledger.last_disagreements(site, digest).await;
                            body.disagreements = kept.map_err(|error| of_ledger(&error))?;
                        }
                    }
                    body.comparisons = here
                        .into_iter()
                        .map(|it| ComparisonBody {
                            at: it.at,
                            active: it.between.active,
                            plan: it.plan,
                            newly_loses: it.newly_loses,
                            newly_keeps: it.newly_keeps,
                            fault: it.fault,
                        })
                        .collect();
                }
            }
            shadows.push(body);
        }
        Ok(ShadowList { shadows })
    });
    Ok(Shown(list.await?))
}

pub async fn activations(call: Call) -> Result<Shown<ActivationList>, Problem> {
    let list = call.api.desk.ask(async |drawer| {
        let history = drawer.ledger().await?.state().policy_history();
        Ok(ActivationList { activations: history.iter().rev().take(ACTIVATIONS_MAX).map(activation_body).collect() })
    });
    Ok(Shown(list.await?))
}

fn activation_body(it: &Activation) -> ActivationBody {
    ActivationBody {
        at: it.at,
        digest: it.digest,
        name: it.name.clone(),
        version: it.version.clone(),
        settings_digest: it.settings_digest,
        by: it.by.clone(),
        forced: it.forced,
        note: it.note.clone(),
        report: it.report.clone(),
    }
}
