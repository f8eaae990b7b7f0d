//! `steward report`: what a month cost, for whoever pays.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use steward_core::cost::Month;
use steward_core::instant::Instant;
use thiserror::Error;

use super::out_file::{refuse_inputs, write_file};
use super::table::escaped;
use super::{ConfigFile, Outcome, load_settings};
use crate::outlook::{self, NO_PRICES};
use crate::report::{page, rows};
use crate::{clock, cycle};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward report --config steward.yaml --out october.html
  steward report --config steward.yaml --month 2026-10 --format csv
  steward report --config steward.yaml --month 2026-10 --format json

Prices and a budget stand in the settings under `steward.cost`; docs/cost.md says what is counted.")]
pub struct ReportArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// The month, such as 2026-10; the last complete one when left out
    #[arg(long, value_name = "MONTH", value_parser = parse_month)]
    month: Option<Month>,
    /// How to write it: a page to read and print, rows for a spreadsheet, or JSON
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,
    /// Write into this file instead of to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
    Csv,
    Json,
}

/// Why there is no report of this month.
#[derive(Debug, Error)]
pub enum NoReport {
    #[error("{NO_PRICES}")]
    NoPrices,
    #[error("{month} has not begun: the last month that can be reported is {last}, as far as it has passed")]
    Future { month: Month, last: Month },
    #[error("nothing is known of {month}: readings begin in {first}")]
    TooEarly { month: Month, first: Month },
    #[error("no pool was read yet: `steward run` reads them regularly, and `steward status` once")]
    NothingRead,
}

pub async fn run(args: ReportArgs) -> Result<Outcome> {
    if let Some(out) = &args.out {
        refuse_inputs(out, &[Some(&args.config.config)])?;
    }
    let settings = load_settings(&args.config.config)?.settings;
    let now = clock::now();
    let mut ledger = cycle::open_existing_ledger(&settings, &clock::now).await?;
    let months = outlook::months(&mut ledger, &settings, now).await?;
    let month = chosen(args.month, &months, now)?;
    let story = outlook::month_story(&mut ledger, &settings, month, now).await?;
    ledger.close().await;
    let story = story.ok_or(NoReport::NoPrices)?;
    let bytes = match args.format {
        Format::Html => page(&story).into_bytes(),
        Format::Csv => rows(&story)?,
        Format::Json => (escaped(&serde_json::to_string_pretty(&story)?) + "\n").into_bytes(),
    };
    write(args.out.as_deref(), &bytes)?;
    Ok(Outcome::Done)
}

fn chosen(asked: Option<Month>, months: &[Month], now: Instant) -> Result<Month> {
    let (first, last) = months.first().zip(months.last()).ok_or(NoReport::NothingRead)?;
    let month = match asked {
        Some(month) => month,
        None => Month::of(now).and_then(previous).context("the clock shows no month of this calendar")?,
    };
    // Who asks for nothing gets what there is: in the first month that is the running one.
    if asked.is_none() && month < *first {
        return Ok(*first);
    }
    match month {
        month if month > *last => Err(NoReport::Future { month, last: *last }.into()),
        month if month < *first => Err(NoReport::TooEarly { month, first: *first }.into()),
        month => Ok(month),
    }
}

fn previous(month: Month) -> Option<Month> {
    Month::of(month.start().minus_days(1)?)
}

fn write(out: Option<&Path>, bytes: &[u8]) -> Result<()> {
    use std::io::Write as _;
    if let Some(path) = out {
        return write_file(path, |writer| writer.write_all(bytes));
    }
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).context("cannot print")
}

fn parse_month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "write a month such as 2026-10".to_owned())
}
