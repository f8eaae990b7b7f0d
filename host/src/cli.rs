//! The command line: one file for each subcommand. Each reads its arguments, calls other rooms and prints.

mod alert;
mod apply;
mod arm;
mod audit;
mod backup;
mod check;
mod config_command;
mod demo;
mod failure;
mod fake_qrs;
mod format;
mod generate;
mod history;
mod out_file;
mod outbox;
mod plan;
mod policy;
mod protect;
mod report;
mod run;
mod run_text;
mod schedule;
#[cfg(windows)]
mod service;
mod snapshot;
mod status;
mod stop;
mod table;
mod token;
mod undo;
mod why;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{ArgGroup, Args, Parser, Subcommand};
use steward_core::instant::Instant;
use tracing_subscriber::EnvFilter;

use crate::config::{Loaded, Settings};
use crate::influx;
use failure::exit_code;

/// Watches the user licences of Qlik Sense Enterprise on Windows and takes back the seats that nobody uses.
///
/// Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 done, but something was held or partly failed.
#[derive(Parser)]
#[command(name = "steward", version, max_term_width = 120)]
struct Cli {
    /// Log more to standard error: -v what is done, -vv every request
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Watch the site and work by the schedules of the settings, until somebody asks to stop
    Run(run::RunArgs),
    /// Make a running daemon read its settings file again
    Reload(run::ReloadArgs),
    /// Make a running daemon do one of its jobs now
    Poke(run::PokeArgs),
    /// Try Steward on one machine: a test double with 2,000 seats, their pools, a dry-run plan and its reasons
    Demo(demo::DemoArgs),
    /// Say what is wrong with settings, connection, rights, policy and protections, and how to mend it
    Check(check::CheckArgs),
    /// Show the pools of the site, and what was released
    Status(status::StatusArgs),
    /// Show what was read before: pools, and seats that came and went
    History(history::HistoryArgs),
    /// Report what a month cost and what releases saved, as a page, rows or JSON
    Report(report::ReportArgs),
    /// Say which seats would be released, and why; nothing is released
    Plan(plan::PlanArgs),
    /// Release the seats of a plan
    Apply(apply::ApplyArgs),
    /// Give back what a run released
    Undo(undo::UndoArgs),
    /// Explain the decision about one person, rule by rule
    Why(why::WhyArgs),
    /// Allow releases, after a look at a plan
    Arm(arm::ArmArgs),
    /// Stop all releases until they are resumed
    Pause(arm::SwitchArgs),
    /// Let releases go on
    Resume(arm::SwitchArgs),
    /// Keep a person's seats by hand, or list whose are kept
    Protect(protect::ProtectArgs),
    /// End a protection by hand
    Unprotect(protect::UnprotectArgs),
    /// Show, export, verify and replay what the ledger says
    Audit(audit::AuditArgs),
    /// Show the points that wait to be delivered, and those that were refused
    Outbox(outbox::OutboxArgs),
    /// Show what administrators are told, try the sinks, and hear less of it for a while
    Alert(alert::AlertArgs),
    /// Copy the ledger into a file, while it is in use
    Backup(backup::BackupArgs),
    /// Put the ledger back from a backup
    Restore(backup::RestoreArgs),
    /// Write what the server says now into a file, for tests, bug reports and the simulator
    Snapshot(snapshot::SnapshotArgs),
    /// Say when a schedule would fire
    Schedule(schedule::ScheduleArgs),
    /// Show the settings in force, or the JSON Schema of the settings file
    Config(config_command::ConfigArgs),
    /// Make, test, compare, add and activate policies
    Policy(policy::PolicyArgs),
    /// Make tokens for the API and the console
    Token(token::TokenArgs),
    /// Serve a test double of the Qlik Repository Service
    FakeQrs(fake_qrs::FakeQrsArgs),
    /// Write man pages and shell completions, for packages
    #[command(hide = true)]
    Generate(generate::GenerateArgs),
    /// Run as a Windows service: install, start, stop, remove
    #[cfg(windows)]
    Service(service::ServiceArgs),
}

/// A command does not wait long for a database.
const DELIVERY_TIME_MAX: Duration = Duration::from_secs(10);

/// What a command that did its work has to say with its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    /// Something was held or failed in part: somebody should look.
    Attention,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    #[cfg(windows)]
    if let Command::Service(args) = &cli.command {
        // Windows calls the service on threads of its own; the daemon brings its own runtime.
        if service::is_run(args) {
            start_event_log();
        } else {
            start_logging(cli.verbose, &cli.command);
        }
        return exit_code(service::run(args));
    }
    start_logging(cli.verbose, &cli.command);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit_code(Err(anyhow::Error::new(error).context("cannot start"))),
    };
    let result = runtime.block_on(run(cli.command));
    // A reading that was given up may still wait for the server; nothing of it is needed any more.
    runtime.shutdown_background();
    exit_code(result)
}

