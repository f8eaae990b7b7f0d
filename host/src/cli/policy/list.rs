//! `steward policy list` and `shadow`: the policies at hand, and what those in the shadow would do.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use steward_core::digest::Digest;
use steward_core::ledger::ShadowComparison;
use steward_core::text::printable;

use super::super::format::TableOrJson;
use super::super::table::{Columns, escaped};
use super::super::{ConfigFile, Outcome, load_settings, print_text};
use super::MaybeConfig;
use crate::config::Settings;
use crate::ledger::{KeptDisagreement, Ledger};
use crate::policies::{self, Found, SHIPPED};
use crate::wording::counted;
use crate::{activation, cycle, error_chain};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy list --config steward.yaml
  steward policy list --format json")]
pub struct ListArgs {
    #[command(flatten)]
    config: MaybeConfig,
    /// How to print
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy shadow --config steward.yaml

Policies in the shadow (`steward.policy.shadow`) decide beside the active one whenever the release job of `steward run` makes a plan, dry runs included. They never act.")]
pub struct ShadowArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

/// A policy with the place where it comes from and the parts that it plays.
struct Listed {
    name: String,
    version: String,
    digest: Digest,
    source: String,
    roles: Vec<&'static str>,
}

pub async fn list(args: &ListArgs) -> Result<Outcome> {
    let (settings, mut ledger) = args.config.open().await?;
    let mut listed: Vec<Listed> = SHIPPED
        .iter()
        .map(|policy| Listed {
            name: policy.name.to_owned(),
            version: policy.version.to_owned(),
            digest: Digest::of_bytes(policy.bytes),
            source: "part of Steward".to_owned(),
            roles: Vec::new(),
        })
        .collect();
    if let Some(ledger) = &ledger {
        listed.extend(ledger.state().stored_policies().iter().map(|(digest, policy)| Listed {
            name: policy.name.clone(),
            version: policy.version.clone(),
            digest: *digest,
            source: format!("added by {} at {}", policy.by, policy.added_at),
            roles: Vec::new(),
        }));
    }
    if let Some(path) = settings.as_ref().and_then(|settings| settings.steward.policy.component.as_deref()) {
        listed.push(of_file(path, settings.as_ref())?);
    }
    mark(&mut listed, settings.as_ref(), ledger.as_mut()).await?;
    print_text(&match args.format {
        TableOrJson::Json => {
            let json: Vec<_> = listed
                .iter()
                .map(|it| {
                    json!({
                        "name": it.name, "version": it.version, "digest": it.digest, "source": it.source,
                        "active": it.roles.contains(&ACTIVE), "shadow": it.roles.contains(&SHADOW),
                        "previous": it.roles.contains(&PREVIOUS),
                    })
                })
                .collect();
            escaped(&serde_json::to_string_pretty(&json)?) + "\n"
        }
        TableOrJson::Table => {
            let mut columns = Columns::new(&["", "name", "version", "digest", "source"]);
            for it in &listed {
                columns.row([&it.roles.join(", "), &it.name, &it.version, &it.digest.to_string(), &it.source]);
            }
            columns.text()
        }
    })?;
    Ok(Outcome::Done)
}

const ACTIVE: &str = "active";
const SHADOW: &str = "shadow";
const PREVIOUS: &str = "before";

fn of_file(path: &Path, settings: Option<&Settings>) -> Result<Listed> {
    let loaded = Found::file(path)?.load(settings)?;
    let description = loaded.component.description();
    Ok(Listed {
        name: description.name.clone(),
        version: description.version.clone(),
        digest: loaded.component.digest(),
        source: path.display().to_string(),
        roles: Vec::new(),
    })
}

async fn mark(listed: &mut [Listed], settings: Option<&Settings>, mut ledger: Option<&mut Ledger>) -> Result<()> {
    let mut give = |digest: Digest, role: &'static str| {
        // The file of the settings stands last, and is the one that decides.
        if let Some(it) = listed.iter_mut().rev().find(|it| it.digest == digest) {
            it.roles.push(role);
        }
    };
    match policies::find_active(settings, ledger.as_deref_mut()).await {
        Ok(found) => give(found.digest(), ACTIVE),
        Err(error) => tracing::warn!("the policy that decides cannot be used: {}", error_chain::text(&error)),
    }
    if let Some(ledger) = ledger.as_deref_mut()
        && settings.is_none_or(|settings| settings.steward.policy.component.is_none())
        && let Some(settings) = settings
        && let Ok(before) = activation::before(settings, ledger).await
    {
        give(before.digest(), PREVIOUS);
    }
    for shadow in settings.into_iter().flat_map(|settings| &settings.steward.policy.shadow) {
        match policies::named(&shadow.policy, ledger.as_deref_mut()).await {
            Ok(found) => give(found.digest(), SHADOW),
            Err(error) => {
                tracing::warn!("a policy of `steward.policy.shadow` is missing: {}", error_chain::text(&error));
            }
        }
    }
    Ok(())
}

