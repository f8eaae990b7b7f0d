//! A dry run from end to end, beside a client that asks for every owner by itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::Scale;
use crate::one_by_one::{Connection, OneByOne};
use crate::site::{Site, Usage};
use crate::table::{Row, Verdict, thousands};
use crate::timing::{median, show, timed, times};

const LATENCY: Duration = Duration::from_millis(5);
const TIMES_KEPT_ALIVE: f64 = 60.0;
const TIMES_HANDSHAKES: f64 = 100.0;

/// The times of all repetitions.
#[derive(Default)]
struct Times {
    command: Vec<Duration>,
    in_process: Vec<Duration>,
    lists: Vec<Duration>,
    kept_alive_request: Vec<Duration>,
    handshake_request: Vec<Duration>,
}

pub async fn rows(scale: Scale) -> Result<Vec<Row>> {
    let site = Site::start(scale.seats, Usage::AllIdle, LATENCY).await?;
    let kept_alive = OneByOne::connect(&site, Connection::KeptAlive)?;
    let handshakes = OneByOne::connect(&site, Connection::NewEachTime)?;
    // The first run compiles the policy, the first request of a client connects.
    in_process(&site).await?;
    kept_alive.lists().await?;
    let mut times = Times::default();
    let sample = scale.sampled_requests / scale.repetitions;
    for (repetition, owners) in site.owners().chunks(sample.max(1)).take(scale.repetitions).enumerate() {
        eprintln!("dry run of {} seats, {} of {}", thousands(scale.seats), repetition + 1, scale.repetitions);
        times.command.push(command(site.config()).await?);
        times.kept_alive_request.push(kept_alive.request(owners).await?);
        times.in_process.push(in_process(&site).await?);
        times.handshake_request.push(handshakes.request(owners).await?);
        times.lists.push(kept_alive.lists().await?);
    }
    let owners = u32::try_from(site.owners().len()).unwrap_or(u32::MAX);
    site.stop().await;
    Ok(table(scale, owners, times))
}

/// The baselines make thousands of equal requests one after the other, so the whole is a multiple of one.
fn table(scale: Scale, owners: u32, times: Times) -> Vec<Row> {
    let lists = median(times.lists);
    let kept_alive = lists + median(times.kept_alive_request) * owners;
    let handshakes = lists + median(times.handshake_request) * owners;
    let (command, in_process) = (median(times.command), median(times.in_process));
    let seats = thousands(scale.seats);
    let reusing = "a GET for each owner, kept alive";
    let connecting = "a GET and a handshake for each";
    vec![
        row(format!("`steward plan`, {seats} seats, 5 ms"), command, kept_alive, reusing, TIMES_KEPT_ALIVE),
        row("the same within a running process".to_owned(), in_process, kept_alive, reusing, TIMES_KEPT_ALIVE),
        row(format!("`steward plan`, {seats} seats, 5 ms"), command, handshakes, connecting, TIMES_HANDSHAKES),
    ]
}

fn row(what: String, measured: Duration, baseline: Duration, how: &str, target: f64) -> Row {
    let ratio = times(baseline, measured);
    Row {
        what,
        measured: show(measured),
        baseline: format!("{}, {how}", show(baseline)),
        ratio: format!("{ratio:.0} × faster"),
        target: format!("≥ {target:.0} ×"),
        verdict: Verdict::of(ratio >= target),
    }
}

async fn in_process(site: &Site) -> Result<Duration> {
    let (done, time) = timed(async {
        let prepared = site.prepare().await?;
        tokio::task::spawn_blocking(move || prepared.plan(None)).await??;
        anyhow::Ok(())
    })
    .await;
    done.map(|()| time)
}

async fn command(config: PathBuf) -> Result<Duration> {
    let (done, time) = timed(tokio::task::spawn_blocking(move || -> Result<()> {
        let ended = plan_command(&config)?.stdout(Stdio::null()).status().context("cannot start `steward`")?;
        check_exit(ended)
    }))
    .await;
    done?.map(|()| time)
}

/// The real program, which `cargo xtask bench` builds beside this one.
pub fn plan_command(config: &Path) -> Result<Command> {
    let program = std::env::current_exe()?.with_file_name(format!("steward{}", std::env::consts::EXE_SUFFIX));
    ensure!(program.is_file(), "`{}` is missing: start this with `cargo xtask bench`", program.display());
    let mut command = Command::new(program);
    command.arg("plan").arg("--config").arg(config);
    Ok(command)
}

/// 3 is a plan of which something is held: everybody idle is far above the cap.
pub fn check_exit(ended: std::process::ExitStatus) -> Result<()> {
    ensure!(matches!(ended.code(), Some(0 | 3)), "`steward plan` ended with {ended}");
    Ok(())
}
