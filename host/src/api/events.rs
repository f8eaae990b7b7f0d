//! What happens, for whoever listens: a stream of short events that say what to read again.
//!
//! Nothing is kept for those who were away: a listener begins with `hello`, and reads everything again. One that does not
//! keep up is dropped, and comes back the same way.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use steward_core::digest::Digest;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use tokio::time::Instant;

use super::answer::{Answer, Described};
use super::door::Leave;
use super::places::{Place, Places};
use super::problem::{Code, Problem};
use super::work::WorkBody;

/// A few people with a few pages each; every listener keeps a connection.
const LISTENERS_MAX: usize = 24;
/// Nobody takes all places. Each page of somebody listens.
const OF_TOKEN_MAX: usize = 8;
/// Events that wait for a listener who is slow; then it is dropped.
const WAITING_MAX: usize = 64;
/// Proxies end connections that are silent for longer.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// After this a listener comes back by itself; nothing that somebody forgot lasts for ever.
const LISTENING_MAX: Duration = Duration::from_hours(1);
const RETRY: Duration = Duration::from_secs(3);

/// Something that happened.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[schemars(rename = "Event")]
pub enum Happening {
    /// The first event of every stream: read everything again.
    Hello {
        /// How many entries the ledger has.
        entries: u64,
        /// Since the daemon started; another one means that it was started anew.
        daemon: Digest,
    },
    /// The status changed.
    Status,
    /// Work was begun, came further, or ended. Its result is not in the event.
    Work { work: Box<WorkBody> },
    /// Entries were written into the ledger, by whomever.
    Ledger {
        /// How many there are now.
        entries: u64,
        /// Types of the new ones, such as `plan-made` or `run-finished`; some of them, when there are many.
        types: Vec<String>,
    },
    /// The pools were read.
    Reading,
    /// Alerts, silences or sinks changed.
    Alerts,
    /// The settings were read again, or another policy decides.
    Settings,
}

/// Tells everybody who listens.
#[derive(Clone)]
pub struct Events {
    sender: broadcast::Sender<Arc<(u64, Happening)>>,
    last_id: Arc<AtomicU64>,
    places: Arc<Semaphore>,
    of_tokens: Places<Digest>,
}

impl Default for Events {
    fn default() -> Self {
        let (sender, _) = broadcast::channel(WAITING_MAX);
        Self {
            sender,
            last_id: Arc::default(),
            places: Arc::new(Semaphore::new(LISTENERS_MAX)),
            of_tokens: Places::new(OF_TOKEN_MAX),
        }
    }
}

impl Events {
    pub fn tell(&self, happening: Happening) {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        // Nobody may listen.
        let _ = self.sender.send(Arc::new((id, happening)));
    }

    pub fn has_listeners(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Begins to listen. `leave` says when the listener is not welcome any more.
    ///
    /// # Errors
    /// When too many listen already.
    pub fn listen(&self, hello: Happening, token: Digest, leave: Leave) -> Result<Listening, Problem> {
        let Some(own_place) = self.of_tokens.enter(token) else {
            let message = format!("{OF_TOKEN_MAX} pages listen with this token already: close some");
            return Err(Problem::new(Code::Unavailable, message).after(30));
        };
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            let message = format!("{LISTENERS_MAX} pages listen already: close some, or ask now and then instead");
            return Err(Problem::new(Code::Unavailable, message).after(30));
        };
        let receiver = self.sender.subscribe();
        let id = self.last_id.load(Ordering::Relaxed);
        let until = Instant::now() + LISTENING_MAX;
        Ok(Listening { place, own_place, receiver, first: Some(Arc::new((id, hello))), leave, until })
    }
}

/// Somebody listens.
pub struct Listening {
    place: OwnedSemaphorePermit,
    own_place: Place<Digest>,
    receiver: broadcast::Receiver<Arc<(u64, Happening)>>,
    first: Option<Arc<(u64, Happening)>>,
    leave: Leave,
    until: Instant,
}

impl Listening {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Arc<(u64, Happening)>> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        tokio::select! {
            // One that does not keep up is dropped, and reads everything again.
            received = self.receiver.recv() => received.ok(),
            () = self.leave.wait(self.until.saturating_duration_since(Instant::now())) => None,
        }
    }
}

impl IntoResponse for Listening {
    fn into_response(self) -> Response {
        let stream = futures_util::stream::unfold(self, |mut listening| async move {
            // INVARIANT: the places are given back when the stream is dropped.
            let _places = (&listening.place, &listening.own_place);
            let happened = listening.next().await?;
            let (id, happening) = &*happened;
            let event = Event::default().id(id.to_string()).retry(RETRY).json_data(happening);
            let event = event.unwrap_or_else(|_| Event::default().comment("an event could not be written"));
            Some((Ok::<Event, Infallible>(event), listening))
        });
        Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
    }
}

impl Answer for Listening {
    fn describe(schemas: &mut SchemaGenerator) -> Vec<Described> {
        let schema = schemas.subschema_for::<Happening>();
        let description = "Server-sent events; the data of each is this JSON. Lines that begin with a colon keep the \
                           connection alive.";
        vec![Described { status: StatusCode::OK, description, content_type: "text/event-stream", schema }]
    }
}
