//! Counts the instructions of a decision with valgrind: a number that other work on the machine does not change.
//!
//! The program starts itself under callgrind twice, once with more rounds; the difference is what the rounds cost, and
//! starting, loading, compiling and configuring fall out of it.

use std::path::{Path as FilePath, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum as _;
use steward::clock;
use steward::cycle::{self, Source};
use steward_core::candidate::candidates;
use steward_core::snapshot::SnapshotFile;

use crate::decisions::{Path, decide};
use crate::site::{Site, Usage};
use crate::table::{Row, Verdict, thousands};

const SEATS: usize = 500;
const ROUNDS: [u32; 2] = [1, 5];

pub async fn rows() -> Result<Vec<Row>> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("The instructions are not counted: valgrind is not installed.");
        return Ok(Vec::new());
    }
    let site = Site::start(SEATS, Usage::AllIdle, Duration::ZERO).await?;
    let prepared = site.prepare().await?;
    let snapshot = site.folder().join("snapshot.json");
    let file = SnapshotFile::new(prepared.snapshot, prepared.settings, prepared.memory, false);
    std::fs::write(&snapshot, serde_json::to_string(&file)?).context("cannot write the snapshot")?;
    let sandbox = for_each_decision(&snapshot, Path::Sandbox)?;
    let native = for_each_decision(&snapshot, Path::Native)?;
    site.stop().await;
    let ratio = sandbox * 10 / native.max(1);
    Ok(vec![Row {
        what: "instructions of a decision in the sandbox".to_owned(),
        measured: thousands(sandbox),
        baseline: format!("{}, native rules", thousands(native)),
        ratio: format!("{}.{} × more", ratio / 10, ratio % 10),
        target: String::new(),
        verdict: Verdict::NoTarget,
    }])
}

fn for_each_decision(snapshot: &FilePath, path: Path) -> Result<usize> {
    let [few, many] = ROUNDS;
    let of_few = counted(snapshot, path, few)?;
    let of_many = counted(snapshot, path, many)?;
    let decisions = SEATS * usize::try_from(many - few)?;
    Ok(of_many.saturating_sub(of_few) / decisions)
}

fn counted(snapshot: &FilePath, path: Path, rounds: u32) -> Result<usize> {
    let value = path.to_possible_value().context("every way has a name")?;
    eprintln!("counting the instructions of {rounds} rounds, {}", value.get_name());
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .arg("decide")
        .arg(snapshot)
        .args([value.get_name(), &rounds.to_string()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind failed: {said}");
    let total = said.lines().find_map(|line| line.split_once("Collected :")).context("valgrind says no total")?;
    Ok(total.1.trim().parse()?)
}

/// What runs under valgrind.
pub async fn work(snapshot: &FilePath, path: Path, rounds: u32) -> Result<()> {
    let source = Source { snapshot: Some(PathBuf::from(snapshot)), now: None };
    let prepared = cycle::prepare(None, &source, None, &clock::now).await?;
    let candidates = candidates(&prepared.snapshot);
    decide(path, &prepared, &candidates, rounds).map(drop)
}
