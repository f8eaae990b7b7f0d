//! Takes messages from the queue, gives each to its sink, and writes down what came of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use steward_core::instant::Instant;
use steward_core::ledger::{Event, NoticedSeat};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use super::deliver::Standings;
use super::desk::Desk;
use super::failure::Failure;
use super::message::{Content, Letter};
use super::send::send;
use super::sinks::Sinks;
use crate::clock::Timer;
use crate::config::Settings;
use crate::cycle;
use crate::error_chain;
use crate::ledger::{Account, KeptMessage, Ledger, LedgerError, MessageQueue, Order, Settled};

/// The state of the delivery between its rounds.
pub(super) struct Post {
    folder: PathBuf,
    timer: Timer,
    standings: watch::Sender<Standings>,
    settings: Arc<Settings>,
    sinks: Arc<Sinks>,
    /// Open while something is on its way.
    queue: Option<MessageQueue>,
    /// Open while letters are on their way: it is read from its beginning when it is opened.
    ledger: Option<Ledger>,
    desks: BTreeMap<String, Desk>,
    attempts: JoinSet<Result<(), Failure>>,
    on_the_way: BTreeMap<Id, KeptMessage>,
    /// What came of attempts and could not be written down yet: a sink that has a message must not get it again because
    /// our disk is full.
    unwritten: Vec<(KeptMessage, Settled)>,
    /// What is wrong with the queue itself, said once.
    told: Option<String>,
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
            ledger: None,
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
        if self.is_idle() {
            // A ledger may be made or replaced while nothing happens.
            self.close().await;
        }
        let problem = done.as_ref().err().map(|error| error_chain::text(error));
        if problem != self.told {
            if let Some(problem) = &problem {
                tracing::error!("messages cannot be delivered: {problem}");
            } else {
                tracing::info!("messages can be delivered again");
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
            let mut in_hand = self.on_the_way.values().chain(self.unwritten.iter().map(|(message, _)| message));
            if in_hand.any(|message| message.sink == name) {
                continue;
            }
            let Some(sink) = self.sinks.by_name.get(&name) else {
                let dropped = queue.drop_all(&name, now).await?;
                tracing::warn!("{dropped} messages for `{name}` are given up: the settings name no such sink any more");
                continue;
            };
            let desk = self.desks.entry(name.clone()).or_default();
            if let Some(wait) = desk.pace.wait(sink.rate(), now) {
                soonest = Some(soonest.map_or(wait, |soonest| soonest.min(wait)));
                continue;
            }
            let order = if sink.is_unordered() { Order::FewestAttempts } else { Order::Written };
            let Some(message) = queue.next(&name, order).await? else { continue };
            let taken = desk.taken(&message);
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
        self.close().await;
    }

    async fn close(&mut self) {
        if let Some(queue) = self.queue.take() {
            queue.close().await;
        }
        if let Some(ledger) = self.ledger.take() {
            ledger.close().await;
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
        let settled = desk.note(&message, done, self.sinks.give_up_after_days, now);
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
                (Content::Letter(letter), Settled::Delivered, _) => self.prove(&message, letter).await,
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

    /// Writes into the ledger that a letter was taken: from this moment on the notice counts.
    async fn prove(&mut self, message: &KeptMessage, letter: &Letter) -> Result<(), LedgerError> {
        let mut ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => cycle::open_ledger(&self.settings, self.timer.clock()).await?,
        };
        let proved = prove(&mut ledger, self.timer.now(), message, letter).await;
        match &proved {
            Ok(()) => self.ledger = Some(ledger),
            Err(_) => ledger.close().await,
        }
        proved
    }
}

async fn prove(ledger: &mut Ledger, now: Instant, message: &KeptMessage, letter: &Letter) -> Result<(), LedgerError> {
    let accounts: Vec<Account> = letter.seats.iter().map(|seat| account(&seat.account)).collect();
    let people = ledger.people(&accounts).await?;
    let seats = people.into_iter().zip(&letter.seats).map(|(person, seat)| NoticedSeat {
        person,
        license_type: seat.license_type,
        idle_since: seat.idle_since,
        goes_from: Some(seat.goes_from),
    });
    let proof = Event::NoticeSent { to: letter.to, message: message.message.id.clone(), seats: seats.collect() };
    // Never before what was written already, nor before the letter says that it was written.
    ledger.refresh().await?;
    let at = now.max(message.message.at);
    let at = ledger.state().last_at().map_or(at, |last| at.max(last));
    ledger.settle_letter(message, proof, at).await
}

fn account(account: &steward_core::settings::Account) -> Account {
    Account { user_directory: account.user_dir.clone(), user_id: account.user_id.clone() }
}
