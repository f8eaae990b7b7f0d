//! The HTTP API: everything that the console shows and does, for whoever has a token.
//!
//! Reading goes to the desk, which has a ledger of its own; switches are entries that the desk writes; whatever asks the
//! server is work, by the very functions that the command line calls. Nothing is decided here.
//! `routes` is the one list of what there is: router, rights and OpenAPI description are made of it.

mod answer;
mod bodies;
mod call;
mod desk;
mod document;
pub mod door;
mod events;
mod files;
mod guard;
mod health;
mod listener;
mod news;
mod patience;
mod places;
mod problem;
mod rate;
mod read;
mod route;
mod routes;
mod tls;
pub mod token;
mod work;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use serde_json::Value;
use steward_core::digest::Digest;
use tokio::sync::{Notify, mpsc, watch};

pub use desk::{Clerk, Desk, desk};
pub use events::Events;
pub use listener::{ListenError, Listener, serve};
pub use news::tell_news;
pub use rate::Rates;
pub use work::Works;

use crate::clock::Timer;
use crate::config::Settings;
use crate::daemon::heartbeat::Heartbeat;
use crate::daemon::keeper::Request;
use crate::daemon::status::Status;
use crate::influx::OutboxStatus;
use crate::notify::Couriers;
use door::Door;
use problem::{Code, Problem};
use route::Access;

/// Requests in hand, by token.
#[derive(Clone)]
pub struct InHand(places::Places<Digest>);

impl Default for InHand {
    fn default() -> Self {
        Self(places::Places::new(guard::IN_HAND_MAX))
    }
}

/// What the API knows. Clones share it.
#[derive(Clone)]
pub struct Api {
    pub status: watch::Receiver<Arc<Status>>,
    pub outbox: watch::Receiver<OutboxStatus>,
    pub settings: watch::Receiver<Arc<Settings>>,
    pub beat: Heartbeat,
    /// To the keeper.
    pub requests: mpsc::Sender<Request>,
    pub door: Door,
    pub desk: Desk,
    pub works: Works,
    pub events: Events,
    pub rates: Arc<Rates>,
    /// Requests by token that are not answered yet.
    pub in_hand: InHand,
    pub timer: Timer,
    /// Told when points may wait for `InfluxDB`.
    pub points: Arc<Notify>,
    /// Bring messages to their sinks.
    pub couriers: Couriers,
    /// Of this start of the daemon.
    pub daemon: Digest,
}

/// Everything that is answered.
pub fn router(api: Api) -> Router {
    let mut router = Router::new();
    for route in routes::all() {
        let enter = from_fn_with_state((api.clone(), route.access), guard::enter);
        router = router.route(&format!("/api/v1{}", route.path), route.handler.layer(enter));
    }
    let open = from_fn_with_state((api.clone(), Access::Open), guard::enter);
    let health = health::routes().merge(files::routes()).layer(open.clone());
    let nothing =
        || async { Problem::new(Code::NotFound, "there is nothing here: /api/v1/openapi.json says what there is") };
    let method =
        || async { Problem::new(Code::WrongMethod, "this address takes another method: see /api/v1/openapi.json") };
    router
        .merge(health)
        .route("/api", axum::routing::any(nothing).layer(open.clone()))
        .route("/api/", axum::routing::any(nothing).layer(open.clone()))
        .route("/api/{*rest}", axum::routing::any(nothing).layer(open))
        .method_not_allowed_fallback(method)
        .layer(from_fn_with_state(api.clone(), guard::outer))
        .with_state(api)
}

/// The OpenAPI description.
pub fn openapi() -> Value {
    document::describe(&routes::all())
}

/// The description as it stands in `docs/openapi.json`.
pub fn openapi_text() -> String {
    format!("{:#}\n", openapi())
}
