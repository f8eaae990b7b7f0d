//! `steward plan`: says which seats would be released, and why.

mod csv;
mod text;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use steward_core::plan::Plan;

use super::out_file::{refuse_inputs, write_file};
use super::table::{escaped, printable_lines};
use super::{OptionalConfigFile, Outcome, SourceArgs, facts_group, load_settings, note};
use crate::cycle::{self, Prepared, Source};

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
    let prepared = prepare(&args.config, &args.source).await?;
    prepared.notes.iter().for_each(|text| note(text));
    let plan = make(prepared).await?;
    if let Some(path) = &args.out {
        write_file(path, |writer| plan.write(writer))?;
    }
    print(&plan, args.format, args.all).context("cannot print the plan")?;
    Ok(if plan.body().needs_attention() { Outcome::Attention } else { Outcome::Done })
}

/// Everything that a plan is made of, with a spinner on a terminal while the server is read.
pub async fn prepare(config: &OptionalConfigFile, source: &SourceArgs) -> Result<Prepared> {
    let loaded = config.config.as_deref().map(load_settings).transpose()?;
    let source = Source { snapshot: source.snapshot.clone(), now: source.now };
    let spinner = spinner(if source.snapshot.is_some() { "reading the snapshot" } else { "reading the server" });
    let prepared = cycle::prepare(loaded.as_ref().map(|loaded| &loaded.settings), &source).await;
    spinner.finish_and_clear();
    Ok(prepared?)
}

pub fn spinner(message: &'static str) -> indicatif::ProgressBar {
    let spinner = indicatif::ProgressBar::new_spinner().with_message(message);
    spinner.enable_steady_tick(std::time::Duration::from_millis(120));
    spinner
}

/// Policies compute for a while, so they run where blocking is fine.
async fn make(prepared: Prepared) -> Result<Plan> {
    Ok(tokio::task::spawn_blocking(move || prepared.plan()).await.context("the planner stopped")??)
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
        Format::Csv => csv::write(plan.body(), &mut out)?,
        Format::Table => {
            let text = text::table(plan, all, io::stdout().is_terminal());
            out.write_all(printable_lines(&text).as_bytes())?;
        }
    }
    out.flush()
}

pub use text::table as table_text;
