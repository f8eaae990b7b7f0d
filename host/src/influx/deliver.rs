//! Delivers what waits in the outbox: again and again in the daemon, once after a command.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::back_off::BackOff;
use super::round::{next_batch, step};
use super::settings::InfluxSettings;
use super::status::OutboxStatus;
use super::write::Writer;
use crate::clock::Timer;
use crate::config::Settings;
use crate::ledger::{LedgerError, Outbox};

/// How often somebody looks whether points wait, when nobody says so: other programs write points too.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often a trouble that stays the same is told again.
const TELL_AGAIN_AFTER: Duration = Duration::from_hours(1);

/// What a delivery works with.
pub struct Delivery {
    /// The data folder with the ledger, which need not exist yet.
    pub folder: PathBuf,
    /// A change takes effect with the next request.
    pub settings: watch::Receiver<Arc<Settings>>,
    /// Said by whoever has written points; nothing is lost when nobody does.
    pub poke: Arc<Notify>,
    /// Told after each batch.
    pub status: watch::Sender<OutboxStatus>,
}

/// Delivers until `stop`. A request that is cut off then is made again by the next start, and stays one point.
pub async fn deliver(delivery: Delivery, timer: Timer, stop: CancellationToken) {
    let Delivery { folder, mut settings, poke, status } = delivery;
    let mut courier = Courier::new(folder, timer, status);
    loop {
        let now = settings.borrow_and_update().clone();
        let Some(wait) = stop.run_until_cancelled(courier.round(now)).await else { return };
        // Whoever writes a point does not make us ask a server that asked to be left alone.
        let poked = async {
            match wait {
                Wait::Idle => poke.notified().await,
                Wait::AfterFailure(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            changed = settings.changed() => if changed.is_err() { return },
            () = poked => {},
            () = tokio::time::sleep(wait.duration()) => {},
        }
    }
}

enum Wait {
    Idle,
    AfterFailure(Duration),
}

impl Wait {
    fn duration(&self) -> Duration {
        match self {
            Self::Idle => LOOK_EVERY,
            Self::AfterFailure(wait) => *wait,
        }
    }
}

/// The state of a delivery between its rounds.
struct Courier {
    folder: PathBuf,
    timer: Timer,
    status: watch::Sender<OutboxStatus>,
    writer: Option<Writer>,
    batch_points: u32,
    back_off: BackOff,
    /// The trouble that was told last, and when.
    told: Option<(String, Instant)>,
}

impl Courier {
    fn new(folder: PathBuf, timer: Timer, status: watch::Sender<OutboxStatus>) -> Self {
        let back_off = BackOff::default();
        Self { folder, timer, status, writer: None, batch_points: u32::MAX, back_off, told: None }
    }

    /// Delivers all that waits, or until something is in the way. Says how long to wait for the next round.
    async fn round(&mut self, settings: Arc<Settings>) -> Wait {
        let ended = self.deliver_all(&settings).await;
        let (problem, asked) = match ended {
            Ok(()) => (None, None),
            Err((problem, asked)) => (Some(problem), asked),
        };
        self.tell(problem.as_deref());
        let failed = problem.is_some();
        self.status.send_modify(|status| status.last_error = problem);
        if failed {
            return Wait::AfterFailure(self.back_off.after_failure(asked));
        }
        self.back_off.succeeded();
        Wait::Idle
    }

    async fn deliver_all(&mut self, settings: &Settings) -> Result<(), (String, Option<Duration>)> {
        let failed = |error: LedgerError| (super::trouble::sentence(&error), None);
        let target = InfluxSettings::of(settings);
        self.status.send_modify(|status| status.is_enabled = target.is_some());
        // Opened for each round: a ledger may be restored, or made, while we wait.
        let Some(mut outbox) = Outbox::open(&self.folder).await.map_err(failed)? else { return Ok(()) };
        outbox.set_points_max(settings.steward.influx_db.outbox_max_points).await.map_err(failed)?;
        let standing = outbox.standing().await.map_err(failed)?;
        self.status.send_modify(|status| status.stand(standing));
        let Some(target) = target.filter(|_| standing.waiting > 0) else {
            outbox.close().await;
            return Ok(());
        };
        let batch_max = target.batch_points;
        let writer = match self.writer.take() {
            Some(writer) if *writer.settings() == target => writer,
            _ => Writer::new(target).map_err(|trouble| (trouble.to_string(), None))?,
        };
        let mut ended = Ok(());
        loop {
            let done = step(&mut outbox, &writer, self.batch_points.min(batch_max)).await.map_err(failed)?;
            self.batch_points = next_batch(self.batch_points.min(batch_max), &done, batch_max);
            let standing = outbox.standing().await.map_err(failed)?;
            let now = self.timer.now();
            self.status.send_modify(|status| {
                status.stand(standing);
                status.sent_total += done.sent;
                status.rejected_total += done.rejected;
                if done.sent > 0 {
                    status.last_success_at = Some(now);
                }
            });
            if let Some(trouble) = done.trouble {
                ended = Err((trouble.to_string(), trouble.retry_after()));
                break;
            }
            if done.is_empty {
                break;
            }
        }
        self.writer = Some(writer);
        outbox.close().await;
        ended
    }

    /// Says a trouble once, again when it changes or lasts, and when it is over.
    fn tell(&mut self, problem: Option<&str>) {
        match (problem, &self.told) {
            (None, None) => {}
            (None, Some(_)) => {
                tracing::info!("points reach InfluxDB again");
                self.told = None;
            }
            (Some(problem), Some((told, at))) if problem == told && at.elapsed() < TELL_AGAIN_AFTER => {}
            (Some(problem), _) => {
                let waiting = self.status.borrow().waiting;
                tracing::warn!(waiting, "points wait for InfluxDB: {problem}");
                self.told = Some((problem.to_owned(), Instant::now()));
            }
        }
    }
}

/// What a single delivery did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drained {
    pub sent: u64,
    pub rejected: u64,
    /// What waits now.
    pub waiting: u64,
    /// Why something waits.
    pub trouble: Option<String>,
}

impl Drained {
    /// What a person should know, if anything.
    pub fn note(&self) -> Option<String> {
        let points = |count: u64| if count == 1 { "1 point".to_owned() } else { format!("{count} points") };
        let mut notes = Vec::new();
        if let Some(trouble) = &self.trouble {
            notes.push(format!("{} for InfluxDB wait and are delivered later: {trouble}", points(self.waiting)));
        }
        if self.rejected > 0 {
            let count = points(self.rejected);
            notes.push(format!("InfluxDB refused {count} for good; `steward outbox` lists them"));
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}

/// Delivers what waits, for `limit` at most; `None` while `InfluxDB` is off. Nothing of it is a failure of the command
/// that calls it: what is not delivered waits for the next one, or for the daemon.
pub async fn drain_once(settings: &Settings, limit: Duration) -> Option<Drained> {
    let target = InfluxSettings::of(settings)?;
    let folder = settings.data_dir()?;
    let mut drained = Drained::default();
    match timeout(limit, drain(&folder, target, &mut drained)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => drained.trouble = Some(super::trouble::sentence(&error)),
        Err(_) => drained.trouble = Some(format!("there was no time for more within {} s", limit.as_secs())),
    }
    if drained.trouble.is_some()
        && let Ok(Some(mut outbox)) = Outbox::open(&folder).await
        && let Ok(standing) = outbox.standing().await
    {
        drained.waiting = standing.waiting;
    }
    Some(drained)
}

async fn drain(folder: &Path, target: InfluxSettings, drained: &mut Drained) -> Result<(), LedgerError> {
    let Some(mut outbox) = Outbox::open(folder).await? else { return Ok(()) };
    let batch_points = target.batch_points;
    let writer = match Writer::new(target) {
        Ok(writer) => writer,
        Err(trouble) => {
            drained.trouble = Some(trouble.to_string());
            return Ok(());
        }
    };
    loop {
        let done = step(&mut outbox, &writer, batch_points).await?;
        drained.sent += done.sent;
        drained.rejected += done.rejected;
        if done.trouble.is_some() || done.is_empty {
            drained.trouble = done.trouble.map(|trouble| trouble.to_string());
            outbox.close().await;
            return Ok(());
        }
    }
}
