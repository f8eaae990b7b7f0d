//! Takes messages from the queue, gives each to its sink, and writes down what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::ledger::{Event, NoticedSeat};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use super::deliver::Standings;
use super::failure::Failure;
use super::message::{Content, Letter};
use super::pace::Pace;
use super::send::send;
use super::sinks::Sinks;
use crate::clock::Timer;
use crate::config::Settings;
use crate::cycle;
use crate::error_chain;
use crate::ledger::{Account, KeptMessage, LedgerError, MessageQueue, Order, Settled};

/// Somebody has so long to mend settings that a server does not accept.
const UNWELCOME_DAYS: i64 = 1;

/// The state of the delivery between its rounds.
pub(super) struct Post {
    folder: PathBuf,
    timer: Timer,
    standings: watch::Sender<Standings>,
    settings: Arc<Settings>,
    sinks: Arc<Sinks>,
    /// Open while something is on its way.
    queue: Option<MessageQueue>,
    desks: BTreeMap<String, Desk>,
    attempts: JoinSet<Result<(), Failure>>,
    on_the_way: BTreeMap<Id, KeptMessage>,
    /// What came of attempts and could not be written down yet: a sink that has a message must not get it again because
    /// our disk is full.
    unwritten: Vec<(KeptMessage, Settled)>,
    /// What is wrong with the queue itself, said once.
    told: Option<String>,
}

/// What is remembered of a sink while the daemon runs.
#[derive(Default)]
struct Desk {
    pace: Pace,
    /// The problem that was said last.
    told: Option<String>,
    /// Of one message: the addresses that have it already.
    taken: Option<(i64, BTreeSet<String>)>,
}

impl Post {
    pub(super) fn new(folder: PathBuf, timer: Timer, standings: watch::Sender<Standings>) -> Self {
        Self {
            folder,
            timer,
            standings,
            settings: Arc::default(),
            sinks: Arc::default(),
            queue: None,
            desks: BTreeMap::new(),
            attempts: JoinSet::new(),
            on_the_way: BTreeMap::new(),
            unwritten: Vec::new(),
            told: None,
        }
    }

    /// Nothing is on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.on_the_way.is_empty()
    }

    /// Begins all attempts that may be made now. Returns when the next one may, if that is known.
    pub(super) async fn round(&mut self, settings: &Arc<Settings>) -> Option<Duration> {
        if !Arc::ptr_eq(settings, &self.settings) {
            self.settings = settings.clone();
            self.sinks = Arc::new(Sinks::of(settings));
            self.desks.values_mut().for_each(|desk| desk.pace.forget_failures());
        }
        let done = self.try_round().await;
        if self.is_idle()
            && let Some(queue) = self.queue.take()
        {
            // A ledger may be made or replaced while nothing happens.
            queue.close().await;
        }
        let problem = done.as_ref().err().map(|error| error_chain::text(error));
        if problem != self.told {
            match &problem {
                Some(problem) => tracing::error!("messages cannot be delivered: {problem}"),
                None => tracing::info!("messages can be delivered again"),
            }
            self.told = problem;
        }
        done.unwrap_or_default()
    }

    async fn try_round(&mut self) -> Result<Option<Duration>, LedgerError> {
        if self.queue.is_none() {
            self.queue = MessageQueue::open(&self.folder).await?;
        }
        let written = self.write_down().await;
        let Some(queue) = &mut self.queue else { return written.map(|()| None) };
        let mut soonest: Option<Duration> = None;
        for name in queue.sinks().await? {
            let now = self.timer.now();
            let Some(sink) = self.sinks.by_name.get(&name) else {
                let dropped = queue.drop_all(&name, now).await?;
                tracing::warn!("{dropped} messages for `{name}` are given up: the settings name no such sink any more");
                continue;
            };
            let is_busy = self.on_the_way.values().chain(self.unwritten.iter().map(|(message, _)| message));
            if is_busy.into_iter().any(|message| message.sink == name) {
                continue;
            }
            let desk = self.desks.entry(name.clone()).or_default();
            if let Some(wait) = desk.pace.wait(sink.rate(), now) {
                soonest = Some(soonest.map_or(wait, |soonest| soonest.min(wait)));
                continue;
            }
            let order = if sink.is_unordered() { Order::FewestAttempts } else { Order::Written };
            let Some(message) = queue.next(&name, order).await? else { continue };
            let taken = desk.taken.as_ref().filter(|(number, _)| *number == message.number);
            let taken = taken.map(|(_, taken)| taken.clone()).unwrap_or_default();
            let (sinks, sent) = (self.sinks.clone(), message.clone());
            let attempt = self.attempts.spawn(async move {
                let Some(sink) = sinks.by_name.get(&sent.sink) else { return Ok(()) };
                send(sink, &sinks.installation, &sent.message, &taken).await
            });
            self.on_the_way.insert(attempt.id(), message);
        }
        let standings = queue.standings().await?;
        self.standings.send_if_modified(|before| {
            let is_new = *before != standings;
            *before = standings;
            is_new
        });
        written.map(|()| soonest)
    }

    /// Waits for the end of one attempt; for ever while there is none. May be given up at any time.
    pub(super) async fn finish_one(&mut self) {
        match self.attempts.join_next_with_id().await {
            Some(ended) => self.end(ended),
            None => std::future::pending().await,
        }
    }

    /// Waits for the end of all attempts, and writes down what came of them.
    pub(super) async fn finish_all(&mut self) {
        while let Some(ended) = self.attempts.join_next_with_id().await {
            self.end(ended);
        }
        let written = async {
            if self.queue.is_none() && !self.unwritten.is_empty() {
                self.queue = MessageQueue::open(&self.folder).await?;
            }
            self.write_down().await
        };
        if let Err(error) = written.await {
            tracing::error!("what came of the last messages was not written down: {}", error_chain::text(&error));
        }
        if let Some(queue) = self.queue.take() {
            queue.close().await;
        }
    }

    fn end(&mut self, ended: Result<(Id, Result<(), Failure>), JoinError>) {
        let (id, done) = match ended {
            Ok(ended) => ended,
            // A fault of ours, or of a library that a server has misled.
            Err(error) => (error.id(), Err(Failure::passing("the attempt failed in a way that nobody foresaw"))),
        };
        let Some(message) = self.on_the_way.remove(&id) else { return };
        let now = self.timer.now();
        let desk = self.desks.entry(message.sink.clone()).or_default();
        desk.note(&message, &done, now);
        let settled = match done {
            Ok(()) => Settled::Delivered,
            Err(failure) => settle(&message, &failure, self.sinks.give_up_after_days, now),
        };
        desk.tell(&message.sink, &settled);
        self.unwritten.push((message, settled));
    }

    /// Writes down what came of attempts. What cannot be written is tried again, and holds up no other sink.
    ///
    /// # Errors
    /// The first of those.
    async fn write_down(&mut self) -> Result<(), LedgerError> {
        let mut result = Ok(());
        for (message, settled) in std::mem::take(&mut self.unwritten) {
            let written = match (&message.message.content, &settled, &mut self.queue) {
                (Content::Letter(letter), Settled::Delivered, _) => {
                    prove(&self.settings, &self.timer, &message, letter).await
                }
                (_, _, Some(queue)) => queue.settle(&message, &settled, self.timer.now()).await,
                // There is no ledger any more, and so no message.
                (_, _, None) => Ok(()),
            };
            if let Err(error) = written {
                self.unwritten.push((message, settled));
                result = result.and(Err(error));
            }
        }
        result
    }
}

