//! `steward status`: the pools of the site.

use std::io::{self, IsTerminal as _};

use anyhow::Result;
use clap::{Args, ValueEnum};
use steward_core::plan::PlannedPool;
use steward_core::planner;

use super::table::Columns;
use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::{clock, cycle};

/// The width of a bar on a terminal.
const BAR: usize = 30;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward status --config steward.yaml
  steward status --config steward.yaml --format json")]
pub struct StatusArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

pub async fn run(args: StatusArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let policy = cycle::load_policy(Some(&loaded.settings))?;
    let settings = cycle::run_settings(&loaded.settings, &policy);
    let spinner = super::plan::spinner("reading the server");
    let client = cycle::connect(&loaded.settings, &clock::now)?;
    let snapshot = cycle::read_site(&client, &settings, false, &clock::now).await;
    spinner.finish_and_clear();
    let snapshot = snapshot?;
    let pools = planner::pools(&snapshot);
    let text = match args.format {
        Format::Json => format!("{:#}\n", serde_json::json!({ "takenAt": snapshot.taken_at(), "pools": pools })),
        Format::Table => {
            format!("Pools at {}\n{}", snapshot.taken_at(), pools_text(&pools, io::stdout().is_terminal()))
        }
    };
    print_text(&text)?;
    Ok(Outcome::Done)
}

/// One line for each pool, with a bar on a terminal.
pub fn pools_text(pools: &[PlannedPool], bars: bool) -> String {
    if pools.is_empty() {
        return "  no licence type of people is enabled on this site\n".to_owned();
    }
    let mut titles = vec!["type", ">allocated", ">total", ">free", ">quarantined", ">excess"];
    if bars {
        titles.push("");
    }
    let mut columns = Columns::new(&titles);
    for pool in pools {
        let numbers = [pool.allocated, pool.total, pool.available, pool.quarantined, pool.excess];
        let mut row = vec![pool.license_type.to_string()];
        row.extend(numbers.iter().map(ToString::to_string));
        if bars {
            row.push(bar(pool));
        }
        columns.row(row);
    }
    columns.text()
}

/// Allocated seats full, quarantined ones half, free ones light.
fn bar(pool: &PlannedPool) -> String {
    let total = pool.total.max(pool.allocated.saturating_add(pool.quarantined)).max(1);
    let width = |seats: u32| usize::try_from(u64::from(seats) * BAR as u64 / u64::from(total)).unwrap_or(BAR).min(BAR);
    let allocated = width(pool.allocated);
    let quarantined = width(pool.quarantined).min(BAR - allocated);
    let free = BAR - allocated - quarantined;
    format!("{}{}{}", "█".repeat(allocated), "▒".repeat(quarantined), "·".repeat(free))
}
