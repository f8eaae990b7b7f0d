//! `steward outbox`: the points that wait for `InfluxDB`, and those that it refused.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use steward_core::instant::Instant;

use super::format::TableOrJson;
use super::table::{Columns, escaped, shorten};
use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::ledger::{FILE_NAME, LedgerError, Outbox, SetAside, Standing};
use crate::wording::counted;

/// Width of a reason or of the tags in the table; the JSON form has them whole.
const TEXT_CHARS_MAX: usize = 80;
/// Refused points in the table; the JSON form has them all.
const ROWS_MAX: usize = 50;
const NS_PER_MS: i64 = 1_000_000;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward outbox --config steward.yaml
  steward outbox --config steward.yaml --format json
  steward outbox --config steward.yaml --retry

Points that wait are delivered by the daemon, and after `steward apply`. A point that InfluxDB refuses for good, such as one whose field has another type in the database, is set aside with the reason, and the others go on. Exit code 3 means that points are set aside.")]
pub struct OutboxArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// Let the refused points wait again, after the reason was mended
    #[arg(long, conflicts_with = "drop")]
    retry: bool,
    /// Remove the refused points
    #[arg(long)]
    drop: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

pub async fn run(args: OutboxArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let folder = loaded.settings.data_dir().ok_or(LedgerError::NoFolder)?;
    let path = folder.join(FILE_NAME).display().to_string();
    let mut outbox = Outbox::open(&folder).await?.ok_or(LedgerError::Missing { path })?;
    if args.retry {
        let points = outbox.retry().await?;
        super::note(&format!("{} wait again", count(points)));
    }
    if args.drop {
        let points = outbox.drop_set_aside().await?;
        super::note(&format!("{} removed", count(points)));
    }
    let standing = outbox.standing().await?;
    let set_aside = outbox.set_aside().await?;
    outbox.close().await;
    let is_on = loaded.settings.butler.influx_db.enable;
    print_text(&match args.format {
        TableOrJson::Json => escaped(&serde_json::to_string_pretty(&as_json(is_on, standing, &set_aside))?) + "\n",
        TableOrJson::Table => text(is_on, standing, &set_aside),
    })?;
    Ok(if set_aside.is_empty() { Outcome::Done } else { Outcome::Attention })
}

fn as_json(is_on: bool, standing: Standing, set_aside: &[SetAside]) -> Value {
    let refused: Vec<Value> = set_aside
        .iter()
        .map(|SetAside { point, problem }| {
            json!({
                "at": Instant::from_millis(point.at_ns / NS_PER_MS), "atNs": point.at_ns,
                "measurement": point.measurement, "tags": point.tags, "fields": point.fields, "problem": problem,
            })
        })
        .collect();
    json!({
        "enabled": is_on, "waiting": standing.waiting, "waitingMax": standing.waiting_max,
        "oldestAt": standing.oldest_at, "setAside": standing.set_aside, "dropped": standing.dropped,
        "forgotten": standing.forgotten, "refused": refused,
    })
}

fn text(is_on: bool, standing: Standing, set_aside: &[SetAside]) -> String {
    let mut text = waiting_text(standing);
    if !is_on {
        text += "Butler.influxDb.enable is off: nothing is written or delivered.\n";
    }
    if standing.dropped > 0 {
        let _ = writeln!(text, "{} were given up because the outbox was full.", count(standing.dropped));
    }
    if standing.forgotten > 0 {
        let _ = writeln!(text, "{} that InfluxDB refused were pushed out by newer ones.", count(standing.forgotten));
    }
    if set_aside.is_empty() {
        return text + "None was refused.\n";
    }
    let _ = writeln!(text, "{} refused, and set aside:", count(standing.set_aside));
    let mut columns = Columns::new(&["at", "measurement", "tags", "why"]);
    for SetAside { point, problem } in set_aside.iter().take(ROWS_MAX) {
        let at = Instant::from_millis(point.at_ns / NS_PER_MS).map(|at| at.to_string()).unwrap_or_default();
        let tags: Vec<String> = point.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let tags = shorten(&tags.join(" "), TEXT_CHARS_MAX);
        columns.row([at, point.measurement.clone(), tags, shorten(problem, TEXT_CHARS_MAX)]);
    }
    text += &columns.text();
    let more = set_aside.len().saturating_sub(ROWS_MAX);
    if more > 0 { text + &format!("  and {more} more; `--format json` has them all\n") } else { text }
}

/// How much waits, in one line.
pub fn waiting_text(standing: Standing) -> String {
    match standing.oldest_at {
        None => "No point waits for InfluxDB.\n".to_owned(),
        Some(oldest) => {
            let (points, max) = (count(standing.waiting), standing.waiting_max);
            format!("{points} of at most {max} wait for InfluxDB, the oldest since {oldest}.\n")
        }
    }
}

fn count(points: u64) -> String {
    counted(usize::try_from(points).unwrap_or(usize::MAX), "point")
}
