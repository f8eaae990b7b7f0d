//! The listener: connections, their number and their patience, with TLS or without.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service as _;

use super::guard::Ends;
use super::patience::Patient;
use super::places::Places;
use super::rate::Asker;
use super::tls::{self, Certificate, Renewal, TlsError};
use crate::config::steward::http::Tls;

/// More clients than a machine has; further ones wait. Whoever could take every file handle could stop the daemon's work.
const CONNECTIONS_MAX: usize = 256;
/// One network leaves room for others. A browser keeps six connections.
const OF_NETWORK_MAX: usize = 64;
/// Whoever takes longer to ask, or for the next question, is cut off.
const HEADER_TIME_MAX: Duration = Duration::from_secs(15);
/// A head has a token and what browsers say of themselves.
const HEADER_BYTES_MAX: usize = 16 * 1024;
const HEADERS_MAX: usize = 64;
const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);
/// How long an answer in hand may take when the daemon ends.
const LAST_ANSWER_TIME_MAX: Duration = Duration::from_secs(2);
/// When no connection can be taken, the next one cannot either for a moment.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(200);

#[derive(Debug, Error)]
pub enum ListenError {
    #[error("it is no address with a port")]
    Address,
    #[error(transparent)]
    Bind(#[from] std::io::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A bound address, and the certificate to be shown there.
pub struct Listener {
    tcp: TcpListener,
    certificate: Option<Certificate>,
}

impl Listener {
    /// Binds an address. The renewal has to be worked on, or the certificate stays as it is.
    ///
    /// # Errors
    /// When the address is taken or is none, or the certificate is no good.
    pub async fn bind(address: &str, tls: Option<&Tls>) -> Result<(Self, Option<Renewal>), ListenError> {
        let address: SocketAddr = address.parse().map_err(|_| ListenError::Address)?;
        let (certificate, renewal) = tls.map(tls::load).transpose()?.unzip();
        Ok((Self { tcp: TcpListener::bind(address).await?, certificate }, renewal))
    }

    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    pub fn scheme(&self) -> &'static str {
        if self.certificate.is_some() { "https" } else { "http" }
    }
}

/// Serves until somebody asks to stop.
pub async fn serve(listener: Listener, app: Router, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let networks = Places::new(OF_NETWORK_MAX);
    let connections = TaskTracker::new();
    loop {
        let slot = tokio::select! {
            slot = slots.clone().acquire_owned() => slot,
            () = stop.cancelled() => break,
        };
        let accepted = tokio::select! {
            accepted = listener.tcp.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(place) = networks.enter(Asker::network(peer.ip())) else { continue };
                let (app, stop, certificate) = (app.clone(), stop.clone(), listener.certificate.clone());
                connections.spawn(async move {
                    serve_stream(stream, peer, certificate, app, stop).await;
                    drop((slot, place));
                });
            }
            Err(error) => {
                tracing::warn!("a connection could not be taken: {error}");
                tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }
    connections.close();
    connections.wait().await;
}

async fn serve_stream(
    stream: TcpStream,
    peer: SocketAddr,
    certificate: Option<Certificate>,
    app: Router,
    stop: CancellationToken,
) {
    let Ok(local) = stream.local_addr() else { return };
    // Events are small and should not wait for each other.
    let _ = stream.set_nodelay(true);
    let ends = Ends { peer: peer.ip(), local: local.ip(), is_tls: certificate.is_some() };
    let stream = Patient::new(stream);
    match certificate {
        None => serve_connection(stream, ends, app, stop).await,
        Some(certificate) => {
            let acceptor = TlsAcceptor::from(certificate.current());
            // What goes wrong here is the client's affair.
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIME_MAX, acceptor.accept(stream)).await {
                serve_connection(stream, ends, app, stop).await;
            }
        }
    }
}

/// One connection until it ends, or until somebody asks to stop: then the answer in hand is finished. What goes wrong on
/// the way is the client's affair.
async fn serve_connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ends: Ends,
    app: Router,
    stop: CancellationToken,
) {
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ends);
        // A router is always ready.
        app.clone().call(request)
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME_MAX).max_buf_size(HEADER_BYTES_MAX);
    server.max_headers(HEADERS_MAX);
    let connection = server.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = tokio::time::timeout(LAST_ANSWER_TIME_MAX, connection).await;
}