pub async fn shadow(args: &ShadowArgs) -> Result<Outcome> {
    let settings = load_settings(&args.config.config)?.settings;
    let mut ledger = cycle::open_existing_ledger(&settings, &crate::clock::now).await?;
    let site = cycle::site_of(&settings);
    let mut rows = Vec::new();
    for shadow in &settings.steward.policy.shadow {
        let policy = shadow.policy.clone();
        let compared = match policies::named(&policy, Some(&mut ledger)).await {
            Ok(found) => last_comparison(&mut ledger, site, found.digest()).await?,
            Err(error) => Compared::Impossible(error_chain::text(&error)),
        };
        rows.push(Row { policy, compared });
    }
    let text = match args.format {
        TableOrJson::Json => {
            let json: Vec<Value> = rows.iter().map(Row::json).collect();
            escaped(&serde_json::to_string_pretty(&json)?) + "\n"
        }
        TableOrJson::Table if rows.is_empty() => {
            "No policy is in the shadow: name some in `steward.policy.shadow`, and let `steward run` work.\n".to_owned()
        }
        TableOrJson::Table => rows.iter().map(Row::text).collect(),
    };
    ledger.close().await;
    print_text(&text)?;
    Ok(Outcome::Done)
}

async fn last_comparison(ledger: &mut Ledger, site: Digest, digest: Digest) -> Result<Compared> {
    let here = ledger.state().shadow_comparisons(&digest).iter().rev();
    let Some(last) = here.into_iter().find(|it| it.between.site == site).cloned() else { return Ok(Compared::Never) };
    let clean = ledger.state().clean_shadow_cycles(&last.between, 0);
    let disagreements = match last.newly_loses + last.newly_keeps {
        0 => Vec::new(),
        _ => ledger.last_disagreements(site, digest).await?,
    };
    Ok(Compared::Once { last: Box::new(last), clean, disagreements })
}

/// One policy of `steward.policy.shadow`.
struct Row {
    policy: String,
    compared: Compared,
}

enum Compared {
    /// The last time.
    Once {
        last: Box<ShadowComparison>,
        /// Runs in a row in which nobody would newly have lost a seat.
        clean: usize,
        disagreements: Vec<KeptDisagreement>,
    },
    Never,
    /// It cannot be found, and why.
    Impossible(String),
}

impl Row {
    fn json(&self) -> Value {
        match &self.compared {
            Compared::Once { last, clean, disagreements } => json!({
                "policy": self.policy, "digest": last.between.shadow, "at": last.at, "plan": last.plan,
                "newlyLoses": last.newly_loses, "newlyKeeps": last.newly_keeps, "fault": last.fault,
                "cleanInARow": clean, "disagreements": disagreements,
            }),
            Compared::Never => json!({ "policy": self.policy, "at": null }),
            Compared::Impossible(why) => json!({ "policy": self.policy, "at": null, "fault": why }),
        }
    }

    fn text(&self) -> String {
        let (told, disagreements) = match &self.compared {
            Compared::Once { last, clean, disagreements } => {
                let fault = last.fault.as_ref().map(|fault| format!("; it failed: {fault}")).unwrap_or_default();
                let told = format!(
                    "at {}: {} would newly go, {} would newly stay; {} without a newly lost seat{fault}",
                    last.at,
                    counted(last.newly_loses as usize, "seat"),
                    last.newly_keeps,
                    counted(*clean, "run"),
                );
                (told, table(disagreements))
            }
            Compared::Never => ("was not compared yet: let `steward run` work".to_owned(), String::new()),
            Compared::Impossible(why) => (format!("cannot be used: {why}"), String::new()),
        };
        format!("{}\n{disagreements}", printable(&format!("{} {told}", self.policy)))
    }
}

fn table(disagreements: &[KeptDisagreement]) -> String {
    if disagreements.is_empty() {
        return String::new();
    }
    let mut columns = Columns::new(&["seat", "type", "change", "active rule", "shadow rule"]);
    for it in disagreements {
        columns.row([&it.license_id, &it.license_type, &it.change, &it.active_rule, &it.shadow_rule]);
    }
    columns.text()
}
