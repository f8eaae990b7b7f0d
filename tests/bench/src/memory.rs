//! The most memory that `steward plan` ever holds, beside the answers of the server that it is made of.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::Scale;
use crate::dry_run::{check_exit, plan_command};
use crate::site::{Site, Usage};
use crate::table::{Row, Verdict, thousands};

const PEAK_MAX_MIB: u64 = 250;

pub async fn rows(scale: Scale) -> Result<Vec<Row>> {
    if !Path::new("/proc/self/status").is_file() {
        println!("The memory of a plan is not measured: this machine has no /proc.");
        return Ok(Vec::new());
    }
    eprintln!("measuring the memory of a plan of {} seats", thousands(scale.memory_seats));
    let site = Site::start(scale.memory_seats, Usage::AllIdle, Duration::ZERO).await?;
    let config = site.config();
    let peak_kib = tokio::task::spawn_blocking(move || peak_kib(&config)).await??;
    let answered: u64 = site.take_journal().iter().map(|entry| entry.bytes).sum();
    site.stop().await;
    let (peak, answers) = (peak_kib >> 10, answered >> 20);
    let ratio = peak_kib * 1024 * 100 / answered.max(1);
    Ok(vec![Row {
        what: format!("peak memory of `steward plan`, {} seats", thousands(scale.memory_seats)),
        measured: format!("{peak} MiB"),
        baseline: format!("{answers} MiB of answers"),
        ratio: format!("{}.{:02} ×", ratio / 100, ratio % 100),
        target: format!("< {PEAK_MAX_MIB} MiB"),
        verdict: Verdict::of(peak < PEAK_MAX_MIB),
    }])
}

/// Reads the high-water mark while the plan is printed: by then everything that needs memory has happened, and the
/// program cannot end before the last piece is taken from it.
fn peak_kib(config: &Path) -> Result<u64> {
    let mut command = plan_command(config)?;
    command.args(["--format", "json"]).stdout(Stdio::piped());
    let mut child = command.spawn().context("cannot start `steward`")?;
    let mut printed = child.stdout.take().context("the plan is not printed to us")?;
    let mut piece = vec![0; 1 << 16];
    let mut peak = 0;
    loop {
        // A program that has ended has no mark any more, so the last one counts.
        peak = high_water_kib(child.id()).unwrap_or(peak);
        if printed.read(&mut piece)? == 0 {
            break;
        }
    }
    check_exit(child.wait()?)?;
    Ok(peak)
}

fn high_water_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
