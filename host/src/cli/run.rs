//! `steward run`, and how to speak to a daemon that runs: `reload` and `poke`.

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::clock::Timer;
use crate::config::Settings;
use crate::daemon::control::Control;
use crate::daemon::job::Job;
use crate::daemon::{self, Ended, Options, Stop};
use crate::ledger::LedgerError;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward run --config steward.yaml

Three jobs work by the schedules of the settings: the licence monitor, the server licence monitor, and the release of licences. Monitoring begins at once, the first release waits for its schedule. With `dryRun: true` a release only makes and stores a plan.

SIGTERM or Ctrl-C finishes the release in hand and ends; once more ends at once, with exit code 1. SIGHUP reads the settings file again, SIGUSR1 reads pools and server licence now, SIGUSR2 runs the release now. A changed settings file is noticed without a signal; a bad one changes nothing.

http://127.0.0.1:8642 answers /healthz, /readyz and /metrics (`steward.http`).")]
pub struct RunArgs {
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward reload --config steward.yaml

A good file is in force afterwards; a bad one changes nothing, and the command says what is wrong with it.")]
pub struct ReloadArgs {
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward poke --config steward.yaml monitor
  steward poke --config steward.yaml release

The job runs as it would by its schedule, with every limit; a release under `dryRun: true` only makes a plan.")]
pub struct PokeArgs {
    /// Which job
    #[arg(value_parser = job_parser())]
    job: Job,
    #[command(flatten)]
    config: ConfigFile,
}

fn job_parser() -> impl clap::builder::TypedValueParser<Value = Job> {
    PossibleValuesParser::new(Job::ALL.map(Job::as_str))
        .map(|name| Job::parse(&name).unwrap_or_else(|| unreachable!("clap lets known names through only")))
}

pub async fn run(args: RunArgs) -> Result<Outcome> {
    let options = Options { config: args.config.config, timer: Timer::real(), signals: true, until: None };
    outcome(daemon::run(options, Stop::default()).await?)
}

/// The daemon as the Windows service runs it, told by `stop` and `hooks` instead of signals.
#[cfg(windows)]
pub async fn as_service(config: std::path::PathBuf, stop: Stop, hooks: daemon::Hooks) -> Result<Outcome> {
    let options = Options { config, timer: Timer::real(), signals: false, until: None };
    outcome(daemon::run_supervised(options, stop, hooks).await?)
}

fn outcome(ended: Ended) -> Result<Outcome> {
    match ended {
        Ended::Soft => Ok(Outcome::Done),
        Ended::Hard => anyhow::bail!("stopped at once: the next start looks what came of what was in hand"),
    }
}

pub async fn reload(args: ReloadArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    ask(&loaded.settings, "reload").await
}

pub async fn poke(args: PokeArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    ask(&loaded.settings, &format!("poke/{}", args.job)).await
}

async fn ask(settings: &Settings, path: &str) -> Result<Outcome> {
    let folder = settings.data_dir().ok_or(LedgerError::NoFolder)?;
    let answer = Control::find(&folder)?.ask(path).await?;
    print_text(&format!("{answer}\n"))?;
    Ok(Outcome::Done)
}
