//! `steward policy`: looks at policies.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::table::{Columns, escaped, printable};
use super::{Outcome, load_settings, print_text};
use crate::cycle::{self, CycleError};
use crate::policy::{CONTRACT, Limits, PolicyComponent, PolicyEngine, STANDARD};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy list --config steward.yaml
  steward policy inspect
  steward policy inspect my-policy.wasm --format json")]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the policies at hand and say which one the settings use
    List {
        /// The settings file
        #[arg(short, long, value_name = "FILE", env = "STEWARD_CONFIG")]
        config: Option<PathBuf>,
        /// How to print
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Show what a policy is: contract, rules, the facts that it needs, the schema of its settings
    Inspect {
        /// The component; without it the one that is part of Steward
        component: Option<PathBuf>,
        /// How to print
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub fn run(args: &PolicyArgs) -> Result<Outcome> {
    let text = match &args.command {
        Command::List { config, format } => list(config.as_deref(), *format)?,
        Command::Inspect { component, format } => inspect(component.as_deref(), *format)?,
    };
    print_text(&text)?;
    Ok(Outcome::Done)
}

/// A policy with the place where it comes from.
struct Listed {
    policy: PolicyComponent,
    source: String,
    is_active: bool,
}

fn list(config: Option<&Path>, format: Format) -> Result<String> {
    let loaded = config.map(load_settings).transpose()?;
    let file = loaded.as_ref().and_then(|loaded| loaded.settings.steward.policy.component.as_deref());
    let mut listed =
        vec![Listed { policy: load(None)?, source: "part of Steward".to_owned(), is_active: file.is_none() }];
    if let Some(path) = file {
        listed.push(Listed { policy: load(Some(path))?, source: path.display().to_string(), is_active: true });
    }
    if format == Format::Json {
        let policies: Vec<_> = listed
            .iter()
            .map(|Listed { policy, source, is_active }| {
                let description = policy.description();
                json!({
                    "name": description.name, "version": description.version, "contract": CONTRACT,
                    "digest": policy.digest(), "source": source, "active": is_active,
                })
            })
            .collect();
        return Ok(escaped(&serde_json::to_string_pretty(&policies)?) + "\n");
    }
    let mut columns = Columns::new(&["", "name", "version", "digest", "source"]);
    for Listed { policy, source, is_active } in &listed {
        let description = policy.description();
        let mark = if *is_active { "active" } else { "" };
        columns.row([mark, &description.name, &description.version, &policy.digest().to_string(), source]);
    }
    Ok(columns.text())
}

fn load(file: Option<&Path>) -> Result<PolicyComponent, CycleError> {
    let engine = PolicyEngine::new(Limits::default(), None)?;
    match file {
        None => PolicyComponent::load(&engine, STANDARD),
        Some(path) => PolicyComponent::load_file(&engine, path),
    }
    .map_err(|source| CycleError::Policy { name: cycle::policy_name(file), source })
}

fn inspect(file: Option<&Path>, format: Format) -> Result<String> {
    let policy = load(file)?;
    let description = policy.description();
    let schema: serde_json::Value = serde_json::from_str(&description.settings_schema)?;
    let needs = [
        (description.needs.roles, "roles"),
        (description.needs.attributes, "attributes"),
        (description.needs.display_name, "display-name"),
    ];
    let needs: Vec<&str> = needs.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, name)| name).collect();
    if format == Format::Json {
        let inspected = json!({
            "name": description.name, "version": description.version, "summary": description.summary,
            "contract": CONTRACT, "imports": [], "digest": policy.digest(), "bytes": policy.bytes().len(),
            "rules": description.rules, "needs": needs, "settingsSchema": schema,
        });
        return Ok(escaped(&serde_json::to_string_pretty(&inspected)?) + "\n");
    }
    let needs = if needs.is_empty() { "nothing optional".to_owned() } else { needs.join(", ") };
    let mut columns = Columns::new(&["rule", "summary"]);
    for rule in &description.rules {
        columns.row([&rule.id, &rule.summary]);
    }
    Ok(format!(
        "{} {}\n  {}\n  contract  {CONTRACT}\n  imports   none\n  digest    {}\n  bytes     {}\n  needs     {needs}\n\n\
         Rules\n{}\nSettings (JSON Schema)\n{}\n",
        printable(&description.name),
        printable(&description.version),
        printable(&description.summary),
        policy.digest(),
        policy.bytes().len(),
        columns.text(),
        escaped(&serde_json::to_string_pretty(&schema)?)
    ))
}
