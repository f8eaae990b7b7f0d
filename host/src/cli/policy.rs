//! `steward policy`: the life of a policy, from an idea to the one that decides, and back.

mod activate;
mod diff;
mod inspect;
mod list;
mod new;
mod store;
mod test;

use std::path::Path;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::{Outcome, load_settings};
use crate::config::Settings;
use crate::ledger::Ledger;
use crate::policies::{self, Found};
use crate::{clock, cycle};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy new my-policy
  steward policy build my-policy
  steward policy test my-policy/my-policy.wasm
  steward policy add --config steward.yaml my-policy/my-policy.wasm
  steward policy activate --config steward.yaml my-policy

A policy is named by its name, by `name@version`, by the first digits of its digest, or by the path of its file. `standard`, `need-based` and `leavers-first` are part of Steward.")]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a folder with a policy of one's own: a crate, its tests, its README
    New(new::NewArgs),
    /// Build such a folder into a component
    Build(new::BuildArgs),
    /// Show what a policy is: contract, rules, the facts that it needs, the schema of its settings
    Inspect(inspect::InspectArgs),
    /// Run the tests of a policy on its component
    Test(test::TestArgs),
    /// Say who newly loses a seat, and who newly keeps one, under another policy
    Diff(diff::DiffArgs),
    /// Keep a policy in the ledger, with its signature and its tests
    Add(store::AddArgs),
    /// List the policies at hand, and say which one decides
    List(list::ListArgs),
    /// Let a policy decide from the next run on, if it passes the gate
    Activate(activate::ActivateArgs),
    /// Let the policy decide again that decided before
    Rollback(activate::RollbackArgs),
    /// Forget a policy
    Remove(store::RemoveArgs),
    /// Show where the policies in the shadow decided differently at their last comparison
    Shadow(list::ShadowArgs),
}

pub async fn run(args: PolicyArgs) -> Result<Outcome> {
    match args.command {
        Command::New(args) => new::new(&args),
        Command::Build(args) => new::build(&args),
        Command::Inspect(args) => inspect::run(&args).await,
        Command::Test(args) => test::run(args).await,
        Command::Diff(args) => diff::run(args).await,
        Command::Add(args) => store::add(args).await,
        Command::List(args) => list::list(&args).await,
        Command::Activate(args) => activate::activate(args).await,
        Command::Rollback(args) => activate::rollback(args).await,
        Command::Remove(args) => store::remove(args).await,
        Command::Shadow(args) => list::shadow(&args).await,
    }
}

/// The settings file, for commands that work without one too.
#[derive(Args)]
struct MaybeConfig {
    /// The settings file; without it only files and the policies that are part of Steward are known
    #[arg(short, long, value_name = "FILE", env = "STEWARD_CONFIG")]
    config: Option<std::path::PathBuf>,
}

impl MaybeConfig {
    /// The settings, and the ledger if there is one.
    async fn open(&self) -> Result<(Option<Settings>, Option<Ledger>)> {
        let Some(path) = self.config.as_deref() else { return Ok((None, None)) };
        let settings = load_settings(path)?.settings;
        let ledger = match settings.data_dir() {
            Some(folder) => Ledger::open_existing(&folder, clock::now()).await?,
            None => None,
        };
        Ok((Some(settings), ledger))
    }
}

/// The policy that somebody named, or the one that decides.
async fn find(typed: Option<&str>, settings: Option<&Settings>, ledger: Option<&mut Ledger>) -> Result<Found> {
    match typed {
        Some(typed) => Ok(policies::named(typed, ledger).await?),
        None => Ok(policies::find_active(settings, ledger).await?),
    }
}

/// The settings and the ledger, for commands that change it.
async fn open(config: &Path) -> Result<(Settings, Ledger)> {
    let settings = load_settings(config)?.settings;
    let ledger = cycle::open_ledger(&settings, &clock::now).await?;
    Ok((settings, ledger))
}