impl Desk {
    fn note(&mut self, message: &KeptMessage, done: &Result<(), Failure>, now: Instant) {
        match done {
            Ok(()) | Err(Failure::Refused { .. }) => {
                self.pace.answered(now);
                self.taken = None;
            }
            Err(failure) => {
                self.pace.failed(failure.retry_after(), now);
                if let Failure::Partly { taken, .. } = failure {
                    let before = self.taken.take().filter(|(number, _)| *number == message.number);
                    let before = before.map(|(_, before)| before).unwrap_or_default();
                    self.taken = Some((message.number, before.into_iter().chain(taken.iter().cloned()).collect()));
                }
            }
        }
    }

    /// Says a trouble once, again when it changes, and when it is over.
    fn tell(&mut self, sink: &str, settled: &Settled) {
        match settled {
            Settled::Delivered => {
                if self.told.take().is_some() {
                    tracing::info!(sink, "messages reach `{sink}` again");
                }
            }
            Settled::Failed(problem) if self.told.as_ref() == Some(problem) => {}
            Settled::Failed(problem) => {
                tracing::warn!(sink, "messages wait for `{sink}`: {problem}");
                self.told = Some(problem.clone());
            }
            Settled::Refused(problem) => tracing::error!(sink, "a message for `{sink}` is set aside: {problem}"),
            Settled::Dropped => {}
        }
    }
}

/// What becomes of a message that was not taken.
fn settle(message: &KeptMessage, failure: &Failure, give_up_after_days: u32, now: Instant) -> Settled {
    let problem = failure.problem().to_owned();
    let days = match failure {
        Failure::Refused { .. } => return Settled::Refused(problem),
        Failure::Unwelcome { .. } => UNWELCOME_DAYS,
        Failure::Passing { .. } | Failure::Partly { .. } => i64::from(give_up_after_days),
    };
    if now.millis_since(message.message.at) < days.saturating_mul(MS_PER_DAY) {
        return Settled::Failed(problem);
    }
    Settled::Refused(format!(
        "given up after {}: {problem}",
        crate::wording::counted(usize::try_from(days).unwrap_or(0), "day")
    ))
}

/// Writes into the ledger that a letter was taken: from this moment on the notice counts.
async fn prove(settings: &Settings, timer: &Timer, message: &KeptMessage, letter: &Letter) -> Result<(), LedgerError> {
    let mut ledger = cycle::open_ledger(settings, timer.clock()).await?;
    let account = |seat: &super::message::LetterSeat| Account {
        user_directory: seat.account.user_dir.clone(),
        user_id: seat.account.user_id.clone(),
    };
    let people = ledger.people(&letter.seats.iter().map(account).collect::<Vec<_>>()).await?;
    let seats = people.into_iter().zip(&letter.seats).map(|(person, seat)| NoticedSeat {
        person,
        license_type: seat.license_type,
        idle_since: seat.idle_since,
        goes_from: Some(seat.goes_from),
    });
    let proof = Event::NoticeSent { to: letter.to, message: message.message.id.clone(), seats: seats.collect() };
    // Never before what was written already, nor before the letter says that it was written.
    let at = timer.now().max(message.message.at);
    let at = ledger.state().last_at().map_or(at, |last| at.max(last));
    let settled = ledger.settle_letter(message, proof, at).await;
    ledger.close().await;
    settled
}
