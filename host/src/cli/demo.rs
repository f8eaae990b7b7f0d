//! `steward demo`: shows Steward at work on one machine, with an invented site.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use clap::Args;
use steward_core::decision::Verdict;
use steward_core::plan::{Plan, PlannedDecision};
use steward_core::snapshot::SnapshotFile;
use steward_fake_qrs::seed::{self, SeedOptions};
use steward_fake_qrs::{Clock, Options};
use tokio_util::sync::CancellationToken;

use super::fake_qrs::{certificate_set, serve, utc_now};
use super::out_file::write_file;
use super::{Outcome, deliver_points, plan, print_text, why};
use crate::api::door::SignInCodes;
use crate::clock::{self, Timer};
use crate::config::Settings;
use crate::config::steward::http::Role;
use crate::cycle::{self, Prepared, Source};
use crate::daemon::control::Control;
use crate::daemon::{self, Hooks, Stop};
use crate::people::Person;
use crate::simulation::{self, Past};
use crate::why::explain;
use crate::wording::counted;

/// A past of three months shows a trend.
const HISTORY_DAYS: u32 = 90;
/// Often enough for a history, and seldom enough that something is left to be seen in the plan.
const RELEASES: &str = "dryRun: false\n      frequency: on the 1st,15th day of the month at 3:00";
const OWN_SETTINGS: &str = "  guard:\n    aboveCap: longest-idle-first\n    releasesPerMinute: 1000000\n  \
                            http:\n    listen: 127.0.0.1:0\n  \
                            cost:\n    currency: EUR\n    prices:\n      \
                            - { licenseType: professional, perSeatMonth: '52.50' }\n      \
                            - { licenseType: analyzer, perSeatMonth: '21.90' }\n      \
                            - { licenseType: user, perSeatMonth: '30' }\n    budgetPerMonth: '60000'\n";

/// The people of the demo: enough for every rule to have somebody.
const SEATS: usize = 2000;
const SEED: u64 = 7;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward demo
  steward demo --once --seats 500 --dir demo
  steward demo --influxdb 127.0.0.1:8086

Nothing outside this machine is touched: the demo brings its own server, on a free port of 127.0.0.1.
On a terminal the server runs on until Ctrl-C, so that further commands can be tried.")]
pub struct DemoArgs {
    /// End at once instead of serving until Ctrl-C
    #[arg(long)]
    once: bool,
    /// Serve until Ctrl-C even without a terminal
    #[arg(long, conflicts_with = "once")]
    keep: bool,
    /// How many seats to invent
    #[arg(long, default_value_t = SEATS)]
    seats: usize,
    /// Days of the past to simulate first: people log in, the daemon watches and releases
    #[arg(long, value_name = "DAYS", default_value_t = HISTORY_DAYS, value_parser = clap::value_parser!(u32).range(0..=3650))]
    history_days: u32,
    /// Fill this `InfluxDB` 1 too, such as 127.0.0.1:8086: its database `steward`, which is created
    #[arg(long, value_name = "ADDRESS")]
    influxdb: Option<SocketAddr>,
    /// Write certificates, settings and snapshot here instead of into a temporary folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub async fn run(args: DemoArgs) -> Result<Outcome> {
    let temporary = tempfile::Builder::new().prefix("steward-demo-").tempdir().context("cannot make a folder")?;
    let folder = args.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    let now = clock::now();
    let from = now.minus_days(args.history_days).context("there is no time so long ago")?;
    let began = DateTime::<Utc>::from_timestamp_millis(from.millis()).context("there is no time so long ago")?;
    let data = seed::generate(&SeedOptions::new(SEED, args.seats, began));
    let people = data.users.len();
    let mut options = Options::new(data, certificate_set(&folder)?);
    options.clock = Clock::starting_at(began);
    options.allocation_rules = true;
    let fake = serve(options, &folder).await?;
    let config = folder.join(steward_fake_qrs::settings::FILE_NAME);
    print_text(&format!(
        "An invented Qlik Sense site with {people} people answers on https://{}.\n\
         Its settings, in the format of Butler, are in {}.\n\n",
        fake.address(),
        config.display()
    ))?;

