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
use crate::policies::{self, Found, PolicyError, SHIPPED, STANDARD};
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
    let file = settings.steward.policy.component.as_deref();
    let active = match file.map(Found::file) {
        None => Ok(policies::activated(Some(&settings), ledger).unwrap_or_else(|| Digest::of_bytes(STANDARD.bytes))),
        Some(found) => found.map(|found| found.digest()).map_err(|error| error_chain::text(&error)),
    };
    let previous = match file {
        Some(_) => None,
        None => activation::before(&settings, ledger).await.ok().map(|found| found.digest()),
    };
    let mut shadows = Vec::new();
    for shadow in &settings.steward.policy.shadow {
        shadows.extend(policies::named(&shadow.policy, Some(&mut *ledger)).await.ok().map(|found| found.digest()));
    }
    if !lines.iter().any(|line| active.as_ref() == Ok(&line.digest)) {
        lines.push(of_active(drawer, active.clone()));
    }
    for line in &mut lines {
        line.is_active = line.problem.is_some() || active.as_ref() == Ok(&line.digest);
        line.is_previous = Some(line.digest) == previous;
        line.is_shadow = shadows.contains(&line.digest);
    }
    Ok(lines)
}

fn line(name: &str, version: &str, digest: Digest, origin: PolicyOrigin) -> PolicyLine {
    PolicyLine {
        name: name.to_owned(),
        version: version.to_owned(),
        digest,
        origin,
        added_by: None,
        added_at: None,
        signature: None,
        bytes: None,
        problem: None,
        is_active: false,
        is_previous: false,
        is_shadow: false,
    }
}

/// The policy that decides and is none of the others: the file of the settings, or one that is lost. It is listed also when
/// it cannot be used, so that somebody sees why nothing is decided.
fn of_active(drawer: &mut Drawer, active: Result<Digest, String>) -> PolicyLine {
    let settings = drawer.settings();
    let file = settings.steward.policy.component.as_deref();
    let unusable = |digest: Digest, problem: String| {
        let name = file.map_or_else(|| "lost".to_owned(), |path| path.display().to_string());
        let origin = if file.is_some() { PolicyOrigin::File } else { PolicyOrigin::Stored };
        PolicyLine { problem: Some(problem), ..line(&name, "", digest, origin) }
    };
    let digest = match active {
        Ok(digest) => digest,
        Err(problem) => return unusable(Digest::zero(), problem),
    };
    let Some(Ok(found)) = file.map(Found::file) else {
        return unusable(digest, PolicyError::Lost(digest).to_string());
    };
    match drawer.load(&found) {
        Ok(loaded) => line(&loaded.description().name, &loaded.description().version, digest, PolicyOrigin::File),
        Err(problem) => unusable(digest, problem.body.message),
    }
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