async fn run(command: Command) -> Result<Outcome> {
    match command {
        Command::Run(args) => run::run(args).await,
        Command::Reload(args) => run::reload(args).await,
        Command::Poke(args) => run::poke(args).await,
        Command::Demo(args) => Box::pin(demo::run(args)).await,
        Command::Check(args) => check::run(args).await,
        Command::Status(args) => status::run(args).await,
        Command::History(args) => history::run(args).await,
        Command::Report(args) => report::run(args).await,
        Command::Plan(args) => plan::run(args).await,
        Command::Apply(args) => apply::run(args).await,
        Command::Undo(args) => undo::run(args).await,
        Command::Arm(args) => arm::arm(args).await,
        Command::Pause(args) => arm::pause(args).await,
        Command::Resume(args) => arm::resume(args).await,
        Command::Protect(args) => protect::protect(args).await,
        Command::Unprotect(args) => protect::unprotect(args).await,
        Command::Audit(args) => audit::run(args).await,
        Command::Outbox(args) => outbox::run(args).await,
        Command::Alert(args) => alert::run(args).await,
        Command::Backup(args) => backup::backup(args).await,
        Command::Restore(args) => backup::restore(args).await,
        Command::Why(args) => why::run(args).await,
        Command::Snapshot(args) => snapshot::run(args).await,
        Command::Schedule(args) => schedule::run(&args),
        Command::Config(args) => config_command::run(&args),
        Command::Policy(args) => policy::run(args).await,
        Command::Token(args) => token::run(args),
        Command::FakeQrs(args) => fake_qrs::run(args).await,
        Command::Generate(args) => generate::run(&args),
        #[cfg(windows)]
        Command::Service(_) => unreachable!("it was run before the runtime began"),
    }
}

/// Warnings are shown always; `RUST_LOG` overrides what `-v` says.
fn start_logging(verbose: u8, command: &Command) {
    let level = match verbose {
        // A daemon tells what it does, a command only what went wrong; in the demo's past much is held, and told, on purpose.
        0 if matches!(command, Command::Run(_)) => "steward=info,warn",
        0 if matches!(command, Command::Demo(_)) => "error,steward::notify::log=off",
        0 => "warn",
        1 => "steward=info,warn",
        _ => "steward=debug,info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(colours)
        .with_writer(std::io::stderr)
        .init();
}

/// A service has no standard error.
#[cfg(windows)]
fn start_event_log() {
    use tracing_subscriber::Layer as _;
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;
    let layer = crate::service::EventLog::open();
    tracing_subscriber::registry().with(layer.with_filter(tracing_subscriber::filter::LevelFilter::INFO)).init();
}

/// The settings file that a command works with.
#[derive(Args, Clone)]
struct ConfigFile {
    /// The settings file: Butler's, with or without a section `steward:`
    #[arg(short, long, value_name = "FILE", env = "STEWARD_CONFIG")]
    config: PathBuf,
}

/// The settings file of a command that can do without, given a snapshot.
#[derive(Args, Clone)]
struct OptionalConfigFile {
    /// The settings file: Butler's, with or without a section `steward:`
    #[arg(short, long, value_name = "FILE", env = "STEWARD_CONFIG")]
    config: Option<PathBuf>,
}

/// Facts and time that a command looks at.
#[derive(Args, Clone)]
struct SourceArgs {
    /// Look at a snapshot file instead of the server
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Look at the facts as if it were this time, such as 2026-12-24T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    now: Option<Instant>,
}

/// Facts have to come from somewhere: the server that the settings name, or a file.
fn facts_group() -> ArgGroup {
    ArgGroup::new("facts").args(["config", "snapshot"]).required(true).multiple(true)
}

fn parse_instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).ok_or_else(|| "write a date and time such as 2026-12-24T00:00:00Z".to_owned())
}

/// Prints a text of ours with whatever names it carries, made harmless for a terminal.
fn print_text(text: &str) -> Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    out.write_all(table::printable_lines(text).as_bytes()).and_then(|()| out.flush()).context("cannot print")
}

/// Tells something beside the result, on standard error.
fn note(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "note: {}", steward_core::text::printable(text));
}

/// Whoever releases by hand may have no daemon. What is not delivered now waits.
async fn deliver_points(settings: &Settings) {
    if let Some(text) = influx::drain_once(settings, DELIVERY_TIME_MAX).await.and_then(|drained| drained.note()) {
        note(&text);
    }
}

/// Asks on a terminal; elsewhere whoever runs the command has decided.
fn confirm(question: &str) -> Result<bool> {
    use std::io::Write as _;
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Ok(true);
    }
    let mut err = std::io::stderr().lock();
    write!(err, "{} [y/N] ", steward_core::text::printable(question))
        .and_then(|()| err.flush())
        .context("cannot ask")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Loads a settings file and prints its notes.
fn load_settings(path: &Path) -> Result<Loaded> {
    let loaded = Settings::load(path)?;
    for note in &loaded.notes {
        tracing::info!("{note}");
    }
    Ok(loaded)
}
