//! The daemon: what an administrator leaves running. It joins the keeper, the listener and the signals, and ends them in
//! two stages.
//!
//! Nothing is decided here. The first request to stop finishes the release in hand and its entry in the ledger; a second
//! one, or a time-out, ends the process where it stands, and the next start looks what came of it.

mod alerting;
pub mod control;
pub(crate) mod heartbeat;
pub mod job;
pub mod keeper;
pub mod metrics;
mod release;
pub mod report;
mod rules;
mod settings;
mod shadow;
mod signals;
pub mod status;
mod supervisor;
pub(crate) mod work;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use steward_core::instant::Instant;
use thiserror::Error;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api::door::{Door, SignInCodes};
use crate::api::token::{self, NoRandomness};
use crate::api::{self, Api, Events, InHand, ListenError, Listener, Rates, Works};
use crate::clock::Timer;
use crate::config::Settings;
use crate::cycle;
use crate::influx::{self, Delivery, OutboxStatus};
use crate::ledger::{DaemonLock, LedgerError, LockError};
use crate::notify::{self, Couriers};
use crate::os_user;
use control::{Control, ControlError};
use heartbeat::Heartbeat;
use keeper::{Keeper, Parts, REQUESTS_MAX, Request};
pub use settings::SettingsError;
use settings::Watched;
use status::Status;

#[derive(Debug, Error)]
pub enum DaemonError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error("cannot listen on {address}: change `steward.http`")]
    Listen { address: String, source: ListenError },
    #[error("this machine has no randomness")]
    NoRandomness(#[from] NoRandomness),
    #[error("cannot listen to signals")]
    Signals(#[source] std::io::Error),
}

/// How a daemon is started.
#[derive(Debug, Clone)]
pub struct Options {
    pub config: PathBuf,
    pub timer: Timer,
    /// Listen to the signals of the operating system; a service is told in another way.
    pub signals: bool,
    /// Simulated time that ends: the daemon stops there.
    pub until: Option<Instant>,
}

/// What a supervisor inside this process wants to know, and may ask for. Clones share both.
#[derive(Debug, Clone, Default)]
pub struct Hooks {
    /// Cancelled when the daemon is at work.
    pub ready: CancellationToken,
    /// Asks for the settings to be read again; several askings at once count as one.
    pub reload: Arc<Notify>,
    /// Sign-in links that somebody offers.
    pub codes: SignInCodes,
}

/// Asks a daemon to stop, in two stages. Clones ask the same one.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// Finish what is in hand.
    pub soft: CancellationToken,
    /// End at once.
    pub hard: CancellationToken,
}

impl Stop {
    /// The first call asks softly, the second one hard.
    pub fn ask(&self) {
        if self.soft.is_cancelled() {
            self.hard.cancel();
        } else {
            self.soft.cancel();
        }
    }
}

/// What is left to do when the keeper has ended: to answer, and to finish a delivery.
const LAST_TASKS_TIME_MAX: Duration = Duration::from_secs(10);

/// How a daemon ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything in hand was finished.
    Soft,
    /// It was given up where it stood; the next start looks what came of it.
    Hard,
}

/// Works until somebody asks to stop.
///
/// # Errors
/// When it cannot start. Whatever fails later is told, and tried again.
pub async fn run(options: Options, stop: Stop) -> Result<Ended, DaemonError> {
    run_supervised(options, stop, Hooks::default()).await
}

/// [`run`] below a supervisor inside this process.
///
/// # Errors
/// As [`run`].
pub async fn run_supervised(options: Options, stop: Stop, hooks: Hooks) -> Result<Ended, DaemonError> {
    // Before the file is read: a change in between is noticed afterwards.
    let watched = Watched::new(&options.config);
    let in_force = settings::load(&options.config)?;
    for note in &in_force.notes {
        tracing::info!("{note}");
    }
    in_force.warn_when_idle();
    let first = in_force.settings.clone();
    let folder = first.data_dir().ok_or(LedgerError::NoFolder)?;
    let ledger = cycle::open_ledger(&first, options.timer.clock()).await?;
    let _lock = DaemonLock::take(&folder, &os_user::name(), options.timer.now())?;

    let (requests, received) = mpsc::channel(REQUESTS_MAX);
    let (status, published) = watch::channel(Arc::new(Status::default()));
    let (settings, in_force_now) = watch::channel(first.clone());
    let (outbox, outbox_now) = watch::channel(OutboxStatus::default());
    let points = Arc::new(Notify::new());
    let (couriers, post) = notify::couriers(folder.clone(), in_force_now.clone());
    let beat = Heartbeat::default();
    if options.signals {
        signals::listen(stop.clone(), requests.clone()).map_err(DaemonError::Signals)?;
    }
    let ends = CancellationToken::new();
    let tasks = TaskTracker::new();
    tasks.spawn(signals::reload_when_asked(hooks.reload, requests.clone(), ends.clone()));
    let works = Works::new(Events::default(), options.timer.clone(), stop.soft.clone());
    if first.steward.http.enable {
        let answering = Answering {
            folder: &folder,
            settings: in_force_now.clone(),
            status: published.clone(),
            outbox: outbox_now.clone(),
            beat: beat.clone(),
            requests,
            points: points.clone(),
            couriers: couriers.clone(),
            timer: options.timer.clone(),
            codes: hooks.codes.clone(),
            works: works.clone(),
            stop: stop.soft.clone(),
        };
        answer(answering, &first, &tasks, &ends).await?;
    }
    tasks.spawn(supervisor::watch(beat.clone(), ends.clone()));
    let delivery = Delivery { folder: folder.clone(), settings: in_force_now, poke: points.clone(), status: outbox };
    tasks.spawn(influx::deliver(delivery, options.timer.clone(), ends.clone()));
    tasks.spawn(notify::deliver(post, options.timer.clone(), ends.clone()));

    let stop_seconds = first.steward.daemon.stop_seconds;
    let parts = Parts {
        watched,
        path: options.config,
        in_force,
        timer: options.timer,
        stop: stop.soft.clone(),
        beat,
        requests: received,
        status,
        settings,
        points,
        couriers,
        outbox: outbox_now,
        until: options.until,
    };
    let keeper = Box::pin(async {
        Keeper::new(parts, ledger).run().await;
        // What somebody asked for is finished like a run of the keeper.
        works.idle().await;
    });
    supervisor::ready();
    hooks.ready.cancel();
    tracing::info!("steward {} is at work", env!("CARGO_PKG_VERSION"));
    let ended = until_end(keeper, &stop, Duration::from_secs(u64::from(stop_seconds))).await;
    ends.cancel();
    tasks.close();
    if ended == Ended::Soft {
        tokio::select! {
            () = tasks.wait() => {}
            () = stop.hard.cancelled() => {}
            () = tokio::time::sleep(LAST_TASKS_TIME_MAX) => tracing::warn!("not everything ended in time; it is given up"),
        }
        Control::remove(&folder);
    }
    Ok(ended)
}