    change_settings(&config, args.influxdb)?;
    let settings = Settings::load(&config)?.settings;
    if args.history_days > 0 {
        let spinner = plan::spinner("living through the past");
        let lived = simulation::live(&config, &fake, Past { from, until: now, seed: SEED }).await;
        spinner.finish_and_clear();
        lived?;
        deliver_points(&settings).await;
        print_text(&history_text(&settings, args.history_days).await?)?;
    }
    fake.clock().set(utc_now()?);
    let mut ledger = cycle::open_ledger(&settings, &clock::now).await?;
    let prepared = cycle::prepare(Some(&settings), &Source::default(), Some(&mut ledger), &clock::now).await?;
    let plan = tokio::task::spawn_blocking(move || prepared.plan(None).map(|plan| (prepared, plan)));
    let (prepared, plan) = plan.await.context("the planner stopped")??;
    cycle::store_plan(&mut ledger, &prepared, &plan, clock::now()).await?;
    ledger.close().await;
    print_text(&plan::table_text(&plan, false, std::io::stdout().is_terminal()))?;
    let examples = explain_two(&prepared, &plan)?;
    let snapshot = folder.join("snapshot.json");
    write_snapshot(&snapshot, prepared)?;

    let serving = !args.once && (args.keep || std::io::stdin().is_terminal());
    if serving {
        print_text(
            &(next_commands("--config", &config, &plan, &examples) + "\nServer and daemon run until Ctrl-C.\n"),
        )?;
        let options = daemon::Options { config, timer: Timer::real(), signals: true, until: None };
        let hooks = Hooks::default();
        let told = tokio::spawn(tell_address(settings, hooks.ready.clone(), hooks.codes.clone()));
        daemon::run_supervised(options, Stop::default(), hooks).await?;
        told.abort();
    } else {
        // The folder has to outlive us, or the commands would find nothing.
        let _ = temporary.keep();
        let ends = format!(
            "\nThe server ends with this demo; the snapshot of it stays in {}.\n\
             On a terminal, or with --keep, the demo serves until Ctrl-C.\n",
            folder.display()
        );
        print_text(&(next_commands("--snapshot", &snapshot, &plan, &examples) + &ends))?;
    }
    fake.stop().await;
    Ok(Outcome::Done)
}

/// Prints where the daemon of the demo answers: on a port that was free.
async fn tell_address(settings: Settings, ready: CancellationToken, codes: SignInCodes) {
    ready.cancelled().await;
    let control = settings.data_dir().and_then(|folder| Control::find(&folder).ok());
    if let Some(url) = control.as_ref().map(Control::url) {
        // Behind the number sign: browsers keep that part to themselves, so it stands in no log.
        let link = codes.offer("demo", Role::Operator, clock::now());
        let console = link.map(|code| format!("The console, once with this link: {url}/#sign-in={code}\n"));
        let text = format!("{}Health and metrics: {url}/readyz and {url}/metrics\n", console.unwrap_or_default());
        // A reader that left early wants no more.
        let _ = print_text(&text);
    }
}

/// A site that nobody tidied for years is far above the cap. Here it is worked off cap by cap, so that there is something
/// to see, and seats may be released, because nobody holds them; the section `steward:` is the last one of the file.
fn change_settings(config: &Path, influxdb: Option<SocketAddr>) -> Result<()> {
    let read = std::fs::read_to_string(config);
    let written = read.and_then(|text| {
        let text = text.replace("dryRun: true\n      frequency: every 24 hours", RELEASES);
        let text = match influxdb {
            Some(address) => with_influxdb(&text, address),
            None => text,
        };
        std::fs::write(config, text + OWN_SETTINGS)
    });
    written.with_context(|| format!("cannot change `{}`", config.display()))
}

