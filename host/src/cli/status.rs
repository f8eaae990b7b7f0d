//! `steward status`: the pools of the site, what is to come of them, and what the ledger says about releases.

mod ahead;
mod daemon;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use serde_json::json;
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::ledger::{Run, RunId};
use steward_core::plan::PlannedPool;
use steward_core::planner;
use steward_core::text::printable;

use super::format::TableOrJson;
use super::table::{Columns, escaped};
use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::alerts::told::{AlertBody, AlertPhase};
use crate::alerts::view;
use crate::executor::{ReportKind, RunReport, SeatResult};
use crate::ledger::{DaemonLock, Ledger, LedgerError};
use crate::run_settings::guard_settings;
use crate::wording::counted;
use crate::{clock, cycle};
use ahead::Ahead;
use daemon::Daemon;

/// Runs that are shown.
const LAST_RUNS: usize = 5;
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
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

pub async fn run(args: StatusArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let guard = guard_settings(&loaded.settings);
    let spinner = super::plan::spinner("reading the server");
    let client = cycle::connect(&loaded.settings, &clock::now)?;
    let snapshot = cycle::read_site(&client, &guard, false, &clock::now).await;
    spinner.finish_and_clear();
    let snapshot = snapshot?;
    let pools = planner::pools(&snapshot);
    let (mut daemon, mut ahead, mut firing) = (None, None, None);
    let is_at_work = loaded.settings.data_dir().is_some_and(|folder| DaemonLock::is_held(&folder));
    let releases = match super::plan::open_to_read(&loaded.settings).await {
        Some(mut ledger) => {
            let releases = Releases::of(&mut ledger).await?;
            daemon = ledger.last_seen_alive().await?.map(|seen| Daemon::of(&seen, is_at_work));
            let site = cycle::site_of(&loaded.settings);
            cycle::watch(&mut ledger, &snapshot, site, &loaded.settings, clock::now()).await?;
            ahead = Some(Ahead::of(&mut ledger, &loaded.settings, clock::now()).await?);
            firing = Some(firing_now(&mut ledger, site).await?);
            ledger.close().await;
            Some(releases)
        }
        None => None,
    };
    let text = match args.format {
        TableOrJson::Json => {
            let (forecasts, cost) = ahead.map(|ahead| (ahead.forecasts, ahead.cost)).unzip();
            let json = json!({
                "takenAt": snapshot.taken_at(), "pools": pools, "forecasts": forecasts, "cost": cost.flatten(),
                "alerts": firing, "releases": releases, "daemon": daemon,
            });
            escaped(&serde_json::to_string_pretty(&json)?) + "\n"
        }
        TableOrJson::Table => {
            let releases = releases.map_or_else(|| "\nReleases: no ledger yet\n".to_owned(), |it| it.text());
            let bars = io::stdout().is_terminal();
            let daemon = daemon.map_or_else(|| "\nDaemon: none ever ran here\n".to_owned(), |it| it.text());
            let ahead = ahead.map(|it| it.text()).unwrap_or_default();
            let firing = firing.map(|alerts| alerts_text(&alerts)).unwrap_or_default();
            format!("Pools at {}\n{}{firing}{ahead}{releases}{daemon}", snapshot.taken_at(), pools_text(&pools, bars))
        }
    };
    print_text(&text)?;
    Ok(Outcome::Done)
}

/// The alerts that fired when the rules were looked at last.
async fn firing_now(ledger: &mut Ledger, site: Digest) -> Result<Vec<AlertBody>, LedgerError> {
    let state = ledger.alert_state(site).await?;
    let alerts = view::alerts(&state).into_iter();
    Ok(alerts.filter(|alert| alert.phase == AlertPhase::Firing).collect())
}

fn alerts_text(alerts: &[AlertBody]) -> String {
    if alerts.is_empty() {
        return String::new();
    }
    let mut text = "\nAlerts (`steward alert list` says what to do)\n".to_owned();
    for alert in alerts {
        let _ = writeln!(text, "  {}: {}. {}", alert.severity.as_str(), alert.title, alert.facts);
    }
    text
}

/// What the ledger says about releases.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Releases {
    /// Who allowed releases; `None` when nothing is released yet.
    armed_by: Option<String>,
    paused_by: Option<String>,
    /// A run that was started and not finished.
    open_run: Option<RunId>,
    protected_by_hand: usize,
    /// The latest first.
    last_runs: Vec<RunLine>,
    ledger_head: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RunLine {
    run: RunId,
    kind: ReportKind,
    started_at: Instant,
    by: String,
    counts: BTreeMap<SeatResult, usize>,
    stopped: Option<String>,
}

impl Releases {
    async fn of(ledger: &mut Ledger) -> Result<Self, LedgerError> {
        let accounts = ledger.accounts().await?;
        let state = ledger.state();
        let line = |(id, run): (&RunId, &Run)| {
            let report = RunReport::new(*id, run, &accounts);
            let RunReport { run, kind, started_at, by, counts, stopped, .. } = report;
            RunLine { run, kind, started_at, by, counts, stopped }
        };
        let now = clock::now();
        Ok(Self {
            armed_by: state.armed().map(|said| said.by.clone()),
            paused_by: state.paused().map(|said| said.by.clone()),
            open_run: state.open_run().map(|(id, _)| id),
            protected_by_hand: state.protections().values().filter(|protection| protection.holds_at(now)).count(),
            last_runs: state.runs().iter().rev().take(LAST_RUNS).map(line).collect(),
            ledger_head: ledger.head().to_string(),
        })
    }

    fn text(&self) -> String {
        let mut text = "\nReleases\n".to_owned();
        let _ = match (&self.paused_by, &self.armed_by) {
            (Some(by), _) => writeln!(text, "  paused by {}; `steward resume` lets them go on", printable(by)),
            (None, Some(by)) => writeln!(text, "  armed by {}", printable(by)),
            (None, None) => writeln!(text, "  not armed: look at a plan, then run `steward arm`"),
        };
        if let Some(run) = self.open_run {
            let _ = writeln!(text, "  run {run} is at work, or was interrupted; the next plan looks what came of it");
        }
        if self.protected_by_hand > 0 {
            let _ = writeln!(text, "  {} protected by hand", counted(self.protected_by_hand, "person"));
        }
        let mut columns = Columns::new(&[">run", "kind", "started", "by", "seats", ""]);
        for run in &self.last_runs {
            let counts: Vec<String> =
                run.counts.iter().map(|(result, count)| format!("{} {count}", result.as_str())).collect();
            let stopped = run.stopped.as_ref().map(|why| format!("ended early: {why}")).unwrap_or_default();
            columns.row([
                run.run.to_string(),
                run.kind.as_str().to_owned(),
                run.started_at.to_string(),
                run.by.clone(),
                counts.join(", "),
                stopped,
            ]);
        }
        if !columns.is_empty() {
            text += &columns.text();
        }
        text
    }
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
