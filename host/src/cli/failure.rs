//! What failed, on standard error, and the exit code that belongs to it.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use steward_core::application::Refusal;
use steward_fake_qrs::data::DataError;
use steward_fake_qrs::faults::ScriptError;

use super::Outcome;
use super::table::printable_lines;
use crate::activation::ActivationError;
use crate::apply::ApplyError;
use crate::config::ConfigError;
use crate::cycle::CycleError;
use crate::daemon::{DaemonError, SettingsError};
use crate::error_chain;
use crate::policies::PolicyError;
use crate::policy::ConfigureError;
use crate::qrs::QrsError;

const FAILED: u8 = 1;
const WRONG_USAGE_OR_CONFIGURATION: u8 = 2;
const ATTENTION: u8 = 3;

pub fn exit_code(result: Result<Outcome>) -> ExitCode {
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Attention) => ExitCode::from(ATTENTION),
        // Whoever reads our output has seen enough of it: `steward plan | head` is no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&printable_lines(&error_chain::of(&error)));
            ExitCode::from(code(&error))
        }
    }
}

/// What a failure means for whoever started us.
pub fn code(error: &anyhow::Error) -> u8 {
    match () {
        () if is_held(error) => ATTENTION,
        () if is_configuration(error) => WRONG_USAGE_OR_CONFIGURATION,
        () => FAILED,
    }
}

/// Standard error may be closed; the exit code says the same.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "steward: {text}");
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// An argument that clap cannot judge.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUsage(pub String);

/// A gate held all of it: nothing failed, but somebody should look.
fn is_held(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(cause.downcast_ref(), Some(ApplyError::Held { .. } | ApplyError::Refused(Refusal::Held { .. })))
    })
}

fn is_passing(cause: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, IsADirectory, NotADirectory, NotFound, PermissionDenied};
    let permanent = [InvalidData, InvalidInput, IsADirectory, NotADirectory, NotFound, PermissionDenied];
    cause.downcast_ref::<std::io::Error>().is_some_and(|error| !permanent.contains(&error.kind()))
}

/// A transparent error stands for the one inside, which the chain leaves out then.
fn policy_error<'e>(cause: &'e (dyn std::error::Error + 'static)) -> Option<&'e PolicyError> {
    let of_cycle = |error: &'e CycleError| match error {
        CycleError::Policy(error) => Some(error),
        _ => None,
    };
    if let Some(error) = cause.downcast_ref::<CycleError>() {
        return of_cycle(error);
    }
    match (cause.downcast_ref(), cause.downcast_ref(), cause.downcast_ref()) {
        (Some(ActivationError::Policy(error)), ..) | (_, Some(SettingsError::Policy(error)), _) => Some(error),
        (Some(ActivationError::Cycle(error)), ..) | (_, _, Some(ApplyError::Cycle(error))) => of_cycle(error),
        _ => cause.downcast_ref(),
    }
}

/// The administrator has to change a file or an argument, nothing at the server. What the operating system refuses may
/// pass: a disk or a share that comes late.
fn is_configuration(error: &anyhow::Error) -> bool {
    !error.chain().any(is_passing)
        && error.chain().any(|cause| {
            cause.is::<ConfigError>()
                || cause.is::<WrongUsage>()
                || matches!(
                    cause.downcast_ref(),
                    Some(ApplyError::DryRun | ApplyError::Disabled | ApplyError::OwnAccount | ApplyError::NoNote)
                )
                || cause.is::<crate::people::NotOnePerson>()
                || cause.is::<super::out_file::OutIsInput>()
                || cause.is::<super::report::NoReport>()
                || cause.is::<DataError>()
                || cause.is::<ScriptError>()
                || policy_error(cause)
                    .is_some_and(|error| !matches!(error, PolicyError::Lost(_) | PolicyError::Ledger(_)))
                || matches!(cause.downcast_ref(), Some(DaemonError::Settings(_)))
                || matches!(cause.downcast_ref(), Some(ActivationError::NoNote | ActivationError::Settings(_)))
                || matches!(cause.downcast_ref(), Some(QrsError::Settings { .. } | QrsError::Credentials(_)))
                || matches!(
                    cause.downcast_ref(),
                    Some(
                        CycleError::Configure(ConfigureError::Settings(_))
                            | CycleError::SnapshotUnreadable { .. }
                            | CycleError::Snapshot { .. }
                    )
                )
        })
}
