//! `steward arm`, `pause` and `resume`: what an administrator allows and stops.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use steward_core::guard::Gate;
use steward_core::text::printable;

use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::ledger::{FILE_NAME, Ledger, LedgerError};
use crate::wording::counted;
use crate::{arming, clock, cycle, os_user};

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
  steward pause --data-dir /var/lib/steward
  steward resume --config steward.yaml

A run that is at work ends before its next seat. A pause survives restarts; undo works all the same. With `--data-dir` no settings file is read, so a broken one is no obstacle.")]
pub struct SwitchArgs {
    /// The settings file: Butler's, with or without a section `steward:`
    #[arg(short, long, value_name = "FILE", env = "STEWARD_CONFIG", required_unless_present = "data_dir")]
    config: Option<PathBuf>,
    /// The data folder, instead of the settings that name it
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl SwitchArgs {
    async fn open(&self) -> Result<Ledger> {
        if let Some(folder) = &self.data_dir {
            let path = folder.join(FILE_NAME).display().to_string();
            return Ok(Ledger::open_existing(folder, clock::now()).await?.ok_or(LedgerError::Missing { path })?);
        }
        let config = self.config.as_deref().context("clap asks for one of both")?;
        let loaded = load_settings(config)
            .context("the settings file cannot be used; `--data-dir` with the data folder does without it")?;
        Ok(cycle::open_ledger(&loaded.settings, &clock::now).await?)
    }
}

pub async fn arm(args: ArmArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_ledger(&loaded.settings, &clock::now).await?;
    let armed = arming::arm(&mut ledger, args.plan.as_deref(), &os_user::name(), args.note, clock::now()).await?;
    ledger.close().await;
    let held = if armed.held == 0 { String::new() } else { format!(", {} more are held", armed.held) };
    print_text(&format!(
        "Releases are armed. The plan {} of {} would release {}{held}.\n",
        armed.plan,
        armed.made_at,
        counted(armed.releases, "seat")
    ))?;
    if !armed.gates.is_empty() {
        let gates: Vec<&str> = armed.gates.into_iter().map(Gate::as_str).collect();
        print_text(&format!("That plan was held by {}; plan again.\n", gates.join(", ")))?;
    }
    Ok(Outcome::Done)
}

pub async fn pause(args: SwitchArgs) -> Result<Outcome> {
    let mut ledger = args.open().await?;
    if let Some(said) = ledger.state().paused() {
        print_text(&format!("Releases are paused already, by {} since {}.\n", printable(&said.by), said.at))?;
        return Ok(Outcome::Done);
    }
    arming::pause(&mut ledger, &os_user::name(), args.note, clock::now()).await?;
    ledger.close().await;
    print_text("Releases are paused.\n")?;
    Ok(Outcome::Done)
}

pub async fn resume(args: SwitchArgs) -> Result<Outcome> {
    let mut ledger = args.open().await?;
    let was_paused = arming::resume(&mut ledger, &os_user::name(), args.note, clock::now()).await?;
    ledger.close().await;
    print_text(if was_paused { "Releases go on.\n" } else { "Releases are not paused.\n" })?;
    Ok(Outcome::Done)
}
