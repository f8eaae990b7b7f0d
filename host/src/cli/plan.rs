//! `steward plan`: says which seats would be released, and why.

mod text;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use steward_core::plan::{self, Plan};

use super::out_file::{refuse_inputs, write_file};
use super::table::{escaped, printable_lines};
use super::{OptionalConfigFile, Outcome, SourceArgs, facts_group, load_settings, note};
use crate::apply::{self, ApplyError};
use crate::config::Settings;
use crate::cycle::{self, Prepared, Source};
use crate::error_chain;
use crate::ledger::{Ledger, LedgerError, LockError};
use crate::{clock, executor};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward plan --config steward.yaml
  steward plan --config steward.yaml --now 2026-12-24T00:00:00Z --all
  steward plan --config steward.yaml --format json --out plan.json
  steward plan --snapshot snapshot.json --format csv > plan.csv

Exit code 3 means that the plan is made, but something is held.")]
#[command(group = facts_group())]
pub struct PlanArgs {
    #[command(flatten)]
    config: OptionalConfigFile,
    #[command(flatten)]
    source: SourceArgs,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write the plan as JSON into this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// List every release in the table, not only the first 20
    #[arg(long)]
    all: bool,
}

/// Of the id of a plan in a command: enough to be the only one.
pub const PLAN_DIGITS: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Counts for each rule and gate, and the first releases
    Table,
    /// The whole plan, in the documented format
    Json,
    /// One line for each seat
    Csv,
}

pub async fn run(args: PlanArgs) -> Result<Outcome> {
    if let Some(out) = &args.out {
        refuse_inputs(out, &[args.config.config.as_deref(), args.source.snapshot.as_deref()])?;
    }
    let loaded = args.config.config.as_deref().map(load_settings).transpose()?;
    let settings = loaded.as_ref().map(|loaded| &loaded.settings);
    // A plan for another time, or from a file, is never applied, so nothing is written down about it.
    let is_live = args.source.snapshot.is_none() && args.source.now.is_none();
    let mut ledger = match settings {
        Some(settings) if is_live => open_to_write(settings).await?,
        Some(settings) => open_to_read(settings).await,
        None => None,
    };
    let prepared = prepare(settings, &args.source, ledger.as_mut()).await?;
    prepared.notes.iter().for_each(|text| note(text));
    let (prepared, plan) = make(prepared).await?;
    if let (Some(ledger), Some(settings), true) = (&mut ledger, settings, is_live) {
        remember(ledger, settings, &prepared, &plan).await?;
    }
    if let Some(ledger) = ledger {
        ledger.close().await;
    }
    drop(prepared);
    if let Some(path) = &args.out {
        write_file(path, |writer| plan.write(writer))?;
    }
    print(&plan, args.format, args.all).context("cannot print the plan")?;
    Ok(if plan.body().needs_attention() { Outcome::Attention } else { Outcome::Done })
}

/// The ledger, and in it what came of a run that was interrupted. Without it there is a plan all the same.
///
/// # Errors
/// When the ledger is somebody else's: then the command is meant for another user.
async fn open_to_write(settings: &Settings) -> Result<Option<Ledger>> {
    let opened: Result<Ledger> = async {
        let mut ledger = cycle::open_ledger(settings, &clock::now).await?;
        if ledger.state().open_run().is_some() {
            finish_open_run(&mut ledger, settings).await?;
        }
        Ok(ledger)
    }
    .await;
    match opened {
        Ok(ledger) => Ok(Some(ledger)),
        Err(error) if matches!(error.downcast_ref(), Some(LedgerError::OtherOwner { .. })) => Err(error),
        Err(error) => {
            note(&format!("this plan cannot be applied: {}", error_chain::of(&error)));
            Ok(None)
        }
    }
}

/// The ledger if there is one, for what it remembers.
pub async fn open_to_read(settings: &Settings) -> Option<Ledger> {
    let folder = settings.data_dir()?;
    let opened = Ledger::open_existing(&folder, clock::now()).await;
    let unused = |error: &LedgerError| {
        note(&format!("nothing is remembered: {}", error_chain::of(&anyhow::Error::msg(error.to_string()))));
    };
    opened.inspect_err(unused).ok().flatten()
}

/// Unless it is at work in another process.
async fn finish_open_run(ledger: &mut Ledger, settings: &Settings) -> Result<()> {
    let _lock = match apply::lock(settings, false, &clock::now).await {
        Err(ApplyError::Lock(LockError::Held { .. })) => return Ok(()),
        taken => taken?,
    };
    ledger.refresh().await?;
    let client = cycle::connect(settings, &clock::now)?;
    let grace_days = settings.steward.guard.undo_grace_days;
    if let Some(resolved) =
        executor::recover(ledger, &client, cycle::site_of(settings), &clock::now, grace_days).await?
    {
        note(&format!("finished run {}, which was interrupted; see `steward audit show --run {0}`", resolved.run));
    }
    Ok(())
}

async fn remember(ledger: &mut Ledger, settings: &Settings, prepared: &Prepared, plan: &Plan) -> Result<()> {
    let now = clock::now();
    let back = cycle::watch(ledger, &prepared.snapshot, prepared.site, settings, now).await?;
    for account in &back {
        note(&format!("{account} was released and holds a seat again: does a licence rule give it back?"));
    }
    cycle::store_plan(ledger, prepared, plan, now).await?;
    if let Some(said) = ledger.state().paused() {
        note(&format!("releases are paused by {} since {}", said.by, said.at));
    } else if ledger.state().armed().is_none() {
        note("nothing can be released yet: look at the plan, then run `steward arm`");
    } else if !plan.body().releases.is_empty() {
        let id: String = plan.id().hex().chars().take(PLAN_DIGITS).collect();
        note(&format!("to release these seats: steward apply {id}"));
    }
    Ok(())
}

/// Everything that a plan is made of, with a spinner on a terminal while the server is read.
pub async fn prepare(
    settings: Option<&Settings>,
    source: &SourceArgs,
    ledger: Option<&mut Ledger>,
) -> Result<Prepared> {
    let source = Source { snapshot: source.snapshot.clone(), now: source.now };
    let spinner = spinner(if source.snapshot.is_some() { "reading the snapshot" } else { "reading the server" });
    let prepared = cycle::prepare(settings, &source, ledger, &clock::now).await;
    spinner.finish_and_clear();
    Ok(prepared?)
}

pub fn spinner(message: &'static str) -> indicatif::ProgressBar {
    let spinner = indicatif::ProgressBar::new_spinner().with_message(message);
    spinner.enable_steady_tick(std::time::Duration::from_millis(120));
    spinner
}

/// Policies compute for a while, so they run where blocking is fine.
async fn make(prepared: Prepared) -> Result<(Prepared, Plan)> {
    let made = tokio::task::spawn_blocking(move || prepared.plan(None).map(|plan| (prepared, plan))).await;
    Ok(made.context("the planner stopped")??)
}

fn print(plan: &Plan, format: Format, all: bool) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        Format::Json if io::stdout().is_terminal() => {
            let mut json = Vec::new();
            plan.write(&mut json)?;
            out.write_all(escaped(&String::from_utf8_lossy(&json)).as_bytes())?;
        }
        Format::Json => plan.write(&mut out)?,
        Format::Csv => plan::csv::write(plan.body(), &mut out)?,
        Format::Table => {
            let text = text::table(plan, all, io::stdout().is_terminal());
            out.write_all(printable_lines(&text).as_bytes())?;
        }
    }
    out.flush()
}

pub use text::table as table_text;
