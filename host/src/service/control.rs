//! Installs, starts, stops and removes the service, as an administrator would in a console.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use windows_service::service::{
    Service, ServiceAccess, ServiceAction, ServiceActionType, ServiceErrorControl, ServiceExitCode,
    ServiceFailureActions, ServiceFailureResetPeriod, ServiceInfo, ServiceSidType, ServiceStartType, ServiceState,
    ServiceType, UserEventCode,
};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};

use super::{DESCRIPTION, DISPLAY_NAME, ERROR_INVALID_LEVEL, NAME, ServiceError, code, event_source};
use crate::private;

/// Loading settings and compiling a policy for the first time takes seconds; a slow disk and a virus scanner more.
const START_LIMIT: Duration = Duration::from_secs(60);
/// A stop takes as long as `steward.daemon.stopSeconds` says, 75 seconds by default. Windows is asked to wait longer, and
/// so is whoever called; nothing ends when this is over, one only stops looking.
const STOP_LIMIT: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(250);
/// After these waits a service that failed is started again, the last one for every further time.
const RESTART_AFTER: [Duration; 3] = [Duration::from_secs(60), Duration::from_secs(300), Duration::from_secs(900)];
/// After a day without a failure the first wait counts again.
const FAILURES_FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// What Windows gives as the exit code of a service that never ran.
const NEVER_STARTED: u32 = 1077;
/// The first number that Windows leaves to services.
const STOP_NOW: u32 = 128;

/// How the service is to be installed.
#[derive(Debug, Clone)]
pub struct Installation {
    pub program: PathBuf,
    /// The settings file, absolute.
    pub config: PathBuf,
    pub account: Account,
}

/// Whose rights the service has. Files that either makes are trusted beside it, see `private/access_list.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// The virtual account that Windows makes for the service.
    Own,
    LocalSystem,
}

impl Account {
    /// As Windows writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => r"NT SERVICE\Steward",
            Self::LocalSystem => "LocalSystem",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Let it finish the release in hand.
    Soft,
    Hard,
}

/// What Windows says of the service.
#[derive(Debug, Clone)]
pub struct Seen {
    pub state: &'static str,
    pub process: Option<u32>,
    /// Of the last end; `None` while it runs, and before it ran for the first time.
    pub exit_code: Option<u32>,
    pub account: String,
    pub command: String,
}

/// Installs the service, not started, and says what of it this Windows does not know. What was done before a failure is
/// undone.
pub fn install(installation: &Installation) -> Result<Vec<&'static str>, ServiceError> {
    let manager = manager(ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE)?;
    let service = manager
        .create_service(&service_info(installation), ServiceAccess::ALL_ACCESS)
        .map_err(ServiceError::windows("install the service"))?;
    let described = describe(&service).map_err(ServiceError::windows("set up the service"));
    let finished = described.and_then(|left_out| event_source::register().map(|()| left_out));
    if finished.is_err() {
        // The first failure is the one to tell.
        let _ = service.delete();
        let _ = event_source::remove();
    }
    finished
}

/// Starts the service and waits until the daemon is at work.
pub fn start() -> Result<(), ServiceError> {
    let service = open(ServiceAccess::START | ServiceAccess::QUERY_STATUS, "start the service")?;
    service.start::<&OsStr>(&[]).map_err(ServiceError::windows("start the service"))?;
    match wait(&service, START_LIMIT, |state| matches!(state, ServiceState::Running | ServiceState::Stopped))? {
        Some(status) if status.current_state == ServiceState::Running => Ok(()),
        Some(status) => Err(ServiceError::Ended { code: number(status.exit_code) }),
        None => Err(ServiceError::TooSlow { what: "start", seconds: START_LIMIT.as_secs() }),
    }
}

/// Stops the service and waits until it has ended; one that does not run has ended.
pub fn stop(how: Stop) -> Result<(), ServiceError> {
    const WHAT: &str = "stop the service";
    let access = ServiceAccess::STOP | ServiceAccess::USER_DEFINED_CONTROL | ServiceAccess::QUERY_STATUS;
    let service = open(access, WHAT)?;
    let state = service.query_status().map_err(ServiceError::windows(WHAT))?.current_state;
    match (state, how) {
        (ServiceState::Stopped, _) => return Ok(()),
        // It takes no other control while it stops.
        (ServiceState::StopPending, _) => {}
        (_, Stop::Soft) => drop(service.stop().map_err(ServiceError::windows(WHAT))?),
        (_, Stop::Hard) => drop(service.notify(stop_now()).map_err(ServiceError::windows(WHAT))?),
    }
    match wait(&service, STOP_LIMIT, |state| state == ServiceState::Stopped)? {
        Some(_) => Ok(()),
        None => Err(ServiceError::TooSlow { what: "stop", seconds: STOP_LIMIT.as_secs() }),
    }
}

/// Stops the service and removes it. Settings and data stay.
pub fn remove() -> Result<(), ServiceError> {
    stop(Stop::Soft)?;
    let service = open(ServiceAccess::DELETE, "remove the service")?;
    service.delete().map_err(ServiceError::windows("remove the service"))?;
    event_source::remove()
}

