//! Listening, TLS and connections; and the handle by which a test owns a running server.
//!
//! One token stops everything, one tracker waits for it. What a request gets is decided in `service`.

mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::control;
use crate::data::Data;
use crate::faults::{FaultPlayer, FaultScript};
use crate::journal::{JournalEntry, Port};
use crate::life::Life;
use crate::options::Options;
use crate::service::{Connection, Service};
pub use tls::TlsError;

/// Connections open at once; the ones beyond wait to be accepted.
const CONNECTIONS_MAX: usize = 1_024;
/// A client that does not finish its handshake holds a place no longer than this.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Idle connections end after this time, as under the real service.
const IDLE_TIMEOUT: Duration = Duration::from_mins(2);
/// After a failed accept (no file handles left, say) the loop pauses instead of spinning.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("listen on `{address}`")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("use the certificates")]
    Tls {
        #[from]
        source: TlsError,
    },
}

/// A running server. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct FakeQrs {
    service: Arc<Service>,
    address: SocketAddr,
    control: Option<SocketAddr>,
    proxy: Option<SocketAddr>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Starts a server; it answers as soon as this returns.
pub async fn start(options: Options) -> Result<FakeQrs, StartError> {
    let direct = tls::direct(&options.certificates, options.no_client_certificate)?;
    let (direct_listener, address) = listen(options.listen).await?;
    let proxy = match &options.proxy {
        Some(proxy) => Some((listen(proxy.listen).await?, tls::proxy(&options.certificates)?)),
        None => None,
    };
    let control = match options.control {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let service = Arc::new(Service::new(options));
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let door = |listener, acceptor, port| Door {
        listener,
        acceptor,
        port,
        service: Arc::clone(&service),
        stop: stop.clone(),
        tasks: tasks.clone(),
    };
    tasks.spawn(door(direct_listener, Some(direct), Port::Direct).run());
    let mut server = FakeQrs {
        service: Arc::clone(&service),
        address,
        control: None,
        proxy: None,
        stop: stop.clone(),
        tasks: tasks.clone(),
    };
    if let Some(((listener, address), acceptor)) = proxy {
        server.proxy = Some(address);
        tasks.spawn(door(listener, Some(acceptor), Port::Proxy).run());
    }
    if let Some((listener, address)) = control {
        server.control = Some(address);
        tasks.spawn(door(listener, None, Port::Direct).run());
    }
    Ok(server)
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

impl FakeQrs {
    /// The direct port, with client certificates.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn control_address(&self) -> Option<SocketAddr> {
        self.control
    }

    pub fn proxy_address(&self) -> Option<SocketAddr> {
        self.proxy
    }

    /// The requests so far, oldest first.
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.service.journal.entries()
    }

    pub fn clear_journal(&self) {
        self.service.journal.clear();
    }

    /// Plays another script from its beginning.
    pub fn set_faults(&self, script: FaultScript) {
        *self.service.faults() = FaultPlayer::new(script);
    }

    /// Changes the data between two requests.
    pub fn edit(&self, change: impl FnOnce(&mut Data)) {
        let now = self.service.clock.now();
        self.service.store().edit(now, change);
    }

    /// The data as it is now.
    pub fn data(&self) -> Data {
        let mut store = self.service.store();
        store.pass_time(self.service.clock.now());
        store.to_data()
    }

    pub fn clock(&self) -> &Clock {
        &self.service.clock
    }

    /// Moves the server's clock forward, or back with a negative step.
    pub fn advance_clock(&self, step: TimeDelta) {
        self.service.clock.advance(step);
    }

    /// A login of `DIRECTORY\id` as the proxy would report it: the person's seat counts as used now.
    ///
    /// Returns the type of the seat that let them in, `None` without one. A person without a seat is given one when
    /// `allocation_rules` is on.
    pub fn log_in(&self, account: &str) -> Option<&'static str> {
        let account = crate::proxy::account_of(account)?;
        let now = self.service.clock.now();
        self.service.store().log_in(&account, now)
    }

    /// The people of this site with habits of their own, for simulated days.
    pub fn life(&self, seed: u64) -> Life {
        Life::new(Arc::clone(&self.service), seed)
    }

    /// Proxy sessions opened so far.
    pub fn sessions_opened(&self) -> u64 {
        self.service.proxy.as_ref().map_or(0, crate::proxy::Proxy::sessions_opened)
    }

    /// Closes the doors and every connection, and waits until they are closed.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for FakeQrs {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// One listener: with TLS it serves the repository, without it the control port.
struct Door {
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    port: Port,
    service: Arc<Service>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Door {
    async fn run(self) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let stop = self.stop.clone();
        let _ = stop.run_until_cancelled(self.accept(places)).await;
    }

    async fn accept(&self, places: Arc<Semaphore>) {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let Ok((stream, _)) = self.listener.accept().await else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let (service, acceptor, port) = (Arc::clone(&self.service), self.acceptor.clone(), self.port);
            let stop = self.stop.clone();
            self.tasks.spawn(async move {
                let connection = async {
                    match acceptor {
                        Some(acceptor) => over_tls(stream, &acceptor, service, number, port).await,
                        None => control::serve(stream, service).await,
                    }
                };
                let _ = stop.run_until_cancelled(connection).await;
                drop(place);
            });
        }
    }
}

async fn over_tls(stream: TcpStream, acceptor: &TlsAcceptor, service: Arc<Service>, number: u64, port: Port) {
    let _ = stream.set_nodelay(true);
    // A failed handshake and a broken connection are the client's to notice; there is nobody here to tell.
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await else { return };
    let has_certificate = stream.get_ref().1.peer_certificates().is_some_and(|chain| !chain.is_empty());
    let connection = Connection::new(number, port, has_certificate);
    let answer = service_fn(|request| service.serve(request, &connection));
    let _ = http1_builder().serve_connection(TokioIo::new(stream), answer).await;
}

/// HTTP with the limits of this server.
pub fn http1_builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(IDLE_TIMEOUT).keep_alive(true);
    builder
}
