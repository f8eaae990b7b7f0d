//! What the operating system tells a daemon, as tokens and requests.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::Stop;
use super::keeper::{Request, Wish};

/// Listens until the process ends. The first request to stop is a soft one, the second a hard one.
#[cfg(unix)]
pub fn listen(stop: Stop, requests: mpsc::Sender<Request>) -> std::io::Result<()> {
    use super::job::Job;
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut user_1 = signal(SignalKind::user_defined1())?;
    let mut user_2 = signal(SignalKind::user_defined2())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => stop.ask(),
                _ = interrupt.recv() => stop.ask(),
                _ = hang_up.recv() => wish(&requests, Wish::Reload),
                _ = user_1.recv() => {
                    wish(&requests, Wish::Run(Job::Monitor));
                    wish(&requests, Wish::Run(Job::ServerLicense));
                }
                _ = user_2.recv() => wish(&requests, Wish::Run(Job::Release)),
            }
        }
    });
    Ok(())
}

/// On Windows a console has Ctrl-C and Ctrl-Break; the service has its own way.
#[cfg(not(unix))]
pub fn listen(stop: Stop, requests: mpsc::Sender<Request>) -> std::io::Result<()> {
    let _ = requests;
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            stop.ask();
        }
    });
    Ok(())
}

/// Passes on what a supervisor inside this process asks for, until `ends`.
pub async fn reload_when_asked(reload: Arc<Notify>, requests: mpsc::Sender<Request>, ends: CancellationToken) {
    loop {
        tokio::select! {
            () = reload.notified() => wish(&requests, Wish::Reload),
            () = ends.cancelled() => return,
        }
    }
}

/// Nobody waits for the answer: the log has it.
fn wish(requests: &mpsc::Sender<Request>, wish: Wish) {
    let (answer, _) = oneshot::channel();
    if requests.try_send(Request { wish, answer }).is_err() {
        tracing::warn!("a signal was passed over: too many requests wait already");
    }
}
