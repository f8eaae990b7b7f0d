//! Measures the targets of the design, each beside a baseline in the same run, and prints one table.
//!
//! Nothing fails because something is slow: a machine that is busy with other work would make liars of such tests. A
//! ratio says more than its two numbers, because both were measured on the same machine in the same minute.
//! `cargo xtask bench` builds what is needed and starts this.

mod decisions;
mod dry_run;
mod instructions;
mod mapping;
mod memory;
mod one_by_one;
mod readiness;
mod requests;
mod site;
mod table;
mod timing;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use decisions::Path;
use table::Row;

#[derive(Parser)]
#[command(name = "cargo xtask bench", about = "Measure the targets of the design, each beside a baseline")]
struct Cli {
    /// Smaller sites and fewer repetitions, for a first look
    #[arg(long)]
    quick: bool,
    /// Count the instructions of a decision with valgrind instead of measuring time
    #[arg(long)]
    instructions: bool,
    #[command(subcommand)]
    work: Option<Work>,
}

#[derive(Subcommand)]
enum Work {
    /// Only decide: what is run under valgrind
    #[command(hide = true)]
    Decide { snapshot: PathBuf, path: Path, rounds: u32 },
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// Sizes of the sites whose requests are counted.
    request_seats: &'static [usize],
    /// Seats of the site that is read, decided and compared.
    seats: usize,
    /// Seats of the site whose memory is measured.
    memory_seats: usize,
    /// How often each thing is measured; the median counts.
    repetitions: usize,
    /// Requests of a baseline that is too slow to be run whole.
    sampled_requests: usize,
}

const FULL: Scale = Scale {
    request_seats: &[1_000, 10_000, 40_000],
    seats: 10_000,
    memory_seats: 100_000,
    repetitions: 7,
    sampled_requests: 300,
};
const QUICK: Scale = Scale {
    request_seats: &[1_000, 10_000],
    seats: 10_000,
    memory_seats: 20_000,
    repetitions: 3,
    sampled_requests: 100,
};

fn main() -> Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(cli))
}

async fn run(cli: Cli) -> Result<()> {
    let scale = if cli.quick { QUICK } else { FULL };
    let rows = match cli.work {
        Some(Work::Decide { snapshot, path, rounds }) => return instructions::work(&snapshot, path, rounds).await,
        None if cli.instructions => instructions::rows().await?,
        None => measure(scale).await?,
    };
    if !rows.is_empty() {
        println!("{}\n{}", table::text(&rows), timing::CAVEAT);
    }
    Ok(())
}

async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let mut rows = requests::rows(scale).await?;
    rows.extend(dry_run::rows(scale).await?);
    rows.extend(decisions::rows(scale).await?);
    rows.extend(readiness::rows(scale)?);
    rows.extend(memory::rows(scale).await?);
    Ok(rows)
}