pub fn status() -> Result<Seen, ServiceError> {
    const WHAT: &str = "ask for the service";
    let service = open(ServiceAccess::QUERY_STATUS | ServiceAccess::QUERY_CONFIG, WHAT)?;
    let status = service.query_status().map_err(ServiceError::windows(WHAT))?;
    let config = service.query_config().map_err(ServiceError::windows(WHAT))?;
    let has_ended = status.current_state == ServiceState::Stopped;
    Ok(Seen {
        state: name_of(status.current_state),
        process: status.process_id.filter(|_| !has_ended),
        exit_code: has_ended.then(|| number(status.exit_code)).filter(|&code| code != NEVER_STARTED),
        account: config.account_name.unwrap_or_default().to_string_lossy().into(),
        command: config.executable_path.display().to_string(),
    })
}

/// Makes the data folder private: for the system, the administrators, its owner and the service. `true` when it was
/// open before.
///
/// # Errors
/// When the folder holds something that is not Steward's, which others may need.
pub fn secure_folder(folder: &Path, config: &Path) -> Result<bool, ServiceError> {
    let failed = |source| ServiceError::System { what: format!("make `{}` private", folder.display()), source };
    if !folder.try_exists().map_err(failed)? {
        return private::create_folder(folder).map(|()| true).map_err(failed);
    }
    if private::is_private(folder).map_err(failed)? {
        return Ok(false);
    }
    if !is_ours(folder, config).map_err(failed)? {
        return Err(ServiceError::NotOurFolder { folder: folder.display().to_string() });
    }
    private::make_private(folder).map(|()| true).map_err(failed)
}

/// Empty, or something of ours is in it. The root of a drive never is.
fn is_ours(folder: &Path, config: &Path) -> io::Result<bool> {
    let has_ours = ["ledger.db", "compiled"].iter().any(|name| folder.join(name).exists());
    let is_empty = folder.read_dir()?.next().is_none();
    Ok(folder.parent().is_some() && (is_empty || has_ours || config.parent() == Some(folder)))
}

/// The control that means: stop hard.
pub(super) fn stop_now() -> UserEventCode {
    UserEventCode::from_raw(STOP_NOW).expect("services may use 128 to 255")
}

fn service_info(installation: &Installation) -> ServiceInfo {
    let arguments = ["service", "run", "--config"].map(OsString::from);
    ServiceInfo {
        name: NAME.into(),
        display_name: DISPLAY_NAME.into(),
        service_type: ServiceType::OWN_PROCESS,
        start_type: ServiceStartType::AutoStart,
        error_control: ServiceErrorControl::Normal,
        executable_path: installation.program.clone(),
        launch_arguments: arguments.into_iter().chain([installation.config.clone().into_os_string()]).collect(),
        dependencies: Vec::new(),
        account_name: Some(installation.account.name().into()),
        account_password: None,
    }
}

/// What the service has beside its command. Returns what this Windows does not know, which is left out.
fn describe(service: &Service) -> windows_service::Result<Vec<&'static str>> {
    let mut left_out = Vec::new();
    let mut set = |name, result: windows_service::Result<()>| match result {
        Err(error) if code(&error) == Some(ERROR_INVALID_LEVEL) => {
            left_out.push(name);
            Ok(())
        }
        result => result,
    };
    set("the description", service.set_description(DESCRIPTION))?;
    // Qlik's own services come first on the machine that has both.
    set("the delayed start", service.set_delayed_auto_start(true))?;
    // The service keeps its identity under every account.
    set("the own identity", service.set_config_service_sid_info(ServiceSidType::Unrestricted))?;
    set("the time for a shutdown", service.set_preshutdown_timeout(STOP_LIMIT))?;
    let restart = |delay| ServiceAction { action_type: ServiceActionType::Restart, delay };
    let actions = ServiceFailureActions {
        reset_period: ServiceFailureResetPeriod::After(FAILURES_FORGOTTEN_AFTER),
        reboot_msg: None,
        command: None,
        actions: Some(RESTART_AFTER.map(restart).to_vec()),
    };
    set("the restart after a crash", service.update_failure_actions(actions))?;
    // An exit code is a failure as well, not only a crash.
    set("the restart after a failure", service.set_failure_actions_on_non_crash_failures(true))?;
    Ok(left_out)
}

fn manager(access: ServiceManagerAccess) -> Result<ServiceManager, ServiceError> {
    ServiceManager::local_computer(None::<&OsStr>, access)
        .map_err(ServiceError::windows("connect to Windows' service manager"))
}

fn open(access: ServiceAccess, what: &'static str) -> Result<Service, ServiceError> {
    manager(ServiceManagerAccess::CONNECT)?.open_service(NAME, access).map_err(ServiceError::windows(what))
}

/// The status that was waited for, or `None` when it did not come in time.
fn wait(
    service: &Service,
    limit: Duration,
    is_there: impl Fn(ServiceState) -> bool,
) -> Result<Option<windows_service::service::ServiceStatus>, ServiceError> {
    let mut waited = Duration::ZERO;
    loop {
        let status = service.query_status().map_err(ServiceError::windows("ask for the service"))?;
        if is_there(status.current_state) {
            return Ok(Some(status));
        }
        if waited >= limit {
            return Ok(None);
        }
        std::thread::sleep(POLL);
        waited += POLL;
    }
}

fn number(code: ServiceExitCode) -> u32 {
    match code {
        ServiceExitCode::Win32(code) | ServiceExitCode::ServiceSpecific(code) => code,
    }
}

fn name_of(state: ServiceState) -> &'static str {
    match state {
        ServiceState::Stopped => "stopped",
        ServiceState::StartPending => "starting",
        ServiceState::StopPending => "stopping",
        ServiceState::Running => "running",
        ServiceState::ContinuePending | ServiceState::PausePending | ServiceState::Paused => "paused",
    }
}
