//! The process that Windows' service manager started: tells it how far we are, and the daemon what it wants.

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use windows_service::service::{
    ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::{self, ServiceControlHandlerResult, ServiceStatusHandle};
use windows_service::{define_windows_service, service_dispatcher};

use super::event_log::LIFE;
use super::{NAME, ServiceError, control};
use crate::daemon::{Hooks, Stop};

/// Runs the daemon with these settings until it is told to stop; the result is its exit code.
pub type Daemon = fn(PathBuf, Stop, Hooks) -> i32;

/// How often Windows hears that a start or stop goes on.
const BEAT: Duration = Duration::from_secs(1);
/// After this long without a word Windows may call the service hung: several beats.
const WAIT_HINT: Duration = Duration::from_secs(10);
/// What a hard stop may take before the process ends without it, in beats.
const HARD_STOP_BEATS_MAX: u32 = 10;
/// Controls come from people, one at a time.
const EVENTS_MAX: usize = 16;
/// What a daemon says that was given up where it stood.
const GIVEN_UP: i32 = 1;
/// What Rust says of a process that panicked.
const PANICKED: i32 = 101;

struct Job {
    config: PathBuf,
    daemon: Daemon,
}

/// What the thread that speaks with Windows waits for.
enum Event {
    Stop,
    StopHard,
    /// The daemon has ended with this exit code.
    Ended(i32),
}

/// Windows calls a bare function on a thread of its own, so what it needs has to be left where it finds it.
static JOB: OnceLock<Job> = OnceLock::new();

define_windows_service!(service_main_of_windows, service_main);

/// Runs as the service until it ends. To be called once, by the process that Windows started for it.
///
/// # Errors
/// When Windows did not start this process as a service.
pub fn dispatch(config: PathBuf, daemon: Daemon) -> Result<(), ServiceError> {
    assert!(JOB.set(Job { config, daemon }).is_ok(), "a process is one service");
    service_dispatcher::start(NAME, service_main_of_windows).map_err(ServiceError::windows("run as a service"))
}

fn service_main(_: Vec<OsString>) {
    let job = JOB.get().expect("`dispatch` left it there");
    if let Err(error) = serve(job) {
        tracing::error!("the service cannot speak with Windows' service manager: {error}");
    }
}

fn serve(job: &'static Job) -> windows_service::Result<()> {
    let (sender, events) = sync_channel(EVENTS_MAX);
    let (stop, hooks) = (Stop::default(), Hooks::default());
    let windows = register(&hooks, sender.clone())?;
    report(windows, ServiceState::StartPending, 0)?;
    let (of_daemon, hooks_of_daemon) = (stop.clone(), hooks.clone());
    std::thread::spawn(move || {
        let run = AssertUnwindSafe(|| (job.daemon)(job.config.clone(), of_daemon, hooks_of_daemon));
        let code = std::panic::catch_unwind(run).unwrap_or(PANICKED);
        let _ = sender.send(Event::Ended(code));
    });
    let code = follow(windows, &events, &stop, &hooks)?;
    match code {
        0 => tracing::info!(target: LIFE, "Steward stopped"),
        code => tracing::error!("Steward ended with exit code {code}"),
    }
    // Windows starts a service again whose code is a failure, but whoever stopped it wants it stopped.
    ended(windows, if stop.soft.is_cancelled() { 0 } else { code })
}

fn register(hooks: &Hooks, sender: SyncSender<Event>) -> windows_service::Result<ServiceStatusHandle> {
    let reload = hooks.reload.clone();
    // Windows waits for the answer: a full queue means that the same was said before.
    let tell = move |event| {
        let _ = sender.try_send(event);
        ServiceControlHandlerResult::NoError
    };
    service_control_handler::register(NAME, move |control| match control {
        ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
        ServiceControl::Stop | ServiceControl::Preshutdown => tell(Event::Stop),
        ServiceControl::UserEvent(code) if code == control::stop_now() => tell(Event::StopHard),
        ServiceControl::ParamChange => {
            reload.notify_one();
            ServiceControlHandlerResult::NoError
        }
        _ => ServiceControlHandlerResult::NotImplemented,
    })
}

/// Until the daemon has ended, or did not end although it was told to, hard. How long a soft stop may take is the
/// daemon's own business; Windows passes on no second stop meanwhile.
fn follow(
    windows: ServiceStatusHandle,
    events: &Receiver<Event>,
    stop: &Stop,
    hooks: &Hooks,
) -> windows_service::Result<i32> {
    let mut state = ServiceState::StartPending;
    let (mut beats, mut beats_of_hard_stop) = (0, 0);
    loop {
        match events.recv_timeout(BEAT) {
            Ok(Event::Ended(code)) => return Ok(code),
            Err(RecvTimeoutError::Disconnected) => return Ok(PANICKED),
            Ok(event @ (Event::Stop | Event::StopHard)) => {
                stop.soft.cancel();
                if matches!(event, Event::StopHard) {
                    stop.hard.cancel();
                }
                state = ServiceState::StopPending;
                report(windows, state, beats)?;
            }
            Err(RecvTimeoutError::Timeout) => match state {
                ServiceState::Running => {}
                ServiceState::StartPending if hooks.ready.is_cancelled() => {
                    state = ServiceState::Running;
                    report(windows, state, 0)?;
                    tracing::info!(target: LIFE, "Steward {} is at work", env!("CARGO_PKG_VERSION"));
                }
                _ => {
                    beats += 1;
                    report(windows, state, beats)?;
                }
            },
        }
        beats_of_hard_stop += u32::from(stop.hard.is_cancelled());
        if beats_of_hard_stop > HARD_STOP_BEATS_MAX {
            return Ok(GIVEN_UP);
        }
    }
}

fn report(windows: ServiceStatusHandle, state: ServiceState, checkpoint: u32) -> windows_service::Result<()> {
    let is_running = state == ServiceState::Running;
    let controls = ServiceControlAccept::STOP | ServiceControlAccept::PRESHUTDOWN | ServiceControlAccept::PARAM_CHANGE;
    let status = ServiceStatus {
        controls_accepted: if is_running { controls } else { ServiceControlAccept::empty() },
        checkpoint,
        wait_hint: if is_running { Duration::ZERO } else { WAIT_HINT },
        ..status(state, ServiceExitCode::NO_ERROR)
    };
    windows.set_service_status(status)
}

fn ended(windows: ServiceStatusHandle, code: i32) -> windows_service::Result<()> {
    let exit_code = match u32::try_from(code) {
        Ok(0) => ServiceExitCode::NO_ERROR,
        Ok(code) => ServiceExitCode::ServiceSpecific(code),
        Err(_) => ServiceExitCode::ServiceSpecific(1),
    };
    windows.set_service_status(status(ServiceState::Stopped, exit_code))
}

/// A status that accepts nothing and waits for nothing.
fn status(state: ServiceState, exit_code: ServiceExitCode) -> ServiceStatus {
    ServiceStatus {
        service_type: ServiceType::OWN_PROCESS,
        current_state: state,
        controls_accepted: ServiceControlAccept::empty(),
        exit_code,
        checkpoint: 0,
        wait_hint: Duration::ZERO,
        process_id: None,
    }
}
