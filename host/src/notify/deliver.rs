//! Delivers what waits, for as long as the daemon runs.
//!
//! One task owns the queue. Each attempt is a task of its own, at most one for each sink, so that a sink that hangs holds
//! up no other, and messages of one sink keep their order.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::courier::Post;
use crate::clock::Timer;
use crate::config::Settings;
use crate::ledger::SinkStanding;

/// How often somebody looks whether messages wait, when nobody says so: other programs write messages too.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// What is in hand when the daemon stops gets so long to end, less than the daemon waits for us. What does not is sent
/// again by the next start.
const FINISH: Duration = Duration::from_secs(8);
/// Whoever asks waits for the answer, so there are as many questions as there are askers.
const QUESTIONS_MAX: usize = 16;

/// How all sinks stand, by name.
pub type Standings = BTreeMap<String, SinkStanding>;

/// What a delivery works with.
pub struct Delivery {
    /// The data folder with the ledger, which need not exist yet.
    pub folder: PathBuf,
    /// A change takes effect with the next message.
    pub settings: watch::Receiver<Arc<Settings>>,
    poke: Arc<Notify>,
    standings: watch::Sender<Standings>,
    questions: mpsc::Receiver<oneshot::Sender<()>>,
}

/// The couriers, as others see them.
#[derive(Debug, Clone)]
pub struct Couriers {
    poke: Arc<Notify>,
    standings: watch::Receiver<Standings>,
    questions: mpsc::Sender<oneshot::Sender<()>>,
}

/// A delivery that has not begun, and the way to speak to it.
pub fn couriers(folder: PathBuf, settings: watch::Receiver<Arc<Settings>>) -> (Couriers, Delivery) {
    let poke = Arc::new(Notify::new());
    let (sender, standings) = watch::channel(Standings::new());
    let (asker, questions) = mpsc::channel(QUESTIONS_MAX);
    let delivery = Delivery { folder, settings, poke: poke.clone(), standings: sender, questions };
    (Couriers { poke, standings, questions: asker }, delivery)
}

impl Couriers {
    /// Messages were written; nothing is lost when nobody says so.
    pub fn poke(&self) {
        self.poke.notify_one();
    }

    /// How all sinks stand; changes are told.
    pub fn standings(&self) -> watch::Receiver<Standings> {
        self.standings.clone()
    }

    /// Waits until nothing is on its way, and nothing that waits may be sent now: what was written before the call was
    /// tried. At once when no delivery runs.
    pub async fn settled(&self) {
        let (answer, answered) = oneshot::channel();
        if self.questions.send(answer).await.is_ok() {
            // An error: the delivery has ended, and tries nothing more.
            let _ = answered.await;
        }
    }
}

/// Delivers until `stop`. What is in hand then is finished, and nothing else begun.
pub async fn deliver(delivery: Delivery, timer: Timer, stop: CancellationToken) {
    let Delivery { folder, mut settings, poke, standings, mut questions } = delivery;
    let mut post = Post::new(folder, timer, standings);
    let mut asked: Vec<oneshot::Sender<()>> = Vec::new();
    loop {
        let now = settings.borrow_and_update().clone();
        let wait = post.round(&now).await;
        if post.is_idle() {
            // Whoever has gone meanwhile does not need the answer.
            for answer in asked.drain(..) {
                let _ = answer.send(());
            }
        }
        tokio::select! {
            () = stop.cancelled() => break,
            changed = settings.changed() => if changed.is_err() { break },
            () = poke.notified() => {},
            Some(answer) = questions.recv() => asked.push(answer),
            () = post.finish_one() => {},
            () = tokio::time::sleep(wait.map_or(LOOK_EVERY, |wait| wait.min(LOOK_EVERY))) => {},
        }
    }
    if timeout(FINISH, post.finish_all()).await.is_err() {
        tracing::warn!("a message was on its way when the daemon stopped: it is sent again by the next start");
    }
}