/// What the listener is made of.
struct Answering<'a> {
    folder: &'a Path,
    settings: watch::Receiver<Arc<Settings>>,
    status: watch::Receiver<Arc<Status>>,
    outbox: watch::Receiver<OutboxStatus>,
    beat: Heartbeat,
    requests: mpsc::Sender<Request>,
    points: Arc<Notify>,
    couriers: Couriers,
    timer: Timer,
    codes: SignInCodes,
    works: Works,
    stop: CancellationToken,
}

/// Begins to answer.
async fn answer(
    parts: Answering<'_>,
    settings: &Settings,
    tasks: &TaskTracker,
    ends: &CancellationToken,
) -> Result<(), DaemonError> {
    let http = &settings.steward.http;
    let failed = |address: &str| {
        let address = address.to_owned();
        move |source| DaemonError::Listen { address, source }
    };
    let bind_error = |error: std::io::Error| failed(&http.listen)(ListenError::Bind(error));
    let (listener, renewal) = Listener::bind(&http.listen, http.tls.as_ref()).await.map_err(failed(&http.listen))?;
    let bound = listener.address().map_err(bind_error)?;
    let mut listeners = Vec::new();
    // The command line speaks plain HTTP, and to this machine only.
    let control_address = if bound.ip().is_loopback() && http.tls.is_none() {
        bound
    } else {
        let (own, _) = Listener::bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).to_string(), None)
            .await
            .map_err(failed("127.0.0.1"))?;
        let address = own.address().map_err(bind_error)?;
        listeners.push(own);
        address
    };
    let url = format!("{}://{bound}", listener.scheme());
    tracing::info!("listening on {url}");
    listeners.push(listener);
    let control = Arc::new(Control::leave(parts.folder, control_address, &url)?);
    let (desk, clerk) = api::desk(parts.settings.clone(), parts.timer.clone());
    let events = parts.works.events().clone();
    let api = Api {
        status: parts.status,
        outbox: parts.outbox,
        door: Door::new(parts.settings.clone(), control, parts.codes, parts.timer.clone(), parts.stop),
        settings: parts.settings,
        beat: parts.beat,
        requests: parts.requests,
        desk,
        works: parts.works,
        events,
        rates: Arc::new(Rates::new(tokio::time::Instant::now())),
        in_hand: InHand::default(),
        timer: parts.timer,
        points: parts.points,
        couriers: parts.couriers,
        daemon: token::hash(&token::generate()?),
    };
    let at_desk = ends.clone();
    let runtime = tokio::runtime::Handle::current();
    // On a thread of its own: what it computes holds up nobody.
    tasks.spawn_blocking(move || runtime.block_on(clerk.work(at_desk)));
    tasks.spawn(api::tell_news(api.clone(), ends.clone()));
    if let Some(renewal) = renewal {
        tasks.spawn(renewal.work(ends.clone()));
    }
    let app = api::router(api);
    for listener in listeners {
        tasks.spawn(api::serve(listener, app.clone(), ends.clone()));
    }
    Ok(())
}

/// Waits for the keeper; after a request to stop no longer than it may take.
async fn until_end(keeper: impl Future<Output = ()>, stop: &Stop, patience: Duration) -> Ended {
    let out_of_patience = async {
        stop.soft.cancelled().await;
        supervisor::stopping();
        tracing::info!("stopping: what is in hand is finished first; asked again, it is given up");
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        () = keeper => Ended::Soft,
        () = stop.hard.cancelled() => Ended::Hard,
        () = out_of_patience => Ended::Hard,
    }
}
