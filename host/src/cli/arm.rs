//! `steward arm`, `pause` and `resume`: what an administrator allows and stops.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use steward_core::guard::Scope;
use steward_core::ids::LicenseId;
use steward_core::ledger::Event;
use steward_core::rules_change::{newly_released, same_rules};
use steward_core::text::printable;

use super::table::counted;
use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::ledger::{FILE_NAME, Ledger, LedgerError, StoredPlan};
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
    let id = args.plan.clone().or_else(|| ledger.state().latest_plan().map(|(id, _)| id.to_string()));
    let Some(id) = id else {
        anyhow::bail!("there is no plan yet that somebody could have looked at: run `steward plan` first");
    };
    let stored = ledger.stored_plan(&id).await?;
    let (plan, body) = (stored.plan.id(), stored.plan.body());
    if ledger.state().plan(&plan).is_none_or(|record| record.is_void) || body.expires_at <= clock::now() {
        anyhow::bail!("the plan {plan} cannot be applied any more: run `steward plan`, and look at that one");
    }
    if let Some(held) = body.held.iter().find(|held| held.gate.spoils_counts()) {
        anyhow::bail!(
            "the plan {plan} is held by {}, so its numbers are no measure: {}. {}",
            held.gate,
            held.detail,
            held.gate.way_out()
        );
    }
    if args.plan.is_none() {
        look_before(&mut ledger, &stored).await?;
    }
    ledger.append(clock::now(), &[Event::Armed { by: os_user::name(), plan, note: args.note }]).await?;
    ledger.close().await;
    let gates: BTreeSet<&str> =
        body.held.iter().filter(|held| held.scope == Scope::Run).map(|held| held.gate.as_str()).collect();
    let held: BTreeSet<&LicenseId> = body.held.iter().flat_map(|held| &held.license_ids).collect();
    let held = if held.is_empty() { String::new() } else { format!(", {} more are held", held.len()) };
    print_text(&format!(
        "Releases are armed. The plan {plan} of {} would release {}{held}.\n",
        body.now,
        counted(body.releases.len(), "seat")
    ))?;
    if !gates.is_empty() {
        print_text(&format!(
            "That plan was held by {}; plan again.\n",
            gates.into_iter().collect::<Vec<_>>().join(", ")
        ))?;
    }
    Ok(Outcome::Done)
}

/// A plan by other rules than those that were accepted last has to be named: the daemon may have made it a moment ago.
async fn look_before(ledger: &mut Ledger, latest: &StoredPlan) -> Result<()> {
    let site = ledger.state().plan(&latest.plan.id()).map(|record| record.counts.site);
    let Some(accepted) = site.and_then(|site| ledger.state().accepted(&site)) else { return Ok(()) };
    let accepted = ledger.stored_plan(&accepted.to_string()).await?;
    if ledger.state().armed().is_none() || same_rules(accepted.plan.body(), latest.plan.body()) {
        return Ok(());
    }
    let newly = newly_released(accepted.plan.body(), latest.plan.body()).len();
    let id: String = latest.plan.id().hex().chars().take(12).collect();
    anyhow::bail!(
        "the rules are others than those that were accepted last, and {} would newly go: look at `steward plan`, then name \
         the plan that you looked at, such as `steward arm {id}`",
        counted(newly, "seat")
    );
}

pub async fn pause(args: SwitchArgs) -> Result<Outcome> {
    let mut ledger = args.open().await?;
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
    let mut ledger = args.open().await?;
    if ledger.state().paused().is_none() {
        print_text("Releases are not paused.\n")?;
        return Ok(Outcome::Done);
    }
    ledger.append(clock::now(), &[Event::Resumed { by: os_user::name(), note: args.note }]).await?;
    ledger.close().await;
    print_text("Releases go on.\n")?;
    Ok(Outcome::Done)
}
