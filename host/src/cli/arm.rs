//! `steward arm`, `pause` and `resume`: what an administrator allows and stops.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::Args;
use steward_core::ids::LicenseId;
use steward_core::ledger::Event;

use super::table::{counted, printable};
use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::{clock, cycle, os_user};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward plan --config steward.yaml
  steward arm --config steward.yaml --note 'looked at the plan with HR'

A new ledger releases nothing until an administrator has looked at a plan and said so. Armed once, it stays armed. Said again, it accepts what the latest plan counted (users, seats, never used seats, whom each protection matches) as the numbers that later plans are compared with.")]
pub struct ArmArgs {
    /// The plan that was looked at; left out: the latest one
    plan: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward pause --config steward.yaml --note 'audit until Friday'
  steward resume --config steward.yaml

A run that is at work ends before its next seat. A pause survives restarts; undo works all the same.")]
pub struct SwitchArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub async fn arm(args: ArmArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_ledger(&loaded.settings, &clock::now).await?;
    let id = args.plan.clone().or_else(|| ledger.state().latest_plan().map(|(id, _)| id.to_string()));
    let Some(id) = id else {
        anyhow::bail!("there is no plan yet that somebody could have looked at: run `steward plan` first");
    };
    let stored = ledger.stored_plan(&id).await?;
    let (plan, body) = (stored.plan.id(), stored.plan.body());
    if ledger.state().plan(&plan).is_none_or(|record| record.is_void) || body.expires_at <= clock::now() {
        anyhow::bail!("the plan {plan} cannot be applied any more: run `steward plan`, and look at that one");
    }
    ledger.append(clock::now(), &[Event::Armed { by: os_user::name(), plan, note: args.note }]).await?;
    ledger.close().await;
    let held: BTreeSet<&LicenseId> = body.held.iter().flat_map(|held| &held.license_ids).collect();
    let held = if held.is_empty() { String::new() } else { format!(", {} more are held", held.len()) };
    print_text(&format!(
        "Releases are armed. The plan {plan} of {} would release {}{held}.\n",
        body.now,
        counted(body.releases.len(), "seat")
    ))?;
    Ok(Outcome::Done)
}

pub async fn pause(args: SwitchArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_ledger(&loaded.settings, &clock::now).await?;
    if let Some(said) = ledger.state().paused() {
        print_text(&format!("Releases are paused already, by {} since {}.\n", printable(&said.by), said.at))?;
        return Ok(Outcome::Done);
    }
    ledger.append(clock::now(), &[Event::Paused { by: os_user::name(), note: args.note }]).await?;
    ledger.close().await;
    print_text("Releases are paused.\n")?;
    Ok(Outcome::Done)
}

pub async fn resume(args: SwitchArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_ledger(&loaded.settings, &clock::now).await?;
    if ledger.state().paused().is_none() {
        print_text("Releases are not paused.\n")?;
        return Ok(Outcome::Done);
    }
    ledger.append(clock::now(), &[Event::Resumed { by: os_user::name(), note: args.note }]).await?;
    ledger.close().await;
    print_text("Releases go on.\n")?;
    Ok(Outcome::Done)
}
