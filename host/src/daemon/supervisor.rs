//! What systemd is told: ready, reloading, alive, stopping. Elsewhere nobody listens, and nothing is told.

use tokio_util::sync::CancellationToken;

use super::heartbeat::Heartbeat;

/// The daemon is at work.
pub fn ready() {
    tell("READY=1\nSTATUS=at work");
}

pub fn stopping() {
    tell("STOPPING=1\nSTATUS=finishing what is in hand");
}

/// Tells the watchdog twice in each of its periods that something moves, until `stop`.
#[cfg(target_os = "linux")]
pub async fn watch(beat: Heartbeat, stop: CancellationToken) {
    let mut usec = 0;
    if !sd_notify::watchdog_enabled(false, &mut usec) {
        return;
    }
    let mut ticks = tokio::time::interval(std::time::Duration::from_micros(usec / 2));
    loop {
        tokio::select! {
            _ = ticks.tick() => if beat.is_alive() {
                tell("WATCHDOG=1");
            },
            () = stop.cancelled() => return,
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub async fn watch(_beat: Heartbeat, stop: CancellationToken) {
    stop.cancelled().await;
}

#[cfg(target_os = "linux")]
fn tell(state: &str) {
    if let Err(error) = sd_notify::notify(false, &[sd_notify::NotifyState::Custom(state)]) {
        tracing::debug!("systemd could not be told: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
fn tell(_state: &str) {}