/// Every measurement goes to this database, those about persons too: they are invented.
fn with_influxdb(text: &str, address: SocketAddr) -> String {
    let (host, port) = (address.ip(), address.port());
    let database = format!(
        "Butler:\n  influxDb:\n    enable: true\n    hostIP: \"{host}\"\n    hostPort: {port}\n    version: 1\n    \
         v1Config:\n      dbName: steward\n      retentionPolicy: {{ name: 400d, duration: 400d }}\n"
    );
    let on = "        influxDb:\n          enable: true";
    let text = text.replacen("Butler:\n", &database, 1).replace("        influxDb:\n          enable: false", on);
    let server_license = format!("      alert:\n        thresholdDays: 60\n      destination:\n{on}\n");
    text.replacen("      alert:\n        thresholdDays: 60\n", &server_license, 1)
        + "  monitor:\n    userActivity: true\n"
}

/// What the simulated past left in the ledger.
async fn history_text(settings: &Settings, days: u32) -> Result<String> {
    let mut ledger = cycle::open_ledger(settings, &clock::now).await?;
    let readings = ledger.reading_count().await?;
    let runs = ledger.state().runs().len();
    let taken = ledger.taken_seats().len();
    ledger.close().await;
    Ok(format!(
        "{days} days of its past were lived in a moment: {} of its pools, {} and {} taken.\n\n",
        counted(readings, "reading"),
        counted(runs, "run"),
        counted(taken, "seat")
    ))
}

/// Explains one person who loses a seat and one who is protected.
fn explain_two(prepared: &Prepared, plan: &Plan) -> Result<Vec<String>> {
    let body = plan.body();
    let has_name = |d: &&PlannedDecision| d.name.is_some();
    let wanted = body.decisions.iter().filter(has_name).find(|d| d.verdict == Verdict::Release);
    let released = body.releases.first().and_then(|id| body.decision(id)).or(wanted);
    let kept = |d: &&PlannedDecision| d.verdict == Verdict::Keep && d.rule.starts_with("never-release");
    let kept = body.decisions.iter().filter(has_name).find(kept);
    let mut accounts = Vec::new();
    for (title, decision) in [("Why would this seat go?", released), ("Why does this one stay?", kept)] {
        let Some(decision) = decision else { continue };
        let person = Person { user_directory: decision.user_directory.clone(), user_id: decision.user_id.clone() };
        print_text(&format!("\n{title}\n{}", why::text(&explain(prepared, plan, &person)?)))?;
        accounts.push(person.account());
    }
    Ok(accounts)
}

fn write_snapshot(path: &Path, prepared: Prepared) -> Result<()> {
    let file = SnapshotFile::new(prepared.snapshot, prepared.settings, prepared.memory, false);
    write_file(path, |writer| serde_json::to_writer(writer, &file).map_err(Into::into))
}

fn next_commands(option: &str, path: &Path, plan: &Plan, examples: &[String]) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "steward".to_owned());
    let facts = format!("{option} {}", path.display());
    let id: String = plan.id().hex().chars().take(plan::PLAN_DIGITS).collect();
    let mut commands = vec![
        format!("plan {facts} --all"),
        format!("plan {facts} --format json"),
        format!("plan {facts} --now 2027-06-01T00:00:00Z"),
    ];
    commands.extend(examples.iter().map(|account| format!("why {facts} '{account}'")));
    if option == "--config" {
        commands.push(format!("check {facts}"));
        commands.push(format!("arm {facts}"));
        commands.push(format!("apply {facts} {id} --first 10"));
        commands.push(format!("undo {facts} 1"));
        commands.push(format!("audit show {facts}"));
        commands.push(format!("status {facts}"));
        commands.push(format!("snapshot {facts} --mask --out masked.json"));
    }
    commands.push("policy inspect".to_owned());
    let lines: Vec<String> = commands.iter().map(|command| format!("  {program} {command}")).collect();
    format!("\nTry next:\n{}\n", lines.join("\n"))
}
