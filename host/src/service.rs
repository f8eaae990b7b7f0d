//! Steward as a Windows service: how Windows starts and stops us, how we are installed, and where messages go.
//!
//! What the daemon does is none of this room's business; it is handed in as a function.

mod control;
mod dispatch;
mod event_log;
mod event_source;

use std::io;

use thiserror::Error;

pub use control::{Account, Installation, Seen, Stop, install, remove, secure_folder, start, status, stop};
pub use dispatch::{Daemon, dispatch};
pub use event_log::EventLog;

/// The service's name; its identity for access lists follows from it, see `private/access_list.rs`.
pub const NAME: &str = "Steward";
const DISPLAY_NAME: &str = "Steward, licence keeper for Qlik Sense";
const DESCRIPTION: &str =
    "Watches the user licences of Qlik Sense Enterprise on Windows and takes back the seats that nobody uses.";

#[derive(Debug, Error)]
pub enum ServiceError {
    #[error("cannot {what}{advice}")]
    Windows { what: &'static str, advice: &'static str, source: windows_service::Error },
    #[error("cannot {what}")]
    System { what: String, source: io::Error },
    #[error("the service is installed already; `steward service remove` removes it")]
    Installed,
    #[error("the service is not installed; `steward service install --config FILE` installs it")]
    NotInstalled,
    #[error("the service did not {what} within {seconds} seconds; `steward service status` shows how far it is")]
    TooSlow { what: &'static str, seconds: u64 },
    #[error(
        "the service ended at once with exit code {code}; the Event Log says why: source `Steward`, log `Application`"
    )]
    Ended { code: u32 },
    #[error("`{folder}` holds other things than Steward's; give Steward a folder of its own as `steward.dataDir`")]
    NotOurFolder { folder: String },
}

impl ServiceError {
    /// Adds what an administrator would have to find out otherwise.
    fn windows(what: &'static str) -> impl FnOnce(windows_service::Error) -> Self {
        move |source| match code(&source) {
            Some(ERROR_SERVICE_EXISTS) => Self::Installed,
            Some(ERROR_SERVICE_DOES_NOT_EXIST) => Self::NotInstalled,
            Some(ERROR_ACCESS_DENIED) => {
                Self::Windows { what, advice: ": run this in a console that was opened as administrator", source }
            }
            Some(ERROR_NOT_STARTED_AS_SERVICE) => {
                Self::Windows { what, advice: ": Windows starts this command; in a console use `steward run`", source }
            }
            Some(ERROR_SERVICE_MARKED_FOR_DELETE) => {
                Self::Windows { what, advice: ": it goes when the last window that shows it is closed", source }
            }
            _ => Self::Windows { what, advice: "", source },
        }
    }
}

const ERROR_ACCESS_DENIED: i32 = 5;
const ERROR_INVALID_LEVEL: i32 = 124;
const ERROR_SERVICE_DOES_NOT_EXIST: i32 = 1060;
const ERROR_NOT_STARTED_AS_SERVICE: i32 = 1063;
const ERROR_SERVICE_MARKED_FOR_DELETE: i32 = 1072;
const ERROR_SERVICE_EXISTS: i32 = 1073;

fn code(error: &windows_service::Error) -> Option<i32> {
    match error {
        windows_service::Error::Winapi(error) => error.raw_os_error(),
        _ => None,
    }
}
