//! `steward service`: the Windows service, for administrators, and the command with which Windows starts it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};

use super::failure::{self, WrongUsage};
use super::{ConfigFile, Outcome, load_settings, note, print_text};
use crate::daemon::{self, Hooks};
use crate::error_chain;
use crate::service::{self, Account as ServiceAccount, Installation, Stop};

#[derive(Args)]
#[command(after_help = r#"
Examples, in a console that was opened as administrator:
  steward service install --config "C:\ProgramData\Steward\steward.yaml"
  steward service start
  steward service status
  steward service stop
  steward service remove"#)]
pub struct ServiceArgs {
    #[command(subcommand)]
    command: ServiceCommand,
}

#[derive(Subcommand)]
enum ServiceCommand {
    /// Install the service with these settings; it is started with `start`, and by Windows from then on
    Install(InstallArgs),
    /// Start the service and wait until it is at work
    Start,
    /// Stop the service after the release in hand
    Stop(StopArgs),
    /// Stop and remove the service; settings and data stay
    Remove,
    /// Show whether the service runs, as whom and with which command
    Status,
    /// Keep everybody but administrators and the service out of the data folder
    Secure(ConfigFile),
    /// What Windows starts
    #[command(hide = true)]
    Run(ConfigFile),
}

#[derive(Args)]
struct InstallArgs {
    #[command(flatten)]
    file: ConfigFile,
    /// As whom the service runs
    #[arg(long, value_enum, default_value_t = Account::Own)]
    account: Account,
}

#[derive(Clone, Copy, ValueEnum)]
enum Account {
    /// `NT SERVICE\Steward`, which Windows makes for it: no password, no rights but those that it is given
    Own,
    /// The system's own account, which may do everything on this machine
    LocalSystem,
}

#[derive(Args)]
struct StopArgs {
    /// Do not wait for the release in hand; the next start looks what came of it
    #[arg(long)]
    now: bool,
}

/// Whether this process is the service itself, which has no console.
pub fn is_run(args: &ServiceArgs) -> bool {
    matches!(args.command, ServiceCommand::Run(_))
}

pub fn run(args: &ServiceArgs) -> Result<Outcome> {
    match &args.command {
        ServiceCommand::Install(args) => install(args)?,
        ServiceCommand::Start => {
            service::start()?;
            print_text("the service runs\n")?;
        }
        ServiceCommand::Stop(args) => {
            service::stop(if args.now { Stop::Hard } else { Stop::Soft })?;
            print_text("the service is stopped\n")?;
        }
        ServiceCommand::Remove => {
            service::remove()?;
            print_text("the service is removed; settings and data are where they were\n")?;
        }
        ServiceCommand::Status => status()?,
        ServiceCommand::Secure(file) => {
            let config = absolute(&file.config)?;
            secure(&config)?;
        }
        ServiceCommand::Run(file) => service::dispatch(file.config.clone(), daemon)?,
    }
    Ok(Outcome::Done)
}

fn install(args: &InstallArgs) -> Result<()> {
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    let config = absolute(&args.file.config)?;
    // First, because Windows would install a service that cannot start.
    secure(&config)?;
    let account = match args.account {
        Account::Own => ServiceAccount::Own,
        Account::LocalSystem => ServiceAccount::LocalSystem,
    };
    for left_out in service::install(&Installation { program, config: config.clone(), account })? {
        note(&format!("this Windows does not know {left_out} of a service; it is left out"));
    }
    print_text(&format!(
        "installed the service for `{}` as {}\n\
         it must be able to read the settings, the certificate and its key; `steward service start` starts it\n",
        config.display(),
        account.name()
    ))
}

fn status() -> Result<()> {
    let seen = service::status()?;
    let process = seen.process.map(|process| format!(", process {process}")).unwrap_or_default();
    let code = seen.exit_code.map(|code| format!(", last exit code {code}")).unwrap_or_default();
    print_text(&format!(
        "state    {}{process}{code}\naccount  {}\ncommand  {}\n",
        seen.state, seen.account, seen.command
    ))
}

/// The data folder of these settings; loading them says what is wrong with them.
fn secure(config: &Path) -> Result<()> {
    let loaded = load_settings(config)?;
    let folder = loaded.settings.data_dir().ok_or(crate::ledger::LedgerError::NoFolder)?;
    let was_open = service::secure_folder(&folder, config)?;
    let now = if was_open { "is private now" } else { "is private already" };
    print_text(&format!("the data folder `{}` {now}\n", folder.display()))
}

/// A service begins in Windows' own folder, so no path of it may be relative.
fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| WrongUsage(format!("`{}`: {error}", path.display())).into())
}

/// The daemon as the service runs it; the result is its exit code.
fn daemon(config: PathBuf, stop: daemon::Stop, hooks: Hooks) -> i32 {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.context("cannot start").and_then(|runtime| {
        let ended = runtime.block_on(super::run::as_service(config, stop, hooks));
        runtime.shutdown_background();
        ended
    });
    match ended {
        Ok(_) => 0,
        Err(error) => {
            tracing::error!("the daemon ended: {}", error_chain::of(&error));
            i32::from(failure::code(&error))
        }
    }
}
