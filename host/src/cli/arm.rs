//! `steward arm`, `pause` and `resume`: what an administrator allows and stops.

use anyhow::Result;
use clap::Args;
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
    let plan = match &args.plan {
        Some(id) => Some(ledger.stored_plan(id).await?.plan.id()),
        None => ledger.state().latest_plan().map(|(id, _)| id),
    };
    let record = plan.and_then(|plan| Some((plan, ledger.state().plan(&plan)?.clone())));
    let Some((plan, record)) = record else {
        anyhow::bail!("there is no plan yet that somebody could have looked at: run `steward plan` first");
    };
    ledger.append(clock::now(), &[Event::Armed { by: os_user::name(), plan, note: args.note }]).await?;
    ledger.close().await;
    print_text(&format!(
        "Releases are armed. The plan {plan} of {} would release {}.\n",
        record.made_at,
        counted(usize::try_from(record.releases)?, "seat")
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
