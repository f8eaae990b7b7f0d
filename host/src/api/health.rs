//! Health, readiness and metrics: for everybody who reaches the listener, and about nobody.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};

use super::Api;
use crate::daemon::metrics;

pub fn routes() -> Router<Api> {
    Router::new().route("/healthz", get(health)).route("/readyz", get(ready)).route("/metrics", get(told))
}

async fn health(State(api): State<Api>) -> Response {
    if api.beat.is_alive() {
        (StatusCode::OK, "alive\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "nothing has moved for a long time\n").into_response()
    }
}

async fn ready(State(api): State<Api>) -> Response {
    let readiness = api.status.borrow().readiness();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

async fn told(State(api): State<Api>) -> Response {
    let status = api.status.borrow().clone();
    let outbox = api.outbox.borrow().clone();
    let sinks = api.couriers.standings().borrow().clone();
    match metrics::text(&status, &outbox, &sinks) {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("cannot write metrics: {error}\n")).into_response(),
    }
}
