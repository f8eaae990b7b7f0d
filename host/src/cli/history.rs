//! `steward history`: what was read before, from the ledger's own database: pools, and seats that came and went.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use steward_core::settings::account_name;
use steward_core::text::{harmless, printable};

use super::table::{Columns, escaped};
use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::ledger::{KeptChange, KeptReading};
use crate::{clock, cycle};

/// A month is what people ask about first.
const DAYS: u32 = 30;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward history pools --config steward.yaml
  steward history pools --config steward.yaml --days 365 --format csv
  steward history changes --config steward.yaml --days 7

Readings come from the daemon, and from every plan, apply and status. They are kept for `steward.history.retentionDays`.")]
pub struct HistoryArgs {
    #[command(subcommand)]
    command: HistoryCommand,
}

#[derive(Subcommand)]
enum HistoryCommand {
    /// The pools at each reading; the table has the last one of each day
    Pools(Asked),
    /// Seats that were given out, released by Steward, or taken otherwise, between two readings of the daemon
    Changes(Asked),
}

#[derive(Args)]
struct Asked {
    #[command(flatten)]
    config: ConfigFile,
    /// How many days back
    #[arg(long, value_name = "N", default_value_t = DAYS, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
}

pub async fn run(args: HistoryArgs) -> Result<Outcome> {
    let (asked, is_pools) = match args.command {
        HistoryCommand::Pools(asked) => (asked, true),
        HistoryCommand::Changes(asked) => (asked, false),
    };
    let settings = load_settings(&asked.config.config)?.settings;
    let since = clock::now().minus_days(asked.days).context("there is no time so long ago")?;
    let site = cycle::site_of(&settings);
    let mut ledger = cycle::open_existing_ledger(&settings, &clock::now).await?;
    let text = if is_pools {
        let readings = ledger.readings_since(site, since).await?;
        match asked.format {
            Format::Table => pools_table(&readings),
            Format::Json => pretty(&json!(readings))?,
            Format::Csv => csv_of(readings.iter().flat_map(pool_rows), ["at", "access_type", "figure", "value"])?,
        }
    } else {
        let changes = ledger.changes_since(site, since).await?;
        match asked.format {
            Format::Table => changes_table(&changes),
            Format::Json => pretty(&json!(changes))?,
            Format::Csv => csv_of(changes.iter().map(change_row), CHANGE_COLUMNS)?,
        }
    };
    ledger.close().await;
    print_text(&text)?;
    Ok(Outcome::Done)
}

/// The last reading of each day.
fn pools_table(readings: &[KeptReading]) -> String {
    let mut last: BTreeMap<(String, &str), &KeptReading> = BTreeMap::new();
    for reading in readings {
        let day: String = reading.at.to_string().chars().take(10).collect();
        last.insert((day, &reading.access_type), reading);
    }
    if last.is_empty() {
        return "Nothing was read in this time.\n".to_owned();
    }
    let mut columns = Columns::new(&["day (UTC)", "access", "figures"]);
    for ((day, access_type), reading) in last {
        let figures: Vec<String> =
            reading.figures.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " "))).collect();
        columns.row([day, access_type.to_owned(), figures.join(", ")]);
    }
    columns.text()
}

fn pool_rows(reading: &KeptReading) -> Vec<[String; 4]> {
    let row = |(name, value): (&String, &f64)| {
        [reading.at.to_string(), reading.access_type.clone(), name.clone(), value.to_string()]
    };
    reading.figures.iter().map(row).collect()
}

const CHANGE_COLUMNS: [&str; 6] = ["at", "license_type", "license_id", "user_directory", "user_id", "change"];

fn change_row(change: &KeptChange) -> [String; 6] {
    [
        change.at.to_string(),
        change.license_type.clone(),
        change.license_id.clone(),
        change.user_directory.clone(),
        change.user_id.clone(),
        change.change.clone(),
    ]
}

fn changes_table(changes: &[KeptChange]) -> String {
    if changes.is_empty() {
        return "No seat came or went between two readings of this time.\n".to_owned();
    }
    let mut columns = Columns::new(&["noticed at", "type", "person", "what"]);
    for change in changes {
        let person = account_name(&change.user_directory, &change.user_id);
        columns.row([
            change.at.to_string(),
            change.license_type.clone(),
            printable(&person),
            change.change.replace('-', " "),
        ]);
    }
    columns.text()
}

fn pretty(value: &serde_json::Value) -> Result<String> {
    Ok(escaped(&serde_json::to_string_pretty(value)?) + "\n")
}

fn csv_of<const N: usize>(rows: impl IntoIterator<Item = [String; N]>, titles: [&str; N]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(titles)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell)))?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::anyhow!("cannot write CSV: {error}"))?;
    Ok(String::from_utf8(bytes)?)
}
