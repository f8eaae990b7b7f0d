//! The listener: health, readiness and metrics for everybody on this machine, and a few requests for those who know the
//! secret of the data folder. It only reads what the keeper publishes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::control::Control;
use super::heartbeat::Heartbeat;
use super::job::Job;
use super::keeper::{Request, Wish};
use super::metrics;
use super::status::Status;
use crate::influx::OutboxStatus;

/// Nothing that is asked for here is longer.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// While a job runs a request waits; after this long it is still carried out, and its answer is not waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// More clients than a machine has; further ones wait. Whoever could take every file handle could stop the daemon's work.
const CONNECTIONS_MAX: usize = 64;
/// Whoever takes longer to ask, or for the next question, is cut off.
const HEADER_TIME_MAX: Duration = Duration::from_secs(15);
/// How long an answer in hand may take when the daemon ends.
const LAST_ANSWER_TIME_MAX: Duration = Duration::from_secs(2);
/// When no connection can be taken, the next one cannot either for a moment.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(200);

/// What the listener knows.
#[derive(Clone)]
pub struct Shared {
    pub status: watch::Receiver<Arc<Status>>,
    pub outbox: watch::Receiver<OutboxStatus>,
    pub beat: Heartbeat,
    pub requests: mpsc::Sender<Request>,
    pub control: Arc<Control>,
}

/// Serves until somebody asks to stop.
pub async fn serve(listener: TcpListener, shared: Shared, stop: CancellationToken) {
    let app = Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/api/v1/reload", post(reload))
        .route("/api/v1/poke/{job}", post(poke))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared);
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let slot = tokio::select! {
            slot = slots.clone().acquire_owned() => slot,
            () = stop.cancelled() => return,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let (app, stop) = (app.clone(), stop.clone());
                tokio::spawn(async move {
                    serve_connection(stream, app, stop).await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!("a connection could not be taken: {error}");
                tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }
}

/// One connection until it ends, or until somebody asks to stop: then the answer in hand is finished. What goes wrong on
/// the way is the client's affair.
async fn serve_connection(stream: TcpStream, app: Router, stop: CancellationToken) {
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME_MAX);
    let connection = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = tokio::time::timeout(LAST_ANSWER_TIME_MAX, connection).await;
}

/// Binds the address of the settings.
///
/// # Errors
/// When it is taken or is none.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

async fn health(State(shared): State<Shared>) -> Response {
    if shared.beat.is_alive() {
        (StatusCode::OK, "alive\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "nothing has moved for a long time\n").into_response()
    }
}

async fn ready(State(shared): State<Shared>) -> Response {
    let readiness = shared.status.borrow().readiness();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

async fn metrics(State(shared): State<Shared>) -> Response {
    let status = shared.status.borrow().clone();
    let outbox = shared.outbox.borrow().clone();
    match metrics::text(&status, &outbox) {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("cannot write metrics: {error}\n")).into_response(),
    }
}

async fn reload(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    ask(&shared, &headers, Wish::Reload).await
}

async fn poke(State(shared): State<Shared>, headers: HeaderMap, Path(job): Path<String>) -> Response {
    let Some(job) = Job::parse(&job) else {
        let known: Vec<&str> = Job::ALL.into_iter().map(Job::as_str).collect();
        return told(StatusCode::NOT_FOUND, format!("there is no such job; there are {}", known.join(", ")));
    };
    ask(&shared, &headers, Wish::Run(job)).await
}

async fn ask(shared: &Shared, headers: &HeaderMap, wish: Wish) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.strip_prefix("Bearer "));
    if !token.is_some_and(|token| shared.control.is_token(token)) {
        return told(StatusCode::UNAUTHORIZED, "this needs the token of the data folder: use the command line");
    }
    let (answer, answered) = oneshot::channel();
    if shared.requests.try_send(Request { wish, answer }).is_err() {
        return told(StatusCode::SERVICE_UNAVAILABLE, "too many requests wait already, or the daemon is stopping");
    }
    match tokio::time::timeout(ANSWER_WAIT, answered).await {
        Ok(Ok(Ok(message))) => told(StatusCode::OK, message),
        Ok(Ok(Err(problem))) => told(StatusCode::CONFLICT, problem),
        Ok(Err(_)) => told(StatusCode::SERVICE_UNAVAILABLE, "the daemon is stopping"),
        Err(_) => told(StatusCode::ACCEPTED, "a job is at work; this is done when it has ended"),
    }
}

fn told(status: StatusCode, message: impl Into<String>) -> Response {
    (status, Json(json!({ "message": message.into() }))).into_response()
}
