//! `steward policy inspect`: what a policy is.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use steward_core::text::printable;

use super::super::format::TextOrJson;
use super::super::table::{Columns, escaped};
use super::super::{Outcome, print_text};
use super::{MaybeConfig, find};
use crate::config::Settings;
use crate::policies::Loaded;
use crate::policy::{BULK, CONTRACT};
use crate::{clock, cycle, policy_trial};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy inspect
  steward policy inspect need-based
  steward policy inspect my-policy.wasm --format json

Fuel is what the sandbox counts: instructions, the same number on every machine.")]
pub struct InspectArgs {
    /// A name, `name@version`, the first digits of a digest, or a file; without it the policy that decides
    policy: Option<String>,
    #[command(flatten)]
    config: MaybeConfig,
    /// How to print
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

pub async fn run(args: &InspectArgs) -> Result<Outcome> {
    let (settings, mut ledger) = args.config.open().await?;
    let found = find(args.policy.as_deref(), settings.as_ref(), ledger.as_mut()).await?;
    let origin = found.origin.as_text();
    let loaded = found.load(settings.as_ref())?;
    let fuel = fuel(&loaded, settings.as_ref());
    let schema: serde_json::Value = serde_json::from_str(&loaded.component.description().settings_schema)?;
    print_text(&match args.format {
        TextOrJson::Json => json_text(&loaded, &origin, &fuel, &schema)?,
        TextOrJson::Text => text(&loaded, &origin, &fuel, &schema)?,
    })?;
    Ok(Outcome::Done)
}

/// Instructions for one decision, the middle one of some invented seats; or why nobody can tell.
fn fuel(loaded: &Loaded, settings: Option<&Settings>) -> Result<u64, String> {
    let own = match settings {
        Some(settings) => cycle::run_settings(settings, &loaded.component).policy,
        None => json!({}),
    };
    policy_trial::fuel_per_decision(&loaded.component, &own, clock::now())
}

fn needs(loaded: &Loaded) -> Vec<&'static str> {
    let needs = loaded.component.description().needs;
    let facts = [(needs.roles, "roles"), (needs.attributes, "attributes"), (needs.display_name, "display-name")];
    facts.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, name)| name).collect()
}

fn exports(loaded: &Loaded) -> Vec<&'static str> {
    if loaded.component.has_bulk() { vec![CONTRACT, BULK] } else { vec![CONTRACT] }
}

fn json_text(loaded: &Loaded, origin: &str, fuel: &Result<u64, String>, schema: &serde_json::Value) -> Result<String> {
    let policy = &loaded.component;
    let description = policy.description();
    let inspected = json!({
        "name": description.name, "version": description.version, "summary": description.summary,
        "source": origin, "signer": loaded.signer,
        "contract": CONTRACT, "exports": exports(loaded), "imports": [], "digest": policy.digest(),
        "bytes": policy.bytes().len(), "fuelPerDecision": fuel.as_ref().ok(), "fuelUnknown": fuel.as_ref().err(),
        "rules": description.rules, "needs": needs(loaded), "settingsSchema": schema,
    });
    Ok(escaped(&serde_json::to_string_pretty(&inspected)?) + "\n")
}

fn text(loaded: &Loaded, origin: &str, fuel: &Result<u64, String>, schema: &serde_json::Value) -> Result<String> {
    let policy = &loaded.component;
    let description = policy.description();
    let needs = needs(loaded);
    let needs = if needs.is_empty() { "nothing optional".to_owned() } else { needs.join(", ") };
    let signer = loaded.signer.as_ref().map_or_else(
        || "not asked for".to_owned(),
        |signer| format!("by {} ({})", signer.key, printable(&signer.trusted_comment)),
    );
    let fuel = match fuel {
        Ok(fuel) => format!("{fuel} for a decision"),
        Err(why) => format!("unknown: {}", printable(why)),
    };
    let mut columns = Columns::new(&["rule", "summary"]);
    for rule in &description.rules {
        columns.row([&rule.id, &rule.summary]);
    }
    Ok(format!(
        "{} {}\n  {}\n  source    {}\n  contract  {CONTRACT}\n  exports   {}\n  imports   none\n  digest    {}\n  \
         bytes     {}\n  fuel      {fuel}\n  signed    {signer}\n  needs     {needs}\n\nRules\n{}\nSettings (JSON Schema)\n{}\n",
        printable(&description.name),
        printable(&description.version),
        printable(&description.summary),
        printable(origin),
        exports(loaded).join(", "),
        policy.digest(),
        policy.bytes().len(),
        columns.text(),
        escaped(&serde_json::to_string_pretty(schema)?)
    ))
}
